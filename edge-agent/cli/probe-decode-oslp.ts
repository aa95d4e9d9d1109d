import { readFileSync } from "node:fs";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { equalBytes, fromHex, toHex } from "../../adapters/kit/bytes.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { bodyToJson } from "../../adapters/oslp/body-json.ts";
import { deviceIdText } from "../../adapters/oslp/device-id.ts";
import { decodeEnvelope, type Envelope, envelopeLength, HEADER_BYTES } from "../../adapters/oslp/envelope.ts";
import { decodeMessage, encodeMessage, type OslpMessage } from "../../adapters/oslp/message.ts";
import { signatureOf } from "../../adapters/oslp/signature.ts";
import { type ContractVersion, FIELDS } from "../../proto/oslp/gen/fields.ts";
import { complainLine, say, sayJson, table } from "./output.ts";
import { type WireField, wireFields } from "./probe-wire.ts";
import { readPublicKey } from "./simulate-keys.ts";
import { EXIT } from "./verb.ts";

export interface DecodeFlags {
  readonly deviceKey?: string;
  readonly platformKey?: string;
  readonly version?: ContractVersion;
  readonly json?: boolean;
}

/** One part of the envelope where it stands. */
interface Part {
  readonly offset: number;
  readonly length: number;
  readonly what: string;
  readonly value: string;
}

interface Explanation {
  readonly bytes: number;
  readonly parts: readonly Part[];
  readonly fields: readonly WireField[];
  readonly member: string | undefined;
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** By the name of the key that was tried. */
  readonly signature: Readonly<Record<string, boolean>>;
  readonly faults: readonly string[];
}

/** 0: a good envelope, and every key given verifies it or one of them does; 1: something is wrong with it. */
export function decodeOslp(text: string | undefined, flags: DecodeFlags): number {
  const hex = text === undefined || text === "-" ? readFileSync(0, "utf8") : text;
  const bytes = fromHex(hex.replaceAll(/0x|[:,-]/g, " "));
  if (bytes === undefined || bytes.length === 0) {
    complainLine("that is not hex: two digits a byte, white space ignored");
    return EXIT.usage;
  }
  const explanation = explain(bytes, flags);
  if (flags.json === true) sayJson(explanation);
  else show(explanation);
  return explanation.faults.length === 0 ? EXIT.ok : EXIT.failed;
}

export function explain(bytes: Uint8Array, flags: DecodeFlags): Explanation {
  const faults: string[] = [];
  const envelope = envelopeOf(bytes, faults);
  if (envelope === undefined) return { bytes: bytes.length, ...NOTHING, faults };
  const parts = partsOf(envelope, faults);
  const signature = signatureBy(envelope, flags, faults);
  const message = messageOf(envelope, flags.version, faults);
  return {
    bytes: bytes.length,
    parts,
    fields: wireFields(envelope.payload, HEADER_BYTES),
    member: message?.member,
    body: message === undefined ? undefined : bodyToJson(FIELDS["Message"]?.[message.member]?.of ?? "", message.body),
    signature,
    faults,
  };
}

const NOTHING = { parts: [], fields: [], member: undefined, body: undefined, signature: {} } as const;

/** What can be read of it: bytes behind a whole envelope are said and left out, a payload cut short is read as it is. */
function envelopeOf(bytes: Uint8Array, faults: string[]): Envelope | undefined {
  if (bytes.length < HEADER_BYTES) {
    faults.push(`an envelope has ${HEADER_BYTES} bytes before its payload; here are ${bytes.length}`);
    return undefined;
  }
  const announced = envelopeLength(bytes);
  if (bytes.length >= announced) {
    if (bytes.length > announced) faults.push(`${bytes.length - announced} bytes follow the envelope: another one?`);
    return decodeEnvelope(bytes.subarray(0, announced));
  }
  faults.push(`a payload of ${announced - HEADER_BYTES} bytes is announced; ${bytes.length - HEADER_BYTES} are there`);
  const whole = new Uint8Array(announced);
  whole.set(bytes);
  return { ...decodeEnvelope(whole), payload: bytes.subarray(HEADER_BYTES) };
}

