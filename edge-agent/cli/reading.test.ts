import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { EXAMPLES } from "../model/examples.ts";
import { DEVICE, ExampleSource, STATUS } from "../ops/example.testing.ts";
import { type Ops, startOps } from "../ops/server.ts";
import type { AgentStatus } from "../model/agent-status.ts";
import type { DeviceDetail } from "../model/device-status.ts";
import { busbar, Gateway, startBusbar } from "./busbar.testing.ts";

let gateway: Gateway;
let a: ExampleSource;
let b: ExampleSource;
let open: Ops[];

beforeEach(() => {
  gateway = new Gateway();
  a = new ExampleSource();
  b = new ExampleSource();
  b.status_ = standby("b");
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  gateway.remove();
});

function standby(agent: string): AgentStatus {
  const groups = STATUS.groups.map((group) => ({
    ...group,
    role: "standby" as const,
    epoch: 0,
    leaseLeftMs: undefined,
  }));
  return { ...STATUS, agent, groups };
}

async function serve(source: ExampleSource, port: number = 0): Promise<number> {
  const ops = await startOps({ listen: { host: "127.0.0.1", port }, source, token: undefined, maxTaps: 4 });
  open.push(ops);
  return ops.address.port;
}

async function serveBoth(): Promise<void> {
  gateway.configure({ a: await serve(a), b: await serve(b) });
}

const c = () => ["-c", gateway.file];

describe("status", () => {
  it("shows both agents, aligned", async () => {
    await serveBoth();
    const { code, out } = await busbar(["status", ...c(), "--ready"]);
    expect(code).toBe(0);
    expect(out.split("\n").slice(0, 5)).toEqual([
      "gateway /site/gw",
      "",
      "AGENT  GROUP  ROLE     EPOCH  READY  LEASE LEFT  SINCE     LAST TAKEOVER",
      "a      main   active   7      yes    2.4s        5min ago  340ms, 5min ago (link-closed)",
      "b      main   standby  7      yes    -           5min ago  340ms, 5min ago (link-closed)",
    ]);
    expect(out).toContain("37 online, 1 degraded, 1 stalled, 1 offline");
    expect(out).toContain("main   messages  4        1       0        0");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no colour where nobody sees it
    expect(out).not.toMatch(/\u001b/);
  });

  it("goes on without the agent that does not answer, and says so", async () => {
    gateway.configure({ a: await serve(a), b: await freePort() });
    const { code, out } = await busbar(["status", ...c()]);
    expect(code).toBe(0);
    expect(out).toContain("b      -      unreachable");
    expect(out).toMatch(/agent b is unreachable: http:\/\/127\.0\.0\.1:\d+: nobody listens there/);
    expect(out).toContain("! group main: 1 of its agents do not answer");
    expect((await busbar(["status", ...c(), "--ready"])).code).toBe(1);
  });

  it("exits 5 when none answers", async () => {
    gateway.configure({ a: await freePort(), b: await freePort() });
    expect((await busbar(["status", ...c()])).code).toBe(5);
    expect((await busbar(["devices", ...c()])).code).toBe(5);
    expect((await busbar(["tap", ...c()])).code).toBe(5);
    expect((await busbar(["handover", ...c()])).code).toBe(5);
  });

  it("is not fooled by the other agent at the address", async () => {
    const port = await serve(b);
    gateway.configure({ a: port, b: port, more: "" });
    // One port for both cannot be configured on one host; on two hosts with loopback ops it is what everybody does.
    const twoHosts = readFileSync(gateway.file, "utf8").replace("b: { host: 127.0.0.1", "b: { host: 127.0.0.2");
    writeFileSync(gateway.file, twoHosts);
    const { out } = await busbar(["status", ...c()]);
    expect(out).toContain(`is answered by agent b: ops of agent a listens on its own host only`);
    expect(out).toContain("a      -      unreachable");
    expect(out).toContain("b      main   standby");
  });

  it("tells two active agents from one", async () => {
    b.status_ = { ...STATUS, agent: "b" };
    await serveBoth();
    const { out } = await busbar(["status", ...c()]);
    expect(out).toContain("! group main: 2 agents say they are active");
  });

  it("gives programs what the agents said", async () => {
    await serveBoth();
    const { out } = await busbar(["status", ...c(), "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      gateway: "/site/gw",
      ready: true,
      agents: [
        { agent: "a", reached: true, body: { agent: "a", groups: [{ role: "active" }] } },
        { agent: "b", reached: true },
      ],
    });
  });

  it("does not let an agent's words move the cursor", async () => {
    a.status_ = { ...STATUS, cores: [{ name: "\u001b[2Jcore", groups: [], lastSeenAt: STATUS.now }] };
    await serveBoth();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the point of the test
    expect((await busbar(["status", ...c()])).out).not.toMatch(/\u001b/);
  });
});

