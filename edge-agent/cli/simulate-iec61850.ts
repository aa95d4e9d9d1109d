import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { serverTls } from "../../adapters/io/node/tls.ts";
import type { SclDocument } from "../../adapters/iec61850/scl/document.ts";
import { readScl } from "../../adapters/iec61850/scl/read.ts";
import { utf8 } from "../../adapters/kit/bytes.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import { mixFor } from "../../firmware-sim/iec61850/behaviour-mix.ts";
import { BEHAVIOURS, type BehaviourSettings } from "../../firmware-sim/iec61850/behaviours/roster.ts";
import { byHand } from "../../firmware-sim/iec61850/by-hand.ts";
import { Fleet, type FleetMember, planFleet } from "../../firmware-sim/iec61850/fleet/fleet.ts";
import { MODELS } from "../../firmware-sim/iec61850/models/roster.ts";
import { complainLine, say, sayJson, table } from "./output.ts";
import { exportIeds } from "./simulate-iec61850-export.ts";
import { type IedBooks, IedSimulationBooks } from "./simulate-iec61850-books.ts";
import { SimulationLog } from "./simulate-log.ts";
import { EXIT } from "./verb.ts";

export interface SimulateIec61850Flags {
  readonly devices: number;
  readonly listenPort: number;
  readonly address: string;
  readonly model: string;
  readonly scl?: string;
  readonly ied?: string;
  readonly listModels?: boolean;
  readonly writeIcd?: string;
  readonly seed: string;
  readonly every: number;
  readonly eventsEvery: number;
  readonly behaviours?: readonly Ingredient[];
  readonly listBehaviours?: boolean;
  readonly password?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly register?: { readonly host: string; readonly port: number | undefined };
  readonly hands?: boolean;
  readonly for?: number;
  readonly export?: string;
  readonly log?: string;
  readonly json?: boolean;
}

/** Where street lights announce themselves when no port is given. */
const REGISTER_PORT = 50_000;
const SUMMARY_EVERY_MS = 10_000;

export async function simulateIec61850(flags: SimulateIec61850Flags): Promise<number> {
  if (flags.listBehaviours === true) return list(flags, BEHAVIOURS);
  if (flags.listModels === true) return list(flags, MODELS);
  const text = modelText(flags);
  if (text === undefined) {
    complainLine(`there is no model ${JSON.stringify(flags.model)}: ${Object.keys(MODELS).join(", ")}`);
    return EXIT.usage;
  }
  if (flags.writeIcd !== undefined) {
    writeFileSync(flags.writeIcd, text);
    note(flags, `the model is in ${flags.writeIcd}`);
    return EXIT.ok;
  }
  if (flags.listenPort + flags.devices - 1 > 65_535) {
    complainLine("there are not that many ports");
    return EXIT.usage;
  }
  const document = readScl(text, flags.scl ?? `${flags.model}.icd`);
  const iedName =
    flags.ied ?? document.ieds.find((ied) => ied.accessPoints.some((point) => point.server !== undefined))?.name;
  if (iedName === undefined) {
    complainLine(`${document.file} has no IED with a server`);
    return EXIT.failed;
  }
  const members = planFleet({
    ...{ seed: flags.seed, count: flags.devices, basePort: flags.listenPort, host: flags.address, iedName },
    // Only the bays of our own have names of their own: everybody else's files are taken as they are.
    isNumbered: flags.scl === undefined && flags.model === "bay",
  });
  if (flags.export !== undefined) {
    exportIeds(flags.export, { members, document, iedName, model: flags.scl === undefined ? flags.model : undefined });
    note(flags, `${members.length} devices are in ${flags.export}`);
  }
  return simulate(flags, document, iedName, members);
}

