import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { toWall } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import { isEnded, type LedgerRecord } from "../model/ledger.ts";
import { Begins } from "./begins.ts";
import { carry } from "./carry.ts";
import type { Attempt, CarryPorts } from "./carry-ports.ts";
import { command, concluded, START } from "./command.testing.ts";
import type { Hold, Ledger } from "./ledger.ts";
import { attemptLimit, TAKEOVER_REPEATS } from "./life.ts";
import { MemoryLedger } from "./memory-ledger.ts";
import { Slots } from "./slots.ts";

const TTL_MS = 3_000;

/** How a device meets one attempt. */
const BEHAVIOURS = ["does", "refuses", "does-silently", "never-hears", "unreachable", "adapter-rejects"] as const;
type Behaviour = (typeof BEHAVIOURS)[number];

/** One virtual clock, one ledger, one device, and agents whose every step is put in an order by the scheduler. */
class World {
  readonly ledger = new MemoryLedger();
  readonly effects: { readonly uid: string; readonly at: number }[] = [];
  readonly writes: { readonly uid: string; readonly at: number; readonly agent: string }[] = [];
  readonly ended = new Map<string, LedgerRecord>();
  readonly #scheduler: fc.Scheduler;
  readonly #paces: readonly number[];
  readonly #behaviours: readonly Behaviour[];
  readonly #lostAt = new Map<string, number>();
  #now = 0;
  #steps = 0;
  #attempts = 0;

  constructor(scheduler: fc.Scheduler, paces: readonly number[], behaviours: readonly Behaviour[]) {
    this.#scheduler = scheduler;
    this.#paces = paces;
    this.#behaviours = behaviours;
  }

  /** A moment at which anybody else may act, and time passes. */
  async step(label: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), label);
    this.#now += this.#paces[this.#steps++ % this.#paces.length] ?? 1;
  }

  async sleep(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.step("pause");
    this.#now = Math.max(this.#now, until);
  }

  now(): number {
    return this.#now;
  }

  lend(hold: Hold): void {
    if (this.ledger.lease !== undefined) this.#lostAt.set(this.ledger.lease.holder, this.#now);
    this.ledger.lease = hold;
  }

  /** An agent may believe in its lease for a while after it was stolen, but no longer than the lease was given for. */
  mayAct(hold: Hold): boolean {
    const lostAt = this.#lostAt.get(hold.holder);
    return lostAt === undefined || this.#now < lostAt + TTL_MS;
  }

  effectsOf(uid: string): number {
    return this.effects.filter((one) => one.uid === uid).length;
  }

  behaviour(): Behaviour {
    return this.#behaviours[this.#attempts++ % this.#behaviours.length] ?? "does";
  }

  /** The first end of a command, which nothing may change afterwards. */
  watch(record: LedgerRecord | undefined): void {
    if (record === undefined || !isEnded(record)) return;
    const known = this.ended.get(record.uid);
    if (known === undefined) this.ended.set(record.uid, record);
    else expect(record).toMatchObject({ state: known.state, endedAt: isEnded(known) ? known.endedAt : 0 });
  }
}

class Agent {
  readonly hold: Hold;
  readonly #world: World;
  readonly #verifies: boolean;
  readonly #startedAt: number;
  readonly #begins = new Begins();
  /** Steps it lives for. */
  #life: number;
  readonly stopping = new AbortController();

  constructor(world: World, hold: Hold, options: { readonly life: number; readonly verifies: boolean }) {
    this.#world = world;
    this.hold = hold;
    this.#life = options.life;
    this.#verifies = options.verifies;
    world.lend(hold);
    this.#startedAt = world.now();
  }

