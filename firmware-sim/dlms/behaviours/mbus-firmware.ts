import { MBUS_TAG_OCTETS, mbusFirmwareTag, readMbusFirmware } from "../../../adapters/dlms/cosem/mbus-firmware.ts";
import { equalBytes } from "../../../adapters/kit/bytes.ts";
import type { MeterState } from "../meter-state.ts";

/**
 * What an M-Bus device makes of an image the meter passed on: it takes one that names it, digit by digit, and whose tag is
 * of its own key. `undefined`: nobody took it.
 */
export function mbusDeviceTakes(
  meter: Pick<MeterState, "identity" | "keys" | "ciphers">,
  octets: Uint8Array,
): { readonly channel: number; readonly version: number } | undefined {
  const firmware = readMbusFirmware(octets);
  if (typeof firmware === "string" || octets.length !== firmware.bytes.length + MBUS_TAG_OCTETS) return undefined;
  const device = meter.identity.mbus.find((one) => String(one.identification) === firmware.identification);
  const key = device === undefined ? undefined : meter.keys.mbusFirmware?.(device.channel);
  if (device === undefined || key === undefined) return undefined;
  const tag = mbusFirmwareTag(firmware.bytes, meter.ciphers, key);
  if (!equalBytes(octets.subarray(-MBUS_TAG_OCTETS), tag)) return undefined;
  return { channel: device.channel, version: firmware.firmwareVersion };
}
