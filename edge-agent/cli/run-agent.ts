import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Config } from "../config/config.ts";
import { readSecret } from "../config/secrets.ts";
import { type Ops, startOps } from "../ops/server.ts";
import { EdgeAgent } from "../runtime/agent.ts";
import { AgentOpsSource } from "../runtime/ops-source.ts";
import { BEAT_EVERY_MS } from "../runtime/supervisor.ts";
import { makeLog } from "./make-log.ts";
import { EXIT } from "./verb.ts";

/** Runs one agent in this process until a signal or its supervisor ends it. Resolves with the exit code. */
export async function runAgent(options: {
  readonly config: Config;
  readonly agent: string;
  readonly replaceConfig: boolean;
}): Promise<number> {
  const log = makeLog(options.config.log, options.agent);
  let agent: EdgeAgent;
  try {
    agent = new EdgeAgent({ ...options, log });
  } catch (thrown) {
    return refuse(thrown);
  }
  beat();
  const pidFile = join(options.config.agents[options.agent]?.state ?? ".", "agent.pid");
  writeFileSync(pidFile, `${process.pid}\n`);
  const stopped = new Promise<number>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(EXIT.ok));
  });
  const source = new AgentOpsSource({ agent, log });
  source.start();
  const ops = await openOps(options.config, options.agent, source, log);
  const started = agent.start().then(() => stopped, refuse);
  const code = await Promise.race([started, stopped]);
  await agent.stop();
  source.stop();
  await ops?.close();
  rmSync(pidFile, { force: true });
  return code;
}

/** A port that is taken leaves the agent without a window, not the devices without an agent. */
async function openOps(
  config: Config,
  agent: string,
  source: AgentOpsSource,
  log: ReturnType<typeof makeLog>,
): Promise<Ops | undefined> {
  const listen = config.agents[agent]?.ops;
  if (listen === undefined) return undefined;
  try {
    const token = config.ops.token === undefined ? undefined : readSecret(config.ops.token);
    const ops = await startOps({ listen, source, token, maxTaps: config.ops.maxTaps });
    log.info({ url: ops.url }, `status, metrics and the page are at ${ops.url}`);
    return ops;
  } catch (thrown) {
    const fault = toEdgeError(thrown, "config.ops.listen");
    log.error(fault.toJSON(), `the agent runs without status, metrics and page: ${fault.message}`);
    return undefined;
  }
}

/** Tells the supervisor that this loop turns. Without its supervisor an agent does not go on: two would run after a restart. */
function beat(): void {
  if (process.send === undefined) return;
  process.on("disconnect", () => process.exit(EXIT.failed));
  setInterval(() => process.send?.("beat"), BEAT_EVERY_MS);
}

function refuse(thrown: unknown): number {
  if (!(thrown instanceof EdgeError)) throw thrown;
  process.stderr.write(`busbar: ${thrown.message}\n`);
  return EXIT.failed;
}
