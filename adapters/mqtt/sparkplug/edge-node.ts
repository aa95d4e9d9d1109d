import type { EdgeError } from "../../kit/edge-error.ts";
import { type DurationMs, earliest, type Instant, later } from "../../kit/time.ts";
import { DataType, type Metric, type Payload } from "../../../proto/sparkplug/gen/types.ts";
import type { Point } from "../../../edge-agent/model/point.ts";
import { type MqttFaultCode, mqttFault } from "../mqtt-fault.ts";
import { DEVICES_PER_NODE, METRIC_NAME_LENGTH, METRICS_PER_NODE } from "./limits.ts";
import { readScalar } from "./metric-value.ts";
import { type BornMetric, toPoint, unitOf } from "./points.ts";
import { Sequence } from "./sequence.ts";
import type { DeviceMessageType, NodeMessageType, SparkplugTopic } from "./topic.ts";

export interface EdgeNodeSettings {
  /** How long messages that were overtaken are waited for before a rebirth is asked for. */
  readonly reorderMs: DurationMs;
  /** Between two requests for a rebirth; doubled with each that brings none, up to 16 times as long. */
  readonly rebirthMs: DurationMs;
}

export type EdgeNodeOutcome =
  /** What the node (`device` absent) or a device of it says. `historical`: not the current values. */
  | {
      readonly kind: "points";
      readonly device: string | undefined;
      readonly birth: boolean;
      readonly historical: boolean;
      readonly points: readonly Point[];
    }
  | { readonly kind: "online"; readonly device: string | undefined }
  /** Of the node: all its devices are offline too. */
  | { readonly kind: "offline"; readonly device: string | undefined }
  /** The NBIRTH's, to be remembered over a takeover; `undefined` where it gave none. */
  | { readonly kind: "born"; readonly bdSeq: number | undefined }
  /** Ask the node for a rebirth now. */
  | { readonly kind: "rebirth" }
  /** Not taken, or not all of it: to be counted and kept as a dead letter. */
  | { readonly kind: "refused"; readonly device: string | undefined; readonly fault: EdgeError };

type OfNode = Extract<SparkplugTopic, { readonly node: string }>;

/** What one birth declared, by name and by alias. */
type Declared = Map<string, BornMetric>;

export const BD_SEQ = "bdSeq";
export const REBIRTH = "Node Control/Rebirth";

const LONGEST_WAIT = 16;

/**
 * The host's side of one edge node: what it was born with, whether it and its devices live, which of its messages are
 * missing. Values are never held back for those that were overtaken, because each has its own time: only what cannot be
 * read without a birth is refused, and a rebirth brings it again.
 */
export class EdgeNode {
  readonly #settings: EdgeNodeSettings;
  readonly #address: { readonly group: string; readonly node: string };
  /** By device; the node itself is "". */
  readonly #births = new Map<string, Declared>();
  /** One space of aliases for the node and its devices. */
  readonly #aliases = new Map<bigint, { readonly device: string; readonly born: BornMetric }>();
  #sequence: Sequence | undefined;
  #bdSeq: number | undefined;
  #giveUpAt: Instant | undefined;
  #wantsBirth = false;
  #askAt: Instant | undefined;
  /** The birth a new connection asks for has not come yet: nothing the node did was the reason for that request. */
  #isGreeting = false;
  #waitMs: DurationMs;

  /** @param bdSeq of the birth that was last remembered, so that its death is known again */
  constructor(address: { readonly group: string; readonly node: string }, settings: EdgeNodeSettings, bdSeq?: number) {
    this.#address = address;
    this.#settings = settings;
    this.#bdSeq = bdSeq;
    this.#waitMs = settings.rebirthMs;
  }

  get isBorn(): boolean {
    return this.#births.has("");
  }

  /** Whether the device, or the node itself, was born and has not died. */
  isAlive(device: string | undefined): boolean {
    return this.#births.has(device ?? "");
  }

