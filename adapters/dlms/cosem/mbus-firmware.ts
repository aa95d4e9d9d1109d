import type { Ciphers, KeyMaterial } from "../../kit/ciphers.ts";
import { concat, equalBytes, utf8 } from "../../kit/bytes.ts";
import type { FirmwareImage } from "./image-transfer.ts";
import { manufacturerLetters, type MbusIdentity } from "./m-bus.ts";

/**
 * The firmware of an M-Bus device as its maker delivers it (SMR 5.1, P2 companion standard, 7): a header, the image, and
 * room for a tag that proves it to one device. All numbers of the header are little-endian.
 */
export interface MbusFirmware {
  /** Header and image, without a tag. */
  readonly bytes: Uint8Array;
  /** Two octets as they are on the wire; the value is `manufacturerCode`. */
  readonly manufacturer: number;
  /** Eight digits, most significant first; `F` stands for any. */
  readonly identification: string;
  readonly deviceType: number;
  /** As a number of 32 bits. */
  readonly firmwareVersion: number;
}

export const MBUS_HEADER_OCTETS = 35;
export const MBUS_TAG_OCTETS = 16;
/** `SMR5`; written in either order. */
const MAGIC = utf8("SMR5");
const MAGIC_TURNED = utf8("5RMS");
const AT = {
  headerLength: 5,
  firmwareVersion: 7,
  imageLength: 11,
  tagLength: 15,
  security: 17,
  addressLength: 18,
  addressType: 19,
  manufacturer: 20,
  identification: 22,
  version: 26,
  deviceType: 27,
  activation: 28,
} as const;
const GMAC = 2;
const MBUS_ADDRESS_OCTETS = 8;
const MBUS_ADDRESS = 1;
/** The meter says when, by activating its image. */
const METER_ACTIVATES = 3;
/** What the companion standard's devices call their version, whatever they answer on the bus. */
const MBUS_VERSION = 0x50;

/** Reads a firmware file, whether or not it has room for the tag behind it; a text says why it is none. */
export function readMbusFirmware(file: Uint8Array): MbusFirmware | string {
  if (file.length < MBUS_HEADER_OCTETS) return `${file.length} octets are no header`;
  const magic = file.subarray(0, MAGIC.length);
  if (!equalBytes(magic, MAGIC) && !equalBytes(magic, MAGIC_TURNED)) return "it does not begin with SMR5";
  const view = new DataView(file.buffer, file.byteOffset, MBUS_HEADER_OCTETS);
  const wanted = [
    ["its header", view.getUint16(AT.headerLength, true), MBUS_HEADER_OCTETS],
    ["its tag", view.getUint16(AT.tagLength, true), MBUS_TAG_OCTETS],
    ["its security type", view.getUint8(AT.security), GMAC],
    ["its address", view.getUint8(AT.addressLength), MBUS_ADDRESS_OCTETS],
    ["its address type", view.getUint8(AT.addressType), MBUS_ADDRESS],
    ["its activation type", view.getUint8(AT.activation), METER_ACTIVATES],
  ] as const;
  for (const [what, is, should] of wanted) if (is !== should) return `${what} is ${is} and not ${should}`;
  const whole = MBUS_HEADER_OCTETS + view.getUint32(AT.imageLength, true);
  if (file.length !== whole && file.length !== whole + MBUS_TAG_OCTETS) {
    return `it has ${file.length} octets; its header announces ${whole}, and ${MBUS_TAG_OCTETS} of a tag`;
  }
  const identification = view.getUint32(AT.identification, true).toString(16).padStart(8, "0").toUpperCase();
  return {
    bytes: file.subarray(0, whole),
    manufacturer: view.getUint16(AT.manufacturer, true),
    identification,
    deviceType: view.getUint8(AT.deviceType),
    firmwareVersion: view.getUint32(AT.firmwareVersion, true),
  };
}

/** Whether the maker meant it for this device; a text says why not. */
export function isForDevice(firmware: MbusFirmware, device: MbusIdentity): true | string {
  const maker = manufacturerLetters(firmware.manufacturer);
  if (device.manufacturer !== maker) return `it is for devices of ${maker}, and there is one of ${device.manufacturer}`;
  if (device.deviceType !== firmware.deviceType) {
    return `it is for device type ${firmware.deviceType}, and there is one of type ${device.deviceType}`;
  }
  const fits = [...firmware.identification].every((digit, at) => digit === "F" || digit === device.identification[at]);
  if (fits && device.identification.length === 8) return true;
  return `it is for ${firmware.identification}, and there is ${device.identification}`;
}

/**
 * The image for one device: its identification in the header, a GMAC of header and image behind them, and the image
 * identifier made of them (P3 companion standard, 5.13.1). The same file and device give the same octets.
 *
 * @param device one that `isForDevice` found right.
 * @param key its firmware update authentication key.
 */
export function addressMbusFirmware(
  { bytes, manufacturer }: MbusFirmware,
  device: MbusIdentity,
  ciphers: Ciphers,
  key: KeyMaterial,
): FirmwareImage {
  const addressed = bytes.slice();
  const view = new DataView(addressed.buffer);
  view.setUint32(AT.identification, Number.parseInt(device.identification, 16), true);
  view.setUint8(AT.version, MBUS_VERSION);
  const short = addressed.subarray(AT.identification, AT.activation);
  const maker = addressed.subarray(AT.manufacturer, AT.identification);
  const identifier = concat([
    utf8(`${manufacturerLetters(manufacturer)}MBUS`),
    short.subarray(0, 4),
    maker,
    short.subarray(4),
    // The firmware's own id: no meter known looks at it.
    new Uint8Array(4),
  ]);
  return { identifier, bytes: concat([addressed, mbusFirmwareTag(addressed, ciphers, key)]) };
}

/** The tag of header and image: M-Bus address and firmware version are the initialization vector, so no two devices share one. */
export function mbusFirmwareTag(addressed: Uint8Array, ciphers: Ciphers, key: KeyMaterial): Uint8Array {
  const version = addressed.slice(AT.firmwareVersion, AT.imageLength).reverse();
  return ciphers.gcmSeal({
    key,
    iv: concat([addressed.subarray(AT.manufacturer, AT.activation), version]),
    aad: [addressed],
    plaintext: new Uint8Array(0),
    tagOctets: MBUS_TAG_OCTETS,
  });
}
