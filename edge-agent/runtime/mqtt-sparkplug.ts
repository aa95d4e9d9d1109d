import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { type DurationMs, later, type WallMs } from "../../adapters/kit/time.ts";
import type { CommandPublish } from "../../adapters/mqtt/command-payload.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import type { Publish } from "../../adapters/mqtt/publish.ts";
import { encodeSparkplugCommand, rebirthCommand } from "../../adapters/mqtt/sparkplug/command.ts";
import { readings } from "../../adapters/mqtt/sparkplug/drafts.ts";
import { EdgeNode, type EdgeNodeOutcome } from "../../adapters/mqtt/sparkplug/edge-node.ts";
import { hostState } from "../../adapters/mqtt/sparkplug/host-state.ts";
import { decodePayload } from "../../adapters/mqtt/sparkplug/payload.ts";
import { timeOf, toPoint } from "../../adapters/mqtt/sparkplug/points.ts";
import {
  addressOf,
  NAMESPACE,
  parseAddress,
  parseTopic,
  type SparkplugAddress,
} from "../../adapters/mqtt/sparkplug/topic.ts";
import type { OutgoingMessage } from "../../adapters/mqtt/wire/link-settings.ts";
import type { SparkplugSettings } from "../config/mqtt.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import type { Value } from "../model/value.ts";
import type { DutyPorts } from "./duty.ts";
import type { BookedMqttDevice, MqttBook } from "./mqtt-devices.ts";
import type { MqttIntake } from "./mqtt-intake.ts";

export interface SparkplugHostParts {
  readonly settings: SparkplugSettings;
  readonly answerTimeoutMs: DurationMs;
  readonly ports: DutyPorts;
  readonly book: MqttBook;
  readonly intake: MqttIntake;
  /** The edge nodes and their devices that may be meant. */
  readonly isAmong: (device: BookedMqttDevice) => boolean;
  readonly publish: (message: OutgoingMessage) => Promise<void>;
}

/** Publishes to a device; `begin` before the first byte. */
export type SparkplugSend = (
  device: BookedMqttDevice,
  message: CommandPublish,
  begin: () => Promise<void>,
  uid: string,
) => Promise<void>;

interface Member {
  readonly device: BookedMqttDevice;
  readonly address: SparkplugAddress;
}

interface Served {
  readonly member: Member;
  readonly machine: EdgeNode;
  cancel: (() => void) | undefined;
}

/** The key of the last birth's bdSeq in the memory of the edge node. */
const BD_SEQ_KEY = "bdSeq";
/** Between the requests for rebirth of two edge nodes when the connection is new: births are their longest messages. */
const SPREAD_MS = 10;

/** The host application of Sparkplug B for the edge nodes behind one broker, during one reign. */
export class SparkplugHost {
  readonly #parts: SparkplugHostParts;
  /** By `group/node`. */
  readonly #nodes = new Map<string, Served>();
  /** By `group/node` or `group/node/device`. */
  readonly #members = new Map<string, Member>();
  /** Commands that wait for the metric they have written, by device and metric; for rebirths the metric is "". */
  readonly #waiting = new Map<string, { readonly value: Value; readonly finish: (happened: boolean) => void }[]>();
  readonly #since: WallMs;
  #ended = false;

  constructor(parts: SparkplugHostParts) {
    const { book, settings, isAmong, ports } = parts;
    this.#parts = parts;
    this.#since = ports.timers.wall();
    for (const device of book.all()) {
      const address = device.sparkplug === undefined || !isAmong(device) ? undefined : parseAddress(device.sparkplug);
      if (address === undefined) continue;
      const member = { device, address };
      this.#members.set(addressOf(address), member);
      if (address.device !== undefined) continue;
      const known = book.memory(device.uid)?.[BD_SEQ_KEY];
      const machine = new EdgeNode(address, settings, typeof known === "number" ? known : undefined);
      this.#nodes.set(addressOf(address), { member, machine, cancel: undefined });
    }
  }

