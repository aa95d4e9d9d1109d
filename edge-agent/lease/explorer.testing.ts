import { toInstant } from "../../adapters/kit/time.ts";
import { beatOf, mayActOn, takeInput } from "./machine.ts";
import { acquireOn, emptyRecord, type LeaseRecord, observeOn, releaseOn, renewOn } from "./record.ts";
import { DEFAULT_LEASE_SETTINGS, type LeaseSettings } from "./settings.ts";
import { initialState, type LeaseState } from "./state.ts";
import type { LeaseFrame } from "./turn.ts";
import type { LeaseInput, PeerWord, StoreReply, StoreRequest } from "./words.ts";

/** Spans small enough to explore: one tick is one millisecond of the machine. They keep the laws of `checkLaws` but drift. */
export const SMALL: LeaseSettings = {
  ...DEFAULT_LEASE_SETTINGS,
  ttlMs: 7,
  renewEveryMs: 2,
  attemptTimeoutMs: 2,
  safetyMs: 1,
  stepDownLeadMs: 1,
  beatEveryMs: 1,
  suspectAfterMs: 3,
  unrenewedForMs: 2,
  watchEveryMs: 1,
  silenceWindowMs: 8,
  promiseForMs: 4,
  promiseEveryMs: 1,
  yieldAfterMs: 60,
  drainForMs: 1,
  successorGraceMs: 2,
  lookEveryMs: 4,
  frozenAfterMs: 2,
  holdDown: { takeovers: 2, withinMs: 60 },
};

/** `way`: Redis or the link changes how much it lets through. */
export type Fault =
  | "way"
  | "close"
  | "open"
  | "cut"
  | "kill"
  | "restart"
  | "freeze"
  | "skip-redis"
  | "skip-agent"
  | "forget"
  | "forget-all"
  | "handover";

export interface Model {
  readonly settings: LeaseSettings;
  /** How often each fault may happen in one history. */
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** Ticks after the beginning. */
  readonly horizon: number;
  /** Two agents must never act at once: only where nothing is stolen and Redis keeps what it is told. */
  readonly exclusive: boolean;
  /** A mistake planted around the machine: before an input, or in what it asks. */
  readonly mistake?: {
    before?(state: LeaseState, input: LeaseInput): void;
    asked?(request: StoreRequest): StoreRequest;
  };
  readonly statesAtMost: number;
}

export interface Exploration {
  readonly visited: number;
  /** Every state within the horizon and the faults was visited. */
  readonly complete: boolean;
  readonly deepest: number;
  /** The shortest history that breaks a law, and which. */
  readonly broken: { readonly law: string; readonly history: readonly string[] } | undefined;
  /** Reigns that began in some history: shows that the exploration gets anywhere. */
  readonly reigns: number;
}

/** `held`: questions reach Redis, answers wait. `deaf`: neither comes through. */
type Way = "open" | "held" | "deaf";
type Side = 0 | 1;
const SIDES: readonly Side[] = [0, 1];
const NAMES = ["a", "b"] as const;

interface Node {
  state: LeaseState | undefined;
  frozen: boolean;
  /** How it reaches Redis. */
  way: Way;
  /** Its monotonic clock is ahead of the world's by so much. */
  ahead: number;
  /** Asked of Redis and not executed yet, the oldest first; and answers on their way. */
  asked: { id: number; sentAt: number; request: StoreRequest }[];
  answers: { id: number; reply: StoreReply }[];
  /** On the link to this agent, in order. */
  inbox: PeerWord[];
  /** As somebody sees it who sees all: until when the last grant lasts, and the highest epoch it knew. */
  leaseUntilAt: number;
  promisedUntilAt: number;
  promisedEpoch: number;
  known: number;
}

interface World {
  at: number;
  redisAhead: number;
  record: LeaseRecord;
  nodes: [Node, Node];
  link: "open" | "closed" | "cut";
  /** What is said on the link waits. */
  linkHeld: boolean;
  left: Partial<Record<Fault, number>>;
  lastGrant: number;
}