describe("devices", () => {
  const of = (uid: string, state: DeviceDetail["state"], lastHeardAt: string | undefined): DeviceDetail => ({
    ...DEVICE,
    uid,
    state,
    lastHeardAt,
  });

  it("are those of the agent that serves them", async () => {
    a.devices = () => ({
      devices: [of("lamp-1", "online", STATUS.now), of("lamp-2", "stalled", "2026-11-21T00:00:00.000Z")],
      total: 2,
      next: undefined,
    });
    b.devices = () => ({
      devices: [
        of("lamp-1", "unknown", undefined),
        of("lamp-2", "unknown", undefined),
        of("lamp-3", "unknown", undefined),
      ],
      total: 3,
      next: undefined,
    });
    await serveBoth();
    const { code, out } = await busbar(["devices", ...c(), "--json"]);
    expect(code).toBe(0);
    const { devices, total } = JSON.parse(out);
    expect(total).toBe(3);
    expect(devices.map((one: DeviceDetail) => [one.uid, one.state])).toEqual([
      ["lamp-1", "online"],
      ["lamp-2", "stalled"],
      ["lamp-3", "unknown"],
    ]);
    const stalled = await busbar(["devices", ...c(), "--state", "stalled"]);
    expect(stalled.out).toContain("lamp-2");
    expect(stalled.out).not.toContain("lamp-1");
    expect((await busbar(["devices", ...c(), "--limit", "1"])).out).toContain("… 2 more");
  });

  it("are read page by page", async () => {
    const uids = Array.from({ length: 2_500 }, (_, i) => `lamp-${String(i).padStart(5, "0")}`);
    a.devices = ({ after = "", limit }) => {
      const rest = uids.filter((uid) => uid > after);
      const page = rest.slice(0, limit);
      return {
        devices: page.map((uid) => of(uid, "online", STATUS.now)),
        total: uids.length,
        next: rest.length > limit ? page.at(-1) : undefined,
      };
    };
    gateway.configure({ a: await serve(a), b: await freePort() });
    const { out } = await busbar(["devices", ...c(), "--json", "--limit", "9999"]);
    expect(JSON.parse(out).devices.map((one: DeviceDetail) => one.uid)).toEqual(uids);
  });

  it("show one in full, or say that nobody has it", async () => {
    await serveBoth();
    const one = await busbar(["devices", "lamp-1", ...c()]);
    expect(one.code).toBe(0);
    expect(one.out).toContain('memory      {"sequence":12}');
    expect(one.out).toContain("oslp.signature.invalid");
    expect(JSON.parse((await busbar(["devices", "lamp-1", ...c(), "--json"])).out)).toEqual(
      JSON.parse(JSON.stringify(DEVICE)),
    );
    const none = await busbar(["devices", "lamp-9", ...c()]);
    expect(none.code).toBe(1);
    expect(none.err).toContain("there is no device lamp-9");
  });
});

describe("tap", () => {
  const message = EXAMPLES["busbar.event.v1"];

  it("shows messages, and what was missed, and ends after the count", async () => {
    await serveBoth();
    const running = startBusbar(["tap", ...c(), "--count", "2", "--device", "lamp-1", "--type", "event"]);
    await vi.waitFor(() => expect(a.openTaps + b.openTaps).toBe(2), { timeout: 5_000 });
    expect(a.asked).toContainEqual({ device: "lamp-1", type: "event" });
    a.offer(
      { kind: "message", message },
      { kind: "dropped", count: 9 },
      { kind: "message", message },
      { kind: "message", message },
    );
    const { code, out, err } = await running.ended;
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(2);
    expect(out).toContain(`${message.time}  ${message.subject}  event`);
    expect(err).toContain("9 messages passed faster than they could be shown");
  });

  it("outlives a restart of an agent, and ends at Ctrl-C", async () => {
    const portA = await serve(a);
    gateway.configure({ a: portA, b: await freePort() });
    const running = startBusbar(["tap", ...c(), "--json"]);
    await vi.waitFor(() => expect(a.openTaps).toBe(1), { timeout: 5_000 });
    await Promise.all(open.splice(0).map((one) => one.close()));
    await serve(a, portA);
    await vi.waitFor(() => expect(a.openTaps).toBe(1), { timeout: 10_000 });
    a.offer({ kind: "message", message });
    await vi.waitFor(() => expect(running.out()).toContain(message.id), { timeout: 5_000 });
    running.stop("SIGINT");
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(message);
  });
});