function partsOf(envelope: Envelope, faults: string[]): Part[] {
  const { securityKey, sequenceNumber, deviceId, payload } = envelope;
  const parts: Part[] = [];
  try {
    const der = signatureOf(securityKey);
    const rLength = der[3] ?? 0;
    parts.push({ offset: 0, length: der.length, what: "signature", value: `ECDSA in DER, ${der.length} bytes` });
    parts.push({ offset: 4, length: rLength, what: "  r", value: toHex(der.subarray(4, 4 + rLength)) });
    parts.push({
      offset: 6 + rLength,
      length: der.length - 6 - rLength,
      what: "  s",
      value: toHex(der.subarray(6 + rLength)),
    });
    const padding = securityKey.subarray(der.length);
    const zeros = padding.every((byte) => byte === 0);
    parts.push({
      offset: der.length,
      length: padding.length,
      what: "padding",
      value: zeros ? "zeros" : toHex(padding),
    });
    if (!zeros) faults.push("the padding behind the signature is not zero (nobody checks it)");
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    parts.push({ offset: 0, length: securityKey.length, what: "security key", value: toHex(securityKey) });
    faults.push(`${thrown.message}${thrown.offset === undefined ? "" : ` at byte ${thrown.offset}`}`);
  }
  parts.push({ offset: 128, length: 2, what: "sequence number", value: String(sequenceNumber) });
  const manufacturer = toHex(deviceId.subarray(0, 2));
  parts.push({
    offset: 130,
    length: 12,
    what: "device id",
    value: `${toHex(deviceId)}  (manufacturer ${manufacturer}; ${deviceIdText(deviceId)} in Base64)`,
  });
  parts.push({ offset: 142, length: 2, what: "length", value: `${payload.length} bytes of payload` });
  return parts;
}

function signatureBy(envelope: Envelope, flags: DecodeFlags, faults: string[]): Record<string, boolean> {
  const keys = new KeyStore();
  const results: Record<string, boolean> = {};
  for (const [name, file] of [
    ["device", flags.deviceKey],
    ["platform", flags.platformKey],
  ] as const) {
    if (file === undefined) continue;
    const key = keys.addKeyObject(name, readPublicKey(file));
    try {
      results[name] = keys.verify(key, envelope.signedBytes, signatureOf(envelope.securityKey));
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      results[name] = false;
    }
  }
  const tried = Object.values(results);
  if (tried.length > 0 && !tried.includes(true))
    faults.push(`the signature is not that of the ${Object.keys(results).join(" or the ")}`);
  return results;
}

function messageOf(
  envelope: Envelope,
  version: ContractVersion | undefined,
  faults: string[],
): OslpMessage | undefined {
  try {
    const message = decodeMessage(envelope.payload);
    const again = encodeMessage(message, version ?? "0.6.1");
    if (!equalBytes(again, envelope.payload)) {
      faults.push("the payload is not in the canonical form: platforms that verify over their own encoding refuse it");
    }
    return message;
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    faults.push(`${thrown.message} (${thrown.code})`);
    return undefined;
  }
}

function show({ bytes, parts, fields, member, body, signature, faults }: Explanation): void {
  const rows = parts.map(({ offset, length, what, value }) => [String(offset), String(length), what, value]);
  for (const { offset, length, depth, number, name, value } of fields) {
    const indent = "  ".repeat(depth);
    rows.push([
      String(offset),
      String(length),
      `${indent}${name ?? `field ${number}`}${name === undefined ? "" : ` (${number})`}`,
      value,
    ]);
  }
  say(table(["offset", "bytes", "what", `an envelope of ${bytes} bytes`], rows));
  if (member !== undefined) say(`\n${member} ${JSON.stringify(body)}`);
  for (const [name, good] of Object.entries(signature))
    say(`signature of the ${name}: ${good ? "verifies" : "does not verify"}`);
  for (const fault of faults) complainLine(fault);
}