const QUESTIONS_UNDER_WAY = 2;
const WAYS: readonly Way[] = ["open", "held", "deaf"];
/** More rounds than the longest chain of answer and new question within a tick. */
const ROUNDS = 6;

const even = { u32: () => 0x8000_0000, below: () => 0, bytes: (length: number) => new Uint8Array(length) };

class LawBroken extends Error {}

/** Visits, breadth first, every state that may follow from one active and one standby agent with an open link. */
export function explore(model: Model): Exploration {
  const explorer = new Explorer(model);
  return explorer.run();
}

class Explorer {
  readonly #model: Model;
  readonly #frames: readonly [LeaseFrame, LeaseFrame];
  #reigns = 0;

  constructor(model: Model) {
    this.#model = model;
    const frame = (agent: string): LeaseFrame => ({
      settings: model.settings,
      identity: { group: "g", agent, members: [...NAMES], configHash: "c1" },
      random: even,
    });
    this.#frames = [frame(NAMES[0]), frame(NAMES[1])];
  }

  run(): Exploration {
    const first = this.#begin();
    const start = first.at;
    const seen = new Set([fingerprint(first)]);
    let ring: { world: World; history: History | undefined }[] = [{ world: first, history: undefined }];
    let deepest = 0;
    while (ring.length > 0) {
      const next: typeof ring = [];
      for (const { world, history } of ring) {
        for (const [name, act] of this.#moves(world, start)) {
          const after = copy(world);
          const then: History = { name, before: history };
          try {
            act(after);
            this.#check(after);
          } catch (thrown) {
            if (!(thrown instanceof LawBroken)) throw thrown;
            const broken = { law: thrown.message, history: told(then) };
            return { visited: seen.size, complete: false, deepest: deepest + 1, broken, reigns: this.#reigns };
          }
          const print = fingerprint(after);
          if (seen.has(print)) continue;
          seen.add(print);
          if (seen.size >= this.#model.statesAtMost) {
            return { visited: seen.size, complete: false, deepest, broken: undefined, reigns: this.#reigns };
          }
          next.push({ world: after, history: then });
        }
      }
      ring = next;
      deepest += 1;
    }
    return { visited: seen.size, complete: true, deepest, broken: undefined, reigns: this.#reigns };
  }

  /** One active and one grown-up standby, everything delivered. */
  #begin(): World {
    const world: World = {
      at: 0,
      redisAhead: 0,
      record: emptyRecord(),
      nodes: [newNode(), newNode()],
      link: "closed",
      linkHeld: false,
      left: { ...this.#model.faults },
      lastGrant: 0,
    };
    this.#start(world, 0);
    for (let i = 0; i < 8; i++) {
      if (i === 1) this.#start(world, 1);
      if (i === 2) this.#openLink(world);
      this.#tick(world, [0, 1]);
    }
    return world;
  }

  #moves(world: World, start: number): [string, (world: World) => void][] {
    const moves: [string, (world: World) => void][] = [];
    if (world.at - start < this.#model.horizon) {
      moves.push(["tick", (w) => this.#tick(w, [0, 1])]);
      // Who comes first matters only where both come.
      if (world.nodes.every(({ way }) => way !== "deaf")) moves.push(["tick, b first", (w) => this.#tick(w, [1, 0])]);
    }
    return [...moves, ...this.#faults(world)];
  }

  #faults(world: World): [string, (world: World) => void][] {
    const moves: [string, (world: World) => void][] = [];
    const may = (fault: Fault, possible: boolean, name: string, act: (w: World) => void): void => {
      if (!possible || (world.left[fault] ?? 0) === 0) return;
      const happen = (w: World): void => {
        w.left[fault] = (w.left[fault] ?? 0) - 1;
        act(w);
      };
      moves.push([name, happen]);
    };
    const both = world.nodes.every(({ state }) => state !== undefined);
    may("close", world.link !== "closed", "the link is reset", (w) => this.#closeLink(w, "died"));
    may("cut", world.link === "open", "the link is cut", (w) => {
      w.link = "cut";
      for (const node of w.nodes) node.inbox = [];
    });
    may("open", both && world.link === "closed", "the link opens", (w) => this.#openLink(w));
    may("skip-redis", true, "the clock of redis skips a tick", (w) => {
      w.redisAhead += 1;
    });
    may("forget", world.record.lease !== undefined, "redis forgets the lease", (w) => {
      w.record.lease = undefined;
    });
    may("forget-all", world.record.epoch > 0, "redis forgets everything", (w) => {
      w.record = emptyRecord();
    });
    may("way", world.link === "open", `the link ${world.linkHeld ? "delivers" : "holds words back"}`, (w) => {
      w.linkHeld = !w.linkHeld;
    });
    for (const side of SIDES) {
      const { state, frozen } = world.nodes[side];
      const name = NAMES[side];
      for (const way of WAYS) {
        may("way", way !== world.nodes[side].way, `redis is ${way} for ${name}`, (w) => {
          w.nodes[side].way = way;
        });
      }
      may("kill", state !== undefined, `${name} is killed`, (w) => this.#kill(w, side));
      may("restart", state === undefined, `${name} starts`, (w) => this.#start(w, side));
      may("freeze", state !== undefined && !frozen, `${name} freezes`, (w) => {
        w.nodes[side].frozen = true;
      });
      if (frozen) moves.push([`${name} thaws`, (w) => this.#thaw(w, side)]);
      may("skip-agent", state !== undefined, `the clock of ${name} skips a tick`, (w) => {
        w.nodes[side].ahead += 1;
        this.#wakeIfDue(w, side);
      });
      may("handover", state?.reign !== undefined, `${name} is asked to hand over`, (w) => {
        this.#give(w, side, { kind: "requested", request: { kind: "handover", to: NAMES[side === 0 ? 1 : 0] } });
      });
    }
    return moves;
  }

  #tick(world: World, order: readonly Side[]): void {
    world.at += 1;
    for (const side of SIDES) {
      const { state, frozen } = world.nodes[side];
      if (state === undefined || frozen) continue;
      this.#sendBeat(world, side);
      this.#wakeIfDue(world, side);
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of order) this.#deliver(world, side);
    }
  }

  #deliver(world: World, side: Side): void {
    const node = world.nodes[side];
    const { way } = node;
    if (way !== "deaf") while (node.asked.length > 0) this.#execute(world, side);
    if (node.frozen || node.state === undefined) return;
    if (way === "open") while (node.answers.length > 0) this.#answer(world, side);
    if (!world.linkHeld && node.inbox.length > 0) this.#hear(world, side);
  }

  #wakeIfDue(world: World, side: Side): void {
    const { state, ahead, frozen } = world.nodes[side];
    if (state?.wakeAt !== undefined && !frozen && state.wakeAt <= world.at + ahead)
      this.#give(world, side, { kind: "wake" });
  }

  #thaw(world: World, side: Side): void {
    world.nodes[side].frozen = false;
    this.#wakeIfDue(world, side);
  }

  #start(world: World, side: Side): void {
    const node = world.nodes[side];
    node.state = initialState(node.known, toInstant(world.at + node.ahead));
    node.frozen = false;
    this.#give(world, side, { kind: "open" });
  }

  #kill(world: World, side: Side): void {
    const node = world.nodes[side];
    node.state = undefined;
    node.frozen = false;
    node.asked = [];
    node.answers = [];
    node.inbox = [];
    if (world.link !== "closed") this.#closeLink(world, "died");
  }

  #openLink(world: World): void {
    world.link = "open";
    for (const side of SIDES) this.#give(world, side, { kind: "link-opened", peer: NAMES[side === 0 ? 1 : 0] });
    for (const side of SIDES) this.#sendBeat(world, side);
  }

  #closeLink(world: World, how: "died"): void {
    const cut = world.link === "cut";
    world.link = "closed";
    for (const side of SIDES) {
      world.nodes[side].inbox = [];
      // A frozen one learns of it when it thaws, as silence; a cut cable does not carry the end of a connection either.
      if (!cut && !world.nodes[side].frozen)
        this.#give(world, side, { kind: "link-closed", peer: NAMES[side === 0 ? 1 : 0], how });
    }
  }

  #sendBeat(world: World, side: Side): void {
    const { state, frozen } = world.nodes[side];
    if (state === undefined || frozen || world.link !== "open") return;
    const peer: Side = side === 0 ? 1 : 0;
    const { inbox } = world.nodes[peer];
    const beat = beatOf(this.#frames[side], state, NAMES[peer]);
    // Two beats without a word between them tell no more than the second.
    if (inbox.at(-1)?.kind === "beat") inbox.pop();
    inbox.push(beat);
  }

  #hear(world: World, side: Side): void {
    const words = world.nodes[side].inbox.splice(0);
    const from: Side = side === 0 ? 1 : 0;
    for (const word of words) {
      const over = word.kind === "released" || word.kind === "handover" || word.kind === "promise-withdrawn";
      if (over && world.nodes[side].promisedEpoch === word.epoch) world.nodes[side].promisedUntilAt = world.at;
      this.#give(world, side, { kind: "heard", peer: NAMES[from], word });
    }
  }

  #execute(world: World, side: Side): void {
    const node = world.nodes[side];
    const question = node.asked.shift();
    if (question === undefined) return;
    const { request } = question;
    const time = world.at + world.redisAhead;
    node.answers.push({ id: question.id, reply: perform(world.record, request, time) });
    if (node.answers.length > QUESTIONS_UNDER_WAY) node.answers.shift();
    const reply = node.answers.at(-1)?.reply;
    if (reply?.kind === "granted") {
      if (reply.epoch <= world.lastGrant && (this.#model.faults["forget-all"] ?? 0) === 0) {
        throw new LawBroken(`epoch ${reply.epoch} was granted after ${world.lastGrant}`);
      }
      world.lastGrant = reply.epoch;
    }
    if (request.kind === "acquire" || request.kind === "renew") {
      if (reply?.kind === "granted" || reply?.kind === "renewed") node.leaseUntilAt = question.sentAt + request.ttlMs;
    }
  }

  #answer(world: World, side: Side): void {
    const answer = world.nodes[side].answers.shift();
    if (answer !== undefined) this.#give(world, side, { kind: "reply", attempt: answer.id, reply: answer.reply });
  }

  #give(world: World, side: Side, untimed: UntimedInput): void {
    const node = world.nodes[side];
    const { state } = node;
    if (state === undefined || node.frozen) return;
    const input: LeaseInput = { ...untimed, now: toInstant(world.at + node.ahead) };
    const { mistake } = this.#model;
    mistake?.before?.(state, input);
    const step = takeInput(this.#frames[side], state, input);
    const knew = node.known;
    for (const outcome of step.outcomes) {
      if (outcome.kind === "active") this.#became(world, side, outcome.epoch, knew);
      if (outcome.kind === "epoch-noted") node.known = Math.max(node.known, outcome.epoch);
    }
    for (const { word } of step.say) {
      if (word.kind === "promise-granted") {
        node.promisedUntilAt = world.at + this.#model.settings.promiseForMs - (this.#model.faults["skip-agent"] ?? 0);
        node.promisedEpoch = word.epoch;
      }
      if (world.link === "open") world.nodes[side === 0 ? 1 : 0].inbox.push(word);
    }
    for (const { id, request } of step.attempts) {
      node.asked.push({ id, sentAt: world.at, request: mistake?.asked?.(request) ?? request });
      if (node.asked.length > QUESTIONS_UNDER_WAY) node.asked.shift();
    }
    if (step.wakeAt !== undefined && step.wakeAt <= input.now) {
      throw new LawBroken(`${NAMES[side]} wants to be woken at ${step.wakeAt}, and it is ${input.now}`);
    }
  }

  #became(world: World, side: Side, epoch: number, knew: number): void {
    this.#reigns += 1;
    const node = world.nodes[side];
    if (epoch <= knew) throw new LawBroken(`${NAMES[side]} accepts epoch ${epoch} and knew ${knew}`);
    const other: Side = side === 0 ? 1 : 0;
    const peer = world.nodes[other];
    const binds = node.promisedUntilAt > world.at && peer.state?.reign?.epoch === node.promisedEpoch;
    if (
      binds &&
      mayActOn(peer.state ?? initialState(0, toInstant(0)), node.promisedEpoch, toInstant(world.at + peer.ahead))
    ) {
      throw new LawBroken(`${NAMES[side]} became active although it promised ${NAMES[other]} not to`);
    }
  }