  carry(one: Command): ReturnType<typeof carry> {
    return carry(one, this.#ports());
  }

  /** Between any two steps the process may be gone: it then waits for ever. */
  async #step(label: string): Promise<void> {
    await this.#world.step(`${this.hold.holder} ${label}`);
    this.#life -= 1;
    if (this.#life <= 0) await new Promise(() => {});
  }

  #ports(): CarryPorts {
    const world = this.#world;
    return {
      ledger: this.#slow(world.ledger),
      reign: { group: "g", ...this.hold, mayAct: () => world.mayAct(this.hold) },
      wall: () => toWall(START + world.now()),
      pause: (ms) => world.sleep(ms),
      begins: this.#begins,
      quiet: () => world.sleep(Math.max(0, this.#startedAt + TTL_MS - world.now())),
      random: new SeededRandom(1),
      backoff: { firstMs: 100, maxMs: 1_000, factor: 2, jitter: 0.5 },
      slots: new Slots(100),
      execute: (one, attempt) => this.#execute(one, attempt),
      verifier: this.#verifies
        ? {
            verifiable: () => true,
            verify: async (one) => {
              await this.#step("verify");
              const done = world.effectsOf(one.uid) > 0;
              await this.#step("verified");
              return done ? { found: "done", result: {} } : { found: "not-done" };
            },
          }
        : undefined,
      stopping: this.stopping.signal,
      ending: new AbortController().signal,
      onFault: () => {},
    };
  }

  async #execute(one: Command, attempt: Attempt): Promise<CommandConclusion> {
    const world = this.#world;
    const behaviour = world.behaviour();
    await this.#step("connect");
    if (behaviour === "unreachable") return concluded(one.uid, "unsent");
    if (behaviour === "adapter-rejects") return concluded(one.uid, "rejected");
    await attempt.begin();
    if (!world.mayAct(this.hold)) return concluded(one.uid, "unsent");
    world.writes.push({ uid: one.uid, at: world.now(), agent: this.hold.holder });
    if (behaviour === "does" || behaviour === "does-silently") {
      world.effects.push({ uid: one.uid, at: world.now() });
    }
    await this.#step("answer");
    if (behaviour === "does") return concluded(one.uid, "succeeded");
    return concluded(one.uid, behaviour === "refuses" ? "failed" : "unanswered");
  }

  /** The ledger with the way there and the way back, each of which takes a step. */
  #slow(ledger: MemoryLedger): Ledger {
    const call = async <Reply>(name: string, ask: () => Promise<Reply>, uid: string): Promise<Reply> => {
      await this.#step(name);
      const reply = await ask();
      this.#world.watch(await ledger.read(uid));
      await this.#step(`${name} answered`);
      return reply;
    };
    return {
      accept: (hold, one, now) => call("accept", () => ledger.accept(hold, one, now), one.uid),
      begin: (hold, uid, begin) => call("begin", () => ledger.begin(hold, uid, begin), uid),
      retract: (hold, uid, turn) => call("retract", () => ledger.retract(hold, uid, turn), uid),
      finish: (hold, uid, finish) => call("finish", () => ledger.finish(hold, uid, finish), uid),
      cancel: (uid, now) => ledger.cancel(uid, now),
      read: (uid) => ledger.read(uid),
    };
  }
}

const plan = fc.record({
  commands: fc
    .array(
      fc.record({
        idempotent: fc.boolean(),
        maxAttempts: fc.integer({ min: 1, max: 3 }),
        deadline: fc.integer({ min: 1, max: 12_000 }).map((ms) => START + ms),
        cancelAt: fc.option(fc.integer({ min: 0, max: 15 }), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((all) => all.map((one, i) => ({ ...one, uid: `c${i}`, device: `dev_${i}` }))),
  lives: fc.tuple(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 25 })),
  /** Steps after which the next agent steals the lease, whether the last one lives or not. */
  steals: fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 })),
  paces: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 }),
  behaviours: fc.array(fc.constantFrom(...BEHAVIOURS), { minLength: 1, maxLength: 6 }),
  verifies: fc.boolean(),
});

