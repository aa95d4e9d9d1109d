import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Redis } from "ioredis";
import { generateP256, privateKeyPem } from "../adapters/io/node/keys.ts";
import { freePort } from "../adapters/io/node/private-redis.ts";
import { writeMemory } from "../adapters/oslp/memory.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { storedMemory } from "../edge-agent/queue/fenced-script.ts";
import { exportDevices } from "../edge-agent/cli/simulate-export.ts";
import { busbarProgram } from "../firmware-sim/bed/program.ts";
import { type FleetMember, planFleet } from "../firmware-sim/oslp/fleet/fleet.ts";
import type { Bench } from "./bench.ts";
import { readOptions } from "./options.ts";
import { cpuOf } from "./oslp-fleet.ts";
import { cpuPercent } from "./part-process.ts";
import { median, rounded } from "./statistics.ts";
import { pause, withRedis } from "./throughput.ts";

const GROUP = "main";
const MEGABYTE = 1024 * 1024;
const START_PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 20;
const SAMPLES = 10;
const REMEMBERED_AT_ONCE = 1_000;

interface Idle {
  readonly devices: number;
  /** Median while idle, and the highest it ever had. */
  readonly rssMegabytes: number;
  readonly peakMegabytes: number;
  /** Of one processor. */
  readonly cpuPercent: number;
  /** From the start of the process to the right to act. */
  readonly startMs: number;
  /** From the right to act to open sockets: every memory is loaded in between. */
  readonly promoteMs: number;
}

/**
 * One agent, the program as it is installed, with a fleet in its configuration and a memory of every device in Redis, and
 * no device that says anything. What a device costs is the difference between a small fleet and a large one.
 */
export const bench: Bench = {
  name: "memory",
  summary: "what an agent holds for 400 and for 40,000 configured devices, and how long it takes to promote",
  async run(args, out) {
    const values = readOptions(args, {
      devices: {
        type: "string",
        multiple: true,
        default: ["400", "40000"],
        about: "known devices; again for another number",
      },
      seconds: { type: "string", default: "8", about: "how long each agent is looked at" },
    });
    const idle: Idle[] = [];
    for (const devices of values.devices) idle.push(await measureIdle(Number(devices), Number(values.seconds) * 1_000));
    const [small, large] = [idle.at(0), idle.at(-1)];
    const spread = (large?.devices ?? 0) - (small?.devices ?? 0);
    const bytes = (((large?.rssMegabytes ?? 0) - (small?.rssMegabytes ?? 0)) * MEGABYTE) / spread;
    out.table([
      ["devices", "RSS MB", "peak MB", "CPU %", "start ms", "promote ms"],
      ...idle.map((one) => Object.values(one)),
    ]);
    if (spread > 0) out.line(`one more device: ${rounded(bytes / 1_024, 1)} KiB`);
    return {
      ...Object.fromEntries(idle.map(({ devices, ...figures }) => [`devices${devices}`, figures])),
      rssMegabytes: large?.rssMegabytes,
      promoteMs: large?.promoteMs,
      ...(spread > 0 ? { bytesPerDevice: Math.round(bytes) } : {}),
    };
  },
};

