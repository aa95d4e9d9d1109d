import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { type Instant, toInstant } from "../../adapters/kit/time.ts";
import { LeaseMachine } from "./machine.ts";
import { acquireOn, emptyRecord, type LeaseRecord, observeOn, releaseOn, renewOn } from "./record.ts";
import { DEFAULT_LEASE_SETTINGS, type LeaseSettings } from "./settings.ts";
import type {
  Attempt,
  LeaseInput,
  LeaseOutcome,
  LeaseRequest,
  LeaseStep,
  LinkEnd,
  PeerWord,
  StoreReply,
} from "./words.ts";

type Untimed<Input> = Input extends LeaseInput ? Omit<Input, "now"> : never;
export type UntimedInput = Untimed<LeaseInput>;

/** One agent in the world: a process with a clock of its own, a disk and a way to Redis. */
export interface Agent {
  readonly name: string;
  machine: LeaseMachine | undefined;
  /** Counts processes, so that what was meant for a dead one is not given to its successor. */
  life: number;
  frozen: boolean;
  /** What arrived while it was frozen. */
  readonly waiting: UntimedInput[];
  wakeAt: Instant | undefined;
  /** How fast its monotonic clock runs, and where it began. */
  clock: { rate: number; offset: number };
  disk: number;
  configHash: string;
  redis: { reach: "ok" | "refused" | "silent"; delayMs: number; repeat: boolean };
  drainsInMs: number | undefined;
  settings: LeaseSettings;
}

interface Link {
  readonly ends: readonly [string, string];
  open: boolean;
  /** Directions that carry nothing, as `from>to`. */
  readonly cut: Set<string>;
  generation: number;
}

export interface Grant {
  readonly epoch: number;
  readonly holder: string;
  readonly at: number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const LINK_DELAY_MS = 1;
const CLOSE_DELAY_MS = 1;

/** Agents, one Redis and the links between them on one virtual clock. Everything that happens is in `trace`. */
export class LeaseWorld {
  now = 0;
  readonly agents = new Map<string, Agent>();
  readonly links: Link[] = [];
  readonly grants: Grant[] = [];
  readonly trace: string[] = [];
  /** What the newest renewal or grant of each `agent:epoch` allows, in world time, as an oracle computes it. */
  readonly leaseUntil = new Map<string, number>();
  /** `from>to` → the promise in force, in world time. */
  readonly promises = new Map<string, { epoch: number; until: number }>();
  readonly counts = new Map<string, number>();
  record: LeaseRecord = emptyRecord();
  redis: { up: boolean; aheadMs: number } = { up: true, aheadMs: 0 };
  /** What the replica has. It follows every grant (WAIT), and everything else when `replicate` is called. */
  replica: LeaseRecord = emptyRecord();
  replicaFollows = true;
  /** Redis lost what it had to remember, or its clock jumped. */
  redisMisbehaved = false;
  observer: ((agent: Agent, step: LeaseStep, input: UntimedInput) => void) | undefined;
  readonly #settings: LeaseSettings;
  readonly #seed: number;
  #events: Event[] = [];
  #order = 0;

  constructor(names: readonly string[], settings: Partial<LeaseSettings> = {}, seed = 1) {
    this.#settings = { ...DEFAULT_LEASE_SETTINGS, ...settings };
    this.#seed = seed;
    for (const name of names) {
      this.agents.set(name, {
        name,
        machine: undefined,
        life: 0,
        frozen: false,
        waiting: [],
        wakeAt: undefined,
        clock: { rate: 1, offset: 0 },
        disk: 0,
        configHash: "c1",
        redis: { reach: "ok", delayMs: 1, repeat: false },
        drainsInMs: 20,
        settings: this.#settings,
      });
    }
    for (const [i, a] of names.entries()) {
      for (const b of names.slice(i + 1)) this.links.push({ ends: [a, b], open: false, cut: new Set(), generation: 0 });
    }
  }

  agent(name: string): Agent {
    const agent = this.agents.get(name);
    if (agent === undefined) throw new Error(`there is no agent ${name}`);
    return agent;
  }

  link(a: string, b: string): Link {
    const link = this.links.find(({ ends }) => ends.includes(a) && ends.includes(b));
    if (link === undefined) throw new Error(`there is no link between ${a} and ${b}`);
    return link;
  }

  clockOf(agent: Agent): Instant {
    return toInstant(agent.clock.offset + this.now * agent.clock.rate);
  }

