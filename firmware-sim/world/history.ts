import type { SeededRandom } from "../../adapters/kit/random.ts";
import type { Verdict } from "./court.ts";
import { seatJudges } from "./judge/bench.ts";
import { isOnDisk } from "./judge/stored-first.ts";
import type { Sabotage } from "./sabotage.ts";
import { forecast } from "./weather.ts";
import { World } from "./world.ts";

export interface HistorySettings {
  /** 2 or 3; the seed decides where it is not given. */
  readonly agents?: number | undefined;
  readonly sabotage?: Sabotage;
  /** Lines of the trace to keep readable. */
  readonly tail?: number | undefined;
}

/** What became of one seed. */
export interface History {
  readonly seed: number;
  readonly agents: number;
  readonly hash: string;
  readonly verdict: Verdict | undefined;
  /** Virtual milliseconds. */
  readonly lasted: number;
  readonly events: number;
  readonly facts: Readonly<Record<string, number>>;
}

const SLICE_MS = 50;
const RUSH = 40;
/** After the weather everything must have drained by then. */
const HEAL_MS = 25_000;
const HONEST: Sabotage = { name: "none" };

/** Lives one history through: calm, weather, calm, and the verdict. Same seed, same history. One at a time per thread. */
export async function live(seed: number, settings: HistorySettings): Promise<History> {
  const world = new World(seed, { ...settings, sabotage: settings.sabotage ?? HONEST });
  const crashed = (thrown: unknown): void => {
    world.court.blame("nobody crashes", thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
  };
  process.on("unhandledRejection", crashed);
  try {
    return await liveThrough(world, seed);
  } finally {
    process.off("unhandledRejection", crashed);
  }
}

async function liveThrough(world: World, seed: number): Promise<History> {
  const { clock, court, random, town, core } = world;
  const facts = seatJudges(world);
  court.seat({
    name: "core",
    see: (event) => {
      if (event.kind === "forgot" && world.redis.mode === "lossy") core.giveUp(event.commands);
    },
  });
  const clearAt = random.of("length").between(5_000, 13_000);
  for (const agent of world.agents) clock.after(random.of(agent.name).below(400), () => agent.start());
  core.start();
  orderOn(world, random.of("orders"), clearAt);
  for (const spell of forecast(world, random.of("weather"), clearAt)) {
    clock.at(spell.at, () => {
      court.note(`weather: ${spell.name} for ${Math.round(spell.forMs)} ms`);
      if (!spell.ofDevices) world.troubled();
      spell.begin(world);
    });
    clock.at(spell.at + spell.forMs, () => {
      spell.end(world);
      if (!spell.ofDevices) world.mended();
    });
  }
  await run(world, clearAt);
  clear(world);
  town.hush();
  let calm = false;
  for (let at = clearAt; at < clearAt + HEAL_MS && !calm && court.verdict === undefined; ) {
    at += 250;
    await run(world, at);
    calm = isDrained(world);
  }
  if (!calm) court.blame("liveness", `not drained ${HEAL_MS} ms after the weather: ${whatIsLeft(world)}`);
  // A moment more: what should not come any more must not come now either.
  await run(world, clock.now + 500);
  court.conclude();
  town.stop();
  return {
    seed,
    agents: world.agentNames.length,
    hash: world.trace.hash,
    verdict: court.verdict,
    lasted: clock.now,
    events: clock.events,
    facts: facts(),
  };
}

async function run(world: World, until: number): Promise<void> {
  const { clock, court } = world;
  while (clock.now < until && court.verdict === undefined) {
    try {
      await clock.runUntil(Math.min(until, clock.now + SLICE_MS));
    } catch (thrown) {
      court.blame("nobody crashes", thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    }
    court.inspect();
  }
}

function orderOn(world: World, random: SeededRandom, until: number): void {
  const { clock, core } = world;
  const everyMs = random.between(150, 900);
  for (let at = random.between(300, 1_200); at < until; at += random.between(1, 2 * everyMs)) {
    clock.at(at, () => core.order());
  }
  if (!random.chance({ times: 1, of: 6 })) return;
  // Somebody switches a whole district.
  const rush = random.between(500, until);
  for (let i = 0; i < RUSH; i++) clock.at(rush + i / 10, () => core.order());
}

/** The sky clears: everybody is there, everything is connected. Spells have ended; this is for what outlasts them. */
function clear(world: World): void {
  const { redis, network } = world;
  network.heal();
  redis.refuse(undefined);
  redis.goOn();
  redis.start();
  redis.catchUp();
  world.wellSince = world.clock.now;
  for (const agent of world.agents) {
    world.reach(agent.name).heal();
    agent.thaw();
    for (const disk of agent.disks().values()) {
      disk.setQuota(1_048_576);
      disk.failSyncs(0);
    }
    // A spool whose disk failed takes nothing until it is opened anew: the operator who mended the disk restarts the agent.
    if (agent.hasFailedSpool) agent.kill();
    agent.start();
  }
  world.court.note("weather: it is clear");
}

function isDrained(world: World): boolean {
  const { town, redis } = world;
  const { waiting, taken, commandsWaiting, commandsTaken, commandsDelayed } = redis.state;
  return (
    town.isHeard &&
    areAnswered(world) &&
    waiting.length + taken.length + commandsWaiting.length + commandsTaken.size + commandsDelayed.size === 0 &&
    world.owed() === 0 &&
    [...world.agents].every(({ process }) => process?.reign === undefined || process.spool.sources.isEmpty)
  );
}

/** Of three agents a result may lie in the spool of one standby and its mirror on the other: see `judge/delivery.ts`. */
function areAnswered(world: World): boolean {
  return world.core.open.every((uid) => world.agentNames.length > 2 && isOnDisk(world, uid));
}

function whatIsLeft(world: World): string {
  const { town, core, redis } = world;
  const { waiting, taken, commandsWaiting, commandsTaken, commandsDelayed } = redis.state;
  const spools = [...world.agents].map((agent) => {
    const status = agent.process?.spool.own.status();
    return `${agent.name} ${status === undefined ? "is down" : `spools ${status.records} (${status.condition}), drained ${agent.process?.spool.sources.isEmpty}`}`;
  });
  return [
    `${town.citizens.map((one) => `${one.uid} waits with ${one.open.size}`).join(", ")}`,
    `open commands: ${core.open.join(", ") || "none"}`,
    `queue ${waiting.length}+${taken.length}`,
    `commands queue ${commandsWaiting.length}+${commandsTaken.size}+${commandsDelayed.size}`,
    ...spools,
    `active ${world.activeAgent() ?? "nobody"}, redis ${redis.mode}`,
  ].join("; ");
}
