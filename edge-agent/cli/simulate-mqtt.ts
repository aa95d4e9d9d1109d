import { readFileSync } from "node:fs";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import { type Broker, type Credentials, readBroker, tlsOf } from "../../firmware-sim/mqtt/broker-address.ts";
import { BEHAVIOURS, type BehaviourSettings } from "../../firmware-sim/mqtt/behaviours/roster.ts";
import { Fleet } from "../../firmware-sim/mqtt/fleet.ts";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import { type FleetMember, passwordOf, planFleet } from "../../firmware-sim/mqtt/fleet-plan.ts";
import { readSpec } from "../../firmware-sim/mqtt/spec.ts";
import { complainLine, say, sayJson, table } from "./output.ts";
import { sum } from "./simulate-books.ts";
import { type MqttBooks, MqttSimulationBooks } from "./simulate-mqtt-books.ts";
import { exportMqttDevices } from "./simulate-mqtt-export.ts";
import { SimulationLog } from "./simulate-log.ts";
import { EXIT } from "./verb.ts";

export interface SimulateMqttFlags {
  readonly devices: number;
  readonly broker?: string;
  readonly spec?: string;
  readonly name: string;
  readonly topic: string;
  readonly template?: string;
  readonly every: number;
  readonly qos: 0 | 1 | 2 | "mixed";
  readonly sparkplug?: string;
  readonly mqtt: "3.1.1" | "5";
  readonly commandTopic: string;
  readonly replyTopic: string;
  readonly behaviours?: readonly Ingredient[];
  readonly listBehaviours?: boolean;
  readonly flood: number;
  readonly stormEvery: number;
  readonly starts: number;
  readonly passwords?: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly seed: string;
  readonly for?: number;
  readonly export?: string;
  readonly behind?: string;
  readonly log?: string;
  readonly json?: boolean;
}

const SUMMARY_EVERY_MS = 10_000;

interface Plan {
  readonly members: readonly FleetMember[];
  readonly brokers: readonly Broker[];
  readonly settings: BehaviourSettings;
}

export async function simulateMqtt(flags: SimulateMqttFlags): Promise<number> {
  if (flags.listBehaviours === true) return listBehaviours(flags);
  let plan: Plan;
  try {
    plan = planOf(flags);
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    complainLine(thrown.message);
    return EXIT.usage;
  }
  if (flags.export !== undefined) {
    const withPasswords = flags.passwords === true;
    const users = await exportMqttDevices(flags.export, plan.members, {
      ...{ seed: flags.seed, withPasswords, behind: flags.behind },
    });
    note(
      flags,
      `${plan.members.length} devices are in ${flags.export}${users === undefined ? "" : `, users in ${users}`}`,
    );
  }
  if (plan.brokers.length === 0) {
    if (flags.export !== undefined) return EXIT.ok;
    complainLine("nothing to do: give --broker mqtt://HOST:PORT, or --export, --list-behaviours");
    return EXIT.usage;
  }
  return simulate(flags, plan);
}

async function simulate(flags: SimulateMqttFlags, { members, brokers, settings }: Plan): Promise<number> {
  const log = flags.log === undefined ? undefined : new SimulationLog(flags.log);
  const books = new MqttSimulationBooks(members.length, log === undefined ? undefined : (line) => log.write(line));
  const fleet = new Fleet({
    ...{ members, brokers, settings, credentials: credentialsOf(flags), seed: flags.seed },
    protocolVersion: flags.mqtt === "5" ? 5 : 4,
    startsPerSecond: flags.starts,
    timers: new NodeTimers(),
    logOf: (member) => books.logOf(member),
  });
  fleet.start();
  const where = brokers.map(({ protocol, host, port }) => `${protocol}://${host}:${port}`).join(", ");
  note(flags, `${members.length} devices connect to ${where}; Ctrl-C ends with the books`);
  await live(flags, () => summary(books.booksWith(fleet.outstanding), fleet.connected));
  await fleet.stop();
  await log?.close();
  return tell(flags, books.booksWith(fleet.outstanding), log?.leftOut ?? 0);
}

