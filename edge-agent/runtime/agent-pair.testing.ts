import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import {
  type PrivateRedis,
  type PrivateRedisOptions,
  startPrivateRedis,
} from "../../adapters/io/node/private-redis.ts";
import { notifiesPeriodically } from "../../firmware-sim/oslp/behaviours/notifies-periodically.ts";
import { switchesLights } from "../../firmware-sim/oslp/behaviours/switches-lights.ts";
import { Fleet } from "../../firmware-sim/oslp/fleet/fleet.ts";
import { type DemoFiles, writeDemoFiles } from "../cli/demo/demo-files.ts";
import { readConfig } from "../config/check.ts";
import type { Config } from "../config/config.ts";
import { type AgentLog, EdgeAgent } from "./agent.ts";
import { AgentOpsSource } from "./ops-source.ts";

export interface Lines extends AgentLog {
  level: string;
  readonly lines: string[];
}

export interface PairMember {
  readonly agent: EdgeAgent;
  readonly source: AgentOpsSource;
  readonly log: Lines;
}

/** Two agents of this process, a Redis of their own, and street lights that talk to whoever is active. */
export class AgentPair {
  readonly dir: string = mkdtempSync(join(tmpdir(), "busbar-pair-"));
  readonly members = new Map<"a" | "b", PairMember>();
  #redis: PrivateRedis | undefined;
  #files: DemoFiles | undefined;
  #fleet: Fleet | undefined;

  get redis(): PrivateRedis {
    if (this.#redis === undefined) throw new Error("not started");
    return this.#redis;
  }

  get files(): DemoFiles {
    if (this.#files === undefined) throw new Error("not started");
    return this.#files;
  }

  async start(lights: number, redis: Pick<PrivateRedisOptions, "extraArgs"> = {}): Promise<void> {
    this.#redis = await startPrivateRedis({ dir: join(this.dir, "redis"), appendonly: true, ...redis });
    this.#files = await writeDemoFiles({ dir: this.dir, redisUrl: this.#redis.url, lights, seed: "ops" });
  }

  config(change: (config: Config) => Config = (config) => config): Config {
    const { config, issues } = readConfig(this.files.configFile);
    if (config === undefined) throw new Error(JSON.stringify(issues));
    return change(config);
  }

  async join(name: "a" | "b", change?: (config: Config) => Config): Promise<PairMember> {
    const log = collect();
    const agent = await EdgeAgent.make({ config: this.config(change), agent: name, log });
    const source = new AgentOpsSource({ agent, log });
    const member = { agent, source, log };
    this.members.set(name, member);
    source.start();
    await agent.start();
    return member;
  }

  async leave(name: "a" | "b"): Promise<void> {
    const member = this.members.get(name);
    this.members.delete(name);
    member?.source.stop();
    await member?.agent.stop();
  }

  async switchOnLights(notifyEveryMs: number): Promise<void> {
    const { plan, members, platform, agents } = this.files;
    const keys = new KeyStore();
    const at = (port: number) => ({ host: "127.0.0.1", port });
    this.#fleet = new Fleet({
      plan,
      members,
      keys,
      platformKey: keys.addKeyObject("platform", platform.publicKey),
      platforms: {
        "0.6.1": [at(agents.a.oslp), at(agents.b.oslp)],
        "0.5.1": [at(agents.a.old), at(agents.b.old)],
      },
      timers: new NodeTimers(),
      behaviours: () => [notifiesPeriodically(notifyEveryMs), switchesLights()],
      logOf: () => ({ acknowledged: () => {}, executed: () => {}, note: () => {} }),
    });
    await this.#fleet.start();
  }

  async switchOffLights(): Promise<void> {
    await this.#fleet?.stop();
    this.#fleet = undefined;
  }

  async stop(): Promise<void> {
    await this.switchOffLights();
    for (const name of [...this.members.keys()]) await this.leave(name);
    await this.#redis?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function collect(): Lines {
  const lines: string[] = [];
  const take = (level: string) => (_facts: object, text: string) => void lines.push(`${level} ${text}`);
  return { level: "info", lines, debug: take("debug"), info: take("info"), warn: take("warn"), error: take("error") };
}

/** Resolves with the first value that is not `undefined` or false; rejects after the patience. */
export async function until<T>(look: () => T | undefined | false, patienceMs: number = 10_000): Promise<T> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within ${patienceMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
