import process from "node:process";
import { parseArgs } from "node:util";
import { endProcess } from "../../adapters/io/node/end-process.ts";
import { Bed, type BedOptions } from "../bed/bed.ts";
import { BED_GROUP } from "../bed/bed-files.ts";
import { startClusterBed, startSentinelBed } from "../bed/redis-bed-sets.ts";
import { burn } from "./burn.ts";
import { Campaign, type CampaignResult, type FaultRecord } from "./campaign.ts";
import { EVERY_FAULT, namedFaults, possibleFaults } from "./catalogue.ts";
import type { Fault } from "./fault.ts";
import { mqttKills } from "./mqtt-kills.ts";

const USAGE = `npm run campaign -- [--minutes 2] [--seed N] [--devices 20] [--every 100] [--commands 100] [--rest 1500]
                   [--faults kill,freeze,…] [--redis sentinel|cluster] [--unsupervised] [--hold-down] [--keep] [--json]

Does to a whole gateway what the field does, at times that follow from the seed, and lets an independent accountant judge.
Each fault is the first for days, unless --hold-down: then agents remember the takeovers before and take their time.
With --json every line is a JSON object; the last line is the verdict in any case. Exits with 1 when a promise broke.

npm run campaign -- --faults none --burn 2 [--minutes 30] [--devices 20] [--every 100]

Does nothing to the gateway but take the processors away: so many processes want a whole core each. Whatever the agents then
take for somebody's death is false, is counted, and makes it exit with 1.

npm run campaign -- mqtt [--clients 1000] [--kills 3] [--every 500] [--burn 4] [--stall 1500] [--freeze 1200]
                           [--keep]

Kills the active agent of a pair (SIGKILL) under connected MQTT clients that publish with QoS 1 and 2, and lets an account of
what they were thanked for and what a core was handed judge. With --burn so many processes want a whole core each besides, with
--stall Redis and with --freeze the active agent stands still for so many ms every few seconds.
`;

const OPTIONS = {
  minutes: { type: "string", default: "2" },
  seed: { type: "string" },
  devices: { type: "string", default: "20" },
  every: { type: "string", default: "100" },
  commands: { type: "string", default: "100" },
  rest: { type: "string", default: "1500" },
  faults: { type: "string" },
  burn: { type: "string" },
  redis: { type: "string", default: "standalone" },
  "hold-down": { type: "boolean", default: false },
  unsupervised: { type: "boolean", default: false },
  keep: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS }).values;
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "mqtt") return await killUnderMqtt(args.slice(1));
  const values = parse(args);
  if (values.help) {
    const known = EVERY_FAULT.map((one) => `  ${one.kind.padEnd(16)}${one.summary}`).join("\n");
    process.stdout.write(`${USAGE}\nFaults:\n${known}\n`);
    return 0;
  }
  // Before anything is started for it.
  span(values.minutes);
  if ((values.faults === "none") !== (values.burn !== undefined))
    throw new Misuse("--faults none and --burn go together: one without the other is nothing to be judged");
  if (values.burn !== undefined) return await burnCores(values, count(values.burn, "burn"));
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : count(values.seed, "seed");
  const wanted = namedFaults(values.faults?.split(","));
  const bed = await Bed.start(bedOptions(values));
  // What ends without a verdict is worth looking at, too.
  bed.keep = true;
  try {
    const result = await run(bed, wanted, values, seed);
    bed.keep = values.keep || !result.ok;
    return result.ok ? 0 : 1;
  } finally {
    if (bed.keep) process.stderr.write(`kept: ${bed.plan.dir}\n`);
    await bed.stop();
  }
}

async function burnCores(values: Values, burners: number): Promise<number> {
  const bed = await Bed.start(bedOptions(values));
  bed.keep = true;
  try {
    const forMs = span(values.minutes);
    const settings = { burners, forMs, commandEveryMs: count(values.commands, "commands") };
    const result = await burn(bed, settings, (text) => void (values.json || process.stdout.write(`${text}\n`)));
    process.stdout.write(`${JSON.stringify(result)}\n`);
    bed.keep = values.keep || !result.ok;
    return result.ok ? 0 : 1;
  } finally {
    if (bed.keep) process.stderr.write(`kept: ${bed.plan.dir}\n`);
    await bed.stop();
  }
}

