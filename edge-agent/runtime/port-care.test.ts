import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import { LeaseMachine, type LeaseSnapshot, type PeerSnapshot } from "../lease/machine.ts";
import { DEFAULT_LEASE_SETTINGS } from "../lease/settings.ts";
import { GivenAway } from "./given-away.ts";
import { PORT_HOLD_MS, PORT_PATIENCE_MS, PortCare } from "./port-care.ts";
import { Troubles } from "./troubles.ts";

const SNAPSHOT: LeaseSnapshot = new LeaseMachine({
  settings: DEFAULT_LEASE_SETTINGS,
  identity: { group: "main", agent: "a", members: ["a", "b"], configHash: "same" },
  random: new SeededRandom(7),
  now: toInstant(0),
  epochFloor: 7,
}).snapshot(toInstant(0));

const READY: PeerSnapshot = { contact: "up", role: "standby", readySince: toInstant(0) };
const ACTIVE: PeerSnapshot = { contact: "up", role: "active", readySince: undefined };
const GONE: PeerSnapshot = { contact: "gone", role: undefined, readySince: undefined };

/** An agent with one group and one protocol, its sockets and its peer to be set. */
function setUp(couldOpen: () => boolean | undefined) {
  const clock = new SimClock(1_000);
  const timers: Timers = {
    now: () => toInstant(clock.now),
    wall: () => toWall(clock.now),
    at: (when, call) => clock.at(when, call),
  };
  const state = { closed: [] as string[], peer: READY, role: "active" as LeaseSnapshot["role"], paused: false };
  const did: string[] = [];
  const troubles = new Troubles();
  const snapshot = (): LeaseSnapshot => ({
    ...SNAPSHOT,
    role: state.role,
    paused: state.paused,
    peers: { b: state.peer },
  });
  const givenAway = new GivenAway({
    troubles,
    hooks: { call: ({ reason }) => void did.push(`fault ${reason}`) },
    runners: new Map([["main", undefined]]),
    devicesOf: () => ["d1"],
    serviceOf: () => ({ protocol: "oslp" }),
    snapshot,
    request: (_group, { kind }) => {
      did.push(kind);
      if (kind === "handover") Object.assign(state, { role: "standby", peer: ACTIVE });
      if (kind === "pause") state.paused = true;
      if (kind === "resume") state.paused = false;
      return undefined;
    },
    note: () => {},
  });
  const care = new PortCare({
    timers,
    protocols: ["oslp", "mqtt"],
    closed: (protocol) => (protocol === "oslp" ? state.closed : []),
    couldOpen: async () => couldOpen(),
    snapshot,
    givenAway,
    note: () => {},
  });
  care.start();
  return { clock, state, did, troubles, care, givenAway };
}

const CLOSED = ["OSLP 0.6.1 on 0.0.0.0:12122"];

