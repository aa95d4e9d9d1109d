import type { SimClock } from "../../adapters/io/sim/clock.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { later } from "../../adapters/kit/time.ts";
import { decodeBatch } from "../model/batch.ts";
import type { Message } from "../model/message.ts";
import { leaseToken, type Reign } from "../model/reign.ts";
import { Committer } from "../queue/committer.ts";
import type { Fence, FencedEffects, FencedOutcome } from "../queue/fenced-script.ts";
import type { LoadedMemories, StoredMemory } from "../queue/memories.ts";
import { DEFAULT_DRAIN } from "../spool/drain.ts";
import { GroupWork } from "./group-work.ts";
import { bookOf, type BookedMqttDevice, type MqttBook } from "./mqtt-devices.ts";
import { MqttIntake } from "./mqtt-intake.ts";
import { mqttConfig } from "./mqtt.testing.ts";
import type { ProtocolService } from "./protocol-service.ts";
import { SpoolSide } from "./spool-pair.testing.ts";
import { withSpooled } from "./spooled-memories.ts";
import { SpoolingStorekeeper } from "./spooling-storekeeper.ts";

/** Redis as reigns meet it: a lease, a queue, memories, and times when it stands still. What it was sent then it does later. */
export class SimQueue implements Fence {
  readonly messages: Message[] = [];
  holder = "";
  readonly #clock: SimClock;
  readonly #memories = new Map<string, StoredMemory>();
  readonly #jobs = new Set<string>();
  #held: (() => void)[] | undefined;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  get isStill(): boolean {
    return this.#held !== undefined;
  }

  stall(): void {
    this.#held ??= [];
  }

  goOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const act of held) act();
  }

  run(token: string, effects: FencedEffects): Promise<FencedOutcome> {
    return this.#inTurn(() => this.#commit(token, effects));
  }

  load(): Promise<LoadedMemories> {
    return this.#inTurn(() => ({ memories: new Map(this.#memories), unreadable: [] }));
  }

  remembered(devices: readonly string[]): Promise<ReadonlyMap<string, StoredMemory>> {
    return this.#inTurn(() => new Map([...this.#memories].filter(([device]) => devices.includes(device))));
  }

  #inTurn<T>(act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const served = (): void => {
        try {
          const result = act();
          this.#clock.after(1, () => resolve(result));
        } catch (thrown) {
          reject(thrown);
        }
      };
      this.#clock.after(1, () => (this.#held === undefined ? served() : this.#held.push(served)));
    });
  }

  #commit(token: string, { jobs, memories }: FencedEffects): FencedOutcome {
    if (token !== this.holder)
      throw new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message: `held by ${this.holder}` });
    const added = jobs.map(({ id, data }) => {
      const isNew = !this.#jobs.has(id);
      this.#jobs.add(id);
      if (isNew) this.messages.push(...decodeBatch(data, { validate: false }).messages);
      return isNew ? ("added" as const) : ("duplicate" as const);
    });
    const stored = memories.map(({ device, place, json }) => {
      const before = this.#memories.get(device)?.place ?? { epoch: 0, order: 0 };
      const isLater = place.epoch === before.epoch ? place.order > before.order : place.epoch > before.epoch;
      if (isLater) this.#memories.set(device, { place, memory: JSON.parse(json) });
      return isLater ? ("stored" as const) : ("older" as const);
    });
    return { jobs: added, memories: stored };
  }
}

const CONFIG = mqttConfig(
  '{ anonymous: true, mappings: { default: [ { topic: "{device}/plain", payload: plain, points: [ { name: n } ] } ] } }',
  "[ { uid: dev-0, protocol: mqtt, clientId: d0 }, { uid: dev-1, protocol: mqtt, clientId: d1 } ]",
);

/** One agent that can stand still, with its disk, its spool and, while it reigns, all that is between a PUBLISH and the queue. */
export class SpoolingAgent {
  readonly side: SpoolSide;
  readonly book: MqttBook;
  readonly #queue: SimQueue;
  readonly #clock: SimClock;
  #reign: { readonly work: GroupWork; readonly keeper: SpoolingStorekeeper; readonly intake: MqttIntake } | undefined;
  #actsUntil = 0;
  #serves = false;

  constructor(name: string, clock: SimClock, queue: SimQueue, seed: number) {
    this.side = new SpoolSide(name, clock, seed, { maxBytes: 16 * 1_048_576, segmentBytes: 1_048_576 });
    this.#clock = clock;
    this.#queue = queue;
    const section = CONFIG.protocols.mqtt;
    if (section === undefined) throw new Error("there is no mqtt section");
    const devices = CONFIG.devices.filter((device) => device.protocol === "mqtt");
    this.book = bookOf(devices, section, () => true);
  }

  get name(): string {
    return this.side.name;
  }

  /** Whether devices are let in. */
  get serves(): boolean {
    return this.#serves && !this.side.host.frozen;
  }

  get mayAct(): boolean {
    return this.#clock.now < this.#actsUntil;
  }

  get isSettled(): boolean {
    return this.side.spool.sources.isEmpty;
  }

