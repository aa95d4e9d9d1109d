import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEVICE, ExampleSource, HEALTH, STATUS } from "./example.testing.ts";
import { AGENT_HEADER } from "./agent-header.ts";
import { type Ops, startOps } from "./server.ts";

let source: ExampleSource;
let ops: Ops;
const open: Ops[] = [];

async function start(token: string | undefined = undefined, maxTaps: number = 2): Promise<Ops> {
  const started = await startOps({ listen: { host: "127.0.0.1", port: 0 }, source, token, maxTaps });
  open.push(started);
  return started;
}

beforeEach(async () => {
  source = new ExampleSource();
  ops = await start();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function get(
  path: string,
  init: RequestInit = {},
  at: Ops = ops,
): Promise<{ status: number; body: unknown; headers: Headers }> {
  const answer = await fetch(at.url + path, init);
  const text = await answer.text();
  return {
    status: answer.status,
    body: answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text,
    headers: answer.headers,
  };
}

function post(path: string, body: unknown, headers: Record<string, string> = {}, at: Ops = ops) {
  return get(
    path,
    { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } },
    at,
  );
}

describe("reading", () => {
  it("tells the status as it is", async () => {
    const { status, body, headers } = await get("/status");
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(JSON.stringify(STATUS)));
    expect(headers.get(AGENT_HEADER)).toBe("a");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it.each([
    ["live and ready", {}, 200, 200, 200],
    [
      "live, not ready",
      { ready: false, reasons: [{ code: "redis.away", message: "Redis does not answer" }] },
      503,
      200,
      503,
    ],
    ["not live", { live: false, ready: false, reasons: [{ code: "loop.frozen", message: "frozen" }] }, 503, 503, 503],
  ])("answers health with the status people and balancers look at: %s", async (_name, change, whole, live, ready) => {
    source.health_ = { ...HEALTH, ...change };
    expect((await get("/health")).status).toBe(whole);
    expect((await get("/health/live")).status).toBe(live);
    expect((await get("/health/ready")).status).toBe(ready);
    expect((await get("/health")).body).toEqual(source.health_);
  });

  it("pages and filters devices", async () => {
    expect((await get("/devices?state=online&protocol=oslp&group=main&text=la&after=k&limit=7")).body).toMatchObject({
      total: 1,
    });
    expect(source.asked).toEqual([
      { state: "online", protocol: "oslp", group: "main", text: "la", after: "k", limit: 7 },
    ]);
    expect((await get("/devices")).status).toBe(200);
    expect(source.asked[1]).toEqual({ limit: 100 });
  });

  it.each([
    "/devices?limit=0",
    "/devices?limit=1001",
    "/devices?limit=x",
    "/devices?state=up",
    "/devices?colour=red",
    `/devices?text=${"x".repeat(129)}`,
    "/tap?limit=3",
  ])("refuses what it does not understand: %s", async (path) => {
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: "ops.request.invalid" } });
  });

  it("shows one device, or says that there is none", async () => {
    expect((await get("/devices/lamp-1")).body).toEqual(JSON.parse(JSON.stringify(DEVICE)));
    expect(await get("/devices/lamp-2")).toMatchObject({
      status: 404,
      body: { error: { code: "ops.device.unknown" } },
    });
  });

  it("shows refusals, decoded", async () => {
    expect((await get("/refusals")).body).toMatchObject({
      refusals: [{ code: "oslp.signature.invalid", decoded: { sequence: 3 } }],
    });
  });

  it("names what there is where a path is unknown, and nothing of the inside where something breaks", async () => {
    expect(await get("/metric")).toMatchObject({
      status: 404,
      body: { error: { code: "ops.path.unknown", message: expect.stringContaining("/metrics") } },
    });
    source.device = () => {
      throw new Error("hunter2 at /secret/path");
    };
    const { status, body } = await get("/devices/x");
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|secret/);
  });

  it("refuses a Host header that is none", async () => {
    const { request } = await import("node:http");
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request(`${ops.url}/status`, { headers: { host: "a b" } }, (answer) =>
        resolve(answer.resume().statusCode),
      );
      asked.on("error", reject).end();
    });
    expect(status).toBe(400);
  });
});

describe("changing", () => {
  it("is allowed from this host where no token is set", async () => {
    expect(await post("/handover", { group: "main", to: "b", reason: "maintenance" })).toMatchObject({
      status: 200,
      body: { done: true },
    });
    expect(source.asked).toEqual([{ group: "main", to: "b", reason: "maintenance" }]);
    expect((await post("/pause", {})).status).toBe(200);
    expect((await post("/resume", { group: "main" })).status).toBe(200);
    expect((await post("/log-level", { level: "debug" })).status).toBe(200);
    expect(source.asked.slice(1)).toEqual([
      { pause: { reason: "asked by an operator" } },
      { resume: { group: "main", reason: "asked by an operator" } },
      "debug",
    ]);
  });

  it("needs the token where one is set, from this host too", async () => {
    const guarded = await start("s3cret");
    expect(await post("/pause", {}, {}, guarded)).toMatchObject({
      status: 401,
      body: { error: { code: "ops.token.missing" } },
    });
    expect(await post("/pause", {}, { authorization: "Bearer wrong" }, guarded)).toMatchObject({
      status: 403,
      body: { error: { code: "ops.token.wrong" } },
    });
    expect(await post("/pause", {}, { authorization: "Bearer s3cret" }, guarded)).toMatchObject({ status: 200 });
    expect(source.asked).toHaveLength(1);
  });

  it("is refused to pages of other sites", async () => {
    expect(await post("/handover", {}, { origin: "http://evil.example" })).toMatchObject({
      status: 403,
      body: { error: { code: "ops.origin.refused" } },
    });
    expect(
      (
        await get("/handover", {
          method: "POST",
          body: "to=b",
          headers: { "content-type": "application/x-www-form-urlencoded" },
        })
      ).status,
    ).toBe(415);
    expect((await get("/handover")).status).toBe(404);
    expect(source.asked).toEqual([]);
  });

  it("says why where it was not done", async () => {
    source.outcome = { done: false, message: "agent b is not ready: another configuration" };
    expect(await post("/handover", {})).toMatchObject({
      status: 409,
      body: { error: { code: "ops.action.refused", message: source.outcome.message } },
    });
  });

  it.each([
    ["/handover", { too: "b" }],
    ["/handover", { to: 1 }],
    ["/handover", []],
    ["/log-level", { level: "loud" }],
    ["/log-level", {}],
    ["/pause", { reason: "x".repeat(201) }],
  ])("refuses %s with %j", async (path, body) => {
    expect((await post(path, body)).status).toBe(400);
    expect(source.asked).toEqual([]);
  });

  it("refuses a body that is too large, and one that is not JSON", async () => {
    expect((await post("/handover", { reason: "x".repeat(20_000) })).status).toBe(413);
    expect(
      (await get("/handover", { method: "POST", body: "{", headers: { "content-type": "application/json" } })).status,
    ).toBe(400);
  });
});

describe("where it listens", () => {
  it("says so when the port is taken", async () => {
    await expect(startOps({ listen: ops.address, source, token: undefined, maxTaps: 1 })).rejects.toMatchObject({
      code: "config.ops.listen",
      blame: "operator",
      native: "EADDRINUSE",
    });
  });
});
