import type { SeededRandom } from "../../adapters/kit/random.ts";
import { LEASE, LINK_PORT } from "./rules.ts";
import type { World } from "./world.ts";

/** One spell of bad weather: what begins it and what ends it. */
export interface Spell {
  readonly at: number;
  readonly forMs: number;
  readonly name: string;
  /** It means some devices and nobody else. */
  readonly ofDevices: boolean;
  readonly begin: (world: World) => void;
  readonly end: (world: World) => void;
}

type Sky = Omit<Spell, "at" | "ofDevices">;
type Make = (random: SeededRandom, world: World) => Sky;

/** Freezes end near the instants at which something is decided, more often than chance would have it. */
function pauseMs(random: SeededRandom): number {
  switch (random.below(4)) {
    case 0:
      return random.between(100, 900);
    case 1:
      return LEASE.ttlMs - LEASE.safetyMs + random.between(-300, 300);
    case 2:
      return random.between(900, 3_000);
    default:
      return random.chance({ times: 1, of: 4 }) ? random.between(5_000, 10_000) : random.between(200, 2_000);
  }
}

function agentOf(random: SeededRandom, world: World): string {
  // The active one is where it hurts.
  const active = world.activeAgent();
  if (active !== undefined && random.chance({ times: 1, of: 2 })) return active;
  return random.pick(world.agentNames) ?? "";
}

const nothing = (): void => {};

/** A spell that chooses its agent when it begins, because only then it is known who is active. */
function onAgent(
  name: string,
  random: SeededRandom,
  forMs: number,
  act: { readonly begin: (world: World, agent: string) => void; readonly end: (world: World, agent: string) => void },
): Sky {
  let agent = "";
  return {
    name,
    forMs,
    begin: (world) => {
      agent = agentOf(random, world);
      world.court.note(`weather: ${name} ${agent} for ${Math.round(forMs)} ms`);
      act.begin(world, agent);
    },
    end: (world) => act.end(world, agent),
  };
}

const AGENT_WEATHER: readonly Make[] = [
  (random) =>
    onAgent("kill", random, random.between(50, 3_000), {
      begin: (world, agent) => world.agent(agent).kill(),
      end: (world, agent) => world.agent(agent).start(),
    }),
  (random) =>
    onAgent("power", random, random.between(200, 4_000), {
      begin: (world, agent) => world.agent(agent).losePower(),
      end: (world, agent) => world.agent(agent).powerUp(),
    }),
  (random) =>
    onAgent("freeze", random, pauseMs(random), {
      begin: (world, agent) => world.agent(agent).freeze(),
      end: (world, agent) => world.agent(agent).thaw(),
    }),
  (random) =>
    onAgent("ask", random, 0, {
      begin: (world, agent) => world.askAgent(agent, random),
      end: nothing,
    }),
  (random) =>
    onAgent("wall", random, 0, {
      begin: (world, agent) => world.agent(agent).host.timers.jumpWall(random.between(-3_000, 3_000)),
      end: nothing,
    }),
];

const REDIS_WEATHER: readonly Make[] = [
  (random) => ({
    name: "redis is killed",
    forMs: random.between(30, 3_500),
    begin: (world) => world.redis.kill(),
    end: (world) => world.redis.start(),
  }),
  (random) => ({
    name: "redis stops",
    forMs: pauseMs(random),
    begin: (world) => world.redis.stop(),
    end: (world) => world.redis.goOn(),
  }),
  (random) => ({
    name: "redis refuses",
    forMs: random.between(100, 2_500),
    begin: (world) => world.redis.refuse(random.chance({ times: 1, of: 2 }) ? "OOM" : "READONLY"),
    end: (world) => world.redis.refuse(undefined),
  }),
  (random) => ({
    name: "redis' clock jumps",
    forMs: 0,
    begin: (world) => world.redis.jumpClock(random.between(-2_000, 3_000)),
    end: nothing,
  }),
  (random) => ({
    name: "failover",
    forMs: random.between(20, 900),
    begin: (world) => world.redis.lag(),
    end: (world) => {
      // In a steady world nothing is ever forgotten: there the replica only fell behind.
      if (world.redis.mode === "steady") {
        world.redis.catchUp();
        return;
      }
      world.redis.failover();
      world.clock.after(random.between(10, 1_500), () => world.redis.start());
    },
  }),
];

const REACH_WEATHER: readonly Make[] = [
  (random) =>
    onAgent("cut from redis", random, random.between(100, 4_500), {
      begin: (world, agent) => {
        const reach = world.reach(agent);
        const way = random.below(4);
        reach.cutOut = way !== 1;
        reach.cutBack = way !== 2;
      },
      end: (world, agent) => world.reach(agent).heal(),
    }),
  (random) =>
    onAgent("slow to redis", random, random.between(300, 4_000), {
      begin: (world, agent) => {
        world.reach(agent).slowMs = random.pick([5, 30, 90, 140, 220]) ?? 5;
      },
      end: (world, agent) => world.reach(agent).heal(),
    }),
];

