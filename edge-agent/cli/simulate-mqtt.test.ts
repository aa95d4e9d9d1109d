import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { ListenerBed } from "../../adapters/mqtt/wire/listener.testing.ts";
import { Passwords } from "../../adapters/mqtt/wire/passwords.ts";
import { until } from "../../adapters/mqtt/wire/until.testing.ts";
import type { ListedDevice } from "../../adapters/mqtt/wire/listener-settings.ts";
import { readUsers } from "../../adapters/mqtt/users.ts";
import { BEHAVIOURS } from "../../firmware-sim/mqtt/behaviours/roster.ts";
import { busbar, startBusbar } from "./busbar.testing.ts";

let folder: string;
const file = (name: string): string => join(folder, name);
const simulate = (...args: readonly string[]) => busbar(["simulate", "mqtt", ...args]);
const beds: ListenerBed[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-simulate-mqtt-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  for (const bed of beds.splice(0)) await bed.close();
});

const find = (id: string): ListedDevice | undefined =>
  /^(sensor|spoofer|breaker|thief|ear)-\d{5}$/.test(id) ? { uid: id, identification: id, served: true } : undefined;

/** Our own listener, as an agent has it, without the agent. */
async function listener(users?: string): Promise<ListenerBed> {
  const isOpen = users === undefined;
  const bed = new ListenerBed({
    directory: { byClientId: find, byUsername: find, byCertificate: find },
    sockets: [{ kind: "tcp", host: "127.0.0.1", port: 0, tls: undefined, anonymous: isOpen }],
    passwords: users === undefined ? undefined : new Passwords(readUsers(users)),
  });
  beds.push(bed);
  await bed.listener.open();
  return bed;
}

