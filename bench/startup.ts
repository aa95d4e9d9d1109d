import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { writeDemoFiles } from "../edge-agent/cli/demo/demo-files.ts";
import { busbarProgram } from "../firmware-sim/bed/program.ts";
import type { Bench } from "./bench.ts";
import { readOptions } from "./options.ts";
import { median, rounded } from "./statistics.ts";

/** Started once, in the milliseconds of the wall and of the processor. */
interface Start {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const BUSBAR = busbarProgram();
/** Says at the end, on a descriptor of its own, what the process has used. */
const TELL_CPU = `data:text/javascript,${encodeURIComponent(
  'import { writeSync } from "node:fs"; process.on("exit", () => { const { user, system } = process.cpuUsage(); writeSync(3, String((user + system) / 1000)); });',
)}`;
const PATIENCE_MS = 60_000;

/**
 * How long it takes until an agent that is started again listens to its devices, and until the command line answers. What
 * others do on the machine falls on the wall's milliseconds; those of the processor are the ones to compare.
 */
export const bench: Bench = {
  name: "startup",
  summary: "from the start of a process to its open sockets, and to the end of busbar --help and status --help",
  async run(args, out) {
    const values = readOptions(args, {
      runs: { type: "string", default: "10", about: "starts of each kind" },
      lights: { type: "string", default: "20", about: "street lights in the configuration" },
    });
    const runs = Number(values.runs);
    const listening = await agents(runs, Number(values.lights));
    const help = Array.from({ length: runs }, () => verb("--help"));
    const status = Array.from({ length: runs }, () => verb("status", "--help"));
    out.table([
      ["median of", "wall ms", "processor ms"],
      ...Object.entries({ "run, to open sockets": listening, "--help": help, "status --help": status }).map(
        ([name, starts]) => [name, middle(starts).wallMs, middle(starts).cpuMs],
      ),
    ]);
    return { runs, listening: middle(listening), help: middle(help), status: middle(status) };
  },
};

/** One agent alone with a Redis of its own, OSLP its only protocol; each start finds the state the last one left. */
async function agents(runs: number, lights: number): Promise<readonly Start[]> {
  const dir = mkdtempSync(join(tmpdir(), "busbar-startup-"));
  const redis = await startPrivateRedis({ dir: join(dir, "redis"), appendonly: true });
  try {
    const { configFile } = await writeDemoFiles({ dir, redisUrl: redis.url, lights, seed: "startup" });
    const starts: Start[] = [];
    for (let run = 0; run < runs; run++) starts.push(await untilListening(configFile));
    return starts;
  } finally {
    await redis.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function untilListening(configFile: string): Promise<Start> {
  const from = performance.now();
  const args = [BUSBAR, "run", "--no-supervisor", "--config", configFile, "--agent", "a"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    await listens(child);
    return { wallMs: performance.now() - from, cpuMs: usedBy(child) };
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/** Resolves when the agent says that a socket for devices is open. */
function listens(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const late = setTimeout(() => reject(new Error(`it does not listen: ${said}`)), PATIENCE_MS);
    const hear = (text: Buffer): void => {
      said += text.toString();
      if (!said.includes("listens on")) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`it ended with ${code}: ${said}`));
    });
  });
}

/** Of a process that runs, where there is a /proc: user and system time in ticks of 10 ms. */
function usedBy({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch (_otherSystem) {
    return Number.NaN;
  }
}

function verb(...words: readonly string[]): Start {
  const from = performance.now();
  const script = `exec "$0" --import "$1" "$2" ${words.join(" ")} 3>&1 >/dev/null 2>&1`;
  const cpu = execFileSync("/bin/sh", ["-c", script, process.execPath, TELL_CPU, BUSBAR], { encoding: "utf8" });
  return { wallMs: performance.now() - from, cpuMs: Number(cpu) };
}

function middle(starts: readonly Start[]): Start {
  return {
    wallMs: rounded(median(starts.map((one) => one.wallMs)), 0),
    cpuMs: rounded(median(starts.map((one) => one.cpuMs)), 0),
  };
}
