import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, type PrivateRedis, startPrivateRedis } from "../../adapters/io/node/private-redis.ts";
import { YOUNG_HEAP } from "../../adapters/io/node/young-heap.ts";
import { Program } from "../bed/program.ts";
import { until } from "../bed/until.ts";
import { Warden } from "../bed/warden.ts";

export interface MqttAgent {
  readonly name: string;
  readonly program: Program;
  /** Where devices connect. */
  readonly port: number;
  readonly ops: number;
}

/** What devices there are and how they are spoken with, in the words of the configuration. */
export interface MqttField {
  readonly mqtt: Readonly<Record<string, unknown>>;
  readonly devices: readonly Readonly<Record<string, unknown>>[];
}

const READY_MS = 60_000;

/** Two agents as they are installed, with MQTT listeners and devices `d0` …, and a Redis of their own. */
export class MqttPair {
  readonly dir: string;
  readonly redis: PrivateRedis;
  readonly agents: readonly MqttAgent[];
  readonly #warden: Warden;

  private constructor(parts: Pick<MqttPair, "dir" | "redis" | "agents"> & { readonly warden: Warden }) {
    this.dir = parts.dir;
    this.redis = parts.redis;
    this.agents = parts.agents;
    this.#warden = parts.warden;
  }

  /** @param field the section `mqtt` besides the listeners, and the devices */
  static async start(field: MqttField): Promise<MqttPair> {
    const dir = mkdtempSync(join(tmpdir(), "busbar-mqtt-pair-"));
    const warden = new Warden(dir);
    const redis = await startPrivateRedis({ dir: join(dir, "redis"), appendonly: true });
    const places = await Promise.all(
      ["a", "b"].map(async (name) => ({ name, link: await freePort(), ops: await freePort(), port: await freePort() })),
    );
    const config = {
      gateway: "/test/gw",
      agents: Object.fromEntries(
        places.map(({ name, link, ops, port }) => [
          name,
          {
            host: "127.0.0.1",
            link,
            ops: `127.0.0.1:${ops}`,
            state: join(dir, name),
            mqtt: { listen: [{ address: "127.0.0.1", port }] },
          },
        ]),
      ),
      redis: { url: redis.url },
      mqtt: { anonymous: true, ...field.mqtt },
      devices: field.devices.map((device) => ({ protocol: "mqtt", ...device })),
    };
    const file = join(dir, "busbar.yaml");
    writeFileSync(file, JSON.stringify(config));
    const agents = places.map(({ name, port, ops }) => {
      mkdirSync(join(dir, name));
      const args = ["run", "--no-supervisor", "-c", file, "-a", name];
      const logFile = join(dir, `${name}.log`);
      return {
        name,
        program: new Program({ name: `agent ${name}`, args, logFile, warden, nodeArgs: YOUNG_HEAP }),
        port,
        ops,
      };
    });
    for (const { program } of agents) program.start();
    return new MqttPair({ dir, redis, agents, warden });
  }

  /** Resolves when the agent is there and could take over. */
  async untilReady(agent: MqttAgent): Promise<void> {
    const ready = (): Promise<boolean> =>
      fetch(`http://127.0.0.1:${agent.ops}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
    await until(`agent ${agent.name} is ready`, ready, READY_MS);
  }

  /** @param keep leaves configuration and logs where they are */
  async stop(keep = false): Promise<void> {
    for (const { program } of this.agents) await program.kill();
    await this.redis.stop();
    this.#warden.dismiss();
    if (!keep) rmSync(this.dir, { recursive: true, force: true });
  }
}