async function simulate(
  flags: SimulateIec61850Flags,
  document: SclDocument,
  iedName: string,
  members: readonly FleetMember[],
): Promise<number> {
  const log = flags.log === undefined ? undefined : new SimulationLog(flags.log);
  const books = new IedSimulationBooks(members.length, log === undefined ? undefined : (line) => log.write(line));
  const settings: BehaviourSettings = { everyMs: flags.every, eventEveryMs: flags.eventsEvery };
  const register = flags.register;
  const fleet = new Fleet({
    ...{ members, document, iedName, seed: flags.seed, timers: new NodeTimers() },
    behaviours: (_member, index) => mixFor(index, flags.behaviours ?? [], settings),
    logOf: (member) => books.logOf(member.uid),
    ...{ password: flags.password, tls: tlsOf(flags) },
    registerWith: register === undefined ? undefined : { host: register.host, port: register.port ?? REGISTER_PORT },
    unreachable: (member, { host, port }) => books.unreachable(member.uid, `${host}:${port}`),
  });
  try {
    await fleet.start();
  } catch (thrown) {
    complainLine(toEdgeError(thrown, "transport.failed").message);
    await fleet.stop();
    return EXIT.failed;
  }
  const [first] = members;
  const last = members.at(-1)?.address.port;
  note(
    flags,
    `${members.length} IEDs of ${document.file} listen on ${first?.address.host}, ports ${first?.address.port} to ${last}`,
  );
  await live(flags, fleet, books, settings);
  await fleet.stop();
  await log?.close();
  return tell(flags, books.books, log?.leftOut ?? 0);
}

/** Resolves when the time is over or somebody interrupts. */
async function live(
  flags: SimulateIec61850Flags,
  fleet: Fleet,
  books: IedSimulationBooks,
  settings: BehaviourSettings,
): Promise<void> {
  const repeating = setInterval(() => note(flags, summary(books.books)), SUMMARY_EVERY_MS);
  const hands = flags.hands === true ? createInterface({ input: process.stdin }) : undefined;
  hands?.on("line", (line) => {
    const [, uid = "", rest = ""] = /^\s*(\S+)\s*(.*)$/.exec(line) ?? [];
    const said = fleet.touch(uid, (ied) => byHand(ied, rest, settings));
    note(flags, said === undefined ? `there is no device ${uid}` : `${uid}: ${said}`);
  });
  let over: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    if (flags.for !== undefined) over = setTimeout(resolve, flags.for);
  });
  clearTimeout(over);
  clearInterval(repeating);
  hands?.close();
}

function summary(books: IedBooks): string {
  return [
    `${books.associations} associations of ${books.associated} so far`,
    `${books.reports} reports sent`,
    `${books.entries} entries buffered`,
    `${books.controls} controls`,
  ].join(" · ");
}

function tell(flags: SimulateIec61850Flags, books: IedBooks, leftOut: number): number {
  if (flags.json === true) sayJson({ ...books, logLinesLeftOut: leftOut });
  else {
    const rows = Object.entries(books).map(([name, count]) => [name, String(count)]);
    if (leftOut > 0) rows.push(["log lines left out", String(leftOut)]);
    say(
      table(
        ["after", `${books.seconds} s`],
        rows.filter(([name]) => name !== "seconds"),
      ),
    );
  }
  return EXIT.ok;
}

function modelText(flags: SimulateIec61850Flags): Uint8Array | undefined {
  if (flags.scl !== undefined) return readFileSync(flags.scl);
  const model = Object.hasOwn(MODELS, flags.model) ? MODELS[flags.model] : undefined;
  return model === undefined ? undefined : utf8(model.icd());
}

function tlsOf({ tlsCert, tlsKey, tlsCa }: SimulateIec61850Flags): ReturnType<typeof serverTls> | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const [cert, key] = [readFileSync(tlsCert, "utf8"), readFileSync(tlsKey, "utf8")];
  const ca = tlsCa === undefined ? undefined : readFileSync(tlsCa, "utf8");
  return serverTls({ cert, key, ca }, { mutual: ca !== undefined });
}

function list(
  flags: SimulateIec61850Flags,
  roster: Readonly<Record<string, { readonly kind?: string; readonly summary: string }>>,
): number {
  const rows = Object.entries(roster).map(([name, { kind, summary: text }]) => ({
    name,
    kind: kind ?? "model",
    summary: text,
  }));
  if (flags.json === true) sayJson(rows);
  else
    say(
      table(
        ["name", "kind", "what it does"],
        rows.map((one) => [one.name, one.kind, one.summary]),
      ),
    );
  return EXIT.ok;
}

function note(flags: SimulateIec61850Flags, line: string): void {
  if (flags.json === true) process.stderr.write(`${line}\n`);
  else say(line);
}
