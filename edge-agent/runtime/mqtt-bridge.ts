import { NodeRandom } from "../../adapters/io/node/random.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import { later, toRfc3339 } from "../../adapters/kit/time.ts";
import { type BridgeRules, HOPS_PROPERTY, pass, remoteSubscriptions } from "../../adapters/mqtt/bridge-rule.ts";
import { type CommandAnswer, encodeAnswer } from "../../adapters/mqtt/command-answer.ts";
import { BrokerLink } from "../../adapters/mqtt/wire/broker-link.ts";
import type { LinkMessage } from "../../adapters/mqtt/wire/link-settings.ts";
import type { MqttBridge } from "../config/mqtt-bridge.ts";
import type { ReplyAddress } from "../model/command.ts";
import type { Message } from "../model/message.ts";
import type { BridgeQueue, BridgeQueueStatus, QueuedMessage } from "./bridge-queue.ts";
import type { Position } from "../spool/position.ts";
import type { DutyPorts } from "./duty.ts";
import { linkNotes } from "./mqtt-link-notes.ts";
import { clientIdOf, linkSettings } from "./mqtt-links.ts";
import { pausing } from "./pausing.ts";

/** Where normalized messages are, as seen by the rules of bridges: `$busbar/reading/<device>`. A filter `#` alone does not take them. */
export const MESSAGES_PREFIX = "$busbar/";

export interface MqttBridgeParts {
  readonly name: string;
  readonly bridge: MqttBridge;
  readonly gateway: string;
  readonly ports: DutyPorts;
  readonly queue: BridgeQueue;
  /** What comes in, under its local topic, with the bridges it has passed. Resolves when durable or in the queue of commands. */
  readonly deliver: (message: Arrival) => Promise<void>;
}

/** What came in by a bridge, under its local topic. */
export interface Arrival extends LinkMessage {
  /** Bridges it has passed, ours among them. */
  readonly hops: number;
  /** The broker had kept it, whatever our rule makes of that. */
  readonly wasRetained: boolean;
}

/** A message on the way out, under its local topic. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  /** Bridges it has passed before. */
  readonly hops: number;
  readonly properties: Readonly<Record<string, string>>;
}

const AGAIN_MS = 200;
/** While messages are under way; every time costs a write to the disk. */
const TELL_MS = 20;
/** For an answer to be on both disks: longer than a slow peer is waited for. */
const ANSWER_WAITS_MS = 3_000;
const encoder = new TextEncoder();

/** One bridge during one reign: out of its queue in order, in at the pace of what is durable here. */
export class MqttBridgeRun {
  readonly #parts: MqttBridgeParts;
  readonly #rules: BridgeRules;
  readonly #link: BrokerLink;
  /** Nothing more is begun; what is under way may still be confirmed, until the reign is over. */
  #ended = false;
  #isOver = false;
  /** Went over / came in / were not passed on because of the hop count or because the queue did not take them. */
  readonly counts = { sent: 0, received: 0, dropped: 0 };

  constructor(parts: MqttBridgeParts) {
    const { name, bridge, gateway, ports } = parts;
    this.#parts = parts;
    this.#rules = { ...bridge, name };
    const notes = linkNotes(`bridge ${name}`, ports.note);
    this.#link = new BrokerLink({
      settings: linkSettings(bridge, {
        gateway,
        name,
        advertiseBridge: bridge.advertiseBridge,
        will: bridge.status && {
          topic: this.#statusTopic,
          payload: this.#status("offline"),
          retain: bridge.status.retain,
        },
      }),
      subscriptions: remoteSubscriptions(this.#rules),
      timers: ports.timers,
      random: new NodeRandom(),
      permit: () => ports.southbound.permit(),
      take: (message) => this.#take(message),
      changed: (state) => {
        notes(state);
        if (state.kind === "up") void this.#tellStatus("online").catch(() => {});
      },
    });
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  get waiting(): BridgeQueueStatus {
    return this.#parts.queue.status();
  }

