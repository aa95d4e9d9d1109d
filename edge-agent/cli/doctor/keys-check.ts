import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import type { TlsFiles } from "../../config/config.ts";
import { readBytes, readSecret } from "../../config/secrets.ts";
import { type Check, error, type Finding, ok, textOf, warning } from "./finding.ts";

const SHORTEST_SECRET = 16;
const DAY_MS = 86_400_000;
/** Days before the end of a certificate from which it is a warning. */
const EXPIRY_WARNING_DAYS = 21;

export const keysCheck: Check = {
  name: "keys",
  run: ({ config }) => {
    const found: Finding[] = [];
    const look = (what: string, judge: () => Finding): void => {
      try {
        found.push(judge());
      } catch (thrown) {
        found.push(
          error(`${what}: ${textOf(thrown)}`, "correct the path, or let the user busbar runs as read the file"),
        );
      }
    };
    const { trust } = config.pair;
    if (trust.kind === "secret") look("pair secret", () => judgeSecret("pair secret", readSecret(trust.secret)));
    if (trust.kind === "tls") look("pair certificate", () => judgeTls("pair certificate", trust.files));
    if (trust.kind === "none") found.push(warning("the pair link has no secret", "pair: { secret: { file: … } }"));
    const { oslp } = config.protocols;
    if (oslp !== undefined) {
      look("OSLP platform key", () => judgePlatformKey(readBytes(oslp.platformKey)));
      for (const { tls, port } of oslp.listen)
        if (tls !== undefined) look(`OSLP port ${port}`, () => judgeTls(`OSLP port ${port}`, tls));
    }
    const { password, tls } = config.redis;
    if (password !== undefined) look("Redis password", () => judgeSecret("Redis password", readSecret(password)));
    if (tls?.ca !== undefined)
      look("Redis authorities", () => judgeCertificate("Redis authorities", readBytes(tls.ca ?? missing())));
    const { token } = config.ops;
    if (token !== undefined) look("ops token", () => judgeSecret("ops token", readSecret(token)));
    return found.length === 0 ? [ok("no keys are configured")] : found;
  },
};

function missing(): never {
  throw new Error("it is not configured");
}

export function judgeSecret(what: string, secret: string): Finding {
  if (secret.length >= SHORTEST_SECRET) return ok(`${what}: ${secret.length} characters`);
  return warning(`${what} has ${secret.length} characters`, `at least ${SHORTEST_SECRET}: openssl rand -base64 32`);
}

export function judgePlatformKey(bytes: Uint8Array): Finding {
  const buffer = Buffer.from(bytes);
  const key = buffer.includes("-----BEGIN")
    ? createPrivateKey(buffer)
    : createPrivateKey({ key: buffer, format: "der", type: "pkcs8" });
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    return error(
      "OSLP platform key: it is not a P-256 key",
      "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256",
    );
  }
  return ok("OSLP platform key: P-256");
}

function judgeTls(what: string, files: TlsFiles): Finding {
  const certificate = new X509Certificate(readBytes(files.cert));
  const key = createPrivateKey(Buffer.from(readBytes(files.key)));
  if (!certificate.checkPrivateKey(key))
    return error(`${what}: the key is not the certificate's`, "the two files of one pair");
  if (files.ca !== undefined) {
    const authority = new X509Certificate(readBytes(files.ca));
    if (!certificate.verify(createPublicKey(authority.publicKey.export({ format: "pem", type: "spki" })))) {
      return warning(
        `${what}: not signed by the first authority in ${files.ca.path}`,
        "check that the other agent trusts it",
      );
    }
  }
  return judgeCertificate(what, readBytes(files.cert));
}

export function judgeCertificate(what: string, pem: Uint8Array, now: number = Date.now()): Finding {
  const { validTo, validFrom } = new X509Certificate(pem);
  const days = Math.floor((Date.parse(validTo) - now) / DAY_MS);
  if (Date.parse(validFrom) > now)
    return error(`${what}: valid from ${validFrom} only`, "set the clock, or use a valid certificate");
  if (days < 0) return error(`${what}: ended ${-days} days ago`, "a new certificate");
  return days < EXPIRY_WARNING_DAYS
    ? warning(`${what}: ends in ${days} days`, "renew it")
    : ok(`${what}: valid for ${days} days`);
}