  start(name: string): void {
    const agent = this.agent(name);
    if (agent.machine !== undefined) return;
    agent.life += 1;
    agent.machine = new LeaseMachine({
      settings: agent.settings,
      identity: { group: "g", agent: name, members: [...this.agents.keys()], configHash: agent.configHash },
      random: new SeededRandom(this.#seed).of(`${name}${agent.life}`),
      now: this.clockOf(agent),
      epochFloor: agent.disk,
    });
    this.#beats(agent, agent.life);
    this.give(agent, { kind: "open" });
  }

  kill(name: string): void {
    const agent = this.agent(name);
    if (agent.machine === undefined) return;
    agent.machine = undefined;
    agent.frozen = false;
    agent.waiting.length = 0;
    agent.wakeAt = undefined;
    for (const link of this.links) if (link.ends.includes(name) && link.open) this.#breakLink(link, name, "died");
  }

  freeze(name: string): void {
    const agent = this.agent(name);
    if (agent.machine !== undefined) agent.frozen = true;
  }

  thaw(name: string): void {
    const agent = this.agent(name);
    if (!agent.frozen) return;
    agent.frozen = false;
    const waiting = agent.waiting.splice(0);
    this.#scheduleWake(agent);
    for (const input of waiting) this.give(agent, input);
  }

  openLink(a: string, b: string): void {
    const link = this.link(a, b);
    if (link.open || this.agent(a).machine === undefined || this.agent(b).machine === undefined) return;
    link.open = true;
    link.generation += 1;
    for (const [me, peer] of [
      [a, b],
      [b, a],
    ] as const)
      this.give(this.agent(me), { kind: "link-opened", peer });
    this.#beat(this.agent(a), link);
    this.#beat(this.agent(b), link);
  }

  /** The connection is reset although both processes live. */
  resetLink(a: string, b: string, how: LinkEnd): void {
    const link = this.link(a, b);
    if (!link.open) return;
    this.#breakLink(link, undefined, how);
  }

  cut(from: string, to: string): void {
    this.link(from, to).cut.add(`${from}>${to}`);
  }

  mend(a: string, b: string): void {
    this.link(a, b).cut.clear();
  }

  request(name: string, request: LeaseRequest): LeaseStep | undefined {
    return this.give(this.agent(name), { kind: "requested", request });
  }

  forget(what: "lease" | "all"): void {
    this.redisMisbehaved = true;
    if (what === "all") this.record = { ...emptyRecord(), owners: this.record.owners };
    else this.record.lease = undefined;
  }

  replicate(): void {
    this.replica = copyOf(this.record);
  }

  /** The replica becomes the master; what it did not have is lost. */
  failover(): void {
    this.redisMisbehaved = true;
    this.record = copyOf(this.replica);
  }

  redisClock(byMs: number): void {
    this.redisMisbehaved = true;
    this.redis.aheadMs += byMs;
  }

  /** Runs everything that is due until `forMs` from now. */
  run(forMs: number): void {
    const end = this.now + forMs;
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.at > end) break;
      this.#events = this.#events.filter((event) => event !== next);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }

  mayAct(name: string): boolean {
    const agent = this.agent(name);
    const { machine } = agent;
    return machine?.mayAct(machine.epoch, this.clockOf(agent)) ?? false;
  }

  after(delayMs: number, run: () => void): void {
    this.#order += 1;
    this.#events.push({ at: this.now + delayMs, order: this.#order, run });
  }

  give(agent: Agent, input: UntimedInput): LeaseStep | undefined {
    const { machine } = agent;
    if (machine === undefined) return undefined;
    if (agent.frozen) {
      agent.waiting.push(input);
      return undefined;
    }
    const step = machine.take({ ...input, now: this.clockOf(agent) });
    agent.wakeAt = step.wakeAt;
    for (const outcome of step.outcomes) this.#note(agent, outcome);
    this.observer?.(agent, step, input);
    for (const { to, word } of step.say) this.#carry(agent, to, word);
    for (const attempt of step.attempts) this.#send(agent, attempt);
    this.#scheduleWake(agent);
    return step;
  }

  #note(agent: Agent, outcome: LeaseOutcome): void {
    if (outcome.kind === "epoch-noted") agent.disk = outcome.epoch;
    if (outcome.kind !== "stepping-down" || agent.drainsInMs === undefined) return;
    const { life } = agent;
    this.after(agent.drainsInMs, () => {
      if (agent.life === life) this.give(agent, { kind: "drained" });
    });
  }

  #beats(agent: Agent, life: number): void {
    if (agent.machine === undefined || agent.life !== life) return;
    for (const link of this.links) if (link.ends.includes(agent.name)) this.#beat(agent, link);
    this.after(agent.settings.beatEveryMs, () => this.#beats(agent, life));
  }

  #beat(agent: Agent, link: Link): void {
    const peer = link.ends.find((end) => end !== agent.name);
    if (!link.open || peer === undefined || agent.frozen || agent.machine === undefined) return;
    this.#carry(agent, peer, agent.machine.beat(peer));
  }

