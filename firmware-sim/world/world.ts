import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimCrypto } from "../../adapters/io/sim/crypto.ts";
import { SimNetwork } from "../../adapters/io/sim/network.ts";
import { Trace } from "../../adapters/io/sim/trace.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { Court } from "./court.ts";
import { DeviceTown } from "./device-town.ts";
import { edgeConfig } from "./edge-config.ts";
import { RedisReach } from "./redis-line.ts";
import { GROUP } from "./rules.ts";
import type { Sabotage } from "./sabotage.ts";
import { SimAgent } from "./sim-agent.ts";
import { SimCore } from "./sim-core.ts";
import { type RedisMode, SimRedis } from "./sim-redis.ts";

/** 2026-03-01T00:00:00Z: where the world's wall clocks begin, more or less. */
const WALL_MS = 1_772_323_200_000;
const TAIL = 60;

export interface WorldSettings {
  readonly agents?: number | undefined;
  readonly sabotage: Sabotage;
  /** Lines of the trace to keep readable. */
  readonly tail?: number | undefined;
}

/** Agents, devices, a core and Redis on one clock, all of one seed. */
export class World {
  readonly random: SeededRandom;
  readonly clock: SimClock = new SimClock();
  readonly trace: Trace;
  readonly court: Court;
  readonly network: SimNetwork;
  readonly redis: SimRedis;
  readonly town: DeviceTown;
  readonly core: SimCore;
  readonly agentNames: readonly string[];
  /** Devices the weather meant, so far. */
  readonly touched: Set<string> = new Set();
  /** How many acknowledged events have not reached the core; told by the judge of that. */
  owed: () => number = () => 0;
  /** Since when nothing is wrong with agents, Redis, links or disks. */
  wellSince: number | undefined = 0;
  #spells = 0;
  readonly #agents = new Map<string, SimAgent>();
  readonly #reaches = new Map<string, RedisReach>();

  constructor(seed: number, settings: WorldSettings) {
    const { clock } = this;
    const random = new SeededRandom(seed);
    this.random = random;
    this.trace = new Trace(settings.tail ?? TAIL);
    this.court = new Court(clock, this.trace);
    const { court, trace } = this;
    const loss = random.of("resets").chance({ times: 1, of: 4 }) ? { times: 1, of: 400 } : undefined;
    this.network = new SimNetwork({ clock, random: random.of("network"), trace, giveUpMs: 3_000, resets: loss });
    const mode = random.of("mode").pick<RedisMode>(["steady", "steady", "steady", "replicated", "replicated", "lossy"]);
    this.redis = new SimRedis({ clock, random: random.of("redis"), court, mode: mode ?? "steady" });
    const crypto = new SimCrypto();
    crypto.addPrivate("platform.private", "platform");
    crypto.addPublic("platform.public", "platform");
    this.agentNames = ["agent-a", "agent-b", "agent-c"].slice(
      0,
      settings.agents ?? (random.of("agents").chance({ times: 1, of: 4 }) ? 3 : 2),
    );
    const shared = { clock, network: this.network, crypto, court, wallMs: WALL_MS };
    this.town = new DeviceTown({
      ...shared,
      random: random.of("town"),
      count: random.of("town size").between(2, 5),
      platforms: this.agentNames,
    });
    const devices = this.town.citizens;
    this.core = new SimCore({
      ...shared,
      random: random.of("core"),
      redis: this.redis,
      devices: devices.map((one) => one.uid),
    });
    const config = edgeConfig(this.agentNames);
    for (const name of this.agentNames) {
      const reach = new RedisReach();
      this.#reaches.set(name, reach);
      const parts = { ...shared, name, config, devices, redis: this.redis, reach, sabotage: settings.sabotage };
      this.#agents.set(name, new SimAgent({ ...parts, random: random.of(name) }));
    }
  }

  get agents(): IterableIterator<SimAgent> {
    return this.#agents.values();
  }

  agent(name: string): SimAgent {
    const agent = this.#agents.get(name);
    if (agent === undefined) throw new Error(`there is no agent ${name}`);
    return agent;
  }

  reach(name: string): RedisReach {
    return this.#reaches.get(name) ?? new RedisReach();
  }

  /** Who acts now, as far as its own lease machine says. */
  activeAgent(): string | undefined {
    for (const agent of this.agents) if (agent.process?.runner.lease.reign() !== undefined) return agent.name;
    return undefined;
  }

  /** Something is wrong with what all devices need. */
  troubled(): void {
    this.#spells += 1;
    this.wellSince = undefined;
  }

  mended(): void {
    this.#spells -= 1;
    if (this.#spells === 0) this.wellSince = this.clock.now;
  }

  /** An operator asks the agent for something. */
  askAgent(name: string, random: SeededRandom): void {
    const { process, host } = this.agent(name);
    if (process === undefined || host.frozen) return;
    const other = random.pick(this.agentNames.filter((one) => one !== name)) ?? "";
    const request = random.chance({ times: 2, of: 3 })
      ? ({ kind: "handover", to: other } as const)
      : ({ kind: "step-down" } as const);
    this.court.note(`${name} is asked for ${request.kind} in ${GROUP}`);
    process.runner.lease.request(request);
  }
}