interface Line {
  readonly device: string;
  readonly kind: string;
  readonly number?: number;
  readonly payload?: string;
}
const linesOf = (name: string): readonly Line[] =>
  readFileSync(file(name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("usage", () => {
  it.each([
    [[], "nothing to do"],
    [["--broker", "http://localhost"], "mqtt://HOST:PORT"],
    [["--broker", "mqtt://a:70000"], "port"],
    [["--behaviours", "falls-asleep"], "--list-behaviours"],
    [["--qos", "3"], "mixed"],
    [["--template", "{{nothing}}", "--broker", "a"], "{{now}}"],
    [["--topic", "a/{device", "--broker", "a"], "topic template"],
  ])("%j exits with 2 and says what is wrong", async (args, said) => {
    const { code, err } = await simulate(...args);
    expect([code, err.includes(said)]).toEqual([2, true]);
  });

  it("lists every behaviour", async () => {
    const list: unknown = JSON.parse((await simulate("--list-behaviours", "--json")).out);
    expect(list).toHaveLength(Object.keys(BEHAVIOURS).length);
  });

  it("against nobody exits with 5 and says so in the books", async () => {
    const nobody = `mqtt://127.0.0.1:${await freePort()}`;
    const { code, out } = await simulate("--devices", "2", "--broker", nobody, "--for", "1s", "--json");
    expect(code).toBe(5);
    expect(JSON.parse(out)).toMatchObject({ devices: 2, everConnected: 0, published: {} });
    expect(JSON.parse(out).unreachable.ECONNREFUSED).toBeGreaterThan(0);
  });
});

it("exports devices and users a configuration takes, in its own file and beside it", async () => {
  const lines = [
    "gateway: /lab/gw",
    "agents: { a: { host: 127.0.0.1, link: 7411, ops: 127.0.0.1:7421, state: . } }",
    'redis: { url: "redis://127.0.0.1:6379" }',
    "mqtt:",
    "  listen: [{ address: 127.0.0.1, port: 1883 }]",
    "  users: { file: devices.yaml.passwd }",
    "  mappings: { default: [{ topic: '{device}/m', points: [{ name: number, at: /n }] }] }",
    "",
  ].join("\n");
  await simulate("--devices", "3", "--passwords", "--export", file("devices.yaml"));
  writeFileSync(file("whole.yaml"), lines + readFileSync(file("devices.yaml"), "utf8"));
  await simulate("--devices", "3", "--export", file("devices.csv"));
  writeFileSync(file("beside.yaml"), `${lines}devices: { file: devices.csv }\n`);
  for (const name of ["whole.yaml", "beside.yaml"]) {
    const checked = await busbar(["config", "check", file(name)]);
    expect([checked.code, checked.out.includes("3 devices")], checked.err).toEqual([0, true]);
  }
});

it("exports edge nodes behind a broker, each with its device", async () => {
  const lines = [
    "gateway: /lab/gw",
    "agents: { a: { host: 127.0.0.1, link: 7411, ops: 127.0.0.1:7421, state: . } }",
    'redis: { url: "redis://127.0.0.1:6379" }',
    "mqtt: { brokers: { works: { addresses: [127.0.0.1:1883] } } }",
    "",
  ].join("\n");
  for (const name of ["nodes.yaml", "nodes.csv"])
    await simulate("--devices", "2", "--sparkplug", "Plant", "--behind", "works", "--export", file(name));
  expect(readFileSync(file("nodes.csv"), "utf8").split("\n").slice(0, 3)).toEqual([
    "uid,protocol,broker,sparkplug",
    "sensor-00001,mqtt,works,Plant/sensor-00001",
    "sensor-00001-meter,mqtt,works,Plant/sensor-00001/meter",
  ]);
  writeFileSync(file("works.yaml"), lines + readFileSync(file("nodes.yaml"), "utf8"));
  const checked = await busbar(["config", "check", file("works.yaml")]);
  expect([checked.code, checked.out.includes("4 devices")], checked.err + checked.out).toEqual([0, true]);
});

describe("at our own listener", () => {
  it("a run logs in, is thanked for what was stored, does what it is told, and has it in its log", async () => {
    await simulate("--devices", "3", "--passwords", "--export", file("own.yaml"));
    const bed = await listener(readFileSync(file("own.yaml.passwd"), "utf8"));
    const running = startBusbar([
      ...["simulate", "mqtt", "--devices", "3", "--broker", `mqtt://127.0.0.1:${bed.port}`, "--passwords"],
      ...["--every", "50ms", "--qos", "mixed", "--json", "--log", file("own.ndjson")],
    ]);
    await until("what is waited for", () => bed.taken.length >= 30);
    const command = JSON.stringify({ id: "c-1", action: "open", value: 1, replyTo: "sensor-00001/reply" });
    const device = { uid: "sensor-00001", identification: "sensor-00001", served: true };
    const publish = { topic: "sensor-00001/command/open", payload: Buffer.from(command), qos: 1 } as const;
    await bed.listener.send(device, { ...publish, responseTopic: undefined }, () => Promise.resolve());
    await until("what is waited for", () => bed.taken.some(({ topic }) => topic === "sensor-00001/reply"));
    running.stop("SIGINT");
    const { code, out, err } = await running.ended;
    expect([code, bed.refusals.map(({ message }) => message)], err).toEqual([0, []]);
    const books = JSON.parse(out);
    expect(books).toMatchObject({ everConnected: 3, refused: {}, executed: { open: 1 }, answered: 1, outstanding: 0 });
    const log = linesOf("own.ndjson");
    expect(log.filter(({ kind }) => kind === "executed")).toMatchObject([
      { device: "sensor-00001", id: "c-1", value: 1 },
    ]);
    // The judge: what was thanked for has been taken, word for word.
    const thanked = new Set(log.flatMap((one) => (one.kind === "acknowledged" ? [`${one.device} ${one.number}`] : [])));
    const promised = log.filter((one) => one.kind === "published" && thanked.has(`${one.device} ${one.number}`));
    const taken = new Set(bed.taken.map(({ device, text }) => `${device} ${text}`));
    expect(promised.length).toBeGreaterThan(10);
    expect(promised.filter(({ device, payload }) => !taken.has(`${device} ${payload}`))).toEqual([]);
  }, 30_000);

  it("those who are after the others are refused, and the others are served", async () => {
    const fleets = [
      { name: "sensor", devices: 2 },
      { name: "spoofer", devices: 1, behaviours: ["spoofs-topics"] },
      { name: "breaker", devices: 1, behaviours: ["breaks-packets"] },
      { name: "thief", devices: 1, behaviours: ["steals-client-ids"] },
      { name: "ear", devices: 1, behaviours: ["listens-to-all"] },
    ];
    writeFileSync(file("fleets.json"), JSON.stringify({ fleets }));
    const spec = ["--spec", file("fleets.json"), "--passwords", "--every", "40ms"];
    await simulate(...spec, "--export", file("mixed.yaml"));
    const bed = await listener(readFileSync(file("mixed.yaml.passwd"), "utf8"));
    const running = startBusbar(["simulate", "mqtt", ...spec, "--broker", `mqtt://127.0.0.1:${bed.port}`, "--json"]);
    const codes = () => new Set<string>(bed.refusals.map(({ code }) => code));
    for (const code of ["mqtt.access.denied", "mqtt.client.protocol", "mqtt.client.theft"])
      await until(code, () => codes().has(code));
    const of = (device: string) => bed.taken.filter((one) => one.device === device).length;
    const before = of("sensor-00001");
    await until("the others are served", () => of("sensor-00001") > before + 10);
    const gone = bed.events.filter((event) => /^sensor-.* gone/.test(event));
    running.stop("SIGINT");
    const books = JSON.parse((await running.ended).out);
    expect(books.subscriptionsRefused).toBeGreaterThan(0);
    expect(Object.keys(books.misbehaved).sort()).toEqual(["breaks-packets", "steals-client-ids"]);
    expect(gone).toEqual([]);
    // Nobody said anything in another's name.
    expect(bed.taken.filter(({ device, topic }) => !topic.startsWith(`${device}/`))).toEqual([]);
  }, 40_000);

  it("the script of GXF comes as the devices its topics name", async () => {
    const bed = await listener();
    const messages = [
      { topic: "sensor-00001/measurement", payload: "TST-01; 220.1; 220.2;", pauseMillis: 20 },
      { topic: "sensor-00002/congestion", payload: "TST-01; 5.1;", pauseMillis: 20 },
    ];
    const spec = { brokerHost: "0.0.0.0", brokerPort: bed.port, startupPauseMillis: 100, messages };
    writeFileSync(file("mqtt_simulator_spec.json"), JSON.stringify(spec));
    const running = startBusbar(["simulate", "mqtt", "--spec", file("mqtt_simulator_spec.json"), "--json"]);
    // Of both, and of a second round: one may connect later than the other says everything twice.
    const devices = () => new Set(bed.taken.map(({ device }) => device));
    await until("what is waited for", () => bed.taken.length >= 4 && devices().size >= 2);
    running.stop("SIGINT");
    expect((await running.ended).code).toBe(0);
    expect(new Set(bed.taken.map(({ device, topic, text }) => `${device} ${topic} ${text}`))).toEqual(
      new Set([
        "sensor-00001 sensor-00001/measurement TST-01; 220.1; 220.2;",
        "sensor-00002 sensor-00002/congestion TST-01; 5.1;",
      ]),
    );
  }, 30_000);
});
