import { createServer } from "node:net";
import { listenersOf } from "../../config/choose-agent.ts";
import type { Address } from "../../config/config.ts";
import { PROTOCOL_NAMES } from "../../config/protocols.ts";
import { ask } from "../ops-client.ts";
import { type Check, error, type Finding, ok, type Patient } from "./finding.ts";

interface Wanted extends Address {
  readonly what: string;
}

export const portsCheck: Check = {
  name: "ports",
  run: async (patient) => {
    if (await runsHere(patient)) return [ok(`agent ${patient.agent} runs and has its ports`)];
    return Promise.all(wantedBy(patient).map(judge));
  },
};

/** The ports of a running agent are taken, by itself. */
export async function runsHere({ config, agent }: Patient): Promise<boolean> {
  const ops = config.agents[agent]?.ops;
  if (ops === undefined) return false;
  const host = ops.host === "0.0.0.0" || ops.host === "::" ? "127.0.0.1" : ops.host;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${ops.port}`;
  return (await ask({ agent, url }, { path: "/health/live", alsoTake: [503] })).reached;
}

function wantedBy({ config, agent }: Patient): readonly Wanted[] {
  const settings = config.agents[agent];
  if (settings === undefined) return [];
  const paired = Object.values(config.groups).some(({ agents }) => agents.includes(agent) && agents.length > 1);
  const listeners = PROTOCOL_NAMES.flatMap((protocol) =>
    listenersOf(config, agent, protocol).map(({ host, port, version }) => ({
      host,
      port,
      what: `${protocol} ${version}`,
    })),
  );
  return [...(paired ? [{ ...settings.link, what: "pair link" }] : []), { ...settings.ops, what: "ops" }, ...listeners];
}

function judge({ host, port, what }: Wanted): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (thrown: NodeJS.ErrnoException) =>
      resolve(refused({ host, port, what }, thrown.code ?? thrown.message)),
    );
    server.listen({ host, port, exclusive: true }, () =>
      server.close(() => resolve(ok(`${what}: ${host}:${port} is free`))),
    );
  });
}

function refused({ host, port, what }: Wanted, code: string): Finding {
  if (code === "EADDRINUSE")
    return error(`${what}: ${host}:${port} is taken by another process`, `ss -ltnp 'sport = :${port}' shows which`);
  if (code === "EACCES")
    return error(
      `${what}: this user may not listen at ${host}:${port}`,
      "a port above 1023, or AmbientCapabilities=CAP_NET_BIND_SERVICE",
    );
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return error(
      `${what}: this host has no address ${host}`,
      "correct agents.<name>.host, or run this on the right host",
    );
  return error(`${what}: ${host}:${port}: ${code}`, "correct the address");
}
