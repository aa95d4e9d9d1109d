import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { startBusbar, stopProcess } from "../edge-agent/cli/demo/processes.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { readOptions } from "./options.ts";
import { cpuOf } from "./oslp-fleet.ts";
import { cpuPercent } from "./part-process.ts";
import { rounded } from "./statistics.ts";
import { pause } from "./throughput.ts";

interface Load {
  readonly ieds: number;
  /** Reports each IED sends in a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly warmUp: number;
}

interface Reading {
  readonly active: ReturnType<typeof cpuOf>;
  readonly fleet: ReturnType<typeof cpuOf>;
  readonly messages: number;
  readonly atMs: number;
}

const PATIENCE_MS = 60_000;
const MEGABYTE = 1_048_576;

/**
 * IEDs that report all the time through a whole gateway: an agent, Redis, a core that writes a journal, and the IEDs, each a process
 * of its own. Every report has nine members, fifteen measured values with quality and time. The agent's processor time is its own
 * alone; what an association costs in memory is what the agent has more with all of them than with a tenth.
 */
export const bench: Bench = {
  name: "iec61850-reports",
  summary: "processor and memory of the agent with 100 IEDs that send ten reports a second each",
  async run(args, out) {
    const values = readOptions(args, {
      ieds: { type: "string", default: "100", about: "simulated IEDs" },
      rate: { type: "string", default: "10", about: "reports a second of each" },
      seconds: { type: "string", default: "15", about: "measured" },
      "warm-up": { type: "string", default: "8", about: "seconds before" },
      profile: { type: "string", about: "a directory for the processor profile of the agent" },
    });
    const load = {
      ieds: Number(values.ieds),
      rate: Number(values.rate),
      seconds: Number(values.seconds),
      warmUp: Number(values["warm-up"]),
    };
    return await measure(load, values.profile, out);
  },
};

async function measure(load: Load, profile: string | undefined, out: BenchOutput): Promise<Record<string, unknown>> {
  const dir = mkdtempSync(join(tmpdir(), "busbar-bench-iec61850-"));
  const children: ChildProcess[] = [];
  const redis = await startPrivateRedis({ dir: join(dir, "redis"), appendonly: true, appendfsync: "everysec" });
  try {
    const config = await writeConfig(dir, redis.url, load.ieds);
    const journal = join(dir, "core.ndjson");
    children.push(startBusbar(["core", "--redis", redis.url, "--out", journal], join(dir, "core.log")));
    // What this process was started with is what the next one is.
    if (profile !== undefined) process.execArgv.push("--cpu-prof", `--cpu-prof-dir=${profile}`);
    const agent = startBusbar(["run", "--no-supervisor", "--config", config, "--agent", "a"], join(dir, "agent.log"));
    children.push(agent);
    if (profile !== undefined) process.execArgv.splice(-2);
    await until(() => size(journal) > 0, "the agent did not become active");
    // A few with the reports of all warm it up: what one more association costs is measured from there.
    const few = Math.ceil(load.ieds / 10);
    const first = startFleet(dir, few, load.rate * 10);
    children.push(first);
    await until(() => reporting(journal) === few, "not every IED reports");
    await pause(load.warmUp * 1_000);
    const before = rss(agent.pid);
    await stopProcess(first, 5_000);
    const fleet = startFleet(dir, load.ieds, load.rate);
    children.push(fleet);
    await until(() => reporting(journal) === load.ieds, "not every IED reports");
    await pause(load.warmUp * 1_000);
    const read = (): Reading => ({
      ...{ active: cpuOf(agent.pid), fleet: cpuOf(fleet.pid), messages: readings(journal) },
      atMs: performance.now(),
    });
    const from = read();
    await pause(load.seconds * 1_000);
    const to = read();
    const figures = {
      ieds: load.ieds,
      reportsPerSecond: rounded(((to.messages - from.messages) * 1_000) / (to.atMs - from.atMs), 0),
      agentCpuPercent: cpuPercent(from.active, to.active),
      microsPerReport: rounded(
        ((to.active.usedMs - from.active.usedMs) * 1_000) / Math.max(1, to.messages - from.messages),
        0,
      ),
      fleetCpuPercent: cpuPercent(from.fleet, to.fleet),
      megabytes: rounded(rss(agent.pid) / MEGABYTE, 0),
      megabytesOfATenth: rounded(before / MEGABYTE, 0),
      kilobytesPerAssociation: rounded((rss(agent.pid) - before) / 1_024 / (load.ieds - few), 0),
    };
    out.table([
      ["IEDs", "reports/s", "agent CPU %", "µs a report", "fleet CPU %", "MB", "MB of a tenth", "KB each"],
      Object.values(figures),
    ]);
    return figures;
  } finally {
    await Promise.all(children.map((child) => stopProcess(child, 8_000)));
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function startFleet(dir: string, count: number, rate: number): ChildProcess {
  const every = `${Math.round(1_000 / rate)}ms`;
  const args = ["-n", String(count), "--listen-port", String(FIRST_PORT), "--every", every, "--for", "1h"];
  return startBusbar(["simulate", "iec61850", ...args], join(dir, "fleet.log"));
}

/** Below those the kernel gives away. */
const FIRST_PORT = 21_000;

async function writeConfig(dir: string, redisUrl: string, ieds: number): Promise<string> {
  const [link, ops] = [await freePort(), await freePort()];
  mkdirSync(join(dir, "a"), { recursive: true });
  const file = join(dir, "busbar.yaml");
  const devices = Array.from(
    { length: ieds },
    (_, n) => `  - { uid: ied-${n}, protocol: iec61850, address: 127.0.0.1, port: ${FIRST_PORT + n} }`,
  );
  const lines = [
    "gateway: /bench/gw",
    "agents:",
    `  a: { host: 127.0.0.1, link: ${link}, ops: "127.0.0.1:${ops}", state: ${join(dir, "a")} }`,
    "groups: { main: { agents: [a] } }",
    `redis: { url: "${redisUrl}" }`,
    "iec61850:",
    "  reconnect: { first: 100ms, max: 1s }",
    // As often as they move: what is gathered longer comes in fewer reports.
    '  reports: [{ rcb: "*LD0/LLN0.urcbMeasurements", bufferTime: 10ms }]',
    "devices:",
    ...devices,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

function readings(journal: string): number {
  return readFileSync(journal, "utf8").split('"busbar.reading.v1"').length - 1;
}

/** IEDs the core has had a reading of. */
function reporting(journal: string): number {
  const subjects = readFileSync(journal, "utf8").matchAll(/"subject":"(ied-\d+)"[^\n]*"type":"busbar\.reading\.v1"/g);
  return new Set([...subjects].map(([, subject]) => subject)).size;
}

function size(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

function rss(pid: number | undefined): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(line?.[1] ?? 0) * 1_024;
}

async function until(met: () => boolean, otherwise: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!met()) {
    if (performance.now() > end) throw new Error(`${otherwise} within ${PATIENCE_MS / 1_000} s`);
    await pause(50);
  }
}
