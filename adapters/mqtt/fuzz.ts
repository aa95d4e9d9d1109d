import { decodeCommand } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { messageSchema } from "../../edge-agent/model/message.ts";
import { ModelFault } from "../../edge-agent/model/model-fault.ts";
import { stamp } from "../../edge-agent/model/stamp.ts";
import { DataType, type Metric } from "../../proto/sparkplug/gen/types.ts";
import { utf8 } from "../kit/bytes.ts";
import { EdgeError } from "../kit/edge-error.ts";
import { invariant } from "../kit/invariant.ts";
import { type Mutations, mutated } from "../kit/mutate.ts";
import type { SeededRandom } from "../kit/random.ts";
import { toInstant } from "../kit/time.ts";
import { decodeCommandRequest, targetOf } from "./command-request.ts";
import { deadLetter } from "./dead-letter.ts";
import { mapPublish, matchRule } from "./mapping.ts";
import type { Mapping } from "./mapping-rule.ts";
import { mqttFault } from "./mqtt-fault.ts";
import type { MappingSeams, Publish } from "./publish.ts";
import { readings } from "./sparkplug/drafts.ts";
import { EdgeNode, type EdgeNodeOutcome } from "./sparkplug/edge-node.ts";
import { DEVICES_PER_NODE } from "./sparkplug/limits.ts";
import { writeScalar } from "./sparkplug/metric-value.ts";
import { decodePayload, encodePayload } from "./sparkplug/payload.ts";
import { timeOf } from "./sparkplug/points.ts";
import { parseTopic } from "./sparkplug/topic.ts";
import { compileRule, SHIPPED, type WrittenRule } from "./written-mapping.ts";

/** Wire types and lengths of protobuf; brackets, quotes and digits of JSON; the two octets of gzip. */
const MUTATIONS: Mutations = {
  telling: [0, 1, 0x0a, 0x12, 0x7f, 0x80, 0xff, 0x1f, 0x8b, 0x22, 0x2c, 0x2d, 0x30, 0x3b, 0x5b, 0x5d, 0x7b, 0x7d, 0x65],
};
const SETTINGS = { reorderMs: 2_000, rebirthMs: 30_000 };
const T = 1_763_719_200_000n;

/**
 * One run of the fuzzer: what edge nodes of Sparkplug, plain devices and control centres publish, broken in the ways tired devices and busy
 * attackers break it. Throws where something is thrown that is no fault of the device, where a rebirth is asked for more
 * often than allowed, and where what is made of it is not a message of ours.
 */
export function fuzzRun(_vectors: readonly Uint8Array[], random: SeededRandom): string {
  if (random.chance({ times: 2, of: 3 })) return edgeNodeRun(random);
  return random.chance({ times: 3, of: 4 }) ? mappingRun(random) : commandRun(random);
}

/** The life of one edge node, as its host hears it. */
function edgeNodeRun(random: SeededRandom): string {
  const node = new EdgeNode({ group: "g", node: "n" }, SETTINGS);
  let now = 0;
  let askedAt = Number.NEGATIVE_INFINITY;
  /** Requests allowed besides: the birth a new connection asked for gives one back. */
  let spare = 0;
  let verdict = "sparkplug: nothing";
  const look = (found: readonly EdgeNodeOutcome[], publish: Publish | undefined, time: string | undefined): void => {
    for (const one of found) {
      if (one.kind === "refused") verdict = one.fault.code;
      if (one.kind === "rebirth") {
        if (now - askedAt < SETTINGS.rebirthMs) spare -= 1;
        invariant(spare >= 0, "a rebirth is asked for no more often than allowed");
        askedAt = now;
      }
      if (one.kind !== "points" || publish === undefined) continue;
      verdict = `sparkplug: ${one.birth ? "birth" : one.historical ? "history" : "data"}`;
      const drafts = readings({
        subject: "edge-1",
        protocolId: "g/n",
        publish,
        cause: "spontaneous",
        historical: one.historical,
        points: one.points,
        time,
        nonce: "1",
      });
      drafts.forEach(checkDraft);
    }
    invariant(node.wakeAt === undefined || node.wakeAt >= now, "what is due has been done");
  };
  if (random.chance({ times: 1, of: 2 })) {
    node.connected();
    spare = 1;
    look(node.requestBirth(toInstant(now)), undefined, undefined);
  }
  for (let step = random.between(3, 12); step > 0; step--) {
    now += random.between(0, 5_000);
    const until = now;
    for (let due = node.wakeAt; due !== undefined && due <= until; due = node.wakeAt) {
      now = due;
      look(node.wake(due), undefined, undefined);
    }
    now = until;
    const type =
      random.pick(["NBIRTH", "NBIRTH", "NDATA", "NDATA", "DBIRTH", "DDATA", "DDATA", "NDEATH", "DDEATH"]) ?? "NDATA";
    const device = type.startsWith("D") ? `/d${random.below(3) === 0 ? random.below(DEVICES_PER_NODE + 2) : 1}` : "";
    const topic = parseTopic(`spBv1.0/g/${type}/n${device}`);
    if (topic === undefined || topic.type === "STATE") throw new Error("a topic of the namespace");
    const bytes = payloadOf(type, random);
    const breaks = random.chance({ times: 1, of: 2 }) ? random.between(1, 6) : 0;
    const payload = mutated(bytes, random, breaks, MUTATIONS);
    const publish: Publish = { topic: `spBv1.0/g/${type}/n${device}`, payload, qos: 0, retain: false, by: undefined };
    try {
      const decoded = decodePayload(payload);
      look(node.receive(topic, decoded, toInstant(now)), publish, timeOf(decoded.timestamp));
    } catch (thrown) {
      const fault = asFault(thrown);
      look(node.unreadable(topic.device, fault, toInstant(now)), publish, undefined);
      checkDraft(deadLetter("edge-1", publish, fault, "1"));
    }
  }
  return verdict;
}

