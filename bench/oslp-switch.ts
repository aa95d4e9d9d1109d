import { availableParallelism } from "node:os";
import type { Redis } from "ioredis";
import type { PrivateRedis } from "../adapters/io/node/private-redis.ts";
import { commandViolations } from "../firmware-sim/bed/command-account.ts";
import type { JournalLine } from "../firmware-sim/bed/accountant.ts";
import type { DeviceBook } from "../firmware-sim/bed/device-books.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { readOptions } from "./options.ts";
import { type EcdsaLimit, measureEcdsa } from "./ecdsa-limit.ts";
import { cpuOf } from "./oslp-fleet.ts";
import { residentMegabytes, SWITCH_GROUP, SWITCH_SEED, SwitchGateway } from "./oslp-switch-gateway.ts";
import type {
  FleetPartSettings,
  FleetWords,
  SwitchCoreSettings,
  SwitchCoreWords,
  SwitchReport,
} from "./oslp-switch-words.ts";
import { type CpuReading, PartProcess } from "./part-process.ts";
import { percentile, rounded } from "./statistics.ts";
import { measureFloor, type SwitchFloor } from "./switch-floor.ts";
import { pause, redisCpu, withRedis } from "./throughput.ts";

/** GXF switched 40,000 devices in 300 s, on nine servers. */
const GXF_PER_SECOND = 133;
const LOOK_EVERY_MS = 50;
/** Nothing moved for so long: it will not any more. */
const STUCK_MS = 120_000;
/** All devices of a fleet offer themselves before the first is confirmed: 25 a second are what a busy machine does. */
const OFFER_MS = 40;
const DEADLINE_MS = 600_000;
/** A registration is two conversations, and nobody measures it here. */
const REGISTERING_AT_ONCE = 256;

interface Plan {
  readonly devices: number;
  readonly atOnce: number;
  readonly resume: boolean;
  readonly killActive: boolean;
  readonly profileDir: string | undefined;
}

interface CpuOfAll {
  readonly core: CpuReading;
  readonly redis: CpuReading;
  readonly agents: CpuReading;
  readonly devices: CpuReading;
}

/**
 * Every light of a fleet switched at once: a core sends one command per device, the active agent signs each request and
 * opens a connection for it, the device verifies, switches, signs its answer, and the core waits for each result in the
 * queue of messages. Devices, Redis, agent and core share this machine.
 */
export const bench: Bench = {
  name: "oslp-switch",
  summary: "street lights switched a second, from the core and back, over real registrations, signatures and sockets",
  async run(args, out) {
    const values = readOptions(args, {
      devices: { type: "string", default: "2000", about: "simulated street lights" },
      "at-once": { type: "string", default: "256", about: "commands under way at once" },
      resume: { type: "boolean", default: false, about: "with the ResumeSchedule after it" },
      "kill-active": { type: "boolean", default: false, about: "a pair, whose active agent is killed half way" },
      "cpu-prof": { type: "string", about: "a directory for the processor profiles" },
    });
    const plan: Plan = {
      devices: Number(values.devices),
      atOnce: Number(values["at-once"]),
      resume: values.resume,
      killActive: values["kill-active"],
      profileDir: values["cpu-prof"],
    };
    return withRedis("everysec", (server, admin) => measure(plan, server, admin, out));
  },
};