  /** Resolves when devices are served. */
  async begin(epoch: number): Promise<void> {
    const { timers, random, spool } = this.side;
    const reign: Reign = { group: "g", holder: this.name, epoch, mayAct: () => this.mayAct && this.#reign === mine };
    this.#actsUntil = Number.POSITIVE_INFINITY;
    this.#queue.holder = leaseToken(reign);
    const committer = new Committer({
      reign,
      fence: this.#fence(),
      timers,
      limits: { lingerMs: 0, timeoutMs: 400 },
      soon: (run) => void timers.at(timers.now(), run),
    });
    const keeper = new SpoolingStorekeeper({
      reign,
      committer,
      spool,
      drain: { ...DEFAULT_DRAIN, backoff: { firstMs: 50, maxMs: 500, factor: 2, jitter: 0 } },
      timers,
      random,
      announce: () => ({ device: "gateway", messages: [], memory: undefined }),
      remembered: (devices) => this.#reached(this.#queue.remembered(devices)),
      noted: () => {},
    });
    const service = { protocol: "mqtt", book: this.book, expectEveryMs: () => undefined } as unknown as ProtocolService;
    const work = new GroupWork({
      reign,
      gateway: "/t/gw",
      storekeeper: keeper,
      services: [],
      serviceOf: () => service,
      devices: [],
      timers,
      refused: () => {},
      stored: () => {},
      note: () => {},
      broke: () => {},
    });
    const southbound = { ...work.southbound(service), heard: () => {} };
    const ports = { group: "g", reign, southbound };
    const intake = new MqttIntake({ ports, book: this.book, isReply: () => false, answered: () => {} });
    const mine = { work, keeper, intake };
    this.#reign = mine;
    this.book.forget("main");
    const { memories } = await withSpooled(await this.#queue.load(), spool);
    if (this.#reign !== mine) return;
    for (const [device, { memory }] of memories) this.book.remember(device, memory);
    keeper.begin();
    this.#serves = true;
  }

  /** The lease has gone to somebody else; this agent hears of it by `end`, and knows by its own clock before. */
  lose(): void {
    this.#actsUntil = this.#clock.now;
  }

  end(): void {
    const { work, keeper } = this.#reign ?? {};
    this.#reign = undefined;
    this.#serves = false;
    work?.end();
    keeper?.end();
  }

  /** As SIGKILL, and the process is started again: it has what its disk has. */
  die(): void {
    this.#reign = undefined;
    this.#serves = false;
    this.side.reopen();
  }

  /** Calls back when the device is to be thanked, or its connection closed. Reads what came while it stood still, too. */
  take(uid: string, payload: string, packetId: number, done: (isStored: boolean) => void): void {
    this.#deliver(
      (intake, device) => {
        const text = new TextEncoder().encode(payload);
        const publish = {
          topic: `${device.clientId}/plain`,
          payload: text,
          qos: 2,
          retain: false,
          by: device.clientId,
        };
        return intake.take(device, { ...publish, qos: 2 }, packetId);
      },
      [uid, done],
    );
  }

  release(uid: string, packetId: number, done: (isStored: boolean) => void): void {
    this.#deliver((intake, device) => intake.released(device, packetId), [uid, done]);
  }

  #deliver(
    act: (intake: MqttIntake, device: BookedMqttDevice) => Promise<void>,
    [uid, done]: [string, (isStored: boolean) => void],
  ): void {
    const { host } = this.side;
    this.#clock.after(1, () =>
      host.deliver(host.life, () => {
        const device = this.book.knows(uid);
        const reign = this.#reign;
        if (device === undefined || reign === undefined) return done(false);
        act(reign.intake, device).then(
          () => done(this.#reign === reign && this.mayAct),
          () => done(false),
        );
      }),
    );
  }

  #fence(): Fence {
    return { run: (token, effects) => this.#reached(this.#queue.run(token, effects)) };
  }

  /** An answer reaches the process when it runs; of one that stood still the timers that are due are first. */
  #reached<T>(answer: Promise<T>): Promise<T> {
    const { host, timers } = this.side;
    const { life } = host;
    const soon = (act: () => void) => host.deliver(life, () => void timers.at(later(timers.now(), 1), act));
    return new Promise((resolve, reject) => {
      answer.then(
        (result) => soon(() => resolve(result)),
        (thrown: unknown) => soon(() => reject(thrown)),
      );
    });
  }
}

interface Said {
  readonly payload: string;
  state: "published" | "received";
}

/** A client as most libraries are: packet identifiers that count up, and everything unfinished again with a new connection. */
export class SpoolingDevice {
  readonly uid: string;
  readonly thanked: string[] = [];
  readonly #inFlight = new Map<number, Said>();
  #server: SpoolingAgent | undefined;
  #connection = 0;
  #packetId = 0;
  #count = 0;

  constructor(uid: string) {
    this.uid = uid;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get server(): SpoolingAgent | undefined {
    return this.#server;
  }

  connect(server: SpoolingAgent | undefined): void {
    this.#server = server;
    this.#connection += 1;
    for (const [packetId, { state }] of this.#inFlight) {
      if (state === "published") this.#publish(packetId);
      else this.#release(packetId);
    }
  }

  say(): void {
    this.#packetId += 1;
    this.#count += 1;
    this.#inFlight.set(this.#packetId, { payload: String(this.#count), state: "published" });
    this.#publish(this.#packetId);
  }

  #publish(packetId: number): void {
    const said = this.#inFlight.get(packetId);
    const connection = this.#connection;
    if (said === undefined) return;
    this.#server?.take(this.uid, said.payload, packetId, (isStored) => {
      if (connection !== this.#connection) return;
      if (!isStored) return this.#cutOff();
      said.state = "received";
      this.thanked.push(said.payload);
      this.#release(packetId);
    });
  }

  #release(packetId: number): void {
    const connection = this.#connection;
    this.#server?.release(this.uid, packetId, (isStored) => {
      if (connection !== this.#connection) return;
      if (isStored) this.#inFlight.delete(packetId);
      else this.#cutOff();
    });
  }

  #cutOff(): void {
    this.#server = undefined;
    this.#connection += 1;
  }
}
