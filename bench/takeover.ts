import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { Bed } from "../firmware-sim/bed/bed.ts";
import { busbarProgram } from "../firmware-sim/bed/program.ts";
import { pause, until } from "../firmware-sim/bed/until.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { readOptions } from "./options.ts";
import { percentile } from "./statistics.ts";

const RUNS = 30;
const DEVICES = 1_000;
/** Acknowledgements a second of the whole fleet, about: what a silence is seen against. */
const PER_SECOND = 200;
const START_PATIENCE_MS = 120_000;
const RECOVERY_PATIENCE_MS = 30_000;
/** After the first acknowledgement: a second silence that belongs to the same fault is part of it. */
const WATCHED_MS = 1_500;
const REDIS_AWAY_MS = 300;
/** `nothing`: what the fleet itself is silent for in a window of the same length; no fault can be seen to take less. */
const KINDS = ["nothing", "kill", "freeze", "handover", "redisCrash"] as const;

type Kind = (typeof KINDS)[number];

interface Figures {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly n: number;
}

/** What others say of themselves, in milliseconds: documented defaults, not measured here. */
const OTHERS: readonly (readonly [figure: string, ms: number])[] = [
  ["VDG Sense, keep-alive timeout", 30_000],
  ["ActiveMQ master/slave, lock poll", 10_000],
  ["GXF broker, redelivery (10 s, 60 s and 300 s by domain)", 60_000],
  ["Pacemaker/Corosync, token", 3_000],
  ["keepalived, 3 adverts and skew", 3_500],
  ["Redis Sentinel alone, down-after 1 s (measured elsewhere)", 2_250],
];

/**
 * How long devices are without an answer when the active agent dies, hangs, hands over, or Redis dies: two agents with
 * their supervisors, one core and a fleet of simulated street lights as real processes on this machine.
 */
export const bench: Bench = {
  name: "takeover",
  summary: "milliseconds without an acknowledgement for any device: kill, freeze, handover, crash of Redis",
  async run(args, out) {
    const values = readOptions(args, {
      runs: { type: "string", default: String(RUNS), about: "of each fault" },
      devices: { type: "string", default: String(DEVICES), about: "simulated street lights" },
    });
    const runs = Number(values.runs);
    const devices = Number(values.devices);
    const bed = await prepare(devices);
    try {
      const gaps: Record<Kind, number[]> = { nothing: [], kill: [], freeze: [], handover: [], redisCrash: [] };
      const firstCommits: number[] = [];
      // The kinds take turns, so that whatever else the machine does falls on all of them.
      for (let run = 0; run < runs; run++) {
        for (const kind of KINDS) gaps[kind].push(await measure(bed, kind, firstCommits));
      }
      await bed.settle();
      const { ok, violations, received } = await bed.judge();
      return { runs, devices, ...report(gaps, firstCommits, out), received, promisesKept: ok, violations };
    } finally {
      await bed.stop();
    }
  },
};

async function prepare(devices: number): Promise<Bed> {
  const bed = await Bed.make({
    devices,
    everyMs: Math.max(20, Math.round((devices * 1_000) / PER_SECOND)),
    supervised: true,
    // A killed agent is back as standby before the next run.
    settings: { supervisor: { restartAfter: "200ms", maxRestartAfter: "200ms" } },
  });
  try {
    for (const agent of bed.agents) agent.start();
    for (const core of bed.cores) core.start();
    await bed.fleet.start();
    await bed.working(START_PATIENCE_MS);
    return bed;
  } catch (error) {
    await bed.stop();
    throw error;
  }
}

/** One fault on a gateway in full health. Answers the longest silence it caused. */
async function measure(bed: Bed, kind: Kind, firstCommits: number[]): Promise<number> {
  await healthy(bed);
  await bed.observer.forgetTakeovers();
  const active = await bed.active();
  const epoch = (await bed.observer.holding())?.epoch ?? 0;
  const at = performance.now();
  const wallAt = Date.now();
  switch (kind) {
    case "nothing":
      break;
    case "kill":
      active.kill();
      break;
    case "freeze":
      active.freeze();
      break;
    case "handover":
      await promisify(execFile)(process.execPath, [busbarProgram(), "handover", "--config", configOf(bed)]);
      break;
    case "redisCrash":
      await bed.redis.kill();
      await pause(REDIS_AWAY_MS);
      await bed.redis.restart();
      break;
  }
  await bed.acknowledges(PER_SECOND / 4, RECOVERY_PATIENCE_MS);
  await pause(WATCHED_MS);
  if (kind === "kill") {
    await bed.observer.follow();
    const first = bed.observer.batches.find((one) => one.messages.some((message) => Number(message.epoch) > epoch));
    if (first !== undefined) firstCommits.push(Number(first.streamId.split("-")[0]) - wallAt);
  }
  return bed.books.longestSilence(at, performance.now()).ms;
}

/** Both agents are there and know it, and the devices are served. */
async function healthy(bed: Bed): Promise<void> {
  const ready = async (): Promise<boolean> => {
    const answers = await Promise.all(bed.plan.places.map(({ ops }) => isReady(ops)));
    return answers.every(Boolean);
  };
  await until("both agents are ready", ready, RECOVERY_PATIENCE_MS);
  await bed.acknowledges(PER_SECOND / 4, RECOVERY_PATIENCE_MS);
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
  } catch (_notThere) {
    return false;
  }
}

function configOf(bed: Bed): string {
  return bed.plan.places[0]?.configFile ?? "";
}

function report(
  gaps: Readonly<Record<Kind, readonly number[]>>,
  firstCommits: readonly number[],
  out: BenchOutput,
): Record<string, Figures> {
  const figures: Record<string, Figures> = {};
  const rows: (string | number)[][] = [["without an acknowledgement, ms", "p50", "p99", "max", "n"]];
  const add = (key: string, label: string, values: readonly number[]): void => {
    const of = figuresOf(values);
    figures[key] = of;
    rows.push([label, of.p50, of.p99, of.max, of.n]);
  };
  add("nothing", "no fault at all", gaps.nothing);
  add("kill", "SIGKILL of the active agent", gaps.kill);
  add("killFirstCommit", "  of it, until the new epoch's first commit", firstCommits);
  add("freeze", "SIGSTOP of the active agent", gaps.freeze);
  add("handover", "handover on request", gaps.handover);
  add("redisCrash", `SIGKILL of Redis, back after ${REDIS_AWAY_MS} ms`, gaps.redisCrash);
  out.table(rows);
  out.line("");
  out.table([["documented of others", "ms"], ...OTHERS.map(([figure, ms]) => [figure, ms])]);
  return figures;
}

function figuresOf(values: readonly number[]): Figures {
  const rank = (percent: number): number => Math.round(percentile(values, percent));
  return { p50: rank(50), p99: rank(99), max: rank(100), n: values.length };
}
