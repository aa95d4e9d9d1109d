import type { Crypto } from "../kit/adapter.ts";
import { equalBytes } from "../kit/bytes.ts";
import { oslpFault } from "./codes.ts";
import type { OslpDevice } from "./device.ts";
import { deviceIdBytes } from "./device-id.ts";
import { decodeEnvelope } from "./envelope.ts";
import type { Registration } from "./memory.ts";
import { decodeMessage, type OslpMessage } from "./message.ts";
import { outOfWindow } from "./registration.ts";
import { isNewer } from "./sequence-number.ts";
import type { OslpSettings } from "./settings.ts";
import { signatureOf } from "./signature.ts";

/** An answer we believe. */
export interface VerifiedAnswer {
  readonly sequenceNumber: number;
  readonly message: OslpMessage;
}

/**
 * Reads what came for a request that was made under `request`. The signature is looked at first; then that it is our device
 * id, and a number newer than the one we asked with: an answer recorded earlier is none. Throws `oslp.*`.
 */
export function readAnswer(
  bytes: Uint8Array,
  request: Registration,
  device: OslpDevice,
  settings: OslpSettings,
  crypto: Crypto,
): VerifiedAnswer {
  const envelope = decodeEnvelope(bytes);
  if (!crypto.verify(device.publicKey, envelope.signedBytes, signatureOf(envelope.securityKey))) {
    throw oslpFault("oslp.signature.invalid", "the answer is not signed with the device's key");
  }
  const asked = deviceIdBytes(request.deviceId);
  if (asked === undefined || !equalBytes(asked, envelope.deviceId)) {
    throw oslpFault("oslp.response.foreign", "the answer carries another device id");
  }
  const { sequenceNumber } = envelope;
  if (!isNewer(request.sequenceNumber, sequenceNumber, settings.sequence)) {
    throw outOfWindow(request.sequenceNumber, sequenceNumber);
  }
  const message = decodeMessage(envelope.payload);
  if (!isAnswer(message)) {
    throw oslpFault("oslp.response.unexpected", `${message.member} is not an answer`, { native: message.member });
  }
  return { sequenceNumber, message };
}

/** Whether a device may answer with it. */
function isAnswer({ member }: OslpMessage): boolean {
  return (
    member.endsWith("Response") &&
    member !== "registerDeviceResponse" &&
    member !== "confirmRegisterDeviceResponse" &&
    member !== "eventNotificationResponse"
  );
}
