import type { Bench, BenchOutput } from "./bench.ts";
import { BenchUsage, readOptions } from "./options.ts";
import { type Cost, measureCost } from "./cost.ts";
import { measureCostFloor } from "./cost-floor.ts";
import { measureFleet } from "./oslp-fleet.ts";
import { measureSlowdown } from "./slowdown.ts";
import { median, percentile, rounded } from "./statistics.ts";
import { type Fsync, measureLatency, measurePipeline, measurePlain, type Throughput, withRedis } from "./throughput.ts";

const FSYNC: readonly Fsync[] = ["everysec", "always"];
const PARTS = ["throughput", "cost", "latency", "slowdown", "devices"] as const;
const ACK_RATE = 5_000;

interface Plan {
  readonly seconds: number;
  readonly warmUpMs: number;
  readonly devices: number;
  readonly rounds: number;
  /** Of the part `cost`. */
  readonly messages: number;
  readonly fsync: readonly Fsync[];
  readonly profileDir: string | undefined;
}

/**
 * From what devices say to what a core does about it, on this machine with everything on it. `throughput`: what the path
 * carries without the cryptography of a protocol, beside BullMQ with a job per message. `latency`: what a device waits for
 * its answer. `slowdown`: what the spool in front costs while nothing is spooled. `devices`: signed envelopes over TCP.
 */
export const bench: Bench = {
  name: "pipeline",
  summary: "from devices to the core's effect: messages a second, what a device waits, what the spool costs",
  async run(args, out) {
    const values = readOptions(args, {
      seconds: { type: "string", default: "5", about: "measured, of each" },
      "warm-up": { type: "string", default: "3", about: "seconds before" },
      devices: { type: "string", default: "1000", about: "that stop and wait" },
      rounds: { type: "string", default: "9", about: "of slowdown" },
      messages: { type: "string", default: "60000", about: "of cost" },
      fsync: {
        type: "string",
        multiple: true,
        default: ["everysec", "always"],
        about: "Redis' appendfsync; again for another",
      },
      part: {
        type: "string",
        multiple: true,
        default: ["throughput", "latency", "slowdown"],
        about: "throughput, latency, slowdown, devices or cost; again for another",
      },
      "cpu-prof": { type: "string", about: "a directory for the processor profiles" },
    });
    const wrong = values.part.find((part) => !PARTS.some((one) => one === part));
    if (wrong !== undefined) throw new BenchUsage(`there is no part ${wrong}: ${PARTS.join(", ")}`, 2);
    const plan: Plan = {
      seconds: Number(values.seconds),
      warmUpMs: Number(values["warm-up"]) * 1_000,
      devices: Number(values.devices),
      rounds: Number(values.rounds),
      messages: Number(values.messages),
      fsync: FSYNC.filter((one) => values.fsync.includes(one)),
      profileDir: values["cpu-prof"],
    };
    const figures: Record<string, unknown> = { seconds: plan.seconds, devices: plan.devices };
    if (values.part.includes("throughput")) Object.assign(figures, await throughput(plan, out));
    if (values.part.includes("cost")) Object.assign(figures, await cost(plan, out));
    if (values.part.includes("latency")) Object.assign(figures, await latency(plan, out));
    if (values.part.includes("slowdown")) Object.assign(figures, await slowdown(plan, out));
    if (values.part.includes("devices")) Object.assign(figures, await devices(plan, out));
    return figures;
  },
};

async function throughput(plan: Plan, out: BenchOutput): Promise<Record<string, unknown>> {
  const figures: Record<string, unknown> = {};
  for (const fsync of plan.fsync) {
    const settings = { ...plan, fsync, forMs: plan.seconds * 1_000 };
    const plain = await measurePlain(settings);
    const ours = await measurePipeline(settings);
    const suffix = suffixOf(fsync);
    figures[`messagesPerSecond${suffix}`] = Math.round(ours.perSecond);
    figures[`plainPerSecond${suffix}`] = Math.round(plain.perSecond);
    figures[`ratioToPlain${suffix}`] = rounded(ours.perSecond / plain.perSecond, 2);
    figures[`messagesPerJob${suffix}`] = rounded(ours.source.messagesPerJob, 1);
    figures[`spooled${suffix}`] = ours.source.spooled;
    figures[`repeats${suffix}`] = ours.repeats;
    figures[`cpuPercent${suffix}`] = ours.cpu;
    figures[`cpuMicrosPerMessage${suffix}`] = ours.microsPerMessage;
    out.table([
      [
        `appendfsync ${fsync}`,
        "messages/s",
        "a job",
        "agent CPU %",
        "Redis %",
        "core %",
        "agent µs",
        "Redis µs",
        "core µs",
        "spooled",
      ],
      row("BullMQ, a job each", plain),
      row("pipeline", ours),
      ["ratio", rounded(ours.perSecond / plain.perSecond, 2), ...Array<string>(8).fill("")],
    ]);
    out.line("");
  }
  return figures;
}

