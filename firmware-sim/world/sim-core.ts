import type { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import type { SeededRandom } from "../../adapters/kit/random.ts";
import { type DurationMs, toRfc3339, toWall } from "../../adapters/kit/time.ts";
import type { Ledger } from "../../edge-agent/commands/ledger.ts";
import { type Command, decodeCommand } from "../../edge-agent/model/command.ts";
import { isEnded } from "../../edge-agent/model/ledger.ts";
import type { Court } from "./court.ts";
import { timeOfNumber } from "./device-habits.ts";
import { queueCommand } from "./redis-commands.ts";
import { RedisLine, RedisReach } from "./redis-line.ts";
import { ledger } from "./redis-ports.ts";
import type { MessageJob } from "./redis-state.ts";
import type { SimRedis } from "./sim-redis.ts";

export interface SimCoreSettings {
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly redis: SimRedis;
  readonly court: Court;
  readonly devices: readonly string[];
  readonly wallMs: number;
}

interface Ordered {
  readonly command: Command;
  /** When it was last put into the queue. */
  sentAt: number;
}

const LOOK_MS: DurationMs = 20;
/** A command of which nothing was heard is sent again with its uid. */
const SEND_AGAIN_MS: DurationMs = 4_000;

/**
 * A core: consumes batches at least once and applies each message once, by its id, in the order of the queue; orders
 * commands and waits for their results. Its own database never loses anything.
 */
export class SimCore {
  readonly #settings: SimCoreSettings;
  readonly #line: RedisLine;
  readonly #ledger: Ledger;
  readonly #inbox = new Set<string>();
  readonly #open = new Map<string, Ordered>();
  #orders = 0;

  constructor(settings: SimCoreSettings) {
    this.#settings = settings;
    const { clock, random, redis, wallMs } = settings;
    const host = new SimHost({ clock, name: "core", wallStartMs: wallMs });
    const codes = { unreachable: "core.unreachable", refused: "core.refused" } as const;
    this.#line = new RedisLine({ redis, clock, random: random.of("line"), host, reach: new RedisReach(), codes });
    this.#ledger = ledger(redis, this.#line);
  }

  start(): void {
    void this.#consumeOn();
    void this.#remindOn();
  }

  /** Nobody can tell any more what became of these. */
  giveUp(uids: ReadonlySet<string>): void {
    for (const uid of uids) this.#open.delete(uid);
  }

  /** Commands without a result. */
  get open(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** Orders something of some device. */
  order(): void {
    const { random, devices, court } = this.#settings;
    this.#orders += 1;
    const uid = `order-${this.#orders}`;
    const device = random.pick(devices) ?? "";
    const once = random.chance({ times: 2, of: 3 });
    const now = this.#wall();
    const forMs = random.chance({ times: 1, of: 4 }) ? random.between(200, 1_500) : random.between(4_000, 12_000);
    const deadline = Math.round(now + forMs);
    const notBefore = random.chance({ times: 1, of: 10 }) ? Math.round(now + forMs / 3) : undefined;
    const command = decodeCommand({
      uid,
      device,
      action: once ? "transition.set" : "light.set",
      value: once
        ? { transitionType: "DAY_NIGHT", time: timeOfNumber(this.#orders) }
        : { values: [{ index: 2, on: this.#orders % 2 === 0 }] },
      priority: random.pick(["urgent", "normal", "bulk"] as const),
      deadline: toRfc3339(toWall(deadline)),
      notBefore: notBefore === undefined ? undefined : toRfc3339(toWall(notBefore)),
      maxAttempts: random.between(1, 3),
      idempotent: !once,
      issuedBy: "core-1",
    });
    court.tell({ kind: "ordered", order: { uid, device, idempotent: !once, deadline } });
    this.#open.set(uid, { command, sentAt: 0 });
    void this.#send(uid);
    if (random.chance({ times: 1, of: 5 })) void this.#later(random.below(400)).then(() => this.#send(uid));
    if (random.chance({ times: 1, of: 8 })) void this.#later(random.below(800)).then(() => this.#cancel(uid));
  }

  #wall(): number {
    return this.#settings.wallMs + this.#settings.clock.now;
  }

  #later(ms: DurationMs): Promise<void> {
    return new Promise((resolve) => this.#settings.clock.after(ms, resolve));
  }

  async #send(uid: string): Promise<void> {
    const { clock, redis } = this.#settings;
    const open = this.#open.get(uid);
    if (open === undefined) return;
    open.sentAt = clock.now;
    const effect = (): void => {
      if (queueCommand(redis.state, open.command)) redis.ringBells();
    };
    try {
      await this.#line.ask({ what: "order", writes: true, effect });
    } catch (_redisIsAway) {
      open.sentAt = clock.now - SEND_AGAIN_MS + 300;
    }
  }

  async #cancel(uid: string): Promise<void> {
    try {
      await this.#ledger.cancel(uid, toWall(Math.round(this.#wall())));
      // A command cancelled before it came ends without a message: the ledger tells.
      const record = await this.#ledger.read(uid);
      if (record?.state === "cancelled" && record.device === undefined) this.#open.delete(uid);
    } catch (_redisIsAway) {
      // Whoever cancels looks at the record, and tries again if they still want to.
    }
  }

  async #remindOn(): Promise<void> {
    const { clock } = this.#settings;
    for (;;) {
      await this.#later(500);
      for (const [uid, open] of this.#open) {
        if (clock.now - open.sentAt < SEND_AGAIN_MS) continue;
        await this.#send(uid);
        await this.#lookUp(uid);
      }
    }
  }

  /** Where Redis forgets messages it had confirmed, the record is all there is. Elsewhere the message must come. */
  async #lookUp(uid: string): Promise<void> {
    if (this.#settings.redis.mode !== "lossy") return;
    try {
      const record = await this.#ledger.read(uid);
      if (record !== undefined && isEnded(record)) this.#open.delete(uid);
    } catch (_redisIsAway) {
      // The next look tells.
    }
  }

  async #consumeOn(): Promise<void> {
    const { random, redis } = this.#settings;
    for (;;) {
      await this.#later(LOOK_MS);
      if (!redis.isUp || redis.state.waiting.length === 0) continue;
      try {
        await this.#consume(random.chance({ times: 1, of: 25 }));
      } catch (_redisIsAway) {
        await this.#later(50);
      }
    }
  }

  /** One job. `dies`: the core goes down in the middle, and the job is found to be stalled and delivered again, first. */
  async #consume(dies: boolean): Promise<void> {
    const { redis, random } = this.#settings;
    const job = await this.#line.ask({ what: "fetch", writes: true, effect: () => this.#take() });
    if (job === undefined) return;
    const until = dies ? random.below(job.messages.length + 1) : job.messages.length;
    for (const message of job.messages.slice(0, until)) this.#apply(message);
    if (dies) {
      await this.#later(random.between(100, 600));
      const { state } = redis;
      const at = state.taken.indexOf(job.id);
      if (at >= 0) {
        state.taken.splice(at, 1);
        state.waiting.unshift(job.id);
      }
      return;
    }
    const effect = (): void => {
      redis.state.taken = redis.state.taken.filter((id) => id !== job.id);
    };
    for (;;) {
      try {
        await this.#line.ask({ what: "finish", writes: true, effect });
        return;
      } catch (_redisIsAway) {
        await this.#later(50);
      }
    }
  }

  #take(): MessageJob | undefined {
    const { state } = this.#settings.redis;
    // What another life of this core had taken is stalled: it comes first.
    const id = state.taken.shift() ?? state.waiting.shift();
    if (id === undefined) return undefined;
    state.taken.push(id);
    return state.jobs.get(id);
  }

  #apply(message: MessageJob["messages"][number]): void {
    if (this.#inbox.has(message.id)) return;
    this.#inbox.add(message.id);
    this.#settings.court.tell({ kind: "applied", message });
    if (message.type === "busbar.command-result.v1") this.#open.delete(message.data.uid);
  }
}