  /** When `wake` is to be called; `undefined`: not at all. */
  get wakeAt(): Instant | undefined {
    return earliest(this.#giveUpAt, this.#wantsBirth ? this.#askAt : undefined);
  }

  /** What the metric of that name was born as. */
  declared(device: string | undefined, name: string): BornMetric | undefined {
    return this.#births.get(device ?? "")?.get(name);
  }

  /** A message of the node. Commands and states are none: they are ours. */
  receive(topic: OfNode, payload: Payload, now: Instant): readonly EdgeNodeOutcome[] {
    const found: EdgeNodeOutcome[] = [];
    this.#take(topic.type, topic.device, payload, now, found);
    return found;
  }

  /** A message of the node that could not be read: what it said is missing from now on. */
  unreadable(device: string | undefined, fault: EdgeError, now: Instant): readonly EdgeNodeOutcome[] {
    const found: EdgeNodeOutcome[] = [{ kind: "refused", device, fault }];
    this.#ask(now, found);
    return found;
  }

  /**
   * Nothing is known of it: the connection is new, or somebody else was active before. The birth that answers gives the
   * node its right to be asked back: what it loses a moment later is not waited for as long as a second loss is.
   */
  requestBirth(now: Instant): readonly EdgeNodeOutcome[] {
    const found: EdgeNodeOutcome[] = [];
    // It may have had a reason to be asked, and have answered, before its turn came.
    if (this.#isGreeting) this.#ask(now, found);
    return found;
  }

  /** The connection is new, `requestBirth` follows: a request without an answer may have gone down with the one before. */
  connected(): void {
    if (this.#wantsBirth) this.#askAt = undefined;
    this.#isGreeting = true;
  }

  /** The last request could not be sent: it counts for nothing, and the next reason or connection asks. */
  notAsked(): void {
    this.#askAt = undefined;
    this.#waitMs = Math.max(this.#settings.rebirthMs, this.#waitMs / 2);
  }

  wake(now: Instant): readonly EdgeNodeOutcome[] {
    const found: EdgeNodeOutcome[] = [];
    if (this.#giveUpAt !== undefined && this.#giveUpAt <= now) {
      this.#giveUpAt = undefined;
      const lost = this.#sequence?.giveUp() ?? 0;
      if (lost > 0) {
        found.push(refused(undefined, "mqtt.sparkplug.seq", `${lost} messages of the edge node have not come`));
        this.#ask(now, found);
      }
    }
    if (this.#wantsBirth && this.#askAt !== undefined && this.#askAt <= now) this.#ask(now, found);
    return found;
  }

  #take(
    type: NodeMessageType | DeviceMessageType,
    device: string | undefined,
    payload: Payload,
    now: Instant,
    found: EdgeNodeOutcome[],
  ): void {
    if (type === "NCMD" || type === "DCMD") return;
    if (type === "NBIRTH") {
      this.#nodeBirth(payload, now, found);
      return;
    }
    if (type === "NDEATH") {
      this.#nodeDeath(payload, found);
      return;
    }
    if (!this.isBorn) {
      found.push(refused(device, "mqtt.sparkplug.not-born", `${type} of an edge node whose NBIRTH we have not seen`));
      this.#ask(now, found);
      return;
    }
    if (!this.#inSequence(device, payload, now, found)) return;
    if (type === "DBIRTH") this.#deviceBirth(device ?? "", payload, now, found);
    else if (type !== "DDEATH") this.#data(device, payload, now, found);
    else {
      this.#forget(device ?? "");
      found.push({ kind: "offline", device });
    }
  }

  #nodeBirth(payload: Payload, now: Instant, found: EdgeNodeOutcome[]): void {
    const seq = seqOf(payload);
    const bdSeq = bdSeqOf(payload);
    if (seq === undefined) {
      found.push(refused(undefined, "mqtt.sparkplug.birth", "an NBIRTH has a seq from 0 to 255"));
      this.#ask(now, found);
      return;
    }
    // Its devices are born again after it: until then they are not there.
    const wasBorn = this.isBorn;
    for (const device of this.#births.keys()) if (device !== "") found.push({ kind: "offline", device });
    this.#births.clear();
    this.#aliases.clear();
    this.#giveUpAt = undefined;
    if (!this.#declare("", payload, now, found)) {
      this.#sequence = undefined;
      // It lives, but nothing it says can be read.
      if (wasBorn) found.push({ kind: "offline", device: undefined });
      return;
    }
    this.#sequence = new Sequence(seq);
    this.#bdSeq = bdSeq;
    this.#wantsBirth = false;
    if (this.#isGreeting) this.#askAt = undefined;
    this.#isGreeting = false;
    this.#waitMs = this.#settings.rebirthMs;
    found.push({ kind: "born", bdSeq }, { kind: "online", device: undefined });
    this.#said(undefined, payload, true, now, found);
  }

  #deviceBirth(device: string, payload: Payload, now: Instant, found: EdgeNodeOutcome[]): void {
    if (!this.#births.has(device) && this.#births.size > DEVICES_PER_NODE) {
      found.push(refused(device, "mqtt.sparkplug.birth", `the edge node has more than ${DEVICES_PER_NODE} devices`));
      return;
    }
    const wasBorn = this.#births.has(device);
    this.#forget(device);
    if (!this.#declare(device, payload, now, found)) {
      if (wasBorn) found.push({ kind: "offline", device });
      return;
    }
    found.push({ kind: "online", device });
    this.#said(device, payload, true, now, found);
  }

  #nodeDeath(payload: Payload, found: EdgeNodeOutcome[]): void {
    const bdSeq = bdSeqOf(payload);
    if (bdSeq !== undefined && this.#bdSeq !== undefined && bdSeq !== this.#bdSeq) {
      // The will of an earlier connection, published after the node was back.
      const text = `NDEATH of the birth ${bdSeq}, the present one is ${this.#bdSeq}`;
      found.push(refused(undefined, "mqtt.sparkplug.stale-death", text));
      return;
    }
    this.#births.clear();
    this.#aliases.clear();
    this.#sequence = undefined;
    this.#giveUpAt = undefined;
    // Dead nodes answer nothing; the next birth comes by itself.
    this.#wantsBirth = false;
    found.push({ kind: "offline", device: undefined });
  }

  #data(device: string | undefined, payload: Payload, now: Instant, found: EdgeNodeOutcome[]): void {
    if (!this.#births.has(device ?? "")) {
      found.push(refused(device, "mqtt.sparkplug.not-born", `data of device ${device} whose DBIRTH we have not seen`));
      this.#ask(now, found);
      return;
    }
    this.#said(device, payload, false, now, found);
  }

  /** Whether it is to be read: also what comes early or late is, because every value has its own time. */
  #inSequence(device: string | undefined, payload: Payload, now: Instant, found: EdgeNodeOutcome[]): boolean {
    const seq = seqOf(payload);
    if (seq === undefined || this.#sequence === undefined) {
      found.push(refused(device, "mqtt.sparkplug.seq", "a message of an edge node has a seq from 0 to 255"));
      this.#ask(now, found);
      return false;
    }
    const verdict = this.#sequence.take(seq);
    if (verdict === "lost") {
      found.push(refused(undefined, "mqtt.sparkplug.seq", `the seq of the edge node jumped to ${seq}`));
      this.#ask(now, found);
    }
    if (this.#sequence.missing === 0) this.#giveUpAt = undefined;
    else this.#giveUpAt ??= later(now, this.#settings.reorderMs);
    return true;
  }

  #declare(device: string, payload: Payload, now: Instant, found: EdgeNodeOutcome[]): boolean {
    const declared: Declared = new Map();
    const aliases = new Map<bigint, BornMetric>();
    const flaw = this.#flawOf(device, payload, declared, aliases);
    if (flaw !== undefined) {
      found.push(refused(device === "" ? undefined : device, "mqtt.sparkplug.birth", flaw));
      this.#ask(now, found);
      return false;
    }
    this.#births.set(device, declared);
    for (const [alias, born] of aliases) this.#aliases.set(alias, { device, born });
    return true;
  }

  #flawOf(device: string, payload: Payload, declared: Declared, aliases: Map<bigint, BornMetric>): string | undefined {
    let total = payload.metrics.length;
    for (const one of this.#births.values()) total += one.size;
    if (total > METRICS_PER_NODE) return `the edge node has more than ${METRICS_PER_NODE} metrics`;
    for (const { name, alias, datatype, properties } of payload.metrics) {
      if (name === undefined || name === "" || name.length > METRIC_NAME_LENGTH)
        return `a metric of a birth has a name of 1 to ${METRIC_NAME_LENGTH} characters`;
      if (datatype === undefined) return `the metric ${name} has no datatype`;
      if (declared.has(name)) return `two metrics are ${name}`;
      const born = { name, datatype, unit: unitOf(properties) };
      declared.set(name, born);
      if (alias === undefined) continue;
      const other = this.#aliases.get(alias);
      if (aliases.has(alias) || (other !== undefined && other.device !== device))
        return `two metrics of the edge node have the alias ${alias}`;
      aliases.set(alias, born);
    }
    return undefined;
  }

  #said(device: string | undefined, payload: Payload, birth: boolean, now: Instant, found: EdgeNodeOutcome[]): void {
    const current: Point[] = [];
    const historical: Point[] = [];
    let unknown: string | undefined;
    for (const metric of payload.metrics) {
      const born = this.#bornAs(device, metric);
      if (born === undefined) {
        unknown ??= metric.name?.slice(0, 64) ?? `with the alias ${metric.alias ?? "?"}`;
        continue;
      }
      if (isControl(born.name) || metric.template_value?.is_definition === true) continue;
      const timed = metric.timestamp === undefined ? { ...metric, timestamp: payload.timestamp } : metric;
      const point = toPoint({ ...this.#address, device }, born, timed);
      (metric.is_historical === true ? historical : current).push(point);
    }
    if (current.length > 0) found.push({ kind: "points", device, birth, historical: false, points: current });
    if (historical.length > 0) found.push({ kind: "points", device, birth, historical: true, points: historical });
    if (unknown === undefined) return;
    found.push(refused(device, "mqtt.sparkplug.unknown-alias", `a metric ${unknown} was not in the birth`));
    this.#ask(now, found);
  }

  #bornAs(device: string | undefined, { name, alias }: Metric): BornMetric | undefined {
    if (name !== undefined && name !== "") return this.declared(device, name);
    const known = alias === undefined ? undefined : this.#aliases.get(alias);
    return known?.device === (device ?? "") ? known.born : undefined;
  }

  #forget(device: string): void {
    this.#births.delete(device);
    for (const [alias, of] of this.#aliases) if (of.device === device) this.#aliases.delete(alias);
  }

  /** Asks for a rebirth, unless it was asked for a moment ago; `wake` asks again until there is one. */
  #ask(now: Instant, found: EdgeNodeOutcome[]): void {
    this.#wantsBirth = true;
    if (this.#askAt !== undefined && now < this.#askAt) return;
    this.#askAt = later(now, this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, this.#settings.rebirthMs * LONGEST_WAIT);
    found.push({ kind: "rebirth" });
  }
}

function isControl(name: string): boolean {
  return name === BD_SEQ || name.startsWith("Node Control/") || name.startsWith("Device Control/");
}

function seqOf({ seq }: Payload): number | undefined {
  return seq === undefined || seq > 255n ? undefined : Number(seq);
}

function bdSeqOf({ metrics }: Payload): number | undefined {
  const metric = metrics.find((one) => one.name === BD_SEQ);
  if (metric === undefined) return undefined;
  const value = metric.long_value ?? (metric.int_value === undefined ? undefined : BigInt(metric.int_value));
  const wide = metric.datatype === DataType.Int64 ? readScalar(DataType.Int64, { long_value: value }) : value;
  return typeof wide === "bigint" && wide >= 0n && wide <= 255n ? Number(wide) : undefined;
}

function refused(device: string | undefined, code: MqttFaultCode, message: string): EdgeNodeOutcome {
  return { kind: "refused", device, fault: mqttFault(code, message) };
}
