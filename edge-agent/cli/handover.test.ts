import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { ExampleSource, STATUS } from "../ops/example.testing.ts";
import { type Ops, startOps } from "../ops/server.ts";
import type { AgentStatus, Role } from "../model/agent-status.ts";
import { busbar, Gateway } from "./busbar.testing.ts";

let gateway: Gateway;
let a: ExampleSource;
let b: ExampleSource;
let open: Ops[];

beforeEach(async () => {
  gateway = new Gateway();
  a = new ExampleSource();
  b = new ExampleSource();
  b.status_ = as("b", "standby", 0);
  open = [];
});

afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  gateway.remove();
});

function as(agent: string, role: Role, epoch: number): AgentStatus {
  return { ...STATUS, agent, groups: STATUS.groups.map((group) => ({ ...group, role, epoch })) };
}

async function serveBoth(token?: string, more: string = ""): Promise<void> {
  const ports = await Promise.all(
    [a, b].map(async (source) => {
      const ops = await startOps({ listen: { host: "127.0.0.1", port: 0 }, source, token, maxTaps: 1 });
      open.push(ops);
      return ops.address.port;
    }),
  );
  gateway.configure({ a: ports[0] ?? 0, b: ports[1] ?? 0, more });
}

const c = () => ["-c", gateway.file];

describe("handover", () => {
  it("asks the active agent and waits until the other one is active", async () => {
    await serveBoth();
    a.handover = async (request) => {
      a.asked.push(request);
      a.status_ = as("a", "standby", 0);
      b.status_ = as("b", "active", 8);
      return { done: true, message: "stepping down" };
    };
    const { code, out } = await busbar(["handover", ...c(), "--to", "b", "--reason", "maintenance"]);
    expect(code).toBe(0);
    expect(a.asked).toContainEqual({ group: "main", to: "b", reason: "maintenance" });
    expect(out).toMatch(/^group main: b is active in epoch 8 after \d+ ms\n$/);
    const back = await busbar(["handover", ...c(), "--no-wait", "--json"]);
    expect(JSON.parse(back.out)).toMatchObject([{ group: "main", from: "b", message: "done" }]);
  });

  it("asks whom, where both are active for groups of their own, and leaves alone what is there already", async () => {
    b.status_ = {
      ...b.status_,
      groups: b.status_.groups.map((group) => ({ ...group, group: "south", role: "active" })),
    };
    await serveBoth();
    const { code, err } = await busbar(["handover", ...c()]);
    expect(code).toBe(2);
    expect(err).toContain("agents a, b are active for groups of their own; say which with --from, --group or --to");
    const from = await busbar(["handover", ...c(), "--from", "b", "--no-wait"]);
    expect(from).toMatchObject({ code: 0, out: "group south: done\n" });
    expect(b.asked).toMatchObject([{ group: "south" }]);
    const to = await busbar(["handover", ...c(), "--to", "a", "--no-wait"]);
    expect(to.out).toBe("group main: a holds it already\ngroup south: done\n");
    expect(a.asked).toEqual([]);
    expect((await busbar(["handover", ...c(), "--from", "a", "--group", "south"])).code).toBe(4);
  });

  it("exits 4 with the reason where the agent refuses", async () => {
    a.outcome = { done: false, message: "agent b is not ready: another configuration" };
    await serveBoth();
    const { code, err } = await busbar(["handover", ...c()]);
    expect(code).toBe(4);
    expect(err).toBe("busbar: agent a: agent b is not ready: another configuration\n");
  });

  it("exits 4 where no agent is active", async () => {
    a.status_ = as("a", "standby", 0);
    await serveBoth();
    const { code, err } = await busbar(["handover", ...c(), "--group", "main"]);
    expect(code).toBe(4);
    expect(err).toContain("no agent that answers is active for group main");
  });

  it("sends the token of the configuration, and exits 4 where it is another", async () => {
    writeFileSync(join(gateway.folder, "token"), "t0ken\n", { mode: 0o600 });
    await serveBoth("t0ken", "ops: { token: { file: token } }\n");
    expect((await busbar(["handover", ...c(), "--no-wait"])).code).toBe(0);
    writeFileSync(join(gateway.folder, "token"), "other\n", { mode: 0o600 });
    const { code, err } = await busbar(["handover", ...c(), "--no-wait"]);
    expect(code).toBe(4);
    expect(err).toContain("the token is wrong");
    expect(err).not.toContain("other");
  });
});

describe("pause and resume", () => {
  it("ask the agent they name", async () => {
    await serveBoth();
    expect(await busbar(["pause", "b", ...c(), "--reason", "disk"])).toMatchObject({ code: 0, out: "done\n" });
    expect(await busbar(["resume", "b", ...c(), "--group", "main", "--json"])).toMatchObject({ code: 0 });
    expect(b.asked).toEqual([
      { pause: { reason: "disk" } },
      { resume: { group: "main", reason: "asked by an operator" } },
    ]);
    expect(a.asked).toEqual([]);
  });

  it("know an agent that is not there from one that does not answer", async () => {
    gateway.configure({ a: await freePort(), b: await freePort() });
    expect((await busbar(["pause", "c", ...c()])).code).toBe(2);
    expect((await busbar(["pause", "a", ...c()])).code).toBe(5);
  });
});
