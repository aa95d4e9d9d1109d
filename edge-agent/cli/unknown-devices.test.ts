import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { ExampleSource, UNKNOWN_DEVICE } from "../ops/example.testing.ts";
import { type Ops, startOps } from "../ops/server.ts";
import type { UnknownDevice } from "../model/device-status.ts";
import { busbar, Gateway } from "./busbar.testing.ts";
import { candidates } from "./unknown-devices.ts";

let gateway: Gateway;
let ops: Ops | undefined;
beforeEach(() => {
  gateway = new Gateway();
});
afterEach(async () => {
  await ops?.close();
  gateway.remove();
});

const called = (identification: string, facts: Partial<UnknownDevice> = {}): UnknownDevice => ({
  ...UNKNOWN_DEVICE,
  claimed: { identification, deviceId: "AAEAAAAAAAAAAAAB" },
  ...facts,
});
const nobody = { devices: [] };

describe("devices --unknown", () => {
  it("lists who called, what it said of itself, and a line for the configuration", async () => {
    ops = await startOps({
      listen: { host: "127.0.0.1", port: 0 },
      source: new ExampleSource(),
      token: undefined,
      maxTaps: 4,
    });
    gateway.configure({ a: ops.address.port, b: await freePort() });
    const { code, out, err } = await busbar(["devices", "--unknown", "-c", gateway.file]);
    expect(code).toBe(0);
    expect(err).toContain("agent b is unreachable");
    expect(out).toMatch(/LAMP 17 +oslp +10\.1\.0\.17:40112 +12 /);
    expect(out).toContain("deviceType 1, hasSchedule false, address 10.1.0.17");
    expect(out).toContain(
      '- { uid: lamp-17, protocol: oslp, identification: "LAMP 17", publicKey: { file: keys/lamp-17.pub } }',
    );
  });

  it("is told by no agent where none answers", async () => {
    gateway.configure({ a: await freePort(), b: await freePort() });
    expect((await busbar(["devices", "--unknown", "-c", gateway.file])).code).toBe(5);
  });
});

describe("candidates", () => {
  it("are one entry for each name, of all agents together, the last one first", () => {
    const heard = [
      called("A", { times: 2, firstAt: "2026-11-21T00:00:00Z", lastAt: "2026-11-21T00:01:00Z", peer: "old" }),
      called("B", { times: 1, lastAt: "2026-11-21T00:02:00Z" }),
      called("A", { times: 3, firstAt: "2026-11-21T00:00:30Z", lastAt: "2026-11-21T00:03:00Z", peer: "new" }),
    ];
    const found = candidates(heard, nobody);
    expect(found.map((one) => one.claimed["identification"])).toEqual(["A", "B"]);
    expect(found[0]).toMatchObject({ times: 5, peer: "new", firstAt: "2026-11-21T00:00:00Z" });
  });

  it("are those only whom the configuration still does not know, under uids nobody has", () => {
    const known = { uid: "lamp-1", protocol: "oslp", identification: "LAMP 1" } as never;
    const found = candidates([called("LAMP 1"), called("lamp_1"), called("LAMP-1")], { devices: [known] });
    expect(found.map((one) => one.entry)).toEqual([
      '- { uid: lamp_1, protocol: oslp, identification: "lamp_1", publicKey: { file: keys/lamp_1.pub } }',
      '- { uid: lamp-1-2, protocol: oslp, identification: "LAMP-1", publicKey: { file: keys/lamp-1-2.pub } }',
    ]);
  });

  it("are YAML whatever the device called itself", () => {
    for (const name of ['"}] evil: {', "17", "---", "a: b # c", "Straße 7"]) {
      const [found] = candidates([called(name)], nobody);
      const [entry] = parse(found?.entry ?? "") as readonly Record<string, unknown>[];
      expect(entry).toMatchObject({ protocol: "oslp", identification: name });
      expect(entry?.["uid"]).toMatch(/^(?!\d+$)[a-z0-9_.-]+$/);
    }
  });
});
