import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { toWall, type WallMs } from "../../adapters/kit/time.ts";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import { mixFor } from "../../firmware-sim/oslp/behaviour-mix.ts";
import { BEHAVIOURS } from "../../firmware-sim/oslp/behaviours/roster.ts";
import { Fleet, type FleetMember, type FleetPlan, planFleet } from "../../firmware-sim/oslp/fleet/fleet.ts";
import { listBehaviours } from "./simulate-list.ts";
import { complainLine, say, sayJson, table } from "./output.ts";
import { type Books, SimulationBooks, sum } from "./simulate-books.ts";
import { exportDevices } from "./simulate-export.ts";
import { generateKeyFiles, readPublicKey } from "./simulate-keys.ts";
import { SimulationLog } from "./simulate-log.ts";
import type { Platforms } from "./simulate-options.ts";
import { EXIT } from "./verb.ts";

export interface SimulateFlags {
  readonly devices: number;
  readonly platform?: Platforms;
  readonly version: "0.6.1" | "0.5.1" | "mixed";
  readonly seed: string;
  readonly listenPort: number;
  readonly addressing: "range" | "ports";
  readonly address?: string;
  readonly every: number;
  readonly behaviours?: readonly Ingredient[];
  readonly listBehaviours?: boolean;
  readonly platformKey?: string;
  readonly generatePlatformKey?: string;
  readonly speed: number;
  readonly atOnce: number;
  readonly for?: number;
  readonly export?: string;
  readonly log?: string;
  readonly json?: boolean;
}

const OLD_PERCENT = { "0.6.1": 0, "0.5.1": 100, mixed: 25 } as const;
const SUMMARY_EVERY_MS = 1_000;
/** Where nobody watches, a line now and then. */
const SUMMARY_EVERY_UNWATCHED_MS = 10_000;

export async function simulateOslp(flags: SimulateFlags): Promise<number> {
  if (flags.listBehaviours === true) return listBehaviours(BEHAVIOURS, flags);
  const members = membersOf(flags);
  if (members === undefined) return EXIT.usage;
  if (flags.generatePlatformKey !== undefined) {
    generateKeyFiles(flags.generatePlatformKey);
    note(
      flags,
      `the platform's private key is in ${flags.generatePlatformKey}, its public key in ${flags.generatePlatformKey}.pub`,
    );
  }
  if (flags.export !== undefined) {
    exportDevices(flags.export, members);
    note(flags, `${members.length} devices are in ${flags.export}`);
  }
  if (flags.platform === undefined) {
    if (flags.export !== undefined || flags.generatePlatformKey !== undefined) return EXIT.ok;
    complainLine("nothing to do: give --platform HOST:PORT, or --export, --generate-platform-key, --list-behaviours");
    return EXIT.usage;
  }
  const keyFile = flags.platformKey ?? flags.generatePlatformKey;
  if (keyFile === undefined) {
    complainLine("devices believe their platform by its signature: give its public key with --platform-key <file>");
    return EXIT.usage;
  }
  return simulate(flags, flags.platform, members, keyFile);
}

async function simulate(
  flags: SimulateFlags,
  platforms: Platforms,
  members: readonly FleetMember[],
  keyFile: string,
): Promise<number> {
  const keys = new KeyStore();
  const platformKey = keys.addKeyObject("platform", readPublicKey(keyFile));
  const log = flags.log === undefined ? undefined : new SimulationLog(flags.log);
  const books = new SimulationBooks({
    devices: members.length,
    write: log === undefined ? undefined : (line) => log.write(line),
  });
  const fleet = new Fleet({
    plan: planOf(flags),
    members,
    keys,
    platformKey,
    platforms,
    timers: new NodeTimers(),
    behaviours: (_member, index) => mixFor(index, flags.behaviours ?? [], { notifyEveryMs: flags.every }),
    logOf: (member) => books.logOf(member.uid),
    ...(flags.speed === 1 ? {} : { wall: fasterWall(flags.speed), speed: flags.speed }),
    atOnce: flags.atOnce,
    unreachable: (member, { host, port }, fault) => books.unreachable(member.uid, `${host}:${port}`, fault.code),
  });
  await fleet.start();
  note(flags, `${members.length} devices begin; Ctrl-C ends with the books`);
  await live(flags, books);
  await fleet.stop();
  await log?.close();
  return tell(flags, books.books, log?.leftOut ?? 0);
}