describe("an agent whose sockets cannot be opened", () => {
  it("is patient, then gives the group away once and stays away from it", async () => {
    const { clock, state, did, troubles } = setUp(() => false);
    state.closed = CLOSED;
    await clock.runFor(PORT_PATIENCE_MS - 1_000);
    expect(did).toEqual([]);
    await clock.runFor(3_000);
    expect(did).toEqual(["fault listener.taken", "handover", "pause"]);
    expect(troubles.of("main").map((one) => one.message)).toEqual([
      "not to be opened for 10 s: OSLP 0.6.1 on 0.0.0.0:12122; devices cannot come to this agent",
    ]);
    await clock.runFor(PORT_HOLD_MS * 3);
    expect(did).toHaveLength(3);
  });

  it("may hold it again when they can be opened", async () => {
    let opens = false;
    const { clock, state, did, troubles } = setUp(() => opens);
    state.closed = CLOSED;
    await clock.runFor(60_000);
    opens = true;
    state.closed = [];
    await clock.runFor(3_000);
    expect(did.at(-1)).toBe("resume");
    expect(state.paused).toBe(false);
    expect(troubles.of("main")).toEqual([]);
  });

  it("tries it again after a while where only the active one can know", async () => {
    const { clock, state, did } = setUp(() => undefined);
    state.closed = CLOSED;
    await clock.runFor(20_000);
    state.closed = [];
    await clock.runFor(PORT_HOLD_MS - 60_000);
    expect(did.at(-1)).toBe("pause");
    await clock.runFor(60_000);
    expect(did.at(-1)).toBe("resume");
  });

  it("keeps the group where nobody else is ready, and gives it away as soon as somebody is", async () => {
    const { clock, state, did, troubles } = setUp(() => false);
    state.peer = GONE;
    state.closed = CLOSED;
    await clock.runFor(60_000);
    expect(did).toEqual(["fault listener.taken"]);
    expect(troubles.of("main")).toHaveLength(1);
    state.peer = READY;
    await clock.runFor(2_000);
    expect(did).toEqual(["fault listener.taken", "handover", "pause"]);
  });

  it("takes the group back where nobody is left to serve it, and says no word twice", async () => {
    const { clock, state, did } = setUp(() => false);
    state.closed = CLOSED;
    await clock.runFor(30_000);
    state.peer = GONE;
    await clock.runFor(5_000);
    expect(did).toEqual(["fault listener.taken", "handover", "pause", "resume"]);
    state.role = "active";
    await clock.runFor(60_000);
    expect(did).toHaveLength(4);
  });

  it("does not care for a port that is free again in time", async () => {
    const { clock, state, did, troubles } = setUp(() => true);
    for (let i = 0; i < 5; i++) {
      state.closed = CLOSED;
      await clock.runFor(PORT_PATIENCE_MS - 2_000);
      state.closed = [];
      await clock.runFor(2_000);
    }
    expect(did).toEqual([]);
    expect(troubles.of("main")).toEqual([]);
  });

  it("ends what it said where the group never went away", async () => {
    const { clock, state, troubles } = setUp(() => false);
    state.peer = GONE;
    state.closed = CLOSED;
    await clock.runFor(20_000);
    expect(troubles.of("main")).toHaveLength(1);
    state.closed = [];
    await clock.runFor(2_000);
    expect(troubles.of("main")).toEqual([]);
  });

  it("leaves a group paused that an operator has paused meanwhile", async () => {
    let opens = false;
    const { clock, state, did, givenAway } = setUp(() => opens);
    state.closed = CLOSED;
    await clock.runFor(30_000);
    givenAway.ordered("main", "pause");
    opens = true;
    state.closed = [];
    await clock.runFor(10_000);
    expect(did.at(-1)).toBe("pause");
    expect(state.paused).toBe(true);
  });
});

describe("a group that was given away because of a broken adapter", () => {
  const HELD = { code: "adapter.held", message: "the oslp adapter breaks again and again" };

  it("is taken back where nobody is left to serve it, and stays away where somebody is", async () => {
    const { clock, state, did, givenAway, troubles } = setUp(() => true);
    givenAway.give("main", "adapter.oslp", HELD);
    await clock.runFor(60_000);
    expect(did).toEqual(["fault adapter.held", "handover", "pause"]);
    state.peer = GONE;
    await clock.runFor(5_000);
    expect(did.at(-1)).toBe("resume");
    expect(troubles.of("main")).toEqual([HELD]);
  });

  it("is given the time to be taken, each time anew", async () => {
    const { clock, state, did, givenAway } = setUp(() => true);
    givenAway.give("main", "adapter.oslp", HELD);
    await clock.runFor(5_000);
    state.peer = GONE;
    await clock.runFor(1_500);
    givenAway.letBack("main", "adapter.oslp");
    await clock.runFor(60_000);
    Object.assign(state, { role: "active", peer: READY });
    givenAway.give("main", "adapter.oslp", HELD);
    state.peer = GONE;
    await clock.runFor(1_900);
    expect(did.at(-1)).toBe("pause");
    await clock.runFor(3_000);
    expect(did.at(-1)).toBe("resume");
  });
});
