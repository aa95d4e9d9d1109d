import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateP256, type KeyPair, privateKeyPem } from "../../../adapters/io/node/keys.ts";
import { freePort } from "../../../adapters/io/node/private-redis.ts";
import { type FleetMember, planFleet, type FleetPlan } from "../../../firmware-sim/oslp/fleet/fleet.ts";
import type { DemoPart, PartLines } from "./part.ts";

export interface DemoFiles {
  readonly dir: string;
  readonly configFile: string;
  readonly journalFile: string;
  readonly platform: KeyPair;
  readonly plan: FleetPlan;
  readonly members: readonly FleetMember[];
  readonly agents: Readonly<
    Record<"a" | "b", { readonly oslp: number; readonly old: number; readonly ops: number; readonly state: string }>
  >;
}

/** A random key of 256 bits for the pair, as a file only we may read. */
function writeSecret(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
}

/** Writes everything a pair needs into a directory: keys, one configuration for both agents, the devices. */
export async function writeDemoFiles(options: {
  readonly dir: string;
  readonly redisUrl: string;
  readonly lights: number;
  readonly seed: string;
  /** Devices of other protocols beside the lights. */
  readonly parts?: readonly DemoPart[];
}): Promise<DemoFiles> {
  const { dir, redisUrl, lights, seed, parts = [] } = options;
  const platform = generateP256();
  writeSecret(join(dir, "platform.pem"), privateKeyPem(platform.privateKey));
  writeSecret(
    join(dir, "pair.key"),
    generateP256().privateKey.export({ type: "pkcs8", format: "der" }).toString("hex"),
  );
  const lightPorts = 8 + lights;
  const ports = await freePorts(lightPorts + parts.reduce((sum, part) => sum + part.portCount, 0));
  const [oslpA = 0, oldA = 0, linkA = 0, opsA = 0, oslpB = 0, oldB = 0, linkB = 0, opsB = 0] = ports;
  const plan: FleetPlan = { seed, count: lights, oldPercent: 25, addressing: "ports", basePort: 1 };
  const members = planFleet(plan).map((member, index) => ({
    ...member,
    address: { host: "127.0.0.1", port: ports[8 + index] ?? 0 },
  }));
  const agents = {
    a: { oslp: oslpA, old: oldA, ops: opsA, state: join(dir, "a") },
    b: { oslp: oslpB, old: oldB, ops: opsB, state: join(dir, "b") },
  };
  for (const agent of Object.values(agents)) mkdirSync(agent.state, { recursive: true });
  const configFile = join(dir, "busbar.yaml");
  const others: PartLines[] = [];
  let taken = lightPorts;
  for (const part of parts) {
    others.push(await part.prepare({ dir, seed }, ports.slice(taken, taken + part.portCount)));
    taken += part.portCount;
  }
  const agentLine = (name: "a" | "b", link: number): string => {
    const { oslp, old, ops, state } = agents[name];
    return [
      `  ${name}:`,
      "    host: 127.0.0.1",
      `    link: ${link}`,
      `    ops: 127.0.0.1:${ops}`,
      `    state: ${state}`,
      "    oslp:",
      "      listen:",
      `        - { version: "0.6.1", address: 127.0.0.1, port: ${oslp} }`,
      `        - { version: "0.5.1", address: 127.0.0.1, port: ${old} }`,
      ...others.flatMap((one) => one.agents?.[name] ?? []),
    ].join("\n");
  };
  writeFileSync(
    configFile,
    [
      "gateway: /demo/gw",
      "agents:",
      agentLine("a", linkA),
      agentLine("b", linkB),
      "groups:",
      "  main: { agents: [a, b] }",
      `redis: { url: "${redisUrl}" }`,
      "pair: { secret: { file: pair.key } }",
      "oslp: { platformKey: { file: platform.pem }, responseTimeout: 5s }",
      ...others.flatMap((one) => one.sections),
      "devices:",
      ...members.map(
        (one) =>
          `  - { uid: ${one.uid}, protocol: oslp, identification: ${one.identification}, version: "${one.version}", ` +
          `publicKey: ${one.publicKey}, address: ${one.address.host}, port: ${one.address.port}, expectEvery: 30s }`,
      ),
      ...others.flatMap((one) => one.devices),
      "",
    ].join("\n"),
  );
  return { dir, configFile, journalFile: join(dir, "core.ndjson"), platform, plan, members, agents };
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
