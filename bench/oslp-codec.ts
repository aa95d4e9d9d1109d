import { sign, verify } from "node:crypto";
import { generateP256, KeyStore, publicKeyText } from "../adapters/io/node/keys.ts";
import { decodeEnvelope, encodeEnvelope } from "../adapters/oslp/envelope.ts";
import { decodeMessage, encodeMessage, type OslpMessage } from "../adapters/oslp/message.ts";
import { signatureOf } from "../adapters/oslp/signature.ts";
import type { Bench } from "./bench.ts";
import { readOptions } from "./options.ts";
import { cost } from "./ecdsa-limit.ts";
import { rounded } from "./statistics.ts";

const VERSION = "0.6.1";
const DEVICE_ID = new Uint8Array(12).fill(1);
/** Many times what it costs alone: what is left of the noise is small against it. */
const WITHOUT_CRYPTO_TIMES = 20;

const MESSAGES: Readonly<Record<string, OslpMessage>> = {
  setLight: {
    member: "setLightRequest",
    body: { values: [{ index: Uint8Array.of(2), on: true, dimValue: Uint8Array.of(40) }] },
  },
  eventNotification: {
    member: "eventNotificationRequest",
    body: {
      notifications: [
        { event: 2000, index: Uint8Array.of(1), description: "switched by its schedule", timestamp: "20261121180000" },
      ],
    },
  },
};

interface Costs {
  readonly bytes: number;
  /** Message and envelope, with signature or verification: what a session pays. Microseconds. */
  readonly encodeMicros: number;
  readonly decodeMicros: number;
  /** The same with a signature that is given and a verification that says yes. */
  readonly encodeAloneMicros: number;
  readonly decodeAloneMicros: number;
}

/**
 * What an envelope costs besides its cryptography: message and envelope encoded and signed, taken apart, verified and
 * decoded, beside a bare sign and verify of node:crypto over the same bytes. By processor time, one core.
 */
export const bench: Bench = {
  name: "oslp-codec",
  summary: "microseconds to encode and sign, decode and verify an envelope, beside node:crypto alone",
  run(args, out) {
    const values = readOptions(args, { operations: { type: "string", default: "2000", about: "in each round" } });
    const operations = Number(values.operations);
    const keys = new KeyStore();
    const { privateKey, publicKey } = generateP256();
    const mine = keys.addKeyObject("private", privateKey);
    const theirs = keys.addCheckedPublic("public", publicKeyText(publicKey));
    const figures: Record<string, unknown> = {};
    const rows: (readonly (string | number)[])[] = [];
    let worst = 0;
    for (const [name, message] of Object.entries(MESSAGES)) {
      const signed = sealed(message, (bytes) => keys.sign(mine, bytes));
      const { signedBytes, securityKey } = decodeEnvelope(signed);
      const signature = signatureOf(securityKey);
      const signMicros = cost(() => sign("sha256", signedBytes, privateKey), operations);
      const verifyMicros = cost(() => verify("sha256", signedBytes, publicKey, signature), operations);
      const costs: Costs = {
        bytes: signed.length,
        encodeMicros: cost(() => sealed(message, (bytes) => keys.sign(mine, bytes)), operations),
        decodeMicros: cost(() => opened(signed, (bytes, given) => keys.verify(theirs, bytes, given)), operations),
        encodeAloneMicros: cost(() => sealed(message, () => signature), operations * WITHOUT_CRYPTO_TIMES),
        decodeAloneMicros: cost(() => opened(signed, () => true), operations * WITHOUT_CRYPTO_TIMES),
      };
      const cryptoMicros = signMicros + verifyMicros;
      const percent = (100 * (costs.encodeAloneMicros + costs.decodeAloneMicros)) / cryptoMicros;
      worst = Math.max(worst, percent);
      rows.push(
        [`${name}, ${costs.bytes} bytes`, "node:crypto", "with envelope", "envelope alone"],
        ["encode, sign", ...[signMicros, costs.encodeMicros, costs.encodeAloneMicros].map(micros)],
        ["decode, verify", ...[verifyMicros, costs.decodeMicros, costs.decodeAloneMicros].map(micros)],
      );
      figures[name] = { signMicros, verifyMicros, ...costs, besidesCryptoPercent: rounded(percent, 1) };
    }
    out.table(rows);
    out.line(`besides the cryptography: ${rounded(worst, 1)} % of its cost at most`);
    return Promise.resolve({ ...figures, besidesCryptoPercent: rounded(worst, 1) });
  },
};

function sealed(message: OslpMessage, signer: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const payload = encodeMessage(message, VERSION);
  return encodeEnvelope({ sequenceNumber: 4_711, deviceId: DEVICE_ID, payload }, signer);
}

function opened(bytes: Uint8Array, verifier: (bytes: Uint8Array, signature: Uint8Array) => boolean): OslpMessage {
  const envelope = decodeEnvelope(bytes);
  if (!verifier(envelope.signedBytes, signatureOf(envelope.securityKey))) throw new Error("its own signature is wrong");
  return decodeMessage(envelope.payload);
}

function micros(value: number): string {
  return `${rounded(value, 1)} µs`;
}
