import { createServer, type Server } from "node:net";
import { createInterface } from "node:readline";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { toWall, type WallMs } from "../../adapters/kit/time.ts";
import type { Authentication, ProtectionName } from "../../adapters/dlms/device.ts";
import { PROTECTIONS } from "../../adapters/dlms/device.ts";
import type { Mechanism } from "../../adapters/dlms/security/hls.ts";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import { mixFor } from "../../firmware-sim/dlms/behaviour-mix.ts";
import { BEHAVIOURS } from "../../firmware-sim/dlms/behaviours/roster.ts";
import { Fleet } from "../../firmware-sim/dlms/fleet/fleet.ts";
import { carryOut, CONTROL_WORDS } from "../../firmware-sim/dlms/fleet/fleet-control.ts";
import { type FleetMember, type FleetPlan, planFleet } from "../../firmware-sim/dlms/fleet/fleet-plan.ts";
import type { MbusDevice } from "../../firmware-sim/dlms/meter-state.ts";
import { listBehaviours } from "./simulate-list.ts";
import { complainLine, say, sayJson, table } from "./output.ts";
import { carriedOut, type MeterBooks, MeterCounts } from "./simulate-dlms-books.ts";
import { AUTHENTICATION_NAMES, exportMeters } from "./simulate-dlms-export.ts";
import { SimulationLog } from "./simulate-log.ts";
import { EXIT } from "./verb.ts";

export interface SimulateDlmsFlags {
  readonly devices: number;
  readonly host: string;
  readonly port: number;
  readonly hdlc?: boolean;
  readonly udp?: boolean;
  readonly logical?: boolean;
  readonly profile: FleetPlan["profile"];
  readonly phases: "1" | "3";
  readonly mbus: readonly MbusDevice["medium"][];
  readonly auth: Authentication;
  readonly security: ProtectionName;
  readonly suite: "0" | "1" | "2";
  readonly sn?: boolean;
  readonly pushTo?: string;
  readonly protectPushes?: boolean;
  readonly every?: number;
  readonly behaviours?: readonly Ingredient[];
  readonly listBehaviours?: boolean;
  readonly pdu?: number;
  readonly seed: string;
  readonly speed: number;
  readonly control?: number;
  readonly for?: number;
  readonly export?: string;
  readonly log?: string;
  readonly json?: boolean;
}

const SUMMARY_EVERY_MS = 10_000;

export async function simulateDlms(flags: SimulateDlmsFlags): Promise<number> {
  if (flags.listBehaviours === true) return listBehaviours(BEHAVIOURS, flags);
  const wrong = complaint(flags);
  if (wrong !== undefined) {
    complainLine(wrong);
    return EXIT.usage;
  }
  const plan = planOf(flags);
  const members = planFleet(plan);
  if (flags.export !== undefined) {
    const folder = exportMeters(flags.export, plan, members);
    note(flags, `${members.length} meters are in ${flags.export}, their keys in ${folder} (dlms.keyFolder)`);
    if (flags.for === undefined && flags.log === undefined && flags.control === undefined) return EXIT.ok;
  }
  return run(flags, plan, members);
}

async function run(flags: SimulateDlmsFlags, plan: FleetPlan, members: readonly FleetMember[]): Promise<number> {
  const log = flags.log === undefined ? undefined : new SimulationLog(flags.log);
  const counts = new MeterCounts({
    meters: members.length,
    write: log === undefined ? undefined : (line) => log.write(line),
  });
  const every = flags.every ?? 0;
  const fleet = new Fleet({
    plan,
    members,
    timers: new NodeTimers(),
    behaviours: ({ index }) => mixFor(index, flags.behaviours ?? [], { eventEveryMs: every }),
    log: (member, notice) => counts.take(member.uid, notice),
    isAwake: every > 0 || flags.pushTo !== undefined,
    ...(flags.pushTo === undefined ? {} : { pushTo: flags.pushTo }),
    ...(flags.protectPushes === true ? { protectsPushes: true } : {}),
    ...(flags.pdu === undefined ? {} : { pduMax: flags.pdu }),
    ...(flags.speed === 1 ? {} : { wall: fasterWall(flags.speed) }),
  });
  try {
    await fleet.start();
  } catch (thrown) {
    await fleet.stop();
    if (!(thrown instanceof EdgeError)) throw thrown;
    complainLine(thrown.message);
    return EXIT.failed;
  }
  note(flags, whereText(plan, members));
  const control = await listenForControl(fleet, flags);
  await live(flags, counts);
  control?.close();
  await fleet.stop();
  await log?.close();
  return tell(flags, counts.books, log?.leftOut ?? 0);
}