function payloadOf(type: string, random: SeededRandom): Uint8Array {
  const isBirth = type.endsWith("BIRTH");
  const metrics: Metric[] = [];
  if (type === "NBIRTH" || type === "NDEATH")
    metrics.push({ name: "bdSeq", datatype: DataType.Int64, ...writeScalar(DataType.Int64, BigInt(random.below(3))) });
  for (let index = random.below(4); index > 0; index--) {
    const datatype =
      random.pick([DataType.Int8, DataType.UInt64, DataType.Double, DataType.String, DataType.Bytes, DataType.UUID]) ??
      1;
    const alias = BigInt((type.startsWith("N") ? 10 : 20) + index);
    const value =
      datatype === DataType.String
        ? writeScalar(datatype, "ü".repeat(random.below(20)))
        : datatype === DataType.Bytes
          ? writeScalar(datatype, random.bytes(random.below(20)))
          : datatype === DataType.UUID
            ? // No value, and it does not say that there is none.
              {}
            : writeScalar(datatype, datatype === DataType.UInt64 ? 2n ** 63n : -random.below(128));
    metrics.push({
      ...(isBirth || random.chance({ times: 1, of: 8 }) ? { name: `M/${index}` } : {}),
      alias,
      datatype,
      timestamp: T + BigInt(random.below(1_000)),
      is_historical: random.chance({ times: 1, of: 8 }),
      ...value,
    });
  }
  return encodePayload({ timestamp: T, seq: BigInt(random.below(6)), metrics });
}

const RULE: Omit<WrittenRule, "topic" | "payload" | "points"> = {
  each: undefined,
  separator: ";",
  skipLines: 0,
  compression: "auto",
  event: undefined,
  time: undefined,
  id: undefined,
  cause: "periodic",
};
const point = (at: string | number | undefined, over: Partial<WrittenRule["points"][number]> = {}) => ({
  name: "voltage.l1",
  at,
  type: "f64" as const,
  unit: undefined,
  scaler: undefined,
  optional: false,
  ...over,
});
const MAPPING: Mapping = {
  name: "fuzz",
  rules: [
    ...[
      {
        ...RULE,
        topic: "{device}/json",
        payload: "json" as const,
        each: "/a",
        time: { at: "/t", form: "unix-ms" as const },
        points: [point("/u/0", { scaler: -1 }), point("/c", { name: "count", type: "u64", optional: true })],
      },
      { ...RULE, topic: "{device}/csv", payload: "csv" as const, points: [point(1), point(2, { type: "string" })] },
      { ...RULE, topic: "{device}/plain", payload: "plain" as const, points: [point(undefined, { type: "bool" })] },
    ].map(compileRule),
    ...SHIPPED.flatMap(({ rules }) => rules),
  ],
};
const TEXTS: Readonly<Record<string, string>> = {
  "d1/json": '{"a":[{"t":1763719200000,"u":[2301,2302],"c":"18446744073709551615"},{"t":1763719201000,"u":[-1e3]}]}',
  "d1/csv": '2026-11-21;230.1;"on; off"\n2026-11-21;231;x',
  "d1/plain": "true",
  "msr/d1/data": `d1; ${Array.from({ length: 48 }, (_, i) => `${220 + i}.1`).join("; ")}`,
  "msr/d1/congestion": `[{"gisnr":"d1","versie":"1","feeder":"1","D":"21/11/2026 10:00:00","uts":"1763719200","data":[${Array(49).fill("0.5").join(",")}]}]`,
};