/** Agents a and b each live for some steps and are robbed of the lease after some others; c lives. */
async function history(scheduler: fc.Scheduler, plan: Plan): Promise<World> {
  const world = new World(scheduler, plan.paces, plan.behaviours);
  const commands = plan.commands.map((facts) => command(facts));
  const cancels = plan.commands.map(async ({ uid, cancelAt }) => {
    if (cancelAt === undefined) return;
    for (let i = 0; i < cancelAt; i++) await world.step("before cancel");
    world.watch(await world.ledger.cancel(uid, toWall(START + world.now())));
  });
  const script = async (): Promise<void> => {
    for (const [i, holder] of ["a", "b"].entries()) {
      const agent = new Agent(world, { holder, epoch: i + 1 }, { life: plan.lives[i] ?? 1, verifies: plan.verifies });
      for (const one of commands) void agent.carry(one);
      for (let step = 0; step < (plan.steals[i] ?? 1); step++) await world.step("before steal");
    }
    const last = new Agent(
      world,
      { holder: "c", epoch: 3 },
      { life: Number.POSITIVE_INFINITY, verifies: plan.verifies },
    );
    await Promise.all(cancels);
    for (const one of commands) {
      const end = await last.carry(one);
      expect(end.kind).toBe("ended");
      // A repeat of the command does nothing and gets the same.
      const written = (): number => world.writes.filter(({ uid, agent }) => uid === one.uid && agent === "c").length;
      const before = written();
      expect(await last.carry(one)).toEqual({ ...end, first: false });
      expect(written()).toBe(before);
    }
  };
  await scheduler.waitFor(script());
  return world;
}
type Plan = typeof plan extends fc.Arbitrary<infer One> ? One : never;