const LINK_WEATHER: readonly Make[] = [
  (random, world) => {
    const [a = "", b = ""] = twoOf(random, world.agentNames);
    const way = random.below(3);
    return {
      name: `link ${a}-${b} cut`,
      forMs: random.between(100, 4_500),
      begin: (of) => {
        if (way !== 1) of.network.cut({ from: a, to: b });
        if (way !== 2) of.network.cut({ from: b, to: a });
      },
      end: (of) => of.network.heal({ a, b }),
    };
  },
  (random, world) => {
    const [a = "", b = ""] = twoOf(random, world.agentNames);
    const refusesToo = random.chance({ times: 1, of: 2 });
    const refuse = (of: World, refusing: boolean): void => {
      for (const host of [a, b]) of.network.refuse({ host, port: LINK_PORT }, refusing);
    };
    return {
      name: `link ${a}-${b} reset`,
      forMs: refusesToo ? random.between(50, 3_000) : 0,
      begin: (of) => {
        if (refusesToo) refuse(of, true);
        of.network.reset({ a, b });
      },
      end: (of) => refuse(of, false),
    };
  },
];

const DEVICE_WEATHER: readonly Make[] = [
  (random, world) =>
    onDevice(random, world, "reboot", random.between(200, 2_000), (of, device, on) => {
      if (on) of.town.reboot(device, random.between(100, 1_500));
    }),
  (random, world) =>
    onDevice(random, world, "deaf", random.between(300, 4_000), (_of, { mood }, on) => {
      mood.deaf = on;
    }),
  (random, world) =>
    onDevice(random, world, "mute", random.between(300, 3_000), (_of, { mood }, on) => {
      mood.mute = on;
    }),
  (random, world) =>
    onDevice(random, world, "forging", random.between(300, 3_000), (_of, { mood }, on) => {
      mood.forging = on;
    }),
  (random, world) =>
    onDevice(random, world, "odd", random.between(500, 5_000), (_of, { mood }, on) => {
      mood.oddTimes = on ? random.between(20, 100) : 0;
    }),
  (random, world) => {
    const agent = random.pick(world.agentNames) ?? "";
    const all = random.chance({ times: 1, of: 3 });
    return onDevice(random, world, `cut from ${agent}`, random.between(200, 4_000), (of, { address }, on) => {
      for (const name of all ? of.agentNames : [agent]) {
        if (on) of.network.partition(address, name);
        else of.network.heal({ a: address, b: name });
      }
    });
  },
];

const DISK_WEATHER: readonly Make[] = [
  (random) =>
    onAgent("disk full", random, random.between(200, 3_000), {
      begin: (world, agent) => {
        for (const disk of world.agent(agent).disks().values()) disk.setQuota(0);
      },
      end: (world, agent) => {
        for (const disk of world.agent(agent).disks().values()) disk.setQuota(1_048_576);
      },
    }),
  (random) =>
    onAgent("sync fails", random, random.between(200, 2_000), {
      begin: (world, agent) => {
        const name = random.pick([...world.agent(agent).disks().keys()].filter((one) => one !== "state"));
        if (name !== undefined) world.agent(agent).disk(name).failSyncs(random.between(1, 2));
      },
      end: (world, agent) => {
        for (const disk of world.agent(agent).disks().values()) disk.failSyncs(0);
      },
    }),
  (random) =>
    onAgent("rot", random, 0, {
      // One copy of two: what a keeper has of its peer, while the peer's own disk is whole.
      begin: (world, agent) => world.agent(agent).rotMirror(random),
      end: nothing,
    }),
];

function onDevice(
  random: SeededRandom,
  world: World,
  name: string,
  forMs: number,
  act: (world: World, device: World["town"]["citizens"][number], on: boolean) => void,
): Sky {
  const device = random.pick(world.town.citizens);
  return {
    name: `${device?.uid ?? "nobody"} ${name}`,
    forMs,
    begin: (of) => {
      if (device === undefined) return;
      of.touched.add(device.uid);
      act(of, device, true);
    },
    end: (of) => {
      if (device !== undefined) act(of, device, false);
    },
  };
}

function twoOf(random: SeededRandom, names: readonly string[]): readonly string[] {
  const first = random.pick(names) ?? "";
  return [first, random.pick(names.filter((name) => name !== first)) ?? ""];
}

/** What kinds of weather a history has: each seed has its own climate, so that rare combinations are not always rare. */
const KINDS: readonly { readonly name: string; readonly make: readonly Make[] }[] = [
  { name: "agents", make: AGENT_WEATHER },
  { name: "redis", make: REDIS_WEATHER },
  { name: "reach", make: REACH_WEATHER },
  { name: "link", make: LINK_WEATHER },
  { name: "devices", make: DEVICE_WEATHER },
  { name: "disks", make: DISK_WEATHER },
];

/** The spells of a history, all of them over at `untilMs`. */
export function forecast(world: World, random: SeededRandom, untilMs: number): Spell[] {
  const kinds = KINDS.filter(() => random.chance({ times: 3, of: 5 }));
  const climate = kinds.length === 0 ? KINDS : kinds;
  const count = random.between(3, 14);
  const spells: Spell[] = [];
  for (let i = 0; i < count; i++) {
    const kind = random.pick(climate);
    const own = random.of(`spell ${i}`);
    const spell = kind && own.pick(kind.make)?.(own, world);
    if (spell === undefined) continue;
    const at = random.between(400, untilMs - 200);
    spells.push({ ...spell, at, ofDevices: kind?.name === "devices", forMs: Math.min(spell.forMs, untilMs - at) });
  }
  return spells.sort((a, b) => a.at - b.at);
}
