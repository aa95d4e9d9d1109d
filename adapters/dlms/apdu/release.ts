import { BerReader } from "../../kit/ber-reader.ts";
import { application, type BerTag, context, UNIVERSAL, universal } from "../../kit/ber-tag.ts";
import { BerWriter } from "../../kit/ber-writer.ts";
import { dlmsFault } from "../codes.ts";

/** A-RELEASE (IEC 62056-5-3 clause 9.4.2): the end of an association, asked for and agreed to. */
export interface Release {
  readonly kind: "rlrq" | "rlre";
  /** Request: 0 normal, 1 urgent, 30 user-defined. Response: 0 normal, 1 not-finished, 30 user-defined. */
  readonly reason: number | undefined;
  /** The xDLMS Initiate APDU of the association, protected, so that the release is authenticated. */
  readonly userInformation: Uint8Array | undefined;
}

export const RLRQ_TAG: BerTag = application(2);
export const RLRE_TAG: BerTag = application(3);

export function decodeRelease(octets: Uint8Array, kind: Release["kind"]): Release {
  const reader = new BerReader(octets, "dlms.acse");
  const whole = reader.expect(kind === "rlrq" ? RLRQ_TAG : RLRE_TAG);
  const fields = whole.children();
  let reason: number | undefined;
  let userInformation: Uint8Array | undefined;
  while (!fields.done) {
    const field = fields.next();
    if (field.tag.number === 0) {
      if (field.content.length !== 1) throw dlmsFault("dlms.apdu.malformed", "a reason that is not one octet");
      reason = field.content[0];
    } else if (field.tag.number === 30) userInformation = field.children().next().content;
  }
  return { kind, reason, userInformation };
}

export function encodeRelease({ kind, reason, userInformation }: Release): Uint8Array {
  return new BerWriter()
    .constructed(kind === "rlrq" ? RLRQ_TAG : RLRE_TAG, (inside) => {
      if (reason !== undefined) inside.element(context(0), Uint8Array.of(reason));
      if (userInformation === undefined) return;
      inside.constructed(context(30, "constructed"), (user) =>
        user.element(universal(UNIVERSAL.octetString), userInformation),
      );
    })
    .finish();
}