describe("carry", () => {
  it("ends every command once, and does nothing twice or late, whoever dies between any two steps", async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), plan, async (scheduler, plan) => {
        const world = await history(scheduler, plan);
        for (const facts of plan.commands) {
          const record = world.ended.get(facts.uid);
          const effects = world.effectsOf(facts.uid);
          const writes = world.writes.filter((one) => one.uid === facts.uid);
          seen.set(record?.state ?? "open", (seen.get(record?.state ?? "open") ?? 0) + 1);
          expect(record).toBeDefined();
          if (!facts.idempotent) expect(effects).toBeLessThanOrEqual(1);
          if (!facts.idempotent && !plan.verifies) expect(writes.length).toBeLessThanOrEqual(1);
          expect(writes.length).toBeLessThanOrEqual(attemptLimit({ interrupted: TAKEOVER_REPEATS }, command(facts)));
          // Nobody writes after a later holder has: it would undo what came between.
          expect(writes.map((one) => one.agent)).toEqual(writes.map((one) => one.agent).sort());
          for (const write of writes) expect(START + write.at).toBeLessThan(facts.deadline);
          if (record?.state === "succeeded") expect(effects).toBeGreaterThan(0);
          else if (record?.state !== "unknown") expect(effects).toBe(0);
        }
      }),
      { numRuns: 3_000 },
    );
    // The histories reach every end there is: a property over nothing holds too.
    expect([...seen.keys()].sort()).toEqual(["cancelled", "expired", "failed", "rejected", "succeeded", "unknown"]);
  });

  it("takes back a beginning whose answer was lost, also one that arrives after that", async () => {
    const ledger = new MemoryLedger();
    ledger.lease = A;
    let late: (() => Promise<unknown>) | undefined;
    let begins = 0;
    const lossy: Ledger = {
      ...plain(ledger),
      begin: async (hold, uid, begin) => {
        begins += 1;
        if (begins > 1) return ledger.begin(hold, uid, begin);
        late = () => ledger.begin(hold, uid, begin);
        throw new Error("no answer");
      },
      retract: async (hold, uid, turn) => {
        const reply = await ledger.retract(hold, uid, turn);
        await late?.();
        late = undefined;
        return reply;
      },
    };
    const writes: number[] = [];
    const end = await carry(command(), {
      ...ports(lossy),
      execute: async (one, attempt) => {
        await attempt.begin();
        writes.push(attempt.attempt);
        return concluded(one.uid, "succeeded");
      },
    });
    expect(writes).toEqual([1]);
    expect(end).toMatchObject({ kind: "ended", record: { state: "succeeded", attempt: 1, turn: 2 } });
  });

  it("neither reads back nor repeats what another holder began, before that one can no longer act", async () => {
    for (const verifiable of [true, false]) {
      const ledger = new MemoryLedger();
      ledger.lease = B;
      const one = command({ idempotent: true });
      await ledger.accept(B, one, START);
      await ledger.begin(B, "c1", { basis: { state: "accepted", turn: 0 }, now: START, verified: false });
      ledger.lease = A;
      const order: string[] = [];
      await carry(one, {
        ...ports(ledger),
        quiet: async () => {
          order.push("quiet");
        },
        verifier: {
          verifiable: () => verifiable,
          verify: async () => {
            order.push("read");
            return { found: "done", result: {} };
          },
        },
        execute: async (_one, attempt) => {
          await attempt.begin();
          order.push("write");
          return concluded("c1", "succeeded");
        },
      });
      expect(order).toEqual(["quiet", verifiable ? "read" : "write"]);
    }
  });

  it("does not take an effect for absent that a younger command may have undone", async () => {
    const ledger = new MemoryLedger();
    ledger.lease = B;
    const older = command({ uid: "older", idempotent: true, value: 54 });
    await ledger.accept(B, older, START);
    await ledger.begin(B, "older", { basis: { state: "accepted", turn: 0 }, now: START, verified: false });
    ledger.lease = A;
    const lamp = { dim: 54 };
    const written: string[] = [];
    const mine: CarryPorts = {
      ...ports(ledger),
      verifier: {
        verifiable: () => true,
        verify: async () => (lamp.dim === 54 ? { found: "done", result: {} } : { found: "not-done" }),
      },
      execute: async (one, attempt) => {
        await attempt.begin();
        lamp.dim = 55;
        written.push(one.uid);
        return concluded(one.uid, "succeeded");
      },
    };
    await carry(command({ uid: "younger", idempotent: true, value: 55 }), mine);
    expect(await carry(older, mine)).toMatchObject({
      kind: "ended",
      record: { state: "unknown", reason: "command.outcome.unknown" },
    });
    expect(written).toEqual(["younger"]);
  });

  it.each([
    { between: "no reign", epoch: B.epoch + 1, state: "succeeded", runs: 1 },
    { between: "a reign", epoch: B.epoch + 2, state: "unknown", runs: 0 },
  ])(
    "with $between between the one who began it and ours, reads back absence as $state",
    async ({ epoch, state, runs }) => {
      const ledger = new MemoryLedger();
      ledger.lease = B;
      const one = command({ idempotent: true });
      await ledger.accept(B, one, START);
      await ledger.begin(B, "c1", { basis: { state: "accepted", turn: 0 }, now: START, verified: false });
      const hold = { ...A, epoch };
      ledger.lease = hold;
      let written = 0;
      const end = await carry(one, {
        ...ports(ledger),
        reign: { group: "g", ...hold, mayAct: () => true },
        verifier: { verifiable: () => true, verify: async () => ({ found: "not-done" }) },
        execute: async (of, attempt) => {
          await attempt.begin();
          written += 1;
          return concluded(of.uid, "succeeded");
        },
      });
      expect(end).toMatchObject({ kind: "ended", record: { state } });
      expect(written).toBe(runs);
    },
  );

  it("does not call expired what an earlier holder may have done, where Redis lets nothing begin", async () => {
    const ledger = new MemoryLedger();
    ledger.lease = B;
    const one = command({ idempotent: true });
    await ledger.accept(B, one, START);
    await ledger.begin(B, "c1", { basis: { state: "accepted", turn: 0 }, now: START, verified: false });
    ledger.lease = A;
    let now: number = START;
    const end = await carry(one, {
      ...ports({
        ...plain(ledger),
        begin: () => {
          now += 60_000;
          const away = { blame: "network", retry: "backoff", message: "Redis is away" } as const;
          return Promise.reject(new EdgeError({ code: "queue.unavailable", ...away }));
        },
      }),
      wall: () => toWall(now),
      execute: async (_one, attempt) => {
        await attempt.begin();
        throw new Error("it began");
      },
    });
    expect(end).toMatchObject({ kind: "ended", record: { state: "unknown", attempt: 1 } });
  });

  it("keeps what it saw itself against a record that Redis found again in an older state", async () => {
    const ledger = new MemoryLedger();
    ledger.lease = A;
    const older = new MemoryLedger();
    older.lease = A;
    await older.accept(A, command(), START);
    let failedOver = false;
    const now = (): MemoryLedger => (failedOver ? older : ledger);
    let runs = 0;
    const end = await carry(command(), {
      ...ports({
        ...plain(ledger),
        accept: (hold, one, at) => now().accept(hold, one, at),
        begin: (hold, uid, begin) => now().begin(hold, uid, begin),
        finish: (hold, uid, finish) => now().finish(hold, uid, finish),
      }),
      execute: async (one, attempt) => {
        await attempt.begin();
        runs += 1;
        failedOver = true;
        return concluded(one.uid, "succeeded");
      },
    });
    expect(runs).toBe(1);
    expect(end).toMatchObject({ kind: "ended", first: true, record: { state: "succeeded" } });
  });

  it("calls an attempt that claims success without leave unknown", async () => {
    const ledger = new MemoryLedger();
    ledger.lease = A;
    const end = await carry(command(), { ...ports(ledger), execute: async (one) => concluded(one.uid, "succeeded") });
    expect(end).toMatchObject({ record: { state: "unknown", reason: "command.begin.skipped" } });
  });

  it("begins nothing once the lease's own deadline has passed, whatever Redis says", async () => {
    const ledger = new MemoryLedger();
    ledger.lease = A;
    let acts = true;
    const frozen: Ledger = {
      ...plain(ledger),
      begin: async (hold, uid, begin) => {
        const reply = await ledger.begin(hold, uid, begin);
        acts = false;
        return reply;
      },
    };
    let wrote = false;
    const end = await carry(command(), {
      ...ports(frozen),
      reign: { group: "g", ...A, mayAct: () => acts },
      execute: async (one, attempt) => {
        await attempt.begin();
        wrote = true;
        return concluded(one.uid, "succeeded");
      },
    });
    expect(end).toEqual({ kind: "fenced" });
    expect(wrote).toBe(false);
    // What was written down is struck out again: the next active may simply run it.
    expect(await ledger.read("c1")).toMatchObject({ state: "accepted", attempt: 0, turn: 1 });
  });

  it("does nothing under a uid that is another command's", async () => {
    const ledger = new MemoryLedger();
    ledger.lease = A;
    await ledger.accept(A, command({ value: 1 }), START);
    const end = await carry(command({ value: 2 }), ports(ledger));
    expect(end.kind).toBe("reused");
    expect(await ledger.read("c1")).toMatchObject({ state: "accepted", turn: 0 });
  });
});

