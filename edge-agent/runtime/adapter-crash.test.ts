import { connect } from "node:net";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProtocolService } from "./protocol-service.ts";
import { AgentPair, type PairMember, until } from "./agent-pair.testing.ts";

let pair: AgentPair;

beforeEach(async () => {
  pair = new AgentPair();
  await pair.start(2);
}, 30_000);

afterEach(() => pair.stop());

/** Makes an adapter fail as a defect would: at the next connections, whoever opens them. */
function breakAdapter(member: PairMember, times: number): void {
  const [service] = member.agent.services;
  if (service === undefined) throw new Error("no service");
  const whole = service.accept.bind(service);
  let left = times;
  Object.assign(service, {
    accept: (): ReturnType<ProtocolService["accept"]> => {
      if (left <= 0) return whole();
      left -= 1;
      throw new TypeError("cannot read properties of undefined");
    },
  });
}

function knock(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", () => resolve());
    socket.once("close", () => resolve());
    socket.once("connect", () => setTimeout(() => socket.destroy(), 20));
  });
}

describe("a crashing adapter", () => {
  it("is started again alone; the agent stays active in the same epoch", async () => {
    const a = await pair.join("a");
    await until(() => a.agent.workOfGroup("main") !== undefined && [...a.agent.listeners.bound()].length === 2);
    breakAdapter(a, 1);
    await knock(pair.files.agents.a.oslp);
    await until(() => a.agent.counters.adapterRestarts === 1);
    await until(() => [...a.agent.listeners.bound()].length === 2);
    await pair.switchOnLights(100);
    await until(() => a.source.status().devices["oslp"]?.online === 2);
    expect(a.source.status().groups[0]).toMatchObject({ role: "active", epoch: 1 });
    expect(a.source.status().messages.stored["busbar.gateway-event.v1"]).toBeGreaterThanOrEqual(2);
  }, 30_000);

  it("that breaks again and again gives its group to the other agent and stays away from it", async () => {
    const a = await pair.join("a");
    await until(() => a.agent.workOfGroup("main") !== undefined);
    const b = await pair.join("b");
    await until(() => a.agent.snapshot("main")?.peers["b"]?.role === "standby");
    breakAdapter(a, 1_000);
    await pair.switchOnLights(50);
    await until(() => b.source.status().groups[0]?.role === "active", 15_000);
    expect(a.agent.counters.adapterRestarts).toBe(3);
    await until(() => b.source.status().devices["oslp"]?.online === 2);
    const health = a.source.health();
    expect(health.ready).toBe(false);
    expect(health.reasons.map((one) => one.code)).toContain("adapter.held");
    expect(a.agent.snapshot("main")?.paused).toBe(true);
  }, 40_000);

  it("keeps the group where nobody else could take it, without that adapter", async () => {
    const a = await pair.join("a");
    await until(() => a.agent.workOfGroup("main") !== undefined);
    breakAdapter(a, 1_000);
    await pair.switchOnLights(50);
    await until(() => a.source.health().reasons.some((one) => one.code === "adapter.held"), 15_000);
    expect(a.source.status().groups[0]?.role).toBe("active");
    expect([...a.agent.listeners.bound()]).toEqual([]);
  }, 40_000);

  it("is not what a port in use is: the other sockets serve, and it opens when the port is free", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(pair.files.agents.a.old, "127.0.0.1", resolve));
    const a = await pair.join("a");
    await until(() => a.agent.workOfGroup("main") !== undefined && [...a.agent.listeners.bound()].length === 1);
    await until(() => a.source.health().reasons.some((one) => one.code === "listener.closed"));
    await new Promise((resolve) => other.close(resolve));
    await until(() => [...a.agent.listeners.bound()].length === 2);
    await until(() => !a.source.health().reasons.some((one) => one.code === "listener.closed"));
  }, 30_000);

  it("gives its group to the other agent where a port stays in use, and does not take it back until it is free", async () => {
    const other = createServer((socket) => socket.on("error", () => {}).destroy());
    await new Promise<void>((resolve) => other.listen(pair.files.agents.a.old, "127.0.0.1", resolve));
    const a = await pair.join("a");
    await until(() => a.agent.workOfGroup("main") !== undefined);
    const b = await pair.join("b");
    await until(() => b.source.status().groups[0]?.role === "active", 30_000);
    expect(a.source.health().reasons.map((one) => one.code)).toContain("listener.taken");
    await pair.switchOnLights(100);
    await until(() => b.source.status().devices["oslp"]?.online === 2);
    const epoch = b.source.status().groups[0]?.epoch;
    await new Promise((resolve) => other.close(resolve));
    await until(() => a.source.health().ready);
    expect(a.agent.snapshot("main")?.paused).toBe(false);
    expect(b.source.status().groups[0]).toMatchObject({ role: "active", epoch });
  }, 60_000);
});
