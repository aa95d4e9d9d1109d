import { Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { groupTag } from "../model/reign.ts";
import type { OpsSource } from "../ops/source.ts";
import { AgentPair, type PairMember, until } from "./agent-pair.testing.ts";

const LIGHTS = 6;
const pair = new AgentPair();
let a: PairMember;
let b: PairMember;

beforeAll(async () => {
  await pair.start(LIGHTS);
  a = await pair.join("a");
  await until(() => a.source.status().groups[0]?.role === "active");
  b = await pair.join("b");
  await pair.switchOnLights(200);
  await until(() => a.source.status().devices["oslp"]?.online === LIGHTS);
  await until(() => a.source.status().peers[0]?.state === "connected");
}, 30_000);

afterAll(() => pair.stop());

describe("AgentOpsSource", () => {
  it("is what the ops room asks for", () => {
    const source: OpsSource = a.source;
    expect(source.configuration()).toMatchObject({ gateway: "/demo/gw", devices: { oslp: LIGHTS } });
  });

  it("tells the roles, the lease and the link as they are", async () => {
    const one = a.source.status();
    const [group] = one.groups;
    expect(group).toMatchObject({
      role: "active",
      epoch: 1,
      highestEpoch: 1,
      holder: "a",
      devices: LIGHTS,
      paused: false,
    });
    expect(group?.leaseLeftMs).toBeGreaterThan(0);
    expect(group?.leaseLeftMs).toBeLessThanOrEqual(3_000);
    const other = await until(() => {
      const status = b.source.status();
      return status.groups[0]?.holder === "a" && status.groups[0].ready && status;
    });
    expect(other.groups[0]).toMatchObject({ role: "standby", epoch: 0, ready: true, leaseLeftMs: undefined });
    expect(other.devices).toEqual({ oslp: { online: 0, degraded: 0, stalled: 0, offline: 0, unknown: LIGHTS } });
    expect(one.peers).toEqual([
      expect.objectContaining({ agent: "b", state: "connected", configHash: other.configHash }),
    ]);
  });

  it("counts what became durable, once", async () => {
    const redis = new Redis(pair.redis.url);
    await pair.switchOffLights();
    const inQueue = async (): Promise<number> => {
      const jobs = await redis.lrange(`${groupTag("main")}:messages:wait`, 0, -1);
      const data = await Promise.all(jobs.map((id) => redis.hget(`${groupTag("main")}:messages:${id}`, "data")));
      return data.reduce((sum, text) => sum + JSON.parse(text ?? "{}").messages.length, 0);
    };
    // A device that repeats itself is told "received" again; what is recognised as a repeat is not queued again.
    const stored = (): number => {
      const { stored: byType, recognised } = a.source.status().messages;
      return Object.values(byType).reduce((sum, count) => sum + (count ?? 0), 0) - recognised;
    };
    // What was under way when the lights went off still arrives; then the two counts meet and stay so.
    let queued = await inQueue();
    for (let turn = 0; turn < 200 && (queued === 0 || queued !== stored()); turn++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      queued = await inQueue();
    }
    const jobs = await redis.llen(`${groupTag("main")}:messages:wait`);
    redis.disconnect();
    const status = a.source.status();
    expect(stored()).toBe(queued);
    expect(status.messages.committed).toBe(queued);
    expect(status.timings.commitMs.count).toBeGreaterThan(0);
    expect(status.timings.leaseRenewMs.count).toBeGreaterThan(0);
    await a.source.refresh();
    const { queues } = a.source.status();
    expect(queues.find((one) => one.name === "messages")).toMatchObject({ group: "main", waiting: jobs });
    const silentSince = a.source.status().messages.lastAt;
    await pair.switchOnLights(200);
    await until(() => a.source.status().messages.lastAt !== silentSince, 20_000);
    expect(a.source.status().messages.storedPerSecond).toBeGreaterThan(0);
  }, 30_000);

  it("lists devices by page, state and part of a name", () => {
    const first = a.source.devices({ limit: 4 });
    expect(first.devices).toHaveLength(4);
    expect(first.total).toBe(LIGHTS);
    const second = a.source.devices({ limit: 4, after: first.next });
    expect([...first.devices, ...second.devices].map((one) => one.uid)).toEqual(
      pair.files.members.map((one) => one.uid).sort(),
    );
    expect(second.next).toBeUndefined();
    const [member] = pair.files.members;
    expect(a.source.devices({ limit: 10, text: member?.identification }).devices[0]?.uid).toBe(member?.uid);
    expect(a.source.devices({ limit: 10, state: "offline" }).total).toBe(0);
    expect(b.source.devices({ limit: 10, state: "unknown" }).total).toBe(LIGHTS);
  });

  it("shows one device with its memory and what it said last, newest first", async () => {
    const uid = pair.files.members[0]?.uid ?? "";
    const detail = await until(() => {
      const now = a.source.device(uid);
      return (now?.lastMessages.length ?? 0) > 1 && now;
    });
    expect(detail).toMatchObject({ uid, protocol: "oslp", state: "online", commandsWaiting: 0 });
    expect(detail.lastMessages.every((one) => one.subject === uid)).toBe(true);
    const sequences = detail.lastMessages.map((one) => Number(one.sequence));
    expect(sequences).toEqual([...sequences].sort((x, y) => y - x));
    expect(Object.keys(detail.memory).length).toBeGreaterThan(0);
    expect(a.source.device("nobody")).toBeUndefined();
  });

  it("sees the cores that wait at the queue", async () => {
    const worker = new Worker("messages", async () => {}, {
      name: "core-1",
      prefix: groupTag("main"),
      connection: { url: pair.redis.url, maxRetriesPerRequest: null },
    });
    await worker.waitUntilReady();
    const core = await until(() => a.source.status().cores[0], 15_000);
    expect(core).toMatchObject({ name: "core-1", groups: ["main"] });
    await worker.close();
  }, 20_000);

  it("pours what is stored into a tap until the signal", async () => {
    const ending = new AbortController();
    const seen: string[] = [];
    for await (const item of a.source.tap({ type: "event" }, ending.signal)) {
      if (item.kind === "message") seen.push(item.message.type);
      if (seen.length === 3) ending.abort();
    }
    expect(seen).toEqual(["busbar.event.v1", "busbar.event.v1", "busbar.event.v1"]);
    expect(a.agent.taps.size).toBe(0);
  });

  it("refuses what cannot be done, and says why", async () => {
    expect(await b.source.handover({ reason: "test" })).toEqual({
      done: false,
      message: "agent b is not active for any group",
    });
    expect(await a.source.handover({ group: "other", reason: "test" })).toEqual({
      done: false,
      message: "agent a is not in group other; it is in main",
    });
    expect((await a.source.handover({ to: "c", reason: "test" })).message).toContain("c is not another member of main");
  });

  it("hands over, pauses and resumes, and answers with what became of it", async () => {
    const handed = await a.source.handover({ reason: "test" });
    expect(handed).toEqual({ done: true, message: "group main is held by b in epoch 2" });
    await until(() => b.source.status().groups[0]?.lastTakeover !== undefined);
    const [group] = b.source.status().groups;
    expect(group).toMatchObject({ role: "active", epoch: 2, handovers: 1, takeovers: 0 });
    expect(group?.lastTakeover).toMatchObject({ reason: "handover", from: "a", to: "b", epoch: 2 });
    expect(group?.lastTakeover?.tookMs).toBeGreaterThan(0);
    expect(group?.lastTakeover?.tookMs).toBeLessThan(2_000);
    expect(a.source.status().groups[0]).toMatchObject({ role: "standby", stepDowns: 1 });

    await until(() => b.agent.snapshot("main")?.peers["a"]?.role === "standby");
    const paused = await b.source.pause({ reason: "test" });
    expect(paused).toEqual({ done: true, message: "paused; group main is held by a in epoch 3" });
    await until(() => b.source.health().groups[0]?.reasons[0]?.code === "agent.paused");
    await until(() => a.source.status().groups[0]?.role === "active");
    const back = await a.source.handover({ reason: "test" });
    expect(back).toMatchObject({ done: false });
    expect(back.message).toContain("b is paused or blocked");
    expect((await b.source.resume({ reason: "test" })).done).toBe(true);
    await until(() => b.source.health().ready);
    expect(b.log.lines.some((line) => line.includes("pause of main was asked for: test"))).toBe(true);
  }, 30_000);

  it("says that data does not flow, not that sockets are open", async () => {
    await until(() => a.source.health().ready);
    await pair.redis.kill();
    const away = await until(() => {
      const found = a.source.health().reasons.find((one) => one.code === "redis.away");
      return found?.message.includes("records wait") && a.source.status().spool.messages > 0 && found;
    });
    // Devices are served from the spool: this agent is ready, and says what is wrong.
    expect(a.source.health().ready).toBe(true);
    expect(away.message).toMatch(/Redis is away since \d+ s: \d+ records wait on disk/);
    await until(() => !b.source.health().ready);
    expect(b.source.health()).toMatchObject({ live: true, ready: false });
    await pair.redis.restart();
    await until(() => a.source.status().spool.messages === 0 && a.source.status().redis.state === "usable", 15_000);
    await until(() => b.source.health().ready);

    await pair.switchOffLights();
    await pair.leave("b");
    await until(() => a.source.health().reasons.some((one) => one.code === "peer.lost"));
    expect(a.source.health().ready).toBe(true);
  }, 40_000);
});
