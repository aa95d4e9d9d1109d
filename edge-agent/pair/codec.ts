import { ByteReader } from "../../adapters/kit/byte-reader.ts";
import { ByteWriter } from "../../adapters/kit/byte-writer.ts";
import { fromUtf8, utf8 } from "../../adapters/kit/bytes.ts";
import { unreachable } from "../../adapters/kit/invariant.ts";
import { LENGTH_BYTES } from "./frame-cutter.ts";
import { Fields, malformed, shortText } from "./fields.ts";
import type { GroupWord } from "../model/group-word.ts";
import { type BeatFrame, type GroupBeat, type Hello, PAIR_LIMITS, type PairFrame } from "./frames.ts";

/**
 * A frame on the wire: a length of four bytes that counts what follows, a kind of one byte, a body. Bodies that carry
 * bytes are binary; all others are one JSON object, since they are few and people read them in captures.
 */
const KINDS: readonly PairFrame["kind"][] = [
  "hello",
  "beat",
  "word",
  "replicate",
  "replicated",
  "forward-open",
  "forward-data",
  "forward-credit",
  "forward-close",
  "bye",
];

const ROLES = ["standby", "acquiring", "active", "stepping-down"] as const;
const HEALTHS = ["unknown", "ok", "failing"] as const;
const REFUSALS = ["not-standby", "acquiring", "other-epoch", "not-a-pair"] as const;
const WORDS = [
  "promise-asked",
  "promise-granted",
  "promise-refused",
  "promise-withdrawn",
  "released",
  "handover",
] as const;

export function encodeFrame(frame: PairFrame): Uint8Array<ArrayBuffer> {
  const body = encodeBody(frame);
  return new ByteWriter(LENGTH_BYTES + 1 + body.length)
    .u32(1 + body.length)
    .u8(KINDS.indexOf(frame.kind) + 1)
    .bytes(body)
    .finish();
}

/** The frame of complete bytes, their length included. Throws `link.frame.malformed`. Bytes in it are views. */
export function decodeFrame(bytes: Uint8Array): PairFrame {
  const reader = new ByteReader(bytes, "link.frame.malformed", { start: LENGTH_BYTES });
  const number = reader.u8();
  const kind = KINDS[number - 1];
  switch (kind) {
    case undefined:
      throw malformed(`a frame is of kind ${number}, which nobody knows`);
    case "replicate": {
      const stream = readText(reader);
      const position = readPosition(reader);
      if (reader.remaining > PAIR_LIMITS.recordsBytes) throw malformed("a replicate frame carries too many bytes");
      return { kind, stream, position, records: reader.rest() };
    }
    case "forward-data": {
      const channel = reader.u32();
      if (reader.remaining > PAIR_LIMITS.dataBytes) throw malformed("a forward-data frame carries too many bytes");
      return { kind, channel, bytes: reader.rest() };
    }
    default:
      return decodeControl(kind, reader.rest());
  }
}

function encodeBody(frame: PairFrame): Uint8Array {
  switch (frame.kind) {
    case "replicate": {
      const stream = utf8(frame.stream);
      return new ByteWriter(11 + stream.length + frame.records.length)
        .u16(stream.length)
        .bytes(stream)
        .u64(BigInt(frame.position))
        .bytes(frame.records)
        .finish();
    }
    case "forward-data":
      return new ByteWriter(4 + frame.bytes.length).u32(frame.channel).bytes(frame.bytes).finish();
    default: {
      const { kind: _kind, ...fields } = frame;
      return utf8(JSON.stringify(fields));
    }
  }
}

type ControlKind = Exclude<PairFrame["kind"], "replicate" | "forward-data">;

function decodeControl(kind: ControlKind, body: Uint8Array): PairFrame {
  const fields = new Fields(parse(kind, body), kind);
  switch (kind) {
    case "hello":
      return readHello(fields);
    case "beat":
      return readBeat(fields);
    case "word":
      return { kind, group: fields.text("group"), word: readWord(fields.object("word")) };
    case "replicated":
      return { kind, stream: fields.text("stream"), position: fields.count("position") };
    case "forward-open":
      return {
        kind,
        channel: fields.channel("channel"),
        remote: fields.text("remote"),
        listener: fields.text("listener"),
        ...(fields.flagIfAny("mayReturn") ? { mayReturn: true } : {}),
      };
    case "forward-credit":
      return { kind, channel: fields.channel("channel"), bytes: fields.count("bytes") };
    case "forward-close":
      return { kind, channel: fields.channel("channel"), how: fields.oneOf("how", ["end", "reset"]) };
    case "bye": {
      const reason = fields.oneOf("reason", ["stopping", "silent", "refused", "fault"]);
      return { kind, reason, message: fields.text("message") };
    }
    default:
      return unreachable(kind);
  }
}

function readHello(fields: Fields): Hello {
  return {
    kind: "hello",
    protocol: fields.count("protocol"),
    site: fields.text("site"),
    agent: fields.text("agent"),
    version: fields.text("version"),
    configHash: fields.text("configHash"),
    groups: fields.list("groups", PAIR_LIMITS.groups, shortText),
  };
}

function readBeat(fields: Fields): BeatFrame {
  return {
    kind: "beat",
    sequence: fields.count("sequence"),
    groups: fields.list("groups", PAIR_LIMITS.groups, readGroupBeat),
  };
}

function readGroupBeat(value: unknown): GroupBeat {
  const fields = new Fields(value, "a group's beat");
  return {
    group: fields.text("group"),
    role: fields.oneOf("role", ROLES),
    epoch: fields.count("epoch"),
    health: fields.oneOf("health", HEALTHS),
    highestEpoch: fields.count("highestEpoch"),
    configHash: fields.text("configHash"),
    able: fields.flag("able"),
    hears: fields.flag("hears"),
    spoolBytes: fields.count("spoolBytes"),
  };
}

function readWord(fields: Fields): GroupWord {
  const kind = fields.oneOf("kind", WORDS);
  const epoch = fields.count("epoch");
  switch (kind) {
    case "promise-asked":
    case "promise-granted":
    case "promise-withdrawn":
      return { kind, ask: fields.count("ask"), epoch };
    case "promise-refused": {
      const highestEpoch = fields.count("highestEpoch");
      return { kind, ask: fields.count("ask"), epoch, highestEpoch, why: fields.oneOf("why", REFUSALS) };
    }
    case "released":
      return { kind, epoch, successor: fields.text("successor") };
    case "handover":
      return { kind, epoch, cause: fields.oneOf("cause", ["handover", "failback"]) };
  }
}

function parse(kind: string, body: Uint8Array): unknown {
  if (body.length > PAIR_LIMITS.controlBytes) throw malformed(`a ${kind} frame of ${body.length} bytes is too long`);
  const text = fromUtf8(body);
  if (text === undefined) throw malformed(`a ${kind} frame is no UTF-8`);
  try {
    return JSON.parse(text);
  } catch (_notJson) {
    throw malformed(`a ${kind} frame is no JSON`);
  }
}

function readText(reader: ByteReader): string {
  const text = fromUtf8(reader.bytes(reader.u16()));
  if (text === undefined) throw malformed("a name is no UTF-8");
  return shortText(text);
}

function readPosition(reader: ByteReader): number {
  const position = Number(reader.u64());
  if (!Number.isSafeInteger(position)) throw malformed(`position ${position} is beyond what can be counted`);
  return position;
}