  #check(world: World): void {
    const acting = SIDES.filter((side) => {
      const { state, ahead } = world.nodes[side];
      return state?.reign !== undefined && mayActOn(state, state.reign.epoch, toInstant(world.at + ahead));
    });
    for (const side of acting) {
      const { state, leaseUntilAt } = world.nodes[side];
      const { promisedUntilAt, promisedEpoch } = world.nodes[side === 0 ? 1 : 0];
      const promised = promisedEpoch === state?.reign?.epoch && world.at < promisedUntilAt;
      if (world.at >= leaseUntilAt && !promised) throw new LawBroken(`${NAMES[side]} acts and nobody allows it`);
    }
    if (acting.length < 2) return;
    const [a, b] = world.nodes;
    if (a.state?.reign?.epoch === b.state?.reign?.epoch) throw new LawBroken("both act under the same epoch");
    if (this.#model.exclusive) throw new LawBroken("both act at the same time");
  }
}

type UntimedInput = LeaseInput extends infer Input ? (Input extends LeaseInput ? Omit<Input, "now"> : never) : never;

interface History {
  readonly name: string;
  readonly before: History | undefined;
}

function told(last: History): string[] {
  const names: string[] = [];
  for (let one: History | undefined = last; one !== undefined; one = one.before) names.push(one.name);
  return names.reverse();
}

