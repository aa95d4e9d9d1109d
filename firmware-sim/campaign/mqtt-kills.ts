import { consume } from "../../core-client/consume.ts";
import { Burners } from "../bed/burners.ts";
import { until } from "../bed/until.ts";
import { brokenPromises, MqttAccount, type MqttVerdict } from "./mqtt-account.ts";
import { MqttClients } from "./mqtt-clients.ts";
import { type MqttAgent, type MqttField, MqttPair } from "./mqtt-pair.ts";
import { Stalls } from "./stalls.ts";

export interface MqttKillsSettings {
  readonly clients: number;
  readonly kills: number;
  /** Between two messages of one conversation of a device, ms. */
  readonly everyMs: number;
  /** Processes that want a whole core each. */
  readonly burners: number;
  /** Redis stands still for so long, again and again, ms; 0: never. */
  readonly stallMs: number;
  /** The active agent stands still for so long, again and again, ms; 0: never. */
  readonly freezeMs: number;
  readonly keep: boolean;
  readonly tell: (line: string) => void;
}

export interface MqttKillsResult
  extends Omit<MqttVerdict, "lost" | "twice" | "repeatedExactlyOnce" | "disordered" | "invented"> {
  readonly ok: boolean;
  readonly clients: number;
  readonly kills: readonly MqttKill[];
  /** How often Redis stood still. */
  readonly stalls: number;
  /** How often the active agent did. */
  readonly freezes: number;
  readonly lost: number;
  readonly twice: number;
  readonly repeatedExactlyOnce: number;
  readonly disordered: number;
  readonly broken: readonly string[];
}

/** One SIGKILL of the active, as the devices saw it, ms from the signal. */
export interface MqttKill {
  readonly agent: string;
  /** Until some device was thanked again. */
  readonly thankedMs: number;
  /** Until all devices were connected again. */
  readonly allBackMs: number;
  readonly acknowledgedPerSecond: number;
}

const PATIENCE_MS = 120_000;
/** Between two times that Redis, or the active agent, stands still: they coincide now and then. */
const STALL_REST_MS = 3_000;
const FREEZE_REST_MS = 8_700;

/** Devices that say numbers under load, and a will. */
function fieldOf(devices: number): MqttField {
  return {
    mqtt: {
      limits: { clients: devices + 100 },
      mappings: {
        default: [
          { topic: "{device}/timed", points: [{ name: "n", at: "/n" }], time: { at: "/t", form: "unix-ms" } },
          { topic: "{device}/plain", payload: "plain", points: [{ name: "n" }] },
          { topic: "{device}/dead", payload: "plain", points: [{ name: "dead", type: "string" }] },
        ],
      },
    },
    devices: Array.from({ length: devices }, (_, i) => ({ uid: `dev-${i}`, clientId: `d${i}` })),
  };
}

/** Kills the active agent of a pair, again and again, under connected clients that publish; the account is kept beside. */
export async function mqttKills(settings: MqttKillsSettings): Promise<MqttKillsResult> {
  const { clients: count, everyMs, tell } = settings;
  const account = new MqttAccount();
  const pair = await MqttPair.start(fieldOf(count));
  const consumer = consume({
    redis: pair.redis.url,
    groups: ["main"],
    handler: async (message, { jobId }) => account.delivered(message, jobId),
  });
  const clients = new MqttClients({ count, ports: pair.agents.map(({ port }) => port), everyMs, account });
  let keep = true;
  const burning = new Burners(settings.burners);
  const stalls: Stalls[] = [];
  try {
    for (const agent of pair.agents) await pair.untilReady(agent);
    await clients.connect();
    tell(`${clients.connected} clients are connected`);
    clients.publish();
    await until("messages flow", () => account.acknowledged > count, PATIENCE_MS);
    stalls.push(
      new Stalls({ pid: () => pair.redis.pid, forMs: settings.stallMs, restMs: STALL_REST_MS }),
      new Stalls({ pid: () => activeOf(pair, clients)?.program.pid, forMs: settings.freezeMs, restMs: FREEZE_REST_MS }),
    );
    const kills: MqttKill[] = [];
    for (let kill = 0; kill < settings.kills; kill++) kills.push(await killActive(pair, clients, account, settings));
    const [redisStalls, freezes] = stalls;
    for (const one of stalls) await one.stop();
    await clients.settle();
    await until("the core has everything", () => account.isSettled, PATIENCE_MS);
    const verdict = account.verdict();
    const broken = brokenPromises(verdict);
    keep = settings.keep || broken.length > 0;
    const { lost, twice, repeatedExactlyOnce, disordered, invented: _in, ...figures } = verdict;
    return {
      ok: broken.length === 0,
      clients: count,
      kills,
      stalls: redisStalls?.count ?? 0,
      freezes: freezes?.count ?? 0,
      ...figures,
      lost: lost.length,
      twice: twice.length,
      repeatedExactlyOnce: repeatedExactlyOnce.length,
      disordered: disordered.length,
      broken,
    };
  } finally {
    await burning.stop();
    for (const one of stalls) await one.stop();
    clients.end();
    await consumer.close();
    if (keep) tell(`kept: ${pair.dir}`);
    await pair.stop(keep);
  }
}

function activeOf(pair: MqttPair, clients: MqttClients): MqttAgent | undefined {
  const at = clients.servedAt();
  return pair.agents.find(({ port }) => port === at);
}

async function killActive(
  pair: MqttPair,
  clients: MqttClients,
  account: MqttAccount,
  { clients: count, tell }: MqttKillsSettings,
): Promise<MqttKill> {
  const active = activeOf(pair, clients);
  const at = active?.port;
  if (active === undefined) throw new Error("nobody serves the devices");
  const [from, before] = [performance.now(), account.acknowledged];
  await until("messages flow under load", () => account.acknowledged > before + count, PATIENCE_MS);
  const acknowledgedPerSecond = Math.round(((account.acknowledged - before) * 1_000) / (performance.now() - from));
  const struck = performance.now();
  await active.program.kill();
  // What was on the sockets when it died may still be told: only what comes from the other one counts.
  await until("the other one serves", () => clients.servedAt() !== undefined && clients.servedAt() !== at, PATIENCE_MS);
  const served = account.acknowledged;
  await until("a device is thanked", () => account.acknowledged > served, PATIENCE_MS);
  const thankedMs = Math.round(performance.now() - struck);
  await until("all devices are back", () => clients.connected === count, PATIENCE_MS);
  const allBackMs = Math.round(performance.now() - struck);
  active.program.start();
  await pair.untilReady(active);
  const settled = account.acknowledged;
  await until("messages flow on", () => account.acknowledged > settled + count, PATIENCE_MS);
  tell(
    `SIGKILL of ${active.name} at ${acknowledgedPerSecond} acknowledgements/s: first thanks after ${thankedMs} ms, all ${count} back after ${allBackMs} ms`,
  );
  return { agent: active.name, thankedMs, allBackMs, acknowledgedPerSecond };
}