/** Resolves when the time is over or somebody interrupts. */
async function live(flags: SimulateMqttFlags, line: () => string): Promise<void> {
  const repeating = setInterval(() => note(flags, line()), SUMMARY_EVERY_MS);
  let over: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    if (flags.for !== undefined) over = setTimeout(resolve, flags.for);
  });
  clearTimeout(over);
  clearInterval(repeating);
}

function summary(books: MqttBooks, connected: number): string {
  const { p50, p99 } = books.acknowledgedWithin;
  const parts = [
    `${connected}/${books.devices} connected`,
    `${sum(books.published)} published, ${sum(books.acknowledged)} acknowledged (p50 ${p50} ms, p99 ${p99} ms)`,
    `${sum(books.executed)} commands executed`,
  ];
  if (sum(books.refused) > 0) parts.push(`${sum(books.refused)} times refused`);
  if (sum(books.unreachable) > 0) parts.push(`${sum(books.unreachable)} times nobody there`);
  return parts.join(" · ");
}

/** Exit codes: 0 every device was connected; 5 nobody was ever there; 1 otherwise. */
function tell(flags: SimulateMqttFlags, books: MqttBooks, leftOut: number): number {
  if (flags.json === true) sayJson({ ...books, logLinesLeftOut: leftOut });
  else {
    const rows = Object.entries(books).flatMap(([name, value]: [string, number | Readonly<Record<string, number>>]) =>
      typeof value === "number"
        ? [[name, String(value)]]
        : Object.entries(value).map(([what, count], at) => [at === 0 ? name : "", `${count} ${what}`]),
    );
    if (leftOut > 0) rows.push(["log lines left out", String(leftOut)]);
    say(
      table(
        ["after", `${books.seconds} s`],
        rows.filter(([name]) => name !== "seconds"),
      ),
    );
  }
  if (books.everConnected === books.devices) return EXIT.ok;
  const isNobodyThere = books.everConnected === 0 && sum(books.refused) === 0 && sum(books.unreachable) > 0;
  return isNobodyThere ? EXIT.unreachable : EXIT.failed;
}

function planOf(flags: SimulateMqttFlags): Plan {
  const ingredients = flags.behaviours ?? [];
  const settings: BehaviourSettings = {
    topics: { command: new TopicTemplate(flags.commandTopic), reply: new TopicTemplate(flags.replyTopic) },
    ...{ stormEveryMs: flags.stormEvery, floodMessages: flags.flood },
  };
  const { qos, every: everyMs } = flags;
  const spec =
    flags.spec === undefined
      ? undefined
      : readSpec(readFileSync(flags.spec, "utf8"), flags.spec, { everyMs, qos, ingredients });
  const members =
    spec?.members ??
    planFleet({
      ...{ name: flags.name, count: flags.devices, topic: flags.topic, everyMs, qos, ingredients },
      ...(flags.template === undefined ? {} : { template: flags.template }),
      ...(flags.sparkplug === undefined ? {} : { sparkplug: flags.sparkplug }),
    });
  const brokers = flags.broker?.split(",") ?? spec?.brokers ?? [];
  return { members, settings, brokers: brokers.map((one) => readBroker(one.trim())) };
}

function credentialsOf(flags: SimulateMqttFlags): Credentials {
  const own = flags.passwords === true;
  const { ca, cert, key } = flags;
  return {
    username: (clientId) => (own ? clientId : flags.username),
    password: (clientId) => (own ? passwordOf(flags.seed, clientId) : flags.password),
    tls: (clientId) =>
      tlsOf(
        {
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key }),
        },
        clientId,
      ),
  };
}

function listBehaviours(flags: SimulateMqttFlags): number {
  const list = Object.entries(BEHAVIOURS).map(([name, { kind, of, summary: text }]) => ({
    ...{ name, kind, of, summary: text },
  }));
  if (flags.json === true) sayJson(list);
  else
    say(
      table(
        ["behaviour", "kind", "of", "what it does"],
        list.map((one) => [one.name, one.kind, one.of, one.summary]),
      ),
    );
  return EXIT.ok;
}

function note(flags: SimulateMqttFlags, line: string): void {
  if (flags.json === true) process.stderr.write(`${line}\n`);
  else say(line);
}