async function measure(
  plan: Plan,
  { url, port }: PrivateRedis,
  admin: Redis,
  out: BenchOutput,
): Promise<Record<string, unknown>> {
  const { devices, atOnce, profileDir, resume, killActive } = plan;
  const agents = killActive ? ["a", "b"] : ["a"];
  // Making the keys of a large fleet takes longer than a connection waits to be made.
  await admin.ping();
  const gateway = await SwitchGateway.make({ redisUrl: url, devices, agents, atOnce, profileDir });
  const ended: (() => Promise<void>)[] = [];
  try {
    await gateway.start();
    const fleetPart: FleetPartSettings = {
      seed: SWITCH_SEED,
      devices,
      basePort: gateway.devicePort,
      platformKey: gateway.platformKey,
      platformPorts: gateway.platformPorts,
      atOnce: REGISTERING_AT_ONCE,
    };
    const fleet = new PartProcess<FleetWords>("oslp-switch-fleet", fleetPart, profileDir);
    ended.push(() => fleet.end());
    const corePart: SwitchCoreSettings = {
      redis: url,
      group: SWITCH_GROUP,
      seed: SWITCH_SEED,
      devices,
      deadlineMs: DEADLINE_MS,
      resume,
    };
    const core = new PartProcess<SwitchCoreWords>("oslp-switch-core", corePart, profileDir);
    ended.push(() => core.end());
    await core.ask("ready", {});

    const registeringFrom = performance.now();
    await fleet.ask("start", {});
    await reached("registered", devices, async () => (await fleet.ask("progress", {})).registered);
    const registeredMs = performance.now() - registeringFrom;
    // States and registrations are told before it begins: they are not what is measured.
    await quiet(admin);

    const ecdsa = measureEcdsa();
    const floor = await measureFloor(port, admin);
    const read = async (): Promise<CpuOfAll> => {
      const [there, here, redis] = await Promise.all([
        fleet.ask("progress", {}),
        core.ask("progress", {}),
        redisCpu(admin),
      ]);
      return { devices: there.cpu, core: here.cpu, redis, agents: agentsCpu(gateway) };
    };
    const from = await read();
    const sending = core.ask("send", {});
    const killing = killActive ? killWhenHalf(gateway, core, devices, out) : Promise.resolve();
    await reached("switched", devices, async () => (await core.ask("progress", {})).ended, killActive);
    await Promise.all([sending, killing]);
    const to = await read();
    const report = await core.ask("report", {});
    const books = await fleet.ask("books", {});
    return tell(
      { plan, report, books, ecdsa, floor, from, to, registeredMs, rss: residentMegabytes(gateway.active().pid) },
      out,
    );
  } catch (thrown) {
    throw new Error(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n${gateway.lastWords()}`);
  } finally {
    await Promise.all(ended.map((end) => end()));
    await gateway.stop();
  }
}

/** SIGKILL to the active agent when half of the results are there. */
async function killWhenHalf(
  gateway: SwitchGateway,
  core: PartProcess<SwitchCoreWords>,
  devices: number,
  out: BenchOutput,
): Promise<void> {
  for (;;) {
    const { ended } = await core.ask("progress", {});
    if (ended >= devices / 2) {
      const active = gateway.active();
      active.kill();
      out.line(`agent ${active.agent} is killed after ${ended} results`);
      return;
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** @param mayStay whether it is an outcome, and no failure, that nothing moves any more */
async function reached(what: string, all: number, count: () => Promise<number>, mayStay = false): Promise<void> {
  let [best, movedAt] = [-1, performance.now()];
  for (;;) {
    const now = await count();
    if (now >= all) return;
    if (now > best) [best, movedAt] = [now, performance.now()];
    else if (performance.now() - movedAt > STUCK_MS + (now === 0 ? all * OFFER_MS : 0)) {
      if (mayStay) return;
      throw new Error(`${now} of ${all} are ${what}, and nothing moves`);
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** Until no job of messages was added for a second. */
async function quiet(admin: Redis): Promise<void> {
  let [before, sameFor] = [-1, 0];
  while (sameFor < 10) {
    const jobs = Number(await admin.get(`{busbar:${SWITCH_GROUP}}:messages:id`)) + (await admin.xlen(eventsKey));
    sameFor = jobs === before ? sameFor + 1 : 0;
    before = jobs;
    await pause(100);
  }
}
const eventsKey = `{busbar:${SWITCH_GROUP}}:messages:events`;

function agentsCpu(gateway: SwitchGateway): CpuReading {
  const readings = gateway.agents.map((agent) => cpuOf(agent.pid));
  const usedMs = readings.reduce((sum, one) => sum + one.usedMs, 0);
  return { atMs: readings[0]?.atMs ?? 0, usedMs };
}

interface Measured {
  readonly plan: Plan;
  readonly report: SwitchReport;
  readonly books: readonly DeviceBook[];
  readonly ecdsa: EcdsaLimit;
  readonly floor: SwitchFloor;
  readonly from: CpuOfAll;
  readonly to: CpuOfAll;
  readonly registeredMs: number;
  readonly rss: number;
}

function tell(measured: Measured, out: BenchOutput): Record<string, unknown> {
  const { plan, report, books, ecdsa, floor, from, to, registeredMs, rss } = measured;
  const { devices } = plan;
  const devicesPerSecond = (report.resultMs.length * 1_000) / report.allMs;
  const exchanges = plan.resume ? 2 : 1;
  // Of each exchange both sides sign once and verify once.
  const cryptoMicros = 2 * exchanges * (1_000_000 / ecdsa.signsPerSecond + 1_000_000 / ecdsa.verifiesPerSecond);
  const limitPerSecond = (1_000_000 / cryptoMicros) * availableParallelism();
  const micros = (part: keyof CpuOfAll): number =>
    Math.max(0, Math.round(((to[part].usedMs - from[part].usedMs) * 1_000) / devices));
  const cpu = { agent: micros("agents"), devices: micros("devices"), redis: micros("redis"), core: micros("core") };
  const all = cpu.agent + cpu.devices + cpu.redis + cpu.core;
  const floorMicros = cryptoMicros + exchanges * floor.connection + floor.job + floor.jobInRedis;
  const verdict = judge(report, books);
  const figures = {
    devices,
    exchanges,
    devicesPerSecond: rounded(devicesPerSecond, 1),
    seconds: rounded(report.allMs / 1_000, 2),
    sendSeconds: rounded(report.sendMs / 1_000, 2),
    resultP50Ms: Math.round(percentile(report.resultMs, 50)),
    resultP99Ms: Math.round(percentile(report.resultMs, 99)),
    ratioToGxf: rounded(devicesPerSecond / GXF_PER_SECOND, 1),
    ...ecdsa,
    ecdsaLimitPerSecond: Math.round(limitPerSecond),
    ratioToEcdsaLimit: rounded(devicesPerSecond / limitPerSecond, 3),
    /** Of all processor time that was spent. */
    ecdsaShareOfCpu: rounded(cryptoMicros / all, 3),
    cpuMicrosPerDevice: { ...cpu, all },
    floorMicros: { ecdsa: Math.round(cryptoMicros), ...floor, all: Math.round(floorMicros) },
    /** What all cores could do of that and nothing else. */
    floorPerSecond: Math.round((1_000_000 / floorMicros) * availableParallelism()),
    registeredSeconds: rounded(registeredMs / 1_000, 1),
    agentRssMegabytes: rss,
    ends: verdict.ends,
    executions: verdict.executions,
    violations: verdict.violations,
  };
  out.table([
    ["", "figure"],
    ["devices", devices],
    ["registered in", `${figures.registeredSeconds} s`],
    ["switched in", `${figures.seconds} s`],
    ["devices/s", figures.devicesPerSecond],
    ["result at the core, p50", `${figures.resultP50Ms} ms`],
    ["p99", `${figures.resultP99Ms} ms`],
    ["to GXF's 133/s", `${figures.ratioToGxf}x`],
    ["ECDSA limit of all cores", `${figures.ecdsaLimitPerSecond}/s`],
    ["of that limit", `${Math.round(figures.ratioToEcdsaLimit * 100)} %`],
  ]);
  out.line(`one core signs ${ecdsa.signsPerSecond} and verifies ${ecdsa.verifiesPerSecond} times a second`);
  out.line(
    `processor time per device, µs: agent ${cpu.agent}, devices ${cpu.devices}, Redis ${cpu.redis}, core ${cpu.core}; ` +
      `${Math.round(figures.ecdsaShareOfCpu * 100)} % of it is ECDSA`,
  );
  out.line(
    `bare, µs: ECDSA ${Math.round(cryptoMicros)}, a connection ${floor.connection}, a BullMQ job ${floor.job} and ` +
      `${floor.jobInRedis} in Redis: ${figures.floorPerSecond}/s on all cores`,
  );
  out.line(`ends ${JSON.stringify(verdict.ends)}, lights switched ${verdict.executions} times`);
  for (const violation of verdict.violations) out.line(violation);
  return figures;
}

/** The devices' own books against the ledger and what the core was told. */
function judge(
  { commands, ledger, told }: SwitchReport,
  devices: readonly DeviceBook[],
): { readonly ends: Record<string, number>; readonly executions: number; readonly violations: readonly string[] } {
  const ends: Record<string, number> = {};
  for (const { state, reason } of ledger) {
    const end = reason === undefined ? state : `${state}: ${reason}`;
    ends[end] = (ends[end] ?? 0) + 1;
  }
  const journal = told.map(
    ([uid, state]): JournalLine => ({
      id: `${uid}-${state}`,
      source: "",
      type: "busbar.command-result.v1",
      subject: "",
      agent: "",
      epoch: "",
      sequence: "",
      timesource: "",
      data: { uid, state },
    }),
  );
  const found = commandViolations({ devices, journal, commands, ledger, batches: [], owners: [] });
  const heard = new Set(told.map(([uid]) => uid));
  const unheard = commands.filter(({ uid }) => !heard.has(uid)).map(({ uid }) => `command.untold ${uid}`);
  const violations = [...found.map(({ kind, of, detail }) => `${kind} ${of}: ${detail}`), ...unheard];
  return { ends, executions: devices.reduce((sum, book) => sum + book.executed.length, 0), violations };
}
