import { dial } from "../../../adapters/io/node/dial.ts";
import { peersOf } from "../../config/choose-agent.ts";
import { configHash } from "../../config/hash.ts";
import type { AgentStatus } from "../../model/agent-status.ts";
import { ask, opsAgents } from "../ops-client.ts";
import { type Check, error, type Finding, ok, type Patient, skipped, textOf, warning } from "./finding.ts";

const DIAL_MS = 2_000;

export const peerCheck: Check = {
  name: "peer",
  run: async (patient) => {
    const peers = peersOf(patient.config, patient.agent);
    if (peers.length === 0) return [skipped("no other agent shares a group with this one")];
    return (await Promise.all(peers.map((peer) => judge(patient, peer)))).flat();
  },
};

async function judge(patient: Patient, peer: string): Promise<readonly Finding[]> {
  return [await reach(patient, peer), ...(await compare(patient, peer))];
}

async function reach({ config }: Patient, peer: string): Promise<Finding> {
  const { host, port } = config.agents[peer]?.link ?? { host: "", port: 0 };
  const began = performance.now();
  try {
    const transport = await dial({ host, port, timeoutMs: DIAL_MS });
    transport.destroy();
    return ok(`agent ${peer} answers at ${host}:${port} after ${(performance.now() - began).toFixed(1)} ms`);
  } catch (thrown) {
    return warning(`agent ${peer}: ${textOf(thrown)}`, `start it, and let port ${port} through the firewall from here`);
  }
}

async function compare({ config }: Patient, peer: string): Promise<readonly Finding[]> {
  const at = opsAgents(config).find((one) => one.agent === peer);
  if (at === undefined) return [];
  const answer = await ask<AgentStatus>(at, { path: "/status" });
  if (!answer.reached)
    return [
      skipped(
        `agent ${peer} cannot be asked from here (${answer.reason}); its standby says when the configurations differ`,
      ),
    ];
  const equal = answer.body.configHash === configHash(config);
  return [
    equal
      ? ok(`agent ${peer} runs the same configuration`)
      : error(
          `agent ${peer} runs another configuration`,
          "copy one file to both hosts, then restart the standby first",
        ),
  ];
}
