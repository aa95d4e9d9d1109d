import { connect, type IClientOptions, type IClientPublishOptions, type IPublishPacket, type MqttClient } from "mqtt";
import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import { type DurationMs, type Instant, later, SECOND_MS, type WallMs } from "../../adapters/kit/time.ts";
import type { Behaviour, Body, Connecting, DeviceCommand, Outgoing, Qos, Reply } from "./behaviour.ts";
import type { Broker, Credentials } from "./broker-address.ts";
import { dueMs, type FleetMember } from "./fleet-plan.ts";
import type { DeviceLog, LogFact } from "./log.ts";

/** Messages on their way at once; a device whose broker does not thank it measures on and sends no more. */
export const OUTSTANDING_MAX = 1_000;
/** What is later than this is not made up for: after a long stop a device goes on with the present. */
const MADE_UP_MS: DurationMs = 5 * SECOND_MS;
const CONNECT_MS: DurationMs = 10 * SECOND_MS;
const KEEP_ALIVE_S = 30;
/** How long a further connection with a client id of somebody else is kept. */
const THEFT_MS: DurationMs = SECOND_MS;
const PAYLOAD_TOLD_BYTES = 1_024;

export interface DeviceParts {
  readonly member: FleetMember;
  readonly members: readonly FleetMember[];
  readonly brokers: readonly Broker[];
  readonly credentials: Credentials;
  /** 4 is MQTT 3.1.1. */
  readonly protocolVersion: 4 | 5;
  readonly behaviours: readonly Behaviour[];
  readonly random: Random;
  readonly timers: Timers;
  readonly log: DeviceLog;
}

