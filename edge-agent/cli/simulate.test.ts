import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { BEHAVIOURS } from "../../firmware-sim/oslp/behaviours/roster.ts";
import { busbar, startBusbar } from "./busbar.testing.ts";

let folder: string;
const file = (name: string): string => join(folder, name);
const simulate = (...args: readonly string[]) => busbar(["simulate", "oslp", ...args]);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-simulate-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("usage", () => {
  it.each([
    [[], "nothing to do"],
    [["--platform", "localhost"], "--platform-key"],
    [["--platform", "local host"], "HOST:PORT"],
    [["--behaviours", "falls-asleep"], "--list-behaviours"],
    [["--behaviours", "falls-silent=200%"], "--list-behaviours"],
    [["--devices", "0"], "whole number"],
    [["--export", "devices.txt"], ".yaml or .csv"],
    [["--devices", "60000", "--export", "x.csv"], "--addressing range"],
    [["--addressing", "range", "--address", "10.0.0.1", "--export", "x.csv"], "--addressing ports"],
  ])("%j exits with 2 and says what is wrong", async (args, said) => {
    const { code, err } = await simulate(...args);
    expect([code, err.includes(said)]).toEqual([2, true]);
  });

  it("lists every behaviour, for people and programs", async () => {
    const { out } = await simulate("--list-behaviours");
    for (const name of Object.keys(BEHAVIOURS)) expect(out).toContain(name);
    const list: unknown = JSON.parse((await simulate("--list-behaviours", "--json")).out);
    expect(list).toHaveLength(Object.keys(BEHAVIOURS).length);
  });
});

describe("what it writes", () => {
  it("a key pair, private for its owner alone, and never over another", async () => {
    expect((await simulate("--generate-platform-key", file("new.pem"))).code).toBe(0);
    expect(statSync(file("new.pem")).mode & 0o777).toBe(0o600);
    expect(readFileSync(file("new.pem.pub"), "utf8")).toContain("PUBLIC KEY");
    const again = await simulate("--generate-platform-key", file("new.pem"));
    expect([again.code, again.err.includes("new.pem")]).toEqual([1, true]);
  });

  it("devices a configuration takes, in its own file and as a file beside it", async () => {
    await simulate("--generate-platform-key", file("platform.pem"));
    const lines = [
      "gateway: /lab/gw",
      "agents: { a: { host: 127.0.0.1, link: 7411, ops: 127.0.0.1:7421, state: . } }",
      'redis: { url: "redis://127.0.0.1:6379" }',
      "oslp: { platformKey: { file: platform.pem } }",
      "",
    ].join("\n");
    await simulate("--devices", "3", "--version", "mixed", "--export", file("devices.yaml"));
    writeFileSync(file("whole.yaml"), lines + readFileSync(file("devices.yaml"), "utf8"));
    await simulate("--devices", "3", "--addressing", "range", "--export", file("devices.csv"));
    writeFileSync(file("beside.yaml"), `${lines}devices: { file: devices.csv }\n`);
    for (const name of ["whole.yaml", "beside.yaml"]) {
      const checked = await busbar(["config", "check", file(name)]);
      expect([checked.code, checked.out.includes("3 devices")]).toEqual([0, true]);
    }
  });
});

describe("a run", () => {
  it("against nobody exits with 5 and says so in the books", async () => {
    await simulate("--generate-platform-key", file("nobody.pem"));
    const nobody = `127.0.0.1:${await freePort()}`;
    const listen = String(await freePort());
    const flags = ["--devices", "1", "--platform", nobody, "--platform-key", file("nobody.pem.pub")];
    const { code, out } = await simulate(...flags, "--listen-port", listen, "--for", "500ms", "--json");
    expect(code).toBe(5);
    expect(JSON.parse(out)).toMatchObject({ devices: 1, registered: 0, acknowledged: 0 });
    expect(JSON.parse(out).unreachable["transport.refused"]).toBeGreaterThan(0);
  });

  it("with a probe as its platform: registered, asked, and the books at the interrupt", async () => {
    await simulate("--generate-platform-key", file("pair.pem"));
    await simulate("--devices", "1", "--export", file("one.csv"));
    const publicKey = readFileSync(file("one.csv"), "utf8").split("\n")[1]?.split(",")[4] ?? "";
    const [platform, listen] = [String(await freePort()), String(await freePort())];
    const running = startBusbar([
      ...["simulate", "oslp", "--devices", "1", "--platform", `127.0.0.1:${platform}`, "--listen-port", listen],
      ...["--platform-key", file("pair.pem.pub"), "--every", "1h", "--json", "--log", file("log.ndjson")],
    ]);
    const keys = ["--device-key", publicKey, "--platform-key", file("pair.pem"), "--json"];
    const asked = await busbar([
      ...["probe", "oslp", "status", "--listen", platform, "--port", listen, "--identification", "SSLD-00001"],
      ...keys,
    ]);
    expect(asked.code).toBe(0);
    const { end, sequence, deviceId, result } = JSON.parse(asked.out);
    expect([end, result.status, result.name]).toEqual(["succeeded", "OK", "SSLD-00001"]);
    const where = ["--host", `127.0.0.1:${listen}`, "--device-id", deviceId, "--sequence", String(sequence), ...keys];
    const light = await busbar(["probe", "oslp", "set-light", "on", "2", "40", ...where]);
    expect(JSON.parse(light.out)).toMatchObject({ end: "succeeded", sequence: (sequence + 2) % 65_536 });
    running.stop("SIGINT");
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      registered: 1,
      executed: { getStatusRequest: 1, setLightRequest: 1, resumeScheduleRequest: 1 },
      refused: {},
    });
    const kinds = readFileSync(file("log.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line): string => JSON.parse(line).kind);
    expect(kinds).toEqual(expect.arrayContaining(["registered", "executed", "switched"]));
  }, 30_000);
});