/** Resolves when the time is over or somebody interrupts. */
async function live(flags: SimulateFlags, books: SimulationBooks): Promise<void> {
  const watched = process.stdout.isTTY === true && flags.json !== true;
  let before = books.books;
  const show = (): void => {
    const now = books.books;
    const line = summary(now, before);
    before = now;
    if (watched) process.stdout.write(`\r\x1b[K${line}`);
    else note(flags, line);
  };
  const repeating = setInterval(show, watched ? SUMMARY_EVERY_MS : SUMMARY_EVERY_UNWATCHED_MS);
  let over: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    const end = (): void => resolve();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
    if (flags.for !== undefined) over = setTimeout(end, flags.for);
  });
  clearTimeout(over);
  clearInterval(repeating);
  if (watched) process.stdout.write("\n");
}

function summary(now: Books, before: Books): string {
  const span = Math.max(0.1, now.seconds - before.seconds);
  const rate = Math.round((now.acknowledged - before.acknowledged) / span);
  const parts = [
    `${now.registered}/${now.devices} registered`,
    `${now.acknowledged} events acknowledged (${rate}/s)`,
    `${sum(now.executed)} requests executed`,
  ];
  if (sum(now.refused) > 0) parts.push(`${sum(now.refused)} refused`);
  if (sum(now.unanswered) > 0) parts.push(`${sum(now.unanswered)} not answered`);
  if (sum(now.unreachable) > 0) parts.push(`${sum(now.unreachable)} times nobody there`);
  return parts.join(" · ");
}

/** Exit codes: 0 every device was registered; 5 no platform was ever reached; 1 otherwise. */
function tell(flags: SimulateFlags, books: Books, leftOut: number): number {
  if (flags.json === true) sayJson({ ...books, logLinesLeftOut: leftOut });
  else {
    const rows = [
      ["registered", `${books.registered} of ${books.devices} devices, ${books.registrations} registrations`],
      ["events acknowledged", String(books.acknowledged)],
      ...named("executed", books.executed),
      ...named("refused", books.refused),
      ...named("not answered", books.unanswered),
      ...named("unreachable", books.unreachable),
    ];
    if (books.eventsDropped > 0) rows.push(["events dropped", String(books.eventsDropped)]);
    if (leftOut > 0) rows.push(["log lines left out", String(leftOut)]);
    say(table(["after", `${books.seconds} s`], rows));
  }
  if (books.registered === books.devices) return EXIT.ok;
  const reached = books.registrations > 0 || sum(books.unanswered) > 0;
  return reached || sum(books.unreachable) === 0 ? EXIT.failed : EXIT.unreachable;
}

function named(what: string, counts: Readonly<Record<string, number>>): string[][] {
  return Object.entries(counts).map(([name, count], at) => [at === 0 ? what : "", `${count} ${name}`]);
}

function planOf(flags: SimulateFlags): FleetPlan {
  return {
    seed: flags.seed,
    count: flags.devices,
    oldPercent: OLD_PERCENT[flags.version],
    addressing: flags.addressing,
    basePort: flags.listenPort,
    ...(flags.address === undefined ? {} : { host: flags.address }),
  };
}

function membersOf(flags: SimulateFlags): readonly FleetMember[] | undefined {
  if (flags.addressing === "ports" && flags.listenPort + flags.devices - 1 > 65_535) {
    complainLine("there are not that many ports: use --addressing range");
    return undefined;
  }
  if (flags.addressing === "range" && flags.address !== undefined) {
    complainLine("--address goes with --addressing ports");
    return undefined;
  }
  return planFleet(planOf(flags));
}

/** A clock that starts now and runs so many times faster. */
function fasterWall(speed: number): () => WallMs {
  const start = Date.now();
  const from = performance.now();
  return () => toWall(Math.round(start + (performance.now() - from) * speed));
}

function note(flags: SimulateFlags, line: string): void {
  if (flags.json === true) process.stderr.write(`${line}\n`);
  else say(line);
}
