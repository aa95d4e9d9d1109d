import type { Registry, Seams } from "../kit/adapter.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import { addressText } from "./addresses.ts";
import { oslpFault } from "./codes.ts";
import type { OslpDevice } from "./device.ts";
import { deviceIdText } from "./device-id.ts";
import type { Envelope } from "./envelope.ts";
import { MEMORY_INDEXES } from "./memory.ts";
import type { OslpMessage } from "./message.ts";
import { signatureOf } from "./signature.ts";

/** Who sent an envelope, or why we do not believe it. */
export type Sender =
  | { readonly kind: "verified"; readonly device: OslpDevice }
  | { readonly kind: "refused"; readonly fault: EdgeError };

/**
 * Finds the device an envelope claims to be of and verifies the signature over the bytes as received. A RegisterDevice
 * names the device by its identification, everything else by the device id of a registration; where two devices have had
 * the same id, the signature decides. Throws `oslp.signature.malformed`.
 */
export function identify(envelope: Envelope, message: OslpMessage, seams: Seams<OslpDevice>): Sender {
  const signature = signatureOf(envelope.securityKey);
  const claimed = claimedDevices(envelope, message, seams.registry);
  for (const device of claimed) {
    if (seams.crypto.verify(device.publicKey, envelope.signedBytes, signature)) return { kind: "verified", device };
  }
  const name =
    message.member === "registerDeviceRequest"
      ? message.body.deviceIdentification.slice(0, 40)
      : deviceIdText(envelope.deviceId);
  return {
    kind: "refused",
    fault:
      claimed.length === 0
        ? oslpFault("oslp.device.unknown", `no device is configured or registered as ${JSON.stringify(name)}`, {
            blame: "operator",
            decoded: claimOf(envelope, message),
          })
        : oslpFault("oslp.signature.invalid", `the signature is not that of ${JSON.stringify(name)}`),
  };
}

/** What a stranger says of itself: nothing of it is proven. */
function claimOf(envelope: Envelope, message: OslpMessage): Readonly<Record<string, string | number | boolean>> {
  const deviceId = deviceIdText(envelope.deviceId);
  if (message.member !== "registerDeviceRequest") return { deviceId };
  const { deviceIdentification, deviceType, hasSchedule, ipAddress } = message.body;
  const address = addressText(ipAddress);
  return {
    identification: deviceIdentification.slice(0, 40),
    deviceId,
    deviceType,
    hasSchedule,
    ...(address === undefined ? {} : { address }),
  };
}

function claimedDevices(envelope: Envelope, message: OslpMessage, registry: Registry<OslpDevice>): OslpDevice[] {
  if (message.member === "registerDeviceRequest") {
    const named = registry.byProtocolId(message.body.deviceIdentification);
    return named === undefined ? [] : [named];
  }
  const text = deviceIdText(envelope.deviceId);
  const found = new Map<string, OslpDevice>();
  for (const index of MEMORY_INDEXES) {
    const device = registry.byMemory(index, text);
    if (device !== undefined) found.set(device.uid, device);
  }
  return [...found.values()];
}
