import { fromUtf8 } from "../../../adapters/kit/bytes.ts";
import { Status } from "../../../proto/oslp/gen/types.ts";
import { fromBase64 } from "../base64.ts";
import type { Behaviour } from "../behaviour.ts";

/**
 * SetDeviceVerificationKey: a new public key of the platform, as Base64 text (what platforms send) or as DER. The one
 * before it is good until the new one has verified something.
 */
export function takesVerificationKey(): Behaviour {
  return {
    name: "takes-verification-key",
    answers: (state, request) => {
      if (request.member !== "setDeviceVerificationKeyRequest") return undefined;
      const chunk = request.body.certificateChunk;
      const spki = chunk[0] === DER_SEQUENCE && chunk[1] === P256_LENGTH ? chunk : fromBase64(fromUtf8(chunk) ?? "");
      const key = spki === undefined ? undefined : state.learnKey(spki);
      const status = key === undefined ? Status.FAILURE : Status.OK;
      return {
        kind: "answer",
        message: { member: "setDeviceVerificationKeyResponse", body: { status } },
        ...(key === undefined
          ? {}
          : {
              afterwards: () => {
                if (key === state.platformKey) return;
                state.formerPlatformKey = state.platformKey;
                state.platformKey = key;
              },
            }),
      };
    },
  };
}

/** A SubjectPublicKeyInfo on P-256 is 91 bytes: 30 59 … */
const DER_SEQUENCE = 0x30;
const P256_LENGTH = 0x59;
