import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { agentPid, startBusbar, stopProcess } from "../edge-agent/cli/demo/processes.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { BenchUsage } from "./options.ts";
import { cpuOf } from "./oslp-fleet.ts";
import { type CpuReading, cpuPercent } from "./part-process.ts";
import { pause } from "./throughput.ts";

/**
 * A day of the load profile of every meter, read by schedule through a whole pair: agents, Redis, a core that writes a
 * journal, and the meters on the same machine. Each meter is one association: HLS with GMAC, authenticated and encrypted.
 */
export const bench: Bench = {
  name: "dlms-read",
  summary: "a day of 1,000 meters' load profiles through the pair (dlms-read [meters], 2000 for the goal of a minute)",
  run: async ([meters = "1000"], out) => {
    const count = Number(meters);
    if (!Number.isInteger(count) || count < 1 || count > 10_000) {
      throw new BenchUsage("dlms-read [METERS]: 1 to 10000, 1000 where not given", meters === "--help" ? 0 : 2);
    }
    return await readAll(count, out);
  },
};

/** Meters that are read, and how the machine felt about it. */
interface Progress {
  readonly read: number;
  readonly rows: number;
  readonly bytes: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

const PATIENCE_MS = 300_000;
const SETTLE_MS = 60_000;

async function readAll(count: number, out: BenchOutput): Promise<Record<string, unknown>> {
  const dir = mkdtempSync(join(tmpdir(), "busbar-bench-dlms-"));
  const children: ChildProcess[] = [];
  const redis = await startPrivateRedis({ dir: join(dir, "redis"), appendonly: true, appendfsync: "everysec" });
  try {
    const basePort = await freeRange(count);
    const meters = join(dir, "meters.yaml");
    const fleet = ["simulate", "dlms", "-n", String(count), "-p", String(basePort), "--export", meters, "--for", "1h"];
    children.push(startBusbar(fleet, join(dir, "fleet.log")));
    await until(() => read(join(dir, "fleet.log")).includes(" meters at "), SETTLE_MS, "the meters do not listen");
    const config = await writeConfig(dir, redis.url, meters);
    const journal = join(dir, "core.ndjson");
    children.push(startBusbar(["core", "--redis", redis.url, "--out", journal], join(dir, "core.log")));
    for (const agent of ["a", "b"]) {
      children.push(startBusbar(["run", "--config", config, "--agent", agent], join(dir, `agent-${agent}.log`)));
    }
    await until(() => progress(journal).read > 0, SETTLE_MS, "no meter was read");
    const agents = ["a", "b"].map((agent) => agentPid(join(dir, agent)));
    const before = agents.map(cpuOf);
    const done = await waitFor(journal, count, out);
    const after = agents.map(cpuOf);
    const figures = figuresOf(count, done, { before, after });
    out.table([
      ["meters", "seconds", "meters/s", "rows", "kB each", "agent CPU %"],
      Object.values(figures) as (string | number)[],
    ]);
    return figures;
  } finally {
    await Promise.all(children.map((child) => stopProcess(child, 5_000)));
    for (const agent of ["a", "b"]) {
      const pid = agentPid(join(dir, agent));
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    }
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function figuresOf(
  count: number,
  { rows, bytes, firstAt, lastAt }: Progress,
  cpu: { readonly before: readonly CpuReading[]; readonly after: readonly CpuReading[] },
): Record<string, number> {
  const seconds = Math.max(0.001, (lastAt - firstAt) / 1_000);
  const shares = cpu.before.map((reading, index) => cpuPercent(reading, cpu.after[index] ?? reading));
  return {
    meters: count,
    seconds: Math.round(seconds * 10) / 10,
    metersPerSecond: Math.round(count / seconds),
    rows,
    kilobytesEach: Math.round(bytes / count / 100) / 10,
    agentCpuPercent: Math.max(...shares),
  };
}

async function waitFor(journal: string, count: number, out: BenchOutput): Promise<Progress> {
  const end = performance.now() + PATIENCE_MS;
  let shown = 0;
  for (;;) {
    const now = progress(journal);
    if (now.read >= count) return now;
    if (performance.now() > end)
      throw new Error(`${now.read} of ${count} meters were read in ${PATIENCE_MS / 1_000} s`);
    if (now.read >= shown + count / 4) {
      shown = now.read;
      out.line(`${now.read} of ${count} meters`);
    }
    await pause(500);
  }
}

/** What the core has applied of each meter for the first time. */
function progress(journal: string): Progress {
  const first = new Map<string, number>();
  let [rows, bytes] = [0, 0];
  for (const line of read(journal).split("\n")) {
    if (!line.includes("busbar.profile.v1")) continue;
    const message = parsed(line);
    if (message === undefined) continue;
    const at = Date.parse(message.recordedtime);
    if (!first.has(message.subject)) first.set(message.subject, at);
    rows += message.data.rows.length;
    bytes += line.length;
  }
  const times = [...first.values()];
  return { read: first.size, rows, bytes, firstAt: Math.min(...times), lastAt: Math.max(...times) };
}

interface ProfileMessage {
  readonly subject: string;
  readonly recordedtime: string;
  readonly data: { readonly rows: readonly unknown[] };
}

/** The last line may be half written. */
function parsed(line: string): ProfileMessage | undefined {
  try {
    return JSON.parse(line) as ProfileMessage;
  } catch (_half) {
    return undefined;
  }
}

async function writeConfig(dir: string, redisUrl: string, meters: string): Promise<string> {
  const [linkA, opsA, linkB, opsB] = [await freePort(), await freePort(), await freePort(), await freePort()];
  for (const agent of ["a", "b"]) mkdirSync(join(dir, agent), { recursive: true });
  writeFileSync(join(dir, "pair.key"), "bench-bench-bench-bench-bench-bench\n", { mode: 0o600 });
  const agent = (name: string, link: number, ops: number) =>
    `  ${name}: { host: 127.0.0.1, link: ${link}, ops: "127.0.0.1:${ops}", state: ${join(dir, name)} }`;
  const file = join(dir, "busbar.yaml");
  writeFileSync(
    file,
    [
      "gateway: /bench/gw",
      "agents:",
      agent("a", linkA, opsA),
      agent("b", linkB, opsB),
      "groups: { main: { agents: [a, b] } }",
      `redis: { url: "${redisUrl}" }`,
      "pair: { secret: { file: pair.key } }",
      "dlms:",
      "  keyFolder: meter-keys",
      "  responseTimeout: 60s",
      "  throttle: { associations: 64, connectionsPerSecond: 2000 }",
      "  schedules:",
      '    day: { cron: "* * * * *", jitter: 0s, deadline: 10min, action: readings.periodic, value: { period: interval } }',
      readFileSync(meters, "utf8"),
    ].join("\n"),
  );
  return file;
}

/** A port with `count - 1` free ones after it, below those the kernel gives away. */
async function freeRange(count: number): Promise<number> {
  for (let base = 11_000; base + count < 32_000; base += 1_000) {
    if ((await isFree(base)) && (await isFree(base + count - 1)) && (await isFree(base + (count >> 1)))) return base;
  }
  throw new Error(`no ${count} ports in a row are free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

async function until(met: () => boolean, patienceMs: number, otherwise: string): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!met()) {
    if (performance.now() > end) throw new Error(`${otherwise} within ${patienceMs / 1_000} s`);
    await pause(50);
  }
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