function row(name: string, { perSecond, source, cpu, microsPerMessage }: Throughput): (string | number)[] {
  const messages = rounded(source.messagesPerJob, 1);
  return [
    name,
    Math.round(perSecond),
    messages,
    ...Object.values(cpu),
    ...Object.values(microsPerMessage),
    source.spooled,
  ];
}

async function cost(plan: Plan, out: BenchOutput): Promise<Record<string, unknown>> {
  const figures: Record<string, unknown> = {};
  const rows: (string | number)[][] = [
    ["µs of processor time a message", "agent", "Redis for it", "core", "Redis for it", "together"],
  ];
  for (const fsync of plan.fsync) {
    const found: Cost = await measureCost({ ...plan, fsync, warmUp: Math.ceil(plan.messages / 2) });
    figures[`costMicros${suffixOf(fsync)}`] = found;
    rows.push([`appendfsync ${fsync}`, ...Object.values(found)]);
  }
  out.table(rows);
  const floor = await withRedis("everysec", (server, admin) => measureCostFloor(server.port, admin));
  figures["floorMicros"] = floor;
  out.line(
    `bare: the message and its texts ${floor.encode}, read and checked ${floor.decode}, ` +
      `in jobs of a hundred through BullMQ ${floor.carry} and ${floor.carryInRedis} in Redis`,
  );
  out.line("");
  return figures;
}

async function latency(plan: Plan, out: BenchOutput): Promise<Record<string, unknown>> {
  const figures: Record<string, unknown> = {};
  const rows: (string | number)[][] = [
    [`acknowledged at ${ACK_RATE}/s`, "p50 ms", "p99 ms", "max ms", "offered late", "refused"],
  ];
  for (const fsync of plan.fsync) {
    const forMs = plan.seconds * 1_000;
    const { ackMs, late, refused, applied } = await measureLatency({ ...plan, fsync, forMs, perSecond: ACK_RATE });
    const figure = {
      p50: rounded(percentile(ackMs, 50), 2),
      p99: rounded(percentile(ackMs, 99), 2),
      max: rounded(percentile(ackMs, 100), 2),
    };
    figures[`ackMs${suffixOf(fsync)}`] = figure;
    figures[`offeredLate${suffixOf(fsync)}`] = late;
    figures[`refused${suffixOf(fsync)}`] = refused;
    figures[`appliedByCore${suffixOf(fsync)}`] = applied;
    rows.push([`appendfsync ${fsync}`, figure.p50, figure.p99, figure.max, late, refused]);
  }
  out.table(rows);
  out.line("");
  return figures;
}

async function slowdown(plan: Plan, out: BenchOutput): Promise<Record<string, unknown>> {
  const figures: Record<string, unknown> = {};
  const rows: (string | number)[][] = [["commit path", "committer alone/s", "with the spool/s", "slower by %"]];
  for (const fsync of plan.fsync) {
    const { rates, percent } = await measureSlowdown({ ...plan, fsync, events: SLOWDOWN_EVENTS });
    figures[`spoolSlowdownPercent${suffixOf(fsync)}`] = rounded(percent, 1);
    const [alone, spooling] = [Math.round(median(rates.direct)), Math.round(median(rates.spooling))];
    rows.push([`appendfsync ${fsync}`, alone, spooling, rounded(percent, 1)]);
  }
  out.table(rows);
  out.line("");
  return figures;
}

const SLOWDOWN_EVENTS = 10;

async function devices(plan: Plan, out: BenchOutput): Promise<Record<string, unknown>> {
  const forMs = plan.seconds * 1_000;
  const fleet = await measureFleet({ devices: Math.min(plan.devices, FLEET_DEVICES), warmUpMs: plan.warmUpMs, forMs });
  out.table([
    ["OSLP devices over TCP", "events/s", "agent CPU %", "standby CPU %", "core CPU %", "devices CPU %"],
    [
      fleet.devices,
      Math.round(fleet.perSecond),
      ...[fleet.cpu.active, fleet.cpu.standby, fleet.cpu.core, fleet.cpu.devices],
    ],
  ]);
  return { oslpEventsPerSecond: Math.round(fleet.perSecond), oslpDevices: fleet.devices, oslpCpuPercent: fleet.cpu };
}

const FLEET_DEVICES = 200;

function suffixOf(fsync: Fsync): "" | "Always" {
  return fsync === "everysec" ? "" : "Always";
}
