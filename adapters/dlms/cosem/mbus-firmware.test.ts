import { describe, expect, it } from "vitest";
import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { fromHex, toHex } from "../../kit/bytes.ts";
import {
  addressMbusFirmware,
  isForDevice,
  MBUS_HEADER_OCTETS,
  MBUS_TAG_OCTETS,
  type MbusFirmware,
  readMbusFirmware,
} from "./mbus-firmware.ts";
import type { MbusIdentity } from "./m-bus.ts";

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(" ", "")) ?? new Uint8Array();
/** Magic, version, 35; firmware 00400011; 16 octets of image; a GMAC; an M-Bus address of GWI, any number, gas. */
const HEADER = "35524d53 00 2300 11004000 10000000 1000 02 08 01 e91e ffff0540 ff 03 03 000000000000";
const FILE = bytes(`${HEADER} 000102030405060708090a0b0c0d0e0f`);
const DEVICE: MbusIdentity = { identification: "40051234", manufacturer: "GWI", version: 1, deviceType: 3 };

function firmware(file: Uint8Array = FILE): MbusFirmware {
  const read = readMbusFirmware(file);
  if (typeof read === "string") throw new Error(read);
  return read;
}

describe("the firmware of an M-Bus device", () => {
  it("says which devices it is for", () => {
    expect(firmware()).toMatchObject({ identification: "4005FFFF", deviceType: 3, firmwareVersion: 0x0040_0011 });
    expect(isForDevice(firmware(), DEVICE)).toBe(true);
    expect(isForDevice(firmware(), { ...DEVICE, identification: "40061234" })).toMatch(/4005FFFF/);
    expect(isForDevice(firmware(), { ...DEVICE, identification: "0x4005ab12" })).toMatch(/there is 0x4005ab12/);
    expect(isForDevice(firmware(), { ...DEVICE, manufacturer: "ELS" })).toMatch(/devices of GWI/);
    expect(isForDevice(firmware(), { ...DEVICE, deviceType: 7 })).toMatch(/device type 3/);
  });

  it("is addressed to one of them, proven by a tag of its key, and named after it", () => {
    const ciphers = new CipherKeys();
    const key = ciphers.addSecret("k", bytes("f9aa9442108723357221d7afccd41bd1"));
    const image = addressMbusFirmware(firmware(), DEVICE, ciphers, key);
    // Number and version in the header; the rest as it was.
    const addressed = HEADER.replace("ffff0540 ff", "34120540 50").replaceAll(" ", "");
    expect(toHex(image.bytes.subarray(0, MBUS_HEADER_OCTETS))).toBe(addressed);
    expect(image.bytes).toHaveLength(FILE.length + MBUS_TAG_OCTETS);
    expect(toHex(image.identifier)).toBe("475749" + "4d425553" + "34120540" + "e91e" + "5003" + "00000000");
    // What opens is what was sealed: address, then the firmware version most significant octet first.
    const opening = {
      key,
      iv: bytes("e91e 34120540 5003 00400011"),
      aad: [image.bytes.subarray(0, FILE.length)],
      sealed: image.bytes.subarray(FILE.length),
      tagOctets: MBUS_TAG_OCTETS,
    } as const;
    expect(ciphers.gcmOpen(opening)).toEqual(new Uint8Array(0));
    expect(ciphers.gcmOpen({ ...opening, iv: bytes("e91e 34120541 5003 00400011") })).toBeUndefined();
  });

  it("may have room for the tag, and be written in the other order", () => {
    const roomy = new Uint8Array(FILE.length + MBUS_TAG_OCTETS);
    roomy.set(FILE);
    expect(firmware(roomy)).toEqual(firmware());
    const turned = FILE.slice();
    turned.set(FILE.slice(0, 4).reverse());
    expect(firmware(turned).identification).toBe("4005FFFF");
  });

  it.each([
    ["too short", FILE.slice(0, 34), /no header/],
    ["of something else", new Uint8Array(60), /SMR5/],
    ["of another security", FILE.with(17, 1), /security type is 1/],
    ["for another address", FILE.with(19, 0), /address type is 0/],
    ["that activates itself", FILE.with(28, 1), /activation type is 1/],
    ["cut off", FILE.slice(0, -1), /has 50 octets; its header announces 51/],
  ])("%s is none", (_what, file, why) => {
    expect(readMbusFirmware(file)).toMatch(why);
  });
});
