import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Config } from "../config/config.ts";
import { EdgeAgent } from "../runtime/agent.ts";
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
  const started = agent.start().then(() => stopped, refuse);
  const code = await Promise.race([started, stopped]);
  await agent.stop();
  rmSync(pidFile, { force: true });
  return code;
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
