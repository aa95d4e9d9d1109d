import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Config, Listener } from "./config.ts";
import { type ProtocolName, settingsOf } from "./protocols.ts";

/** Which agent this process is: by argument, by BUSBAR_AGENT, by host name (whole or up to its first dot), or the only one. */
export function chooseAgent(
  config: Pick<Config, "agents">,
  from: { readonly argument: string | undefined; readonly env: string | undefined; readonly hostName: string },
): string {
  const names = Object.keys(config.agents);
  const given = from.argument ?? (from.env === "" ? undefined : from.env);
  if (given !== undefined) {
    if (names.includes(given)) return given;
    throw unknown(`there is no agent ${given}; the configuration has ${names.join(", ")}`);
  }
  const short = from.hostName.split(".")[0] ?? from.hostName;
  const found = names.find((name) => name === from.hostName || name === short);
  if (found !== undefined) return found;
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw unknown(
    `this host is called ${from.hostName}, which is none of ${names.join(", ")}; say --agent NAME or set BUSBAR_AGENT`,
  );
}

function unknown(message: string): EdgeError {
  return new EdgeError({ code: "config.agent.unknown", blame: "operator", retry: "never", message });
}

/** The server sockets of one protocol on one agent: its own list where it has one, else the protocol's. */
export function listenersOf(
  config: Pick<Config, "agents" | "protocols">,
  agent: string,
  protocol: ProtocolName,
): readonly Listener[] {
  const section = config.protocols[protocol];
  if (section === undefined) return [];
  return config.agents[agent]?.listen[protocol] ?? settingsOf(protocol).listenersOf(section);
}

/** The agents that share a group with `agent`, without itself. */
export function peersOf(config: Pick<Config, "groups">, agent: string): readonly string[] {
  const peers = Object.values(config.groups)
    .filter((group) => group.agents.includes(agent))
    .flatMap((group) => group.agents.filter((other) => other !== agent));
  return [...new Set(peers)];
}
