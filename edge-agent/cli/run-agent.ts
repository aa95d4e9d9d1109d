import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DirectoryLock, lockDirectory } from "../../adapters/io/node/directory-lock.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Config } from "../config/config.ts";
import { readSecret } from "../config/secrets.ts";
import type { Ops } from "../ops/server.ts";
import { EdgeAgent } from "../runtime/agent.ts";
import { AgentOpsSource } from "../runtime/ops-source.ts";
import { pausing } from "../runtime/pausing.ts";
import { type AgentWord, BEAT_EVERY_MS } from "../runtime/supervisor.ts";
import { makeLog } from "./make-log.ts";
import { EXIT } from "./verb.ts";

/** Runs one agent in this process until a signal or its supervisor ends it. Resolves with the exit code. */
export async function runAgent(options: {
  readonly config: Config;
  readonly agent: string;
  readonly replaceConfig: boolean;
}): Promise<number> {
  const log = makeLog(options.config.log, options.agent);
  const state = options.config.agents[options.agent]?.state ?? ".";
  let agent: EdgeAgent;
  let lock: DirectoryLock;
  try {
    // Two processes in one spool would tear it; a former process that still dies is waited for by who starts us again.
    lock = await lockDirectory(state);
    agent = await EdgeAgent.make({ ...options, log, beforeDisk: announceDisk });
  } catch (thrown) {
    const code = refuse(thrown);
    await lastWordsSent();
    return code;
  }
  endWithSupervisor();
  const pidFile = join(state, "agent.pid");
  writeFileSync(pidFile, `${process.pid}\n`);
  const stopped = new Promise<number>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(EXIT.ok));
  });
  const source = new AgentOpsSource({ agent, log });
  source.start();
  const telling = setInterval(() => tell({ status: statusLine(source) }), STATUS_EVERY_MS);
  const running = agent.start();
  const started = running.then(() => stopped, refuse);
  // The devices first. The window opens all the same where the agent has to wait: it is there to say for what.
  await Promise.race([running.catch(() => {}), pausing(agent.timers, WINDOW_WAITS_MS)]);
  const ops = await openOps(options.config, options.agent, source, log);
  // From the first beat on silence is judged, and what is loaded above holds the loop up where there is no processor.
  beat();
  const code = await Promise.race([started, stopped]);
  await agent.stop();
  clearInterval(telling);
  source.stop();
  await ops?.close();
  rmSync(pidFile, { force: true });
  lock.release();
  await lastWordsSent();
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
    const { startOps } = await import("../ops/server.ts");
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

const STATUS_EVERY_MS = 1_000;
const WINDOW_WAITS_MS = 500;
/** Words on their way. A supervisor that does not listen (it is stopped, it has no processor) must not fill our memory. */
const WORDS_UNDER_WAY = 20;
const LAST_WORDS_MS = 500;
let underWay = 0;

/** Without its supervisor an agent does not go on: two would run after a restart. */
function endWithSupervisor(): void {
  if (process.send !== undefined) process.on("disconnect", () => process.exit(EXIT.failed));
}

/** Tells the supervisor that this loop turns. */
function beat(): void {
  if (process.send === undefined) return;
  // It beats to the very end, and does not put the end off.
  setInterval(() => {
    announced = false;
    tell("beat");
  }, BEAT_EVERY_MS).unref();
}

/** Whether the supervisor knows, since the last beat, that the disk may hold us up. */
let announced = false;

/** Said before the loop waits for the disk, once between two beats: thousands of syncs a second cost nothing more. */
function announceDisk(): void {
  if (announced) return;
  announced = true;
  tell("disk");
}

function tell(word: AgentWord): void {
  if (process.send === undefined || !process.connected || underWay >= WORDS_UNDER_WAY) return;
  underWay += 1;
  process.send(word, undefined, undefined, () => {
    underWay -= 1;
  });
}

/** Words to the supervisor go out after this tick; whoever exits must let them. */
async function lastWordsSent(): Promise<void> {
  const until = performance.now() + LAST_WORDS_MS;
  while (underWay > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** One line for the service supervisor: `active for main in epoch 7; standby for east, not ready: …`. */
function statusLine(source: AgentOpsSource): string {
  const { groups } = source.health();
  return groups
    .map(({ group, role, epoch, ready, reasons }) => {
      const what = role === "active" ? `active for ${group} in epoch ${epoch}` : `${role} for ${group}`;
      return ready ? what : `${what}, not ready: ${reasons.map((reason) => reason.code).join(" ")}`;
    })
    .join("; ");
}

function refuse(thrown: unknown): number {
  if (!(thrown instanceof EdgeError)) throw thrown;
  process.stderr.write(`busbar: ${thrown.message}\n`);
  tell({ refused: thrown.message });
  return EXIT.failed;
}