const A = { holder: "a", epoch: 2 };
const B = { holder: "b", epoch: 1 };
const SIGNAL = new AbortController().signal;

/** Ports of an agent whose clock stands still and whose device must not be reached. */
function ports(ledger: Ledger): CarryPorts {
  return {
    ledger,
    reign: { group: "g", ...A, mayAct: () => true },
    wall: () => START,
    pause: () => Promise.resolve(),
    begins: new Begins(),
    quiet: () => Promise.resolve(),
    random: new SeededRandom(1),
    backoff: { firstMs: 1, maxMs: 1, factor: 1, jitter: 0 },
    slots: new Slots(1),
    execute: () => Promise.reject(new Error("not to be executed")),
    verifier: undefined,
    stopping: SIGNAL,
    ending: SIGNAL,
    onFault: () => {},
  };
}

function plain(ledger: MemoryLedger): Ledger {
  return {
    accept: (hold, one, now) => ledger.accept(hold, one, now),
    begin: (hold, uid, begin) => ledger.begin(hold, uid, begin),
    retract: (hold, uid, turn) => ledger.retract(hold, uid, turn),
    finish: (hold, uid, finish) => ledger.finish(hold, uid, finish),
    cancel: (uid, now) => ledger.cancel(uid, now),
    read: (uid) => ledger.read(uid),
  };
}