function mappingRun(random: SeededRandom): string {
  const topic = random.pick(Object.keys(TEXTS)) ?? "d1/plain";
  const payload = mutated(utf8(TEXTS[topic] ?? ""), random, random.between(0, 6), MUTATIONS);
  const publish: Publish = { topic, payload, qos: 1, retain: false, by: "d1" };
  const seams: MappingSeams = {
    nonce: () => "1",
    gunzip: () => {
      throw mqttFault("mqtt.payload.inflate", "nothing inflates here");
    },
  };
  try {
    const match = matchRule(MAPPING, topic, "d1");
    if (match === undefined) throw mqttFault("mqtt.topic.unmapped", "no rule");
    const drafts = mapPublish(match, { uid: "d1", identification: "d1" }, publish, seams);
    drafts.forEach(checkDraft);
    return `mapped: ${topic}`;
  } catch (thrown) {
    const fault = asFault(thrown);
    checkDraft(deadLetter("d1", publish, fault, "1"));
    return fault.code;
  }
}

const REQUESTS = [
  `{"id":"c-1","action":"limit","target":"Limit","value":{"w":[1,2.5,null]},"deadline":"2026-11-21T10:00:00Z","replyTo":"a/b"}`,
  `{"value":true,"mode":"sbo","priority":"urgent","notBefore":"2026-11-21T09:00:00Z","maxAttempts":3,"idempotent":true}`,
  `{"target":{"scheme":"obis","value":"1-0:1.8.0*255","attr":2},"value":"x"}`,
  `{"mode":"direkt","maxAttempts":99}`,
  "7",
  "now",
  `[[[["deep"]]]]`,
];

/** A command over a bridge: it is one in the words of the message model, or refused, and what it is can be told again. */
function commandRun(random: SeededRandom): string {
  const payload = mutated(utf8(random.pick(REQUESTS) ?? ""), random, random.between(0, 6), MUTATIONS);
  const by = { uid: "c-1", device: "d1", issuedBy: "bridge centre" };
  try {
    const { says, replyTo } = decodeCommandRequest(payload, random.chance({ times: 1, of: 8 }) ? "value" : "envelope");
    const { target, action = "limit", deadline = "2026-11-21T10:00:00Z", ...rest } = says;
    invariant(replyTo === undefined || typeof replyTo === "string", "an address is a text");
    const acts = target === undefined ? {} : { target: targetOf(target) };
    const command = decodeCommand({ ...rest, ...acts, ...by, action, deadline });
    invariant(
      command.uid === "c-1" && command.device === "d1" && command.role === "operator",
      "who asks is ours to say",
    );
    decodeCommand(JSON.parse(JSON.stringify(command)));
    return "command: taken";
  } catch (thrown) {
    if (thrown instanceof EdgeError && thrown.code.startsWith("mqtt.")) return `command: ${thrown.code}`;
    if (thrown instanceof ModelFault) return `command: ${thrown.code}`;
    throw thrown;
  }
}

/** What a device sends may be refused; anything else that is thrown is ours, and goes on. */
function asFault(thrown: unknown): EdgeError {
  if (thrown instanceof EdgeError && thrown.code.startsWith("mqtt.") && thrown.blame === "device") return thrown;
  throw thrown;
}

function checkDraft(draft: MessageDraft): void {
  const by = { source: "/fuzz/gw", agent: "a", epoch: 1, sequence: 1, recordedtime: "2026-11-21T10:00:00.000Z" };
  const whole: unknown = JSON.parse(JSON.stringify(stamp(draft, by)));
  const checked = messageSchema.safeParse(whole);
  invariant(checked.success, `what was made is a message of ours: ${checked.success ? "" : checked.error.message}`);
}