async function killUnderMqtt(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      clients: { type: "string", default: "1000" },
      kills: { type: "string", default: "3" },
      every: { type: "string", default: "500" },
      burn: { type: "string", default: "0" },
      stall: { type: "string", default: "0" },
      freeze: { type: "string", default: "0" },
      keep: { type: "boolean", default: false },
    },
  });
  const result = await mqttKills({
    clients: count(values.clients, "clients"),
    kills: count(values.kills, "kills"),
    everyMs: count(values.every, "every"),
    burners: count(values.burn, "burn"),
    stallMs: count(values.stall, "stall"),
    freezeMs: count(values.freeze, "freeze"),
    keep: values.keep,
    tell: (line) => void process.stdout.write(`${line}\n`),
  });
  for (const one of result.broken) process.stdout.write(`${one}\n`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result.ok ? 0 : 1;
}

function bedOptions(values: Values): BedOptions {
  const common = {
    devices: count(values.devices, "devices"),
    everyMs: count(values.every, "every"),
    supervised: !values.unsupervised,
    cores: 2,
  };
  switch (values.redis) {
    case "standalone":
      return { ...common, detours: true, smallDisks: true, falseClocks: true, failingDisks: true };
    case "sentinel":
      return { ...common, startRedis: startSentinelBed };
    case "cluster":
      return { ...common, startRedis: () => startClusterBed(BED_GROUP) };
    default:
      throw new Error(`--redis is standalone, sentinel or cluster, not ${values.redis}`);
  }
}

async function run(bed: Bed, wanted: readonly Fault[], values: Values, seed: number): Promise<CampaignResult> {
  const say = (text: string): void => void (values.json || process.stdout.write(`${text}\n`));
  const { chosen, left } = possibleFaults(bed, wanted);
  for (const { kind, why } of left) {
    if (values.json) process.stdout.write(`${JSON.stringify({ skipped: kind, why })}\n`);
    else say(`${kind} is left out: ${why}`);
  }
  say(`seed ${seed}, ${values.devices} devices, ${values.minutes} min: ${chosen.map((one) => one.kind).join(" ")}`);
  const campaign = new Campaign({
    bed,
    faults: chosen,
    settings: {
      seed,
      forMs: span(values.minutes),
      commandEveryMs: count(values.commands, "commands"),
      restMs: count(values.rest, "rest"),
      remembers: values["hold-down"],
    },
    tell: (record) => void (values.json ? process.stdout.write(`${JSON.stringify(record)}\n`) : say(forPeople(record))),
  });
  process.once("SIGINT", () => campaign.interrupt());
  const result = await campaign.run();
  for (const [kind, { n, p50, p99, max }] of Object.entries(result.gaps)) {
    say(
      `${kind.padEnd(16)}${String(n).padStart(4)} times, without acknowledgement p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`,
    );
  }
  for (const { kind, of, detail } of result.examples) say(`${kind}: ${of}: ${detail}`);
  if (result.broken !== undefined) process.stderr.write(`stopped before its time: ${result.broken}\n`);
  if (!result.ok) process.stderr.write(`again: ${replay(values, seed)}\n`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result;
}

function forPeople({ t, fault, during, detail, gapMs, epoch, recovered }: FaultRecord): string {
  const seconds = (t / 1_000).toFixed(1).padStart(7);
  const both = during === undefined ? fault : `${fault} + ${during}`;
  const end = recovered ? `gap ${gapMs} ms, epoch ${epoch ?? "?"}` : "NOT SERVED AGAIN";
  return `${seconds} s  ${both}: ${detail}; ${end}`;
}

/** The command that does the same again, as far as real processes do the same. */
function replay(values: Values, seed: number): string {
  const { minutes, devices, every, commands, rest, faults, unsupervised, redis } = values;
  const chosen = faults === undefined ? "" : ` --faults ${faults}`;
  const alone = `${unsupervised ? " --unsupervised" : ""}${values["hold-down"] ? " --hold-down" : ""}`;
  return `npm run campaign -- --minutes ${minutes} --seed ${seed} --devices ${devices} --every ${every} --commands ${commands} --rest ${rest} --redis ${redis}${chosen}${alone}`;
}

/** Minutes as they are written, in ms. */
function span(minutes: string): number {
  const value = Number(minutes);
  if (!(value > 0 && Number.isFinite(value))) throw new Misuse(`--minutes is a number above 0, not ${minutes}`);
  return value * 60_000;
}

function count(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Misuse(`--${name} is a whole number, not ${text}`);
  return value;
}

/** What was asked for cannot be done: the one who asked wants to hear how to ask. */
class Misuse extends Error {}

main(process.argv.slice(2)).then(endProcess, (thrown: unknown) => {
  const isUnknown = thrown instanceof TypeError && "code" in thrown && String(thrown.code).startsWith("ERR_PARSE_ARGS");
  if (isUnknown || thrown instanceof Misuse) process.stderr.write(`${thrown.message}\n\n${USAGE}\n`);
  else process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  return endProcess(2);
});