async function measureIdle(devices: number, forMs: number): Promise<Idle> {
  const dir = mkdtempSync(join(tmpdir(), "busbar-memory-"));
  let agent: ChildProcess | undefined;
  try {
    return await withRedis("everysec", async (server, admin) => {
      const members = planFleet({ seed: "memory", count: devices, addressing: "range", basePort: 12_122 });
      await remember(admin, members);
      const config = await writeConfig(dir, members, server.url);
      const logFile = join(dir, "agent.log");
      const startedAt = Date.now();
      const started = startAgent(config, logFile);
      agent = started;
      const [activeAt, openAt] = await promoted(started, logFile);
      await pause(forMs / 2);
      const from = cpuOf(started.pid);
      const rss: number[] = [];
      for (let sample = 0; sample < SAMPLES; sample++) {
        await pause(forMs / 2 / SAMPLES);
        rss.push(statusOf(started.pid, "VmRSS"));
      }
      return {
        devices,
        rssMegabytes: rounded(median(rss), 1),
        peakMegabytes: rounded(statusOf(started.pid, "VmHWM"), 1),
        cpuPercent: cpuPercent(from, cpuOf(started.pid)),
        startMs: activeAt - startedAt,
        promoteMs: openAt - activeAt,
      };
    });
  } finally {
    agent?.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
}

/** As after a night of operation: every device registered and counted up. */
async function remember(admin: Redis, members: readonly FleetMember[]): Promise<void> {
  for (let at = 0; at < members.length; at += REMEMBERED_AT_ONCE) {
    const fields = members.slice(at, at + REMEMBERED_AT_ONCE).flatMap(({ uid, address }, index) => {
      const number = at + index + 1;
      const active = {
        deviceId: Buffer.from(String(number).padStart(12, "0")).toString("base64"),
        sequenceNumber: number % 65_536,
        randomDevice: number % 65_536,
        randomPlatform: (number * 7) % 65_536,
        address: address.host,
        hasSchedule: true,
        deviceType: 1,
        registeredAt: 1_795_219_200_000 + number,
      };
      const memory = writeMemory({ active, pending: undefined, requestUid: undefined });
      return [uid, storedMemory({ device: uid, place: { epoch: 0, order: number }, json: JSON.stringify(memory) })];
    });
    await admin.hset(`${groupTag(GROUP)}:memory`, ...fields);
  }
}

/** JSON is YAML. Its sockets open at the promotion and not before, so that the log says when that was. */
async function writeConfig(dir: string, members: readonly FleetMember[], redisUrl: string): Promise<string> {
  const file = join(dir, "busbar.yaml");
  const state = join(dir, "state");
  mkdirSync(state);
  writeFileSync(join(dir, "platform.pem"), privateKeyPem(generateP256().privateKey), { mode: 0o600 });
  exportDevices(join(dir, "devices.csv"), members);
  const listen = [{ version: "0.6.1", address: "127.0.0.1", port: await freePort() }];
  const config = {
    gateway: "/bench/gw",
    agents: { a: { host: "127.0.0.1", ops: `127.0.0.1:${await freePort()}`, state, oslp: { listen } } },
    groups: { [GROUP]: { agents: ["a"] } },
    redis: { url: redisUrl },
    pair: { forwardDevices: false },
    oslp: { platformKey: { file: "platform.pem" } },
    log: { level: "info", format: "json" },
    devices: { file: "devices.csv" },
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function startAgent(config: string, logFile: string): ChildProcess {
  const log = openSync(logFile, "a");
  const args = [busbarProgram(), "run", "--no-supervisor", "--config", config, "--agent", "a"];
  const agent = spawn(process.execPath, args, { stdio: ["ignore", log, log] });
  closeSync(log);
  return agent;
}

/** When the log says that it has the right to act, and that its sockets are open; ms since 1970. */
async function promoted(agent: ChildProcess, logFile: string): Promise<readonly [activeAt: number, openAt: number]> {
  const deadline = performance.now() + START_PATIENCE_MS;
  for (;;) {
    const log = readFileSync(logFile, "utf8");
    const [activeAt, openAt] = [timeOf(log, "active for group"), timeOf(log, "listens on")];
    if (activeAt !== undefined && openAt !== undefined) return [activeAt, openAt];
    if (agent.exitCode !== null || performance.now() > deadline) throw new Error(`the agent does not promote:\n${log}`);
    await pause(LOOK_EVERY_MS);
  }
}

function timeOf(log: string, text: string): number | undefined {
  const line = log.split("\n").find((one) => one.includes(text));
  const time = /"time":"([^"]+)"/.exec(line ?? "")?.[1];
  return time === undefined ? undefined : Date.parse(time);
}

/** A field of proc(5)'s status in MB; NaN where the kernel has none. */
function statusOf(pid: number | undefined, field: "VmRSS" | "VmHWM"): number {
  try {
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes) / 1_024;
  } catch (_notLinux) {
    return Number.NaN;
  }
}
