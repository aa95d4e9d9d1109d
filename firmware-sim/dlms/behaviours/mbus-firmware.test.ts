import { describe, expect, it } from "vitest";
import { addressMbusFirmware, readMbusFirmware } from "../../../adapters/dlms/cosem/mbus-firmware.ts";
import { CipherKeys } from "../../../adapters/io/node/cipher-keys.ts";
import { fromHex } from "../../../adapters/kit/bytes.ts";
import { Pair } from "../pair.testing.ts";
import { mbusDeviceTakes } from "./mbus-firmware.ts";

/** Firmware 00400011 of four octets, for every gas meter of the simulation's maker. */
const FILE = "35524d5300230011004000040000001000020801" + "6d12ffffffffff03" + "03000000000000" + "01020304";

describe("an M-Bus device behind a simulated meter", () => {
  const ciphers = new CipherKeys();
  const key = (octet: number): Uint8Array => new Uint8Array(16).fill(octet);
  const { state } = new Pair({}).meter;
  const identity = { ...state.identity, mbus: [{ channel: 2, medium: "gas", identification: 12_345_678 }] } as const;
  const meter = { identity, ciphers, keys: { ...state.keys, mbusFirmware: (channel: number) => key(channel) } };
  const image = (identification: string, of: Uint8Array): Uint8Array => {
    const firmware = readMbusFirmware(fromHex(FILE) ?? new Uint8Array());
    if (typeof firmware === "string") throw new Error(firmware);
    const device = { identification, manufacturer: "DSM", version: 0x50, deviceType: 3 };
    return addressMbusFirmware(firmware, device, ciphers, of).bytes;
  };

  it("takes what names it and is of its key", () => {
    expect(mbusDeviceTakes(meter, image("12345678", key(2)))).toEqual({ channel: 2, version: 0x0040_0011 });
  });

  it("takes nothing else: another number, another key, a changed octet, no tag, or where it has no key", () => {
    const good = image("12345678", key(2));
    expect(mbusDeviceTakes(meter, image("12345679", key(2)))).toBeUndefined();
    expect(mbusDeviceTakes(meter, image("12345678", key(1)))).toBeUndefined();
    expect(mbusDeviceTakes(meter, good.with(36, 9))).toBeUndefined();
    expect(mbusDeviceTakes(meter, good.slice(0, -16))).toBeUndefined();
    expect(mbusDeviceTakes({ ...meter, keys: state.keys }, good)).toBeUndefined();
  });
});
