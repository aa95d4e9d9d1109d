import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { toHex } from "../../adapters/kit/bytes.ts";
import { mixFor } from "../../firmware-sim/dlms/behaviour-mix.ts";
import { Fleet } from "../../firmware-sim/dlms/fleet/fleet.ts";
import { type FleetPlan, planFleet } from "../../firmware-sim/dlms/fleet/fleet-plan.ts";
import { type DlmsProbeFlags, probeDlms } from "./probe-dlms.ts";
import { readDlmsVerb, readObjectWord } from "./probe-dlms-verbs.ts";
import { EXIT } from "./verb.ts";

const PLAN: FleetPlan = {
  seed: "probe",
  count: 1,
  profile: "smr-5.5",
  phases: 1,
  mbus: ["gas"],
  carrier: "tcp",
  addressing: "ports",
  host: "127.0.0.1",
  basePort: 1,
  mechanism: "high-gmac",
  policy: 3,
  suite: 0,
};

let fleet: Fleet;
let dir: string;
let flags: DlmsProbeFlags;

beforeAll(async () => {
  const members = planFleet(PLAN).map((member) => Object.create(member, { port: { value: 0 } }));
  fleet = new Fleet({
    plan: PLAN,
    members,
    timers: new NodeTimers(),
    behaviours: ({ index }) => mixFor(index, [], { eventEveryMs: 0 }),
    log: () => {},
  });
  await fleet.start();
  dir = mkdtempSync(join(tmpdir(), "busbar-probe-dlms-"));
  const { encryption, authentication } = members[0].keys;
  writeFileSync(
    join(dir, "keys.json"),
    JSON.stringify({
      encryption: toHex(encryption),
      authentication: toHex(authentication),
      master: toHex(members[0].keys.master),
    }),
  );
  flags = {
    host: { host: "127.0.0.1", port: fleet.ports[0] },
    port: 4_059,
    hdlc: false,
    client: 1,
    server: 1,
    auth: "hls-gmac",
    suite: 0,
    keys: join(dir, "keys.json"),
    title: "4253420000000001",
    counterObject: "0-0:43.1.0*255",
    profile: "generic",
    phases: 3,
    zone: "UTC",
    listMax: 10,
    within: 5_000,
  };
});

afterAll(async () => {
  await fleet.stop();
  rmSync(dir, { recursive: true });
});

