import { describe, expect, it } from "vitest";
import { SimDisk } from "../../adapters/io/sim/disk.ts";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { LeaseMachine, type LeaseSnapshot } from "../lease/machine.ts";
import { DEFAULT_LEASE_SETTINGS } from "../lease/settings.ts";
import { DEFAULT_SPOOL_SETTINGS } from "../spool/settings.ts";
import { Spool } from "../spool/spool.ts";
import { type Finding, findingsOf, type GroupView } from "./ops-source-health.ts";

const LEASE: LeaseSnapshot = {
  ...new LeaseMachine({
    settings: DEFAULT_LEASE_SETTINGS,
    identity: { group: "main", agent: "a", members: ["a", "b"], configHash: "same" },
    random: new SeededRandom(7),
    now: toInstant(0),
    epochFloor: 7,
  }).snapshot(toInstant(0)),
  role: "active",
  epoch: 7,
  health: "ok",
  mayAct: true,
  mature: true,
  holder: "a",
};

const PEER = { state: "connected", since: toWall(0), version: "0.1.0", configHash: "same" } as const;

const WELL: GroupView = {
  agent: "a",
  configHash: "same",
  lease: LEASE,
  forMs: 60_000,
  peers: new Map([["b", PEER]]),
  redis: { state: "usable", findings: [] },
  redisLoses: [],
  redisAwayForMs: undefined,
  devices: { expecting: 40, silent: 0, size: 40 },
  lastStoredAgeMs: 500,
  closedListeners: [],
  spool: undefined,
  spoolPolicy: "block",
  spoolMendsInMs: undefined,
  mirrorsAside: [],
  mirrorsFailed: [],
  mirrorWanted: true,
  mirrored: true,
  queues: [],
  cores: 1,
  troubles: [],
};

const STANDBY: Partial<GroupView> = { lease: { ...LEASE, role: "standby", epoch: 0, holder: "b" }, devices: undefined };

function found(change: Partial<GroupView>): readonly Pick<Finding, "code" | "blocks">[] {
  return findingsOf({ ...WELL, ...change }).map(({ code, blocks }) => ({ code, blocks }));
}

describe("findingsOf", () => {
  it("finds nothing where data flows", () => {
    expect(found({})).toEqual([]);
    expect(found(STANDBY)).toEqual([]);
  });

  it("is not content with open sockets: devices that should speak and do not are a reason", () => {
    expect(found({ devices: { expecting: 40, silent: 40, size: 40 } })).toEqual([
      { code: "devices.silent", blocks: true },
    ]);
    expect(found({ devices: { expecting: 40, silent: 5, size: 40 } })).toEqual([
      { code: "devices.stalled", blocks: false },
    ]);
    expect(found({ devices: { expecting: 40, silent: 4, size: 40 } })).toEqual([]);
    expect(found({ devices: { expecting: 0, silent: 0, size: 40 } })).toEqual([]);
    expect(found({ devices: undefined })).toEqual([{ code: "devices.waiting", blocks: true }]);
  });

  it("lets an active serve without Redis, and no standby wait for it", () => {
    const away = { redis: { state: "away", findings: [] }, redisAwayForMs: 12_000 } as const;
    expect(found(away)).toEqual([{ code: "redis.away", blocks: false }]);
    expect(found({ ...STANDBY, ...away })).toEqual([{ code: "redis.away", blocks: true }]);
    expect(findingsOf({ ...WELL, ...away })[0]?.message).toBe("Redis is away since 12 s: 0 records wait on disk");
  });

  it("has a standby that could not take over say so", () => {
    const lost = new Map([["b", { ...PEER, state: "connecting" }]] as const);
    expect(found({ peers: lost })).toEqual([{ code: "peer.lost", blocks: false }]);
    expect(found({ ...STANDBY, peers: lost })).toEqual([{ code: "peer.lost", blocks: true }]);
    const other = new Map([["b", { ...PEER, configHash: "other" }]] as const);
    expect(found({ peers: other })).toEqual([{ code: "config.differs", blocks: false }]);
    expect(found({ ...STANDBY, peers: other })).toEqual([{ code: "config.differs", blocks: true }]);
    const lease = { ...LEASE, role: "standby", epoch: 0, holder: "b" } as const;
    expect(found({ ...STANDBY, lease: { ...lease, paused: true } })).toEqual([{ code: "agent.paused", blocks: true }]);
    expect(found({ ...STANDBY, lease: { ...lease, blocked: "a twin", twin: true } })).toEqual([
      { code: "lease.twin", blocks: true },
    ]);
    expect(found({ ...STANDBY, lease: { ...lease, mature: false } })).toEqual([
      { code: "lease.newborn", blocks: true },
    ]);
    expect(found({ ...STANDBY, lease: { ...lease, heldDown: true } })).toEqual([
      { code: "lease.held-down", blocks: true },
    ]);
    expect(found({ ...STANDBY, lease: { ...lease, holder: undefined } })).toEqual([
      { code: "lease.nobody", blocks: true },
    ]);
  });

  it("names a socket that is not open, after a moment", () => {
    const closedListeners = ["OSLP 0.6.1 on 0.0.0.0:12122"];
    expect(found({ closedListeners })).toEqual([{ code: "listener.closed", blocks: true }]);
    expect(found({ closedListeners, forMs: 500 })).toEqual([]);
  });

  it("says why the spool fails and when it is tried again, and what became of mirrors", () => {
    const disk = new SimDisk({ random: new SeededRandom(1) });
    const identity = { source: "/t/gw", group: "main", stream: "a" };
    const clock = { now: () => toInstant(0), wall: () => toWall(0) };
    const open = Spool.open({ disk, clock, settings: DEFAULT_SPOOL_SETTINGS, identity, incarnation: "00" }).status();
    const spool = { ...open, condition: "failed", fault: "segment-0000000001: EIO" } as const;
    const [failed] = findingsOf({ ...WELL, spool, spoolMendsInMs: 8_000 });
    expect(failed).toMatchObject({ code: "spool.failed", blocks: true });
    expect(failed?.message).toContain("segment-0000000001: EIO; tried again in 8 s");
    expect(found({ mirrorsAside: ["aside-1-peer-b-00"] })).toEqual([{ code: "spool.mirror-aside", blocks: false }]);
    expect(found({ ...STANDBY, mirrorsFailed: ["peer-b-00: EIO"] })).toEqual([
      { code: "spool.mirror-failed", blocks: false },
    ]);
  });

  it("says that nobody takes from the queue, and what was given up", () => {
    const queue = { group: "main", name: "messages", waiting: 7, active: 0, delayed: 0, failed: 0 } as const;
    expect(found({ cores: 0, queues: [queue] })).toEqual([{ code: "cores.none", blocks: false }]);
    expect(found({ cores: 0, queues: [{ ...queue, waiting: 0 }] })).toEqual([]);
    expect(found({ queues: [{ ...queue, failed: 2 }] })).toEqual([{ code: "queue.dead-letters", blocks: false }]);
  });

  it("puts what blocks first, and keeps what went wrong until it goes right", () => {
    const codes = found({ mirrored: false, troubles: [{ code: "hook.failed", message: "exit code 3" }] });
    expect(codes).toEqual([
      { code: "hook.failed", blocks: true },
      { code: "spool.alone", blocks: false },
    ]);
  });

  it("is not ready while a group changes hands", () => {
    expect(found({ lease: { ...LEASE, role: "stepping-down" } })).toEqual([{ code: "lease.changing", blocks: true }]);
  });
});
