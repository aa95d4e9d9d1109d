import type { KeyRef } from "../../kit/adapter.ts";
import { concat } from "../../kit/bytes.ts";
import { ByteWriter } from "../../kit/byte-writer.ts";
import type { Ciphers, Curve, KeyMaterial } from "../../kit/ciphers.ts";
import type { GeneralHeader, GeneralSigning } from "../apdu/protection.ts";
import { dlmsFault } from "../codes.ts";
import { writeOctets } from "../data/axdr.ts";
import { headerOctets } from "./envelope.ts";

/** general-signing (IEC 62056-5-3 clause 9.2.7.2.4.9): any APDU, protected ones included, with a signature. */
export function signApdu(
  ciphers: Ciphers,
  facts: { readonly header: GeneralHeader; readonly curve: Curve; readonly signingKey: KeyRef },
  inside: Uint8Array,
): GeneralSigning {
  const signature = ciphers.ecdsaSign(facts.curve, facts.signingKey, signedOctets(facts.header, inside));
  return { kind: "general-signing", ...facts.header, content: inside, signature };
}

/** The APDU inside. Throws `dlms.security.signature-invalid`. */
export function verifySigned(
  ciphers: Ciphers,
  facts: { readonly curve: Curve; readonly verifyingKey: KeyMaterial },
  apdu: GeneralSigning,
): Uint8Array {
  const signed = signedOctets(apdu, apdu.content);
  if (ciphers.ecdsaVerify(facts.curve, facts.verifyingKey, signed, apdu.signature)) return apdu.content;
  throw dlmsFault("dlms.security.signature-invalid", "the signature of a general-signing APDU does not verify");
}

/** Header and content with their lengths. */
function signedOctets(header: GeneralHeader, content: Uint8Array): Uint8Array {
  const writer = new ByteWriter();
  writeOctets(writer, content);
  return concat([headerOctets(header), writer.finish()]);
}