async function probe(verb: string, args: readonly string[], over: Partial<DlmsProbeFlags> = {}) {
  let [out, err] = ["", ""];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
  try {
    const code = await probeDlms(verb, args, { ...flags, ...over });
    return { code, out, err };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}

describe("words of objects", () => {
  it.each([
    ["1-0:1.8.0", { obis: "1-0:1.8.0", part: undefined, classId: undefined }],
    ["3/1-0:1.8.0*255:2", { obis: "1-0:1.8.0*255", part: "2", classId: 3 }],
    ["0.0.1.0.0.255:time-zone", { obis: "0.0.1.0.0.255", part: "time-zone", classId: undefined }],
  ])("%s", (text, word) => {
    expect(readObjectWord(text)).toEqual(word);
  });

  it.each(["", "1.8.0", "x/1-0:1.8.0", "1-0:1.8.0:", "1-0:1.8.0:Time"])("not %j", (text) => {
    expect(readObjectWord(text)).toBeUndefined();
  });

  it("say what is wrong with a verb", () => {
    expect(readDlmsVerb("reed", [])).toMatch(/no verb "reed"/);
    expect(readDlmsVerb("write", ["1-0:1.8.0"])).toMatch(/^usage: .* VALUE$/);
    expect(readDlmsVerb("raw", ["profile.read", "{bad"])).toMatch(/^\{bad is not JSON/);
  });
});

describe("busbar probe dlms", () => {
  it("lists the objects, reads some, and finds their classes by itself", async () => {
    const objects = await probe("objects", []);
    expect(objects.code).toBe(EXIT.ok);
    expect(objects.out).toMatch(/8 v0 clock +0-0:1\.0\.0\*255 +clock/);
    const read = await probe("read", ["1-0:1.8.0", "0-0:1.0.0:time-zone"]);
    expect(read.out).toMatch(/1-0:1\.8\.0\*255 +value +\d+ Wh/);
    expect(read.out).toMatch(/time-zone +-?\d+ +clock/);
  });

  it("reads a profile as a table, and as the messages a core would get", async () => {
    const human = await probe("profile", ["1-0:99.1.0"]);
    expect(human.out).toMatch(/energy\.active\.import\.total \[Wh\]/);
    const json = JSON.parse((await probe("profile", ["1-0:99.1.0"], { json: true })).out);
    expect(json).toMatchObject({ end: "succeeded", result: { periodSeconds: 900 } });
    expect(json.messages.at(-1)).toMatchObject({ type: "busbar.profile.v1" });
  });

  it("writes and invokes, and says what the meter refuses", async () => {
    expect((await probe("write", ["0-0:1.0.0:time-zone", "long:-60"])).code).toBe(EXIT.ok);
    expect((await probe("invoke", ["0-0:1.0.0:adjust-to-minute", "integer:0"])).code).toBe(EXIT.ok);
    expect(await probe("write", ["1-0:1.8.0", "unsigned:1"])).toMatchObject({
      code: EXIT.failed,
      err: expect.stringMatching(/denied/),
    });
    expect((await probe("write", ["1-0:1.8.0", "unsigned:999"])).code).toBe(EXIT.usage);
  });

  it("says once what is wrong, and what to look at first", async () => {
    const unseen = await probe("read", ["1-0:77.7.7"]);
    expect([unseen.code, unseen.err.match(/busbar: /g)?.length]).toEqual([EXIT.usage, 1]);
    expect(unseen.err).toMatch(/not in the object list of client 1: .* say its class, 3\/1-0:77\.7\.7/);
    expect((await probe("invoke", ["0-0:1.0.0:fly"])).err).toMatch(/no method "fly"; there are .*adjust-to-minute/);
    expect((await probe("read", ["1-0:1.8.0:frequency"])).err).toMatch(/there are value, scaler-unit/);
    expect((await probe("read", ["1-0:1.8.0"], { protection: "none" })).err).toMatch(/--protection.*--sn/);
    expect((await probe("read", ["1-0:1.8.0"], { hdlc: true, within: 1_000 })).err).toMatch(/--hdlc, --udp/);
    expect((await probe("read", ["1-0:1.8.0"], { generalCiphering: "one-pass" })).err).toMatch(/suite 0 has no key/);
  });

  it.each([
    [{ serial: "/dev/ttyX0" }, /--host .* or --serial .* one of them/],
    [{ udp: true, hdlc: true }, /--udp is for the wrapper/],
    [{ modeE: true }, /--serial PATH/],
  ] as const)("%o names no place", async (over, words) => {
    expect(await probe("objects", [], over)).toMatchObject({ code: EXIT.usage, err: expect.stringMatching(words) });
  });

  it("reads with a key wrapped for each request", async () => {
    expect(await probe("read", ["1-0:1.8.0"], { generalCiphering: "wrapped" })).toMatchObject({ code: EXIT.ok });
  });

  it("tells who is let in, and that nobody listens", async () => {
    const scan = await probe("scan", [], { within: 200 });
    expect(scan.code).toBe(EXIT.ok);
    expect(scan.out).toMatch(/^16 +yes/m);
    expect(scan.out).toMatch(/^1 +no/m);
    expect(scan.out).toMatch(/^logical devices: 1 \(BUS0000000000001\)$/m);
    expect((await probe("objects", [], { host: { host: "127.0.0.1", port: 1 } })).code).toBe(EXIT.unreachable);
    expect((await probe("objects", [], { keys: join(dir, "none.json") })).code).toBe(EXIT.usage);
  });
});
