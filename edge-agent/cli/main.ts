#!/usr/bin/env node
import { Command } from "commander";
import { endProcess } from "../../adapters/io/node/end-process.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { complainLine } from "./output.ts";
import { EXIT, SUMMARIES } from "./verb.ts";

interface VerbFile {
  /** The verbs it registers. */
  readonly names: readonly string[];
  load(): Promise<{ register(program: Command): void }>;
  /** For the list of all verbs it is enough to have the summaries. */
  readonly isLarge?: true;
}

/** In the order in which one meets them. */
const VERBS: readonly VerbFile[] = [
  { names: ["demo"], load: () => import("./demo-verb.ts") },
  { names: ["simulate"], load: () => import("./simulate.ts"), isLarge: true },
  { names: ["init"], load: () => import("./init.ts") },
  { names: ["config"], load: () => import("./config.ts") },
  { names: ["doctor"], load: () => import("./doctor-verb.ts") },
  { names: ["run"], load: () => import("./run.ts") },
  { names: ["status"], load: () => import("./status.ts") },
  { names: ["devices"], load: () => import("./devices.ts") },
  { names: ["tap"], load: () => import("./tap.ts") },
  { names: ["send", "result", "cancel"], load: () => import("./send.ts") },
  { names: ["probe", "decode"], load: () => import("./probe.ts"), isLarge: true },
  { names: ["mqtt"], load: () => import("./mqtt.ts") },
  { names: ["bridge"], load: () => import("./bridge.ts") },
  { names: ["handover", "pause", "resume"], load: () => import("./handover.ts") },
  { names: ["core"], load: () => import("./core.ts") },
  { names: ["version"], load: () => import("./version.ts") },
];

const program = new Command("busbar").description("the device edge of a smart grid").exitOverride();
program.showHelpAfterError("busbar --help lists the verbs").addHelpText("after", exitHelp());
// An agent that is started again must not wait for the simulators to be read: only what is asked for is loaded.
const [first, second] = process.argv.slice(2);
const word = first === "help" ? second : first;
const asked = VERBS.filter(({ names }) => names.some((name) => name === word));
for (const register of await Promise.all((asked.length > 0 ? asked : VERBS).map(toRegister))) register(program);

// `busbar devices | head` ends here: who reads has enough.
process.stdout.on("error", (thrown: NodeJS.ErrnoException) => {
  if (thrown.code !== "EPIPE") throw thrown;
  process.exit(EXIT.ok);
});

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = exitCodeOf(thrown);
}
await endProcess();

async function toRegister(file: VerbFile): Promise<(program: Command) => void> {
  if (asked.length > 0 || file.isLarge !== true) return (await file.load()).register;
  return (all) => {
    for (const name of file.names) all.command(name).description(Reflect.get(SUMMARIES, name));
  };
}

/** Commander's own errors are usage (it has printed them); ours are told in one line; anything else is a defect. */
function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof EdgeError) {
    complainLine(thrown.message);
    return EXIT.failed;
  }
  if (!(thrown instanceof Error) || !("exitCode" in thrown)) throw thrown;
  return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

function exitHelp(): string {
  return "\nExit codes: 0 done, 1 failed, 2 usage, 3 warnings under --strict, 4 not active or not allowed, 5 unreachable";
}