  start(): void {
    this.#link.start();
    this.#pump().catch((thrown: unknown) => {
      // Its disk has failed: the devices and the other bridges go on.
      const { name, ports } = this.#parts;
      ports.note("warn", `bridge ${name} ends: ${toEdgeError(thrown, "spool.failed").message}`);
      this.#ended = true;
      this.#link.end();
    });
  }

  async close(): Promise<void> {
    this.#ended = true;
    this.#parts.queue.wake();
    if (this.#link.isUp) await this.#tellStatus("offline").catch(() => {});
    await this.#link.close();
    await this.#parts.queue.settle();
  }

  end(): void {
    this.#ended = true;
    this.#isOver = true;
    this.#link.end();
    this.#parts.queue.end();
  }

  /** Resolves when the message waits on disk, or no rule takes it. Rejects where the queue blocks. */
  async offer(message: Outgoing): Promise<void> {
    const { bridge, queue } = this.#parts;
    const passed = pass(this.#rules, "out", message);
    if (passed === undefined) return;
    if (message.hops >= bridge.maxHops) {
      this.counts.dropped += 1;
      return;
    }
    if (message.qos === 0 && bridge.queue.qos0 === "drop" && !this.#link.isUp) {
      this.counts.dropped += 1;
      return;
    }
    const { topic, qos, retain } = passed;
    const properties = { ...message.properties, [HOPS_PROPERTY]: String(message.hops + 1) };
    await queue.add({ topic, payload: message.payload, qos, retain, properties });
  }

  /** What the group has stored, for rules under `$busbar/`. Nobody waits: what the queue does not take is counted. */
  offerStored(message: Message): void {
    const kind = message.type.split(".")[1] ?? "message";
    const topic = `${MESSAGES_PREFIX}${kind}/${message.subject}`;
    const properties = { id: message.id, type: message.type, "content-type": "application/cloudevents+json" };
    if (pass(this.#rules, "out", { topic, qos: 1, retain: false }) === undefined) return;
    const payload = encoder.encode(JSON.stringify(message));
    this.offer({ topic, payload, qos: 1, retain: false, hops: 0, properties }).catch((thrown: unknown) => {
      this.counts.dropped += 1;
      this.#parts.ports.note("debug", `bridge ${this.#parts.name}: ${toEdgeError(thrown, "spool.failed").message}`);
    });
  }

  /** Resolves when the answer to a command waits on disk; one the queue does not take is counted: the ledger has it, for who asks again. */
  async answer({ topic, correlation }: ReplyAddress, answer: CommandAnswer, id: string | undefined): Promise<void> {
    const properties = {
      [HOPS_PROPERTY]: "1",
      "content-type": "application/json",
      ...(id === undefined ? {} : { id }),
    };
    const payload = encodeAnswer(answer);
    const { ports, queue, name } = this.#parts;
    const added = queue
      .add({ topic, payload, qos: 1, retain: false, properties, correlation })
      .catch((thrown: unknown) => {
        this.counts.dropped += 1;
        const { message } = toEdgeError(thrown, "spool.failed");
        ports.note("warn", `bridge ${name}: an answer to ${topic} is not kept: ${message}`);
      });
    // The device's next command waits for this one's end: a disk that does not come back must not hold it up.
    await new Promise<void>((resolve) => {
      const cancel = ports.timers.at(later(ports.timers.now(), ANSWER_WAITS_MS), resolve);
      void added.then(() => {
        cancel();
        resolve();
      });
    });
  }

  async #take(message: LinkMessage): Promise<void> {
    const passed = pass(this.#rules, "in", message);
    if (passed === undefined) return;
    this.counts.received += 1;
    const hops = Math.max(0, Number.parseInt(message.properties[HOPS_PROPERTY] ?? "0", 10) || 0);
    const { topic, qos, retain } = passed;
    await this.#parts.deliver({ ...message, topic, qos, retain, hops: hops + 1, wasRetained: message.retain });
  }

  /** Sends what waits, in order; what was not confirmed when the connection ended is sent again. */
  async #pump(): Promise<void> {
    const { queue, ports } = this.#parts;
    while (!this.#ended) {
      if (!this.#link.isUp) {
        await pausing(ports.timers, AGAIN_MS);
        continue;
      }
      const batch = queue.next();
      if (batch.length === 0) await queue.arrival();
      else if (!(await this.#sendAll(batch))) await pausing(ports.timers, AGAIN_MS);
    }
  }

  /**
   * Sends them all at once, and says while the rest is under way how far the other side has confirmed: that far the next active
   * does not send again. Whether all were confirmed.
   */
  async #sendAll(batch: ReturnType<BridgeQueue["next"]>): Promise<boolean> {
    const { queue, ports } = this.#parts;
    const sending = batch.map(({ position, message }) => ({
      position,
      confirmed: this.#send(message).then(
        () => true,
        () => false,
      ),
    }));
    let toldAt = ports.timers.now();
    let untold: Position | undefined;
    const tell = (): void => {
      if (untold !== undefined && !this.#isOver) queue.done(untold);
      untold = undefined;
      toldAt = ports.timers.now();
    };
    for (const { position, confirmed } of sending) {
      if (!(await confirmed)) {
        tell();
        return false;
      }
      this.counts.sent += 1;
      untold = position;
      if (ports.timers.now() - toldAt >= TELL_MS) tell();
    }
    tell();
    return true;
  }

  #send(message: QueuedMessage): Promise<void> {
    if (!this.#parts.ports.southbound.permit()) return Promise.reject(new Error("no longer active"));
    const { correlation, ...plain } = message;
    if (correlation === undefined) return this.#link.publish(plain);
    return this.#link.publish({ ...plain, correlationData: fromHex(correlation) });
  }

  get #statusTopic(): string {
    const { bridge, gateway, name } = this.#parts;
    return bridge.status?.topic ?? `busbar/bridge/${clientIdOf(gateway, name)}/state`;
  }

  #status(state: "online" | "offline"): Uint8Array {
    const { holder, epoch } = this.#parts.ports.reign;
    return encoder.encode(
      JSON.stringify({ state, since: toRfc3339(this.#parts.ports.timers.wall()), agent: holder, epoch }),
    );
  }

  async #tellStatus(state: "online" | "offline"): Promise<void> {
    const { bridge } = this.#parts;
    if (bridge.status === undefined) return;
    await this.#link.publish({
      topic: this.#statusTopic,
      payload: this.#status(state),
      qos: 1,
      retain: bridge.status.retain,
    });
  }
}