  #carry(agent: Agent, to: string, word: PeerWord): void {
    const link = this.link(agent.name, to);
    const { generation } = link;
    if (!link.open) return;
    this.after(LINK_DELAY_MS, () => {
      if (!link.open || link.generation !== generation || link.cut.has(`${agent.name}>${to}`)) return;
      this.#rememberPromise(agent, to, word);
      this.give(this.agent(to), { kind: "heard", peer: agent.name, word });
    });
    if (word.kind === "promise-granted") {
      const kept = agent.settings.promiseForMs / agent.clock.rate;
      this.promises.set(`${agent.name}>${to}`, { epoch: word.epoch, until: this.now + kept });
    }
  }

  /** A promise ends early only when its asker lets go of it. */
  #rememberPromise(from: Agent, to: string, word: PeerWord): void {
    if (word.kind !== "promise-withdrawn" && word.kind !== "released" && word.kind !== "handover") return;
    const key = `${to}>${from.name}`;
    if (this.promises.get(key)?.epoch === word.epoch) this.promises.delete(key);
  }

  #breakLink(link: Link, dead: string | undefined, how: LinkEnd): void {
    link.open = false;
    link.generation += 1;
    for (const end of link.ends) {
      const peer = link.ends.find((other) => other !== end);
      if (end === dead || peer === undefined || link.cut.has(`${peer}>${end}`)) continue;
      const { generation } = link;
      this.after(CLOSE_DELAY_MS, () => {
        if (link.generation === generation) this.give(this.agent(end), { kind: "link-closed", peer, how });
      });
    }
  }

  #send(agent: Agent, attempt: Attempt): void {
    this.counts.set(attempt.request.kind, (this.counts.get(attempt.request.kind) ?? 0) + 1);
    const { life } = agent;
    const { delayMs, repeat } = agent.redis;
    const sentAt = this.now;
    const answer = (reply: StoreReply): void => {
      this.after(delayMs, () => {
        if (agent.life !== life || agent.machine === undefined) return;
        this.give(agent, { kind: "reply", attempt: attempt.id, reply });
        if (repeat) this.give(agent, { kind: "reply", attempt: attempt.id, reply });
      });
    };
    this.after(delayMs, () => {
      if (agent.redis.reach === "silent") return;
      if (!this.redis.up || agent.redis.reach === "refused") return answer(refused());
      answer(this.#execute(agent, attempt, sentAt));
    });
  }

  #execute(agent: Agent, attempt: Attempt, sentAt: number): StoreReply {
    const { request } = attempt;
    const time = this.now + this.redis.aheadMs;
    const { record } = this;
    if (request.kind === "observe") return observeOn(record, time);
    if (request.kind === "release") return releaseOn(record, request, time);
    const reply = request.kind === "renew" ? renewOn(record, request, time) : acquireOn(record, request, time);
    const epoch = reply.kind === "granted" ? reply.epoch : request.kind === "renew" ? request.epoch : 0;
    if (reply.kind === "granted") {
      if (!this.replicaFollows) {
        releaseOn(record, { holder: agent.name, epoch, successor: undefined, graceMs: 1, reason: "replicas" }, time);
        return refused();
      }
      this.replicate();
      this.grants.push({ epoch, holder: agent.name, at: this.now });
    }
    if (reply.kind === "granted" || reply.kind === "renewed") {
      this.leaseUntil.set(`${agent.name}:${epoch}`, sentAt + request.ttlMs);
    }
    return reply;
  }

  #scheduleWake(agent: Agent): void {
    const { wakeAt, life } = agent;
    if (wakeAt === undefined) return;
    // Never before the agent's own clock shows it, for which a division may be short by a rounding.
    const at = Math.max(
      this.now,
      (wakeAt - agent.clock.offset) / agent.clock.rate + (agent.clock.rate === 1 ? 0 : 1e-3),
    );
    this.after(at - this.now, () => {
      if (agent.life === life && agent.wakeAt === wakeAt && !agent.frozen) {
        agent.wakeAt = undefined;
        this.give(agent, { kind: "wake" });
      }
    });
  }

  #next(): Event | undefined {
    let first: Event | undefined;
    for (const event of this.#events) {
      if (first === undefined || event.at < first.at || (event.at === first.at && event.order < first.order))
        first = event;
    }
    return first;
  }
}

function copyOf(record: LeaseRecord): LeaseRecord {
  const { lease, owners } = record;
  return { ...record, lease: lease && { ...lease }, owners: [...owners] };
}

function refused(): StoreReply {
  const fault = new EdgeError({
    code: "lease.store.unreachable",
    blame: "network",
    retry: "backoff",
    message: "connection refused",
  });
  return { kind: "failed", fault };
}