function newNode(): Node {
  const none = { asked: [], answers: [], inbox: [] };
  return {
    ...none,
    state: undefined,
    frozen: false,
    way: "open",
    ahead: 0,
    leaseUntilAt: 0,
    promisedUntilAt: 0,
    promisedEpoch: 0,
    known: 0,
  };
}

function perform(record: LeaseRecord, request: StoreRequest, time: number): StoreReply {
  switch (request.kind) {
    case "acquire":
      return acquireOn(record, request, time);
    case "renew":
      return renewOn(record, request, time);
    case "release":
      return releaseOn(record, request, time);
    case "observe":
      return observeOn(record, time);
  }
}

function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== "object" || value === null) return value;
  const twin: Record<string, unknown> = {};
  for (const key in value) twin[key] = copy(value[key]);
  return twin as T;
}

/** Instants further back than every span of the settings decide nothing any more. */
const LONG_AGO = -64;

/**
 * Two worlds with the same print have the same future: instants are taken relative to now, questions relative to the last
 * one asked, and what is only told to people is left out.
 */
function fingerprint(world: World): string {
  const parts = [
    `${world.redisAhead}${world.link}${world.linkHeld}${JSON.stringify(world.left)}`,
    printOf(world.record, world.at + world.redisAhead, 0, 0),
  ];
  for (const node of world.nodes) {
    const { state } = node;
    parts.push(
      printOf(node, world.at + (state === undefined ? 0 : node.ahead), state?.attempts ?? 0, state?.asks ?? 0),
    );
  }
  return parts.join("|");
}

const UNTOLD = new Set(["owners", "beganAt", "seenAt", "heldAt", "evidenceAt", "attempts", "asks", "ageMs", "reason"]);

function printOf(value: unknown, now: number, attempts: number, asks: number): string {
  if (Array.isArray(value)) return `[${value.map((one) => printOf(one, now, attempts, asks)).join()}]`;
  if (typeof value !== "object" || value === null) return String(value);
  let print = "{";
  for (const [key, field] of Object.entries(value)) {
    if (field === undefined || UNTOLD.has(key)) continue;
    if (typeof field !== "number") print += `${key}:${printOf(field, now, attempts, asks)},`;
    else if (key === "at" || key === "expiresAt" || /(?:At|Until|Deadline)$/.test(key))
      print += `${key}:${Math.max(LONG_AGO, field - now)},`;
    else if (key === "id") print += `id:${attempts - field},`;
    else if (key === "ask") print += `ask:${asks - field},`;
    else print += `${key}:${field},`;
  }
  return `${print}}`;
}
