import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateP256, privateKeyPem, publicKeyText } from "../adapters/io/node/keys.ts";
import { freePort } from "../adapters/io/node/private-redis.ts";
import { YOUNG_HEAP } from "../adapters/io/node/young-heap.ts";
import { exportDevices } from "../edge-agent/cli/simulate-export.ts";
import { AgentProcess } from "../firmware-sim/bed/agent-process.ts";
import { until } from "../firmware-sim/bed/until.ts";
import { Warden } from "../firmware-sim/bed/warden.ts";
import { planFleet } from "../firmware-sim/oslp/fleet/fleet.ts";

export const SWITCH_GROUP = "main";
export const SWITCH_SEED = "switch";
const START_PATIENCE_MS = 180_000;

export interface GatewayOptions {
  readonly redisUrl: string;
  readonly devices: number;
  readonly agents: readonly string[];
  /** Conversations an agent has with devices at once, for commands. */
  readonly atOnce: number;
  readonly profileDir: string | undefined;
}

/** The agents of one gateway, as they are installed, with a fleet in their configuration. */
export class SwitchGateway {
  /** Where devices listen. */
  readonly devicePort: number;
  /** Base64 of the platform's public key. */
  readonly platformKey: string;
  /** OSLP ports, the agents' in their order. */
  readonly platformPorts: readonly number[];
  readonly agents: readonly AgentProcess[];
  readonly #dir: string;
  readonly #warden: Warden;

  private constructor(parts: Pick<SwitchGateway, "devicePort" | "platformKey" | "platformPorts" | "agents"> & Files) {
    this.devicePort = parts.devicePort;
    this.platformKey = parts.platformKey;
    this.platformPorts = parts.platformPorts;
    this.agents = parts.agents;
    this.#dir = parts.dir;
    this.#warden = parts.warden;
  }

  static async make(options: GatewayOptions): Promise<SwitchGateway> {
    const { agents: names, redisUrl, devices, atOnce, profileDir } = options;
    const dir = mkdtempSync(join(tmpdir(), "busbar-switch-"));
    const warden = new Warden(dir);
    const [devicePort, ...ports] = await freePorts(1 + 3 * names.length);
    const platform = generateP256();
    writeFileSync(join(dir, "platform.pem"), privateKeyPem(platform.privateKey), { mode: 0o600 });
    writeFileSync(join(dir, "pair.key"), publicKeyText(generateP256().publicKey), { mode: 0o600 });
    const plan = { seed: SWITCH_SEED, count: devices, addressing: "range", basePort: devicePort ?? 0 } as const;
    exportDevices(join(dir, "devices.csv"), planFleet(plan));
    const portsOf = (index: number): readonly number[] => ports.slice(3 * index, 3 * index + 3);
    const sections = names.map((name, index) => {
      const [oslp, link, ops] = portsOf(index);
      mkdirSync(join(dir, name));
      const listen = [{ version: "0.6.1", address: "127.0.0.1", port: oslp }];
      return [name, { host: "127.0.0.1", link, ops: `127.0.0.1:${ops}`, state: join(dir, name), oslp: { listen } }];
    });
    const configFile = join(dir, "busbar.yaml");
    const config = {
      gateway: "/bench/gw",
      agents: Object.fromEntries(sections),
      groups: { [SWITCH_GROUP]: { agents: names } },
      redis: { url: redisUrl },
      pair: names.length > 1 ? { secret: { file: "pair.key" } } : { forwardDevices: false },
      oslp: { platformKey: { file: "platform.pem" } },
      commands: { concurrency: atOnce },
      log: { level: "info", format: "json" },
      devices: { file: "devices.csv" },
    };
    // JSON is YAML.
    writeFileSync(configFile, JSON.stringify(config));
    // As their supervisor starts them in the field.
    const nodeArgs = [
      ...YOUNG_HEAP,
      ...(profileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`]),
    ];
    const agents = names.map(
      (name) =>
        new AgentProcess({
          agent: name,
          configFile,
          stateDir: join(dir, name),
          logFile: join(dir, `${name}.log`),
          supervised: false,
          warden,
          nodeArgs,
        }),
    );
    const platformPorts = names.map((_, index) => portsOf(index)[0] ?? 0);
    return new SwitchGateway({
      devicePort: devicePort ?? 0,
      platformKey: publicKeyText(platform.publicKey),
      platformPorts,
      agents,
      dir,
      warden,
    });
  }

  /** Starts the agents one after another, so that the first is the active one. */
  async start(): Promise<void> {
    for (const [index, agent] of this.agents.entries()) {
      agent.start();
      const awaited = index === 0 ? "active for group" : "pair link to";
      await until(`agent ${agent.agent}: ${awaited}`, () => agent.log().includes(awaited), START_PATIENCE_MS).catch(
        (thrown: unknown) => {
          throw new Error(`${String(thrown)}\n${agent.log().slice(-4_000)}`);
        },
      );
    }
  }

  /** The agent that said last that it is active. */
  active(): AgentProcess {
    const running = this.agents.filter((agent) => agent.program.running);
    const found = running.find((agent) => /active for group/.test(agent.log())) ?? running[0];
    if (found === undefined) throw new Error("no agent is running");
    return found;
  }

  /** `patienceMs`: time for an agent to write its profile. */
  async stop(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.stop(20_000)));
    this.#warden.dismiss();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  lastWords(): string {
    return this.agents.map((agent) => `--- ${agent.agent}\n${agent.log().slice(-3_000)}`).join("\n");
  }
}

interface Files {
  readonly dir: string;
  readonly warden: Warden;
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** The peak of a process's resident memory in MB; NaN where the kernel does not say. */
export function residentMegabytes(pid: number | undefined): number {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Math.round(Number(kilobytes) / 1_024);
  } catch (_notLinux) {
    return Number.NaN;
  }
}
