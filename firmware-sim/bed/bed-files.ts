import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateP256, type KeyPair, privateKeyPem } from "../../adapters/io/node/keys.ts";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { deviceName } from "./host-view.ts";
import { type FleetMember, type FleetPlan, planFleet } from "../oslp/fleet/fleet.ts";

/** Where one agent of the bed listens, and where its things are. */
export interface AgentPlace {
  readonly name: string;
  /** OSLP ports by version. */
  readonly oslp: Readonly<Record<"0.6.1" | "0.5.1", number>>;
  readonly link: number;
  readonly ops: number;
  readonly stateDir: string;
  readonly configFile: string;
  readonly logFile: string;
}

export interface BedPlan {
  readonly dir: string;
  readonly group: string;
  readonly places: readonly AgentPlace[];
  readonly fleet: FleetPlan;
  readonly members: readonly FleetMember[];
  readonly platform: KeyPair;
}

/** The group every device of a bed is in. */
export const BED_GROUP = "main";
/** Share of devices that speak 0.5.1. */
const OLD_PERCENT = 25;

/** Chooses ports and keys. Every device has an address of its own in 127.0.0.0/8, so that one port serves them all. */
export async function planBed(options: {
  readonly dir: string;
  readonly agents: readonly string[];
  readonly devices: number;
  readonly seed: string;
}): Promise<BedPlan> {
  const { dir, agents, devices, seed } = options;
  const ports = await freePorts(1 + 4 * agents.length);
  const port = (at: number): number => ports[at] ?? 0;
  const fleet: FleetPlan = { seed, count: devices, oldPercent: OLD_PERCENT, addressing: "range", basePort: port(0) };
  const places = agents.map((name, index): AgentPlace => {
    const stateDir = join(dir, name);
    mkdirSync(stateDir, { recursive: true });
    const first = 1 + 4 * index;
    return {
      name,
      oslp: { "0.6.1": port(first), "0.5.1": port(first + 1) },
      link: port(first + 2),
      ops: port(first + 3),
      stateDir,
      configFile: join(dir, `busbar-${name}.yaml`),
      logFile: join(dir, `agent-${name}.log`),
    };
  });
  return { dir, group: BED_GROUP, places, fleet, members: planFleet(fleet), platform: generateP256() };
}

/** What stands between the parties; a port of 0 means nothing does. */
export interface Detours {
  /** Where agents reach devices. */
  readonly devicePort: number;
  /** Where the others reach an agent's pair link, by the agent's name. */
  readonly linkPort: (agent: string) => number;
}

/**
 * Writes one configuration per agent. They differ only in the port at which the other's pair link is reached, which is no
 * part of what both must agree on. JSON is YAML, so nothing here needs a writer of YAML.
 */
export function writeConfigs(
  plan: BedPlan,
  redis: Readonly<Record<string, unknown>>,
  detours: Detours,
  settings: Readonly<Record<string, unknown>>,
): void {
  writeSecret(join(plan.dir, "platform.pem"), privateKeyPem(plan.platform.privateKey));
  writeSecret(
    join(plan.dir, "pair.key"),
    generateP256().privateKey.export({ type: "pkcs8", format: "der" }).toString("hex"),
  );
  for (const mine of plan.places) {
    const config = {
      gateway: "/bed/gw",
      agents: Object.fromEntries(
        plan.places.map((place) => [
          place.name,
          agentSection(place, place === mine ? 0 : detours.linkPort(place.name)),
        ]),
      ),
      groups: { [plan.group]: { agents: plan.places.map((place) => place.name) } },
      redis,
      pair: { secret: { file: "pair.key" } },
      oslp: { platformKey: { file: "platform.pem" }, connectTimeout: "1s", responseTimeout: "2s", idleTimeout: "3s" },
      log: { level: "debug", format: "json" },
      devices: plan.members.map((member, index) => ({
        uid: member.uid,
        protocol: "oslp",
        identification: member.identification,
        version: member.version,
        publicKey: member.publicKey,
        ...(detours.devicePort === 0 ? toAddress(member) : { address: deviceName(index), port: detours.devicePort }),
        expectEvery: "30s",
      })),
      ...settings,
    };
    writeFileSync(mine.configFile, `${JSON.stringify(config, null, 1)}\n`);
  }
}

function toAddress({ address }: FleetMember): { readonly address: string; readonly port: number } {
  return { address: address.host, port: address.port };
}

function agentSection(place: AgentPlace, linkPort: number): Record<string, unknown> {
  const listener = (version: "0.6.1" | "0.5.1"): object => ({
    version,
    address: "127.0.0.1",
    port: place.oslp[version],
  });
  return {
    host: "127.0.0.1",
    link: linkPort === 0 ? place.link : linkPort,
    ops: `127.0.0.1:${place.ops}`,
    state: place.stateDir,
    oslp: { listen: [listener("0.6.1"), listener("0.5.1")] },
  };
}

function writeSecret(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
