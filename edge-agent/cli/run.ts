import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { keepHeapSmall } from "../../adapters/io/node/old-heap.ts";
import { YOUNG_HEAP } from "../../adapters/io/node/young-heap.ts";
import { EXIT } from "./verb.ts";

interface RunOptions {
  readonly config: string;
  readonly agent?: string;
  readonly supervisor: boolean;
  readonly replaceConfig?: boolean;
}

export function register(program: Command): void {
  program
    .command("run")
    .description("run an edge agent until it is told to stop")
    .requiredOption("-c, --config <file>", "configuration file")
    .option(
      "-a, --agent <name>",
      "which agent of the configuration this is (default: BUSBAR_AGENT, else the host's name)",
    )
    .option("--no-supervisor", "run the agent in this process, without the process that watches and restarts it")
    .option("--replace-config", "take over although the living holder runs another configuration")
    .action(async (options: RunOptions) => {
      process.exitCode = options.supervisor ? await supervise(options) : await run(options);
    });
}

async function supervise(options: RunOptions): Promise<number> {
  const { loadConfig } = await import("./load-config.ts");
  const { chooseAgent } = await import("../config/choose-agent.ts");
  const config = loadConfig(options.config);
  if (config === undefined) return EXIT.failed;
  const { Supervisor } = await import("../runtime/supervisor.ts");
  const { makeLog } = await import("./make-log.ts");
  const log = makeLog(config.log, "supervisor");
  const { SdNotify } = await import("../runtime/sd-notify.ts");
  const { hooksOf } = await import("../runtime/make-hooks.ts");
  const agent = chooseAgent(config, {
    argument: options.agent,
    env: process.env["BUSBAR_AGENT"],
    hostName: hostname(),
  });
  const groups = Object.keys(config.groups).filter((name) => config.groups[name]?.agents.includes(agent) === true);
  const hooks = hooksOf(config, agent, (level, text) => log[level]({}, text));
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  const args = ["run", "--no-supervisor", "--config", options.config, "--agent", agent];
  if (options.replaceConfig === true) args.push("--replace-config");
  const supervisor = new Supervisor({
    settings: config.supervisor,
    command: [process.execPath, ...YOUNG_HEAP, ...process.execArgv, main, ...args],
    note: (level, text) => log[level]({}, text),
    news: new SdNotify({ env: process.env, note: (text) => log.warn({}, text) }),
    afterDeath: () => hooks.died(groups),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => supervisor.stop());
  return supervisor.run();
}

async function run(options: RunOptions): Promise<number> {
  keepHeapSmall();
  const { loadConfig } = await import("./load-config.ts");
  const { chooseAgent } = await import("../config/choose-agent.ts");
  const config = loadConfig(options.config);
  if (config === undefined) return EXIT.failed;
  const { runAgent } = await import("./run-agent.ts");
  const agent = chooseAgent(config, {
    argument: options.agent,
    env: process.env["BUSBAR_AGENT"],
    hostName: hostname(),
  });
  const code = await runAgent({ config, agent, replaceConfig: options.replaceConfig === true });
  // Everything is closed and said; what may be left is somebody's timer, and nobody waits for it.
  process.exit(code);
}
