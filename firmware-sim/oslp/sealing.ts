import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { encodeEnvelope, type Envelope } from "../../adapters/oslp/envelope.ts";
import { encodeMessage, type OslpMessage } from "../../adapters/oslp/message.ts";
import { signatureOf } from "../../adapters/oslp/signature.ts";
import type { Behaviour, Leaving } from "./behaviour.ts";
import type { DeviceState } from "./device-state.ts";

/** A message as the writes in which it leaves the device: one, unless a behaviour cuts it. */
export function seal(
  state: DeviceState,
  behaviours: readonly Behaviour[],
  letter: { readonly message: OslpMessage; readonly sequenceNumber: number; readonly leaving: Leaving },
): readonly Uint8Array[] {
  const { identity, crypto } = state;
  const { message, sequenceNumber, leaving } = letter;
  let bytes = encodeEnvelope(
    { sequenceNumber, deviceId: identity.deviceId, payload: encodeMessage(message, identity.version) },
    (signed) => crypto.sign(identity.signKey, signed),
  );
  for (const behaviour of behaviours) bytes = behaviour.leaves?.(state, bytes, leaving) ?? bytes;
  for (const behaviour of behaviours) {
    const writes = behaviour.writes?.(state, bytes);
    if (writes !== undefined) return writes;
  }
  return [bytes];
}

/** Whether the platform signed it: with the key it has now, or with the one before as long as the new one has not been used. */
export function verified(state: DeviceState, envelope: Envelope): boolean {
  try {
    const signature = signatureOf(envelope.securityKey);
    if (state.crypto.verify(state.platformKey, envelope.signedBytes, signature)) {
      state.formerPlatformKey = undefined;
      return true;
    }
    const former = state.formerPlatformKey;
    return former !== undefined && state.crypto.verify(former, envelope.signedBytes, signature);
  } catch (thrown) {
    if (thrown instanceof EdgeError) return false;
    throw thrown;
  }
}