/** Resolves when the time is over or somebody interrupts. */
async function live(flags: SimulateDlmsFlags, counts: MeterCounts): Promise<void> {
  const repeating = setInterval(() => note(flags, summary(counts.books)), SUMMARY_EVERY_MS);
  let over: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    const end = (): void => resolve();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
    if (flags.for !== undefined) over = setTimeout(end, flags.for);
  });
  clearTimeout(over);
  clearInterval(repeating);
}

/** Lines of `CONTROL_WORDS`, one answer in JSON each, on this machine alone. */
function listenForControl(fleet: Fleet, { control }: SimulateDlmsFlags): Promise<Server | undefined> {
  if (control === undefined) return Promise.resolve(undefined);
  const server = createServer((socket) => {
    socket.on("error", () => {});
    createInterface({ input: socket }).on("line", (line) => {
      if (line.trim() === "") return;
      const text = line.trim() === "help" ? CONTROL_WORDS : carryOut(fleet, line);
      socket.write(`${JSON.stringify(text)}\n`);
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(control, "127.0.0.1", () => {
      server.unref();
      resolve(server);
    });
  });
}

function tell(flags: SimulateDlmsFlags, books: MeterBooks, leftOut: number): number {
  if (flags.json === true) sayJson({ ...books, logLinesLeftOut: leftOut });
  else {
    const rows = [
      ["reached", `${books.reached} of ${books.meters} meters, ${books.associations} associations`],
      ["refused", `${books.refusedAssociations} associations, ${books.refusedRequests} requests`],
      ...Object.entries(books.results).map(([name, count]) => [name, String(count)]),
      ["events", `${books.events}, ${books.alarms} alarms`],
      ["pushed", String(books.pushed)],
      ...Object.entries(books.pushFailures).map(([name, count]) => ["not pushed", `${count} ${name}`]),
    ];
    if (books.reboots > 0) rows.push(["reboots", String(books.reboots)]);
    if (leftOut > 0) rows.push(["log lines left out", String(leftOut)]);
    say(table(["after", `${books.seconds} s`], rows));
  }
  return EXIT.ok;
}

function summary(books: MeterBooks): string {
  return [
    `${books.reached}/${books.meters} reached`,
    `${books.associations} associations`,
    `${carriedOut(books)} requests`,
    `${books.pushed} pushed`,
  ].join(" · ");
}

function complaint(flags: SimulateDlmsFlags): string | undefined {
  if (flags.hdlc === true && flags.udp === true) return "--hdlc and --udp do not go together";
  if (flags.logical !== true && flags.port + flags.devices - 1 > 65_535) {
    return "there are not that many ports: use --logical";
  }
  if (flags.logical === true && flags.devices > 16_000) return "one address has room for 16000 logical devices";
  if (flags.auth === "hls-ecdsa" && flags.suite === "0") return "hls-ecdsa needs --suite 1 or 2";
  if (flags.mbus.length > 4) return "an electricity meter has four M-Bus channels";
  return undefined;
}

function planOf(flags: SimulateDlmsFlags): FleetPlan {
  const policy = Math.max(0, PROTECTIONS.indexOf(flags.security)) as FleetPlan["policy"];
  const mechanism = (Object.keys(AUTHENTICATION_NAMES) as Mechanism[]).find(
    (one) => AUTHENTICATION_NAMES[one] === flags.auth,
  );
  return {
    seed: flags.seed,
    count: flags.devices,
    profile: flags.profile,
    phases: flags.phases === "1" ? 1 : 3,
    mbus: flags.mbus,
    carrier: flags.hdlc === true ? "hdlc" : flags.udp === true ? "udp" : "tcp",
    addressing: flags.logical === true ? "logical" : "ports",
    host: flags.host,
    basePort: flags.port,
    mechanism: mechanism ?? "lowest",
    policy,
    suite: Number(flags.suite) as FleetPlan["suite"],
    ...(flags.sn === true ? { referencing: "short-name" as const } : {}),
  };
}

function whereText({ carrier, addressing, basePort, host }: FleetPlan, members: readonly FleetMember[]): string {
  const last = basePort + members.length - 1;
  const where =
    addressing === "logical"
      ? `${host}:${basePort}, logical devices 1 to ${members.length}`
      : `${host}:${basePort}${last === basePort ? "" : ` to ${last}`}`;
  return `${members.length} meters at ${where} (${carrier}); Ctrl-C ends with the books`;
}

/** A clock that starts now and runs so many times faster. */
function fasterWall(speed: number): () => WallMs {
  const start = Date.now();
  const from = performance.now();
  return () => toWall(Math.round(start + (performance.now() - from) * speed));
}

function note(flags: SimulateDlmsFlags, line: string): void {
  if (flags.json === true) process.stderr.write(`${line}\n`);
  else say(line);
}
