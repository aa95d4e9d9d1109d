import type { Apdu, CarrierApdu } from "../apdu/apdu.ts";
import { APDU_TAGS } from "../apdu/tags.ts";
import { dlmsFault } from "../codes.ts";
import { suffices } from "../security/control.ts";
import type { Cover } from "./carriers.ts";
import { type Outgoing, unexpected } from "./exchange.ts";
import type { SecuritySettings } from "./settings.ts";

/** Whether what a server said can be the answer to what it was asked, and is protected as was agreed. */

/** Services of short names have no invoke-id: the kind of an answer is all there is to go by. */
const ANSWER_TAGS: ReadonlyMap<number, number> = new Map([
  [APDU_TAGS["read-request"], APDU_TAGS["read-response"]],
  [APDU_TAGS["write-request"], APDU_TAGS["write-response"]],
]);

/** Throws for an answer to another request. */
export function expectAnswer(asked: Apdu | undefined, answer: Apdu): void {
  if (asked?.kind === "read-request" || asked?.kind === "write-request") {
    if (answer.kind === (asked.kind === "read-request" ? "read-response" : "write-response")) return;
    throw unexpected(answer, `an answer to a ${asked.kind}`);
  }
  if (!("invoke" in answer) || asked === undefined || !("invoke" in asked)) throw unexpected(answer, "an answer");
  const mask = asked.kind === "access-request" ? 0xff_ffff : 0x0f;
  if ((answer.invoke & mask) === (asked.invoke & mask)) return;
  throw dlmsFault("dlms.association.unexpected-apdu", `a ${answer.kind} to another request`, { retry: "backoff" });
}

/** Whether octets that cannot be read have at least the shape of an answer to what is awaited. */
export function isShapedLikeAnswer(awaited: Outgoing | undefined, octets: Uint8Array): boolean {
  if (awaited === undefined) return false;
  const [tag = 0, , invoke] = awaited.octets;
  const byName = ANSWER_TAGS.get(tag);
  if (byName !== undefined) return octets[0] === byName;
  // Requests with the tag C0, C1, C3 are answered with C4, C5, C7; the invoke-id is the third octet of both.
  return octets[0] === tag + 4 && octets[2] === invoke;
}

/** Throws `dlms.security.unprotected` for less than was agreed. @param associated signatures are for services alone. */
export function expectProtection(
  security: SecuritySettings | undefined,
  associated: boolean,
  apdu: Exclude<Apdu, CarrierApdu>,
  { protection, signed }: Cover,
): void {
  const isSigned = security?.signs !== true || signed || !associated;
  if (security === undefined || (isSigned && suffices(protection, security.expected))) return;
  // A server that could not decipher cannot protect what it says about that; an AARE is protected inside.
  if (["exception-response", "confirmed-service-error", "aare"].includes(apdu.kind)) return;
  throw dlmsFault("dlms.security.unprotected", `a ${apdu.kind} with less protection than was agreed`);
}