/** One simulated device: a real client, whose life its behaviours are. */
export class SimulatedDevice implements Body {
  readonly member: FleetMember;
  readonly members: readonly FleetMember[];
  readonly random: Random;
  readonly #parts: DeviceParts;
  readonly #phase: number;
  readonly #thefts = new Set<MqttClient>();
  readonly #ofConnection = new Set<CancelTimer>();
  #client: MqttClient | undefined;
  #tick: CancelTimer | undefined;
  #startedAt: Instant | undefined;
  #published = 0;
  #outstanding = 0;
  #stopped = false;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.member = parts.member;
    this.members = parts.members;
    this.random = parts.random;
    // Devices that were switched on together do not measure together.
    this.#phase = parts.random.below(1_000) / 1_000;
  }

  get isConnected(): boolean {
    return this.#client?.connected === true;
  }

  get outstanding(): number {
    return this.#outstanding;
  }

  start(): void {
    this.#startedAt = this.#parts.timers.now();
    this.#connect();
    this.#next(1);
  }

  /** Says no more, waits so long for what is on its way, and takes its leave: the will does not speak. */
  async stop(withinMs: DurationMs): Promise<void> {
    this.#stopped = true;
    this.#tick?.();
    for (const cancel of this.#ofConnection) cancel();
    for (const theft of this.#thefts) theft.end(true);
    const client = this.#client;
    if (client === undefined) return;
    const { timers } = this.#parts;
    await new Promise<void>((resolve) => {
      const late = timers.at(later(timers.now(), withinMs), () => client.end(true, () => resolve()));
      const leave = (): void => {
        late();
        client.end(!client.connected, () => resolve());
      };
      if (this.#outstanding === 0 || !client.connected) leave();
      else this.#settled = leave;
    });
  }

  #settled: (() => void) | undefined;

  wall(): WallMs {
    return this.#parts.timers.wall();
  }

  tell(fact: LogFact): void {
    this.#parts.log(fact);
  }

  measurement(number: number): { readonly topic: string; readonly payload: Uint8Array } {
    const { speech, clientId: device } = this.member;
    if (speech.kind === "measurements") {
      const text = speech.payload.write({ device, number, wall: this.wall(), random: this.random });
      return { topic: speech.topic.name({ device }) ?? speech.topic.filter({ device }), payload: Buffer.from(text) };
    }
    const step = speech.kind === "script" ? speech.steps[(number - 1) % speech.steps.length] : undefined;
    return step ?? { topic: device, payload: new Uint8Array(0) };
  }

  qos(): Qos {
    const { qos } = this.member;
    return qos === "mixed" ? (this.random.below(3) as Qos) : qos;
  }

  publish(message: Outgoing): void {
    let all: readonly Outgoing[] = [message];
    for (const { name, alters } of this.#parts.behaviours)
      if (name !== message.by && alters !== undefined) all = all.flatMap((one) => alters(one, this));
    for (const one of all) this.#send(one);
  }

  #send({ topic, payload, qos, retain, by, correlation }: Outgoing): void {
    const client = this.#client;
    const isFull = this.#outstanding >= OUTSTANDING_MAX;
    if (client?.connected !== true || isFull) {
      this.tell({ kind: "unsent", topic, why: isFull ? "outstanding" : "offline", by });
      return;
    }
    this.#published += 1;
    const number = this.#published;
    const text = payload.length > PAYLOAD_TOLD_BYTES ? undefined : textOf(payload);
    const facts = { number, topic, qos, by, bytes: payload.length };
    this.tell({ kind: "published", ...facts, ...(text === undefined ? {} : { payload: text }) });
    const sentAt = this.#parts.timers.now();
    const options: IClientPublishOptions = { qos, retain };
    if (correlation !== undefined && this.#parts.protocolVersion === 5)
      options.properties = { correlationData: Buffer.from(correlation) };
    this.#outstanding += 1;
    client.publish(topic, Buffer.from(payload), options, (error, packet) => {
      this.#outstanding -= 1;
      // MQTT 5 acknowledges a message it did not take, with a reason code from 128 on.
      const reason = packet !== undefined && "reasonCode" in packet ? (packet.reasonCode ?? 0) : 0;
      if (error || reason >= 128) this.tell({ kind: "given-up", number, why: error?.message ?? `reason ${reason}` });
      else if (qos > 0) {
        const ms = Math.round((this.#parts.timers.now() - sentAt) * 10) / 10;
        this.tell({ kind: "acknowledged", number, by, ms });
      }
      if (this.#outstanding === 0) this.#settled?.();
    });
  }

  subscribe(filter: string, by: string): void {
    this.#client?.subscribe(filter, { qos: 1 }, (error, granted) => {
      const isRefused = error !== null || (granted ?? []).some(({ qos }) => qos >= 128);
      if (!this.#stopped) this.tell({ kind: isRefused ? "subscription-refused" : "subscribed", filter, by });
    });
  }

  execute(command: DeviceCommand): Reply {
    for (const behaviour of this.#parts.behaviours) {
      const reply = behaviour.answers?.(command, this);
      if (reply !== undefined) return reply;
    }
    return { kind: "answer" };
  }

  after(ms: DurationMs, act: () => void): void {
    const { timers } = this.#parts;
    const cancel = timers.at(later(timers.now(), ms), () => {
      this.#ofConnection.delete(cancel);
      act();
    });
    this.#ofConnection.add(cancel);
  }

  write(bytes: Uint8Array): void {
    this.#client?.stream.write(Buffer.from(bytes));
  }

  die(): void {
    this.#client?.stream.destroy();
  }

  stopReading(ms: DurationMs): void {
    const stream = this.#client?.stream;
    stream?.pause();
    this.after(ms, () => stream?.resume());
  }

  connectAs(clientId: string, by: string): void {
    const client = this.#open({ ...this.#connecting(), clientId, will: undefined, reconnectMs: 0 });
    this.#thefts.add(client);
    const tell = (what: string): void => this.tell({ kind: "misbehaved", by, what: `${what} as ${clientId}` });
    const { timers } = this.#parts;
    const end = timers.at(later(timers.now(), THEFT_MS), () => client.end(true));
    client.on("connect", () => tell("connected"));
    client.on("error", () => tell("refused"));
    client.once("close", () => {
      end();
      client.end(true);
      this.#thefts.delete(client);
    });
  }

  #connecting(): Connecting {
    const { behaviours, credentials, random } = this.#parts;
    const { clientId } = this.member;
    let connecting: Connecting = {
      ...{ clientId, username: credentials.username(clientId), password: credentials.password(clientId) },
      ...{ will: undefined, keepAliveS: KEEP_ALIVE_S },
      // Devices that lost one broker together do not come back together.
      reconnectMs: SECOND_MS / 2 + random.below(SECOND_MS),
    };
    for (const behaviour of behaviours) connecting = behaviour.connects?.(connecting, this) ?? connecting;
    return connecting;
  }

  #open({ clientId, username, password, will, keepAliveS, reconnectMs }: Connecting): MqttClient {
    const { brokers, credentials, protocolVersion } = this.#parts;
    const [first] = brokers;
    const options: IClientOptions = {
      ...{ servers: [...brokers], protocol: first?.protocol ?? "mqtt", clientId, protocolVersion, clean: true },
      ...{ keepalive: keepAliveS, reconnectPeriod: reconnectMs, connectTimeout: CONNECT_MS },
      ...{ reconnectOnConnackError: true, resubscribe: false, queueQoSZero: false },
      ...credentials.tls(clientId),
    };
    if (username !== undefined) options.username = username;
    if (password !== undefined) options.password = password;
    if (will !== undefined) options.will = { ...will, payload: Buffer.from(will.payload) };
    return connect(options);
  }

  #connect(): void {
    if (this.#stopped) return;
    const client = this.#open(this.#connecting());
    this.#client = client;
    let wasConnected = false;
    client.on("connect", () => {
      wasConnected = true;
      const { clientId = "", hostname, host, port } = client.options as IClientOptions & { hostname?: string };
      this.tell({ kind: "connected", clientId, broker: `${hostname ?? host}:${port}` });
      for (const { connected } of this.#parts.behaviours) connected?.(this);
    });
    client.on("close", () => {
      if (this.#client !== client) return;
      if (this.#ofConnection.size > 0) this.#forget();
      if (wasConnected && !this.#stopped) this.tell({ kind: "disconnected" });
      wasConnected = false;
      this.#prepareAnew(client);
    });
    client.on("error", (error: Error & { readonly code?: number | string }) => {
      const kind = typeof error.code === "number" ? "refused" : "unreachable";
      this.tell({ kind, code: String(error.code ?? error.message).slice(0, 80) });
    });
    client.on("message", (topic, payload, packet) => this.#hear(topic, payload, packet));
  }

  /** Wills of the next connection are made before it: a Sparkplug node counts its deaths. */
  #prepareAnew(client: MqttClient): void {
    if (this.#stopped) return;
    const { will, reconnectMs, username, password } = this.#connecting();
    if (will === undefined) delete client.options.will;
    else client.options.will = { ...will, payload: Buffer.from(will.payload) };
    if (username !== undefined) client.options.username = username;
    if (password !== undefined) client.options.password = password;
    client.options.reconnectPeriod = reconnectMs;
  }

  #hear(topic: string, payload: Uint8Array, { properties }: IPublishPacket): void {
    const [responseTopic, correlation] = [properties?.responseTopic, properties?.correlationData];
    const message = { topic, payload, responseTopic, correlation };
    if (this.#parts.behaviours.some(({ hears }) => hears?.(message, this) === true)) return;
    this.tell({ kind: "heard", topic, bytes: payload.length });
  }

  #next(number: number): void {
    const { timers } = this.#parts;
    const from = this.#startedAt ?? timers.now();
    let next = number;
    let due = dueMs(this.member.speech, next, this.#phase);
    while (due !== undefined && from + due < timers.now() - MADE_UP_MS) {
      next += 1;
      due = dueMs(this.member.speech, next, this.#phase);
    }
    if (due === undefined) return;
    this.#tick = timers.at(later(from, due), () => {
      if (this.isConnected) for (const { ticks } of this.#parts.behaviours) ticks?.(this, next);
      if (!this.#stopped) this.#next(next + 1);
    });
  }

  #forget(): void {
    for (const cancel of this.#ofConnection) cancel();
    this.#ofConnection.clear();
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (_binary) {
    return undefined;
  }
}