  /** Everything its edge nodes publish; empty where there is none. */
  get filters(): readonly string[] {
    return [...this.#nodes.values()].flatMap(({ member: { address } }) => [
      `${NAMESPACE}/${address.group}/+/${address.node}`,
      `${NAMESPACE}/${address.group}/+/${address.node}/+`,
    ]);
  }

  /** What the broker says of us when we are gone: the timestamp is that of the birth. */
  get will(): OutgoingMessage | undefined {
    const { host } = this.#parts.settings;
    return host === undefined || this.#nodes.size === 0 ? undefined : hostState(host, false, this.#since);
  }

  /** The connection is there, anew: edge nodes that wait for us may begin, and those that live say what they have. */
  up(): void {
    const { settings, ports } = this.#parts;
    if (settings.host !== undefined && this.#nodes.size > 0) this.#send(hostState(settings.host, true, this.#since));
    let index = 0;
    for (const served of this.#nodes.values()) {
      index += 1;
      served.machine.connected();
      ports.timers.at(later(ports.timers.now(), index * SPREAD_MS), () => {
        if (this.#ended) return;
        void this.#apply(served, served.machine.requestBirth(ports.timers.now()), undefined);
      });
    }
  }

  /** What an edge node hears that asks whether its host is there; `undefined`: we are nobody's primary host. */
  get greeting(): OutgoingMessage | undefined {
    const { host } = this.#parts.settings;
    return host === undefined ? undefined : hostState(host, true, this.#since);
  }

  /** The devices whose connections the edge nodes have. */
  *nodes(): IterableIterator<BookedMqttDevice> {
    for (const { member } of this.#nodes.values()) yield member.device;
  }

  /** The edge node that has the address, or has the device that has it. */
  nodeOf(address: Pick<SparkplugAddress, "group" | "node">): BookedMqttDevice | undefined {
    return this.#nodes.get(`${address.group}/${address.node}`)?.member.device;
  }

  /** Its own connection to us ended: nothing is known of what is behind it either. */
  disconnected(node: BookedMqttDevice, reason: string): void {
    const served = this.#nodes.get(node.sparkplug ?? "");
    for (const { device } of served === undefined ? [] : this.#membersOf(served))
      this.#parts.ports.lost(device.uid, reason);
  }

  /** Resolves when edge nodes have been told that we go. */
  async leave(): Promise<void> {
    if (this.will !== undefined) await this.#parts.publish(this.will).catch(() => {});
  }

  end(): void {
    this.#ended = true;
    for (const served of this.#nodes.values()) served.cancel?.();
    for (const list of [...this.#waiting.values()]) for (const { finish } of [...list]) finish(false);
  }

  /** A message of the namespace. Resolves when what it says is durable. */
  async take(publish: Publish): Promise<void> {
    const { intake, ports } = this.#parts;
    const topic = parseTopic(publish.topic);
    if (topic === undefined)
      return await intake.takeUnknown(publish, mqttFault("mqtt.sparkplug.topic", "it is no topic of Sparkplug B"));
    if (topic.type === "STATE" || topic.type === "NCMD" || topic.type === "DCMD") return;
    const served = this.#nodes.get(`${topic.group}/${topic.node}`);
    if (served === undefined) return await intake.takeUnknown(publish);
    const now = ports.timers.now();
    try {
      const payload = decodePayload(publish.payload);
      const said = { publish, time: timeOf(payload.timestamp) };
      await this.#apply(served, served.machine.receive(topic, payload, now), said);
    } catch (thrown) {
      const fault = toEdgeError(thrown, "mqtt.sparkplug.unreadable");
      if (fault.code !== "mqtt.sparkplug.unreadable") throw thrown;
      const found = served.machine.unreadable(topic.device, fault, now);
      await this.#apply(served, found, { publish, time: undefined });
    }
  }

  /** Rejects only as `begin` does. A command has happened when the device says the value it was to have. */
  async carry(
    device: BookedMqttDevice,
    command: Command,
    begin: () => Promise<void>,
    send: SparkplugSend,
  ): Promise<CommandConclusion> {
    const { ports, answerTimeoutMs } = this.#parts;
    const address = parseAddress(device.sparkplug ?? "");
    const served = address && this.#nodes.get(`${address.group}/${address.node}`);
    if (address === undefined || served === undefined)
      return conclude(command, "rejected", mqttFault("mqtt.command.invalid", "it is no device of an edge node"));
    let answered: Promise<boolean>;
    let refusal: { readonly thrown: unknown } | undefined;
    let key = "";
    try {
      const { topic, payload, metric } = encodeSparkplugCommand(command, address, served.machine, ports.timers.wall());
      const sent = decodePayload(payload).metrics[0] ?? {};
      const value = metric === undefined ? null : toPoint(address, metric, sent).value;
      key = metric === undefined ? keyOf(served.member.device.uid, "") : keyOf(device.uid, metric.name);
      const watched = async (): Promise<void> => {
        await begin().catch((thrown: unknown) => {
          refusal = { thrown };
          throw thrown;
        });
        // The device may say it before the write is over.
        answered = this.#wait(key, value, answerTimeoutMs);
      };
      answered = Promise.resolve(false);
      await send(device, { topic, payload, qos: 0, responseTopic: undefined }, watched, command.uid);
    } catch (thrown) {
      if (refusal !== undefined) throw refusal.thrown;
      const fault = toEdgeError(thrown, "mqtt.command.unanswered");
      if (fault.code === "mqtt.command.offline") return conclude(command, "unsent", fault);
      const end = fault.code.startsWith("mqtt.broker.") ? "unanswered" : "rejected";
      return conclude(command, end, fault);
    }
    if (await answered) return conclude(command, "succeeded", undefined);
    const fault = mqttFault("mqtt.command.unanswered", "the device has not said the value it was to have", {
      retry: "backoff",
    });
    return conclude(command, "unanswered", fault);
  }

  async #apply(
    served: Served,
    found: readonly EdgeNodeOutcome[],
    said: { readonly publish: Publish; readonly time: string | undefined } | undefined,
  ): Promise<void> {
    this.#rearm(served);
    const storing: Promise<void>[] = [];
    for (const outcome of found) {
      const stored = this.#act(served, outcome, said);
      if (stored !== undefined) storing.push(stored);
    }
    await Promise.all(storing);
    for (const outcome of found) this.#answer(served, outcome);
  }

  #act(
    served: Served,
    outcome: EdgeNodeOutcome,
    said: { readonly publish: Publish; readonly time: string | undefined } | undefined,
  ): Promise<void> | undefined {
    const { ports, intake, book } = this.#parts;
    const { southbound } = ports;
    const node = served.member.device;
    if (outcome.kind === "rebirth") {
      const asking = { ...rebirthCommand(served.member.address, ports.timers.wall()), qos: 0, retain: false } as const;
      // What comes while the subscriptions are still being made is a reason to ask, and there is no way to ask yet.
      this.#send(asking, () => {
        served.machine.notAsked();
        this.#rearm(served);
      });
      return undefined;
    }
    if (outcome.kind === "born") {
      const memory = { ...book.memory(node.uid), [BD_SEQ_KEY]: outcome.bdSeq ?? null };
      return southbound.store(node.uid, [], memory);
    }
    const member = this.#memberOf(served, outcome.device);
    switch (outcome.kind) {
      case "online":
        if (member !== undefined) southbound.heard(member.device.uid);
        return undefined;
      case "offline":
        for (const gone of outcome.device === undefined ? this.#membersOf(served) : [member])
          if (gone !== undefined) ports.lost(gone.device.uid, "sparkplug.death");
        return undefined;
      case "refused":
        if (said !== undefined) return intake.refuse(member?.device ?? node, said.publish, outcome.fault);
        southbound.refused(node.uid, addressOf(served.member.address), outcome.fault);
        return undefined;
      case "points": {
        if (said === undefined) return undefined;
        if (member === undefined) return intake.takeUnknown(said.publish);
        southbound.heard(member.device.uid);
        return southbound.store(member.device.uid, this.#drafts(member, outcome, said), undefined);
      }
    }
  }

  #drafts(
    member: Member,
    outcome: Extract<EdgeNodeOutcome, { kind: "points" }>,
    said: { readonly publish: Publish; readonly time: string | undefined },
  ): readonly MessageDraft[] {
    return readings({
      subject: member.device.uid,
      protocolId: addressOf(member.address),
      publish: said.publish,
      cause: outcome.historical ? "replay" : outcome.birth ? "integrity" : "spontaneous",
      historical: outcome.historical,
      points: outcome.points,
      time: said.time,
      nonce: this.#parts.intake.nonce(),
    });
  }

  /** Ends the commands that what has become durable answers. */
  #answer(served: Served, outcome: EdgeNodeOutcome): void {
    if (this.#waiting.size === 0) return;
    if (outcome.kind === "born") {
      for (const one of [...(this.#waiting.get(keyOf(served.member.device.uid, "")) ?? [])]) one.finish(true);
    }
    if (outcome.kind !== "points" || outcome.historical) return;
    const member = this.#memberOf(served, outcome.device);
    for (const point of member === undefined ? [] : outcome.points) {
      const name = (point.ref.pointer ?? "").slice(1).replace(/~1/g, "/").replace(/~0/g, "~");
      for (const one of [...(this.#waiting.get(keyOf(member?.device.uid ?? "", name)) ?? [])])
        if (one.value === point.value) one.finish(true);
    }
  }

  #wait(key: string, value: Value, forMs: DurationMs): Promise<boolean> {
    const { timers } = this.#parts.ports;
    return new Promise((resolve) => {
      const finish = (happened: boolean): void => {
        cancel();
        const left = (this.#waiting.get(key) ?? []).filter((one) => one !== entry);
        if (left.length === 0) this.#waiting.delete(key);
        else this.#waiting.set(key, left);
        resolve(happened);
      };
      const entry = { value, finish };
      const cancel = timers.at(later(timers.now(), forMs), () => finish(false));
      this.#waiting.set(key, [...(this.#waiting.get(key) ?? []), entry]);
    });
  }

  #memberOf({ member }: Served, device: string | undefined): Member | undefined {
    return device === undefined ? member : this.#members.get(addressOf({ ...member.address, device }));
  }

  #membersOf({ member: { address } }: Served): readonly Member[] {
    return [...this.#members.values()].filter(
      (one) => one.address.group === address.group && one.address.node === address.node,
    );
  }

  #rearm(served: Served): void {
    const { timers } = this.#parts.ports;
    served.cancel?.();
    served.cancel = undefined;
    const { wakeAt } = served.machine;
    if (wakeAt === undefined || this.#ended) return;
    served.cancel = timers.at(wakeAt, () => void this.#apply(served, served.machine.wake(timers.now()), undefined));
  }

  /** QoS 0 and the host's state: where it cannot go now it goes with the next connection. */
  #send(message: OutgoingMessage, unsent: () => void = () => {}): void {
    const { publish, ports } = this.#parts;
    publish(message).catch((thrown: unknown) => {
      unsent();
      ports.note("debug", `${message.topic}: ${toEdgeError(thrown, "mqtt.broker.unreachable").message}`);
    });
  }
}

function keyOf(device: string, metric: string): string {
  return `${device} ${metric}`;
}

function conclude(command: Command, end: CommandConclusion["end"], fault: EdgeError | undefined): CommandConclusion {
  return { uid: command.uid, end, fault, result: {} };
}
