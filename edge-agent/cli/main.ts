#!/usr/bin/env node
import { Command } from "commander";
import { endProcess } from "../../adapters/io/node/end-process.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { register as bridge } from "./bridge.ts";
import { register as config } from "./config.ts";
import { register as core } from "./core.ts";
import { register as demo } from "./demo-verb.ts";
import { register as devices } from "./devices.ts";
import { register as doctor } from "./doctor-verb.ts";
import { register as handover } from "./handover.ts";
import { register as init } from "./init.ts";
import { register as mqtt } from "./mqtt.ts";
import { complainLine } from "./output.ts";
import { register as probe } from "./probe.ts";
import { register as run } from "./run.ts";
import { register as send } from "./send.ts";
import { register as simulate } from "./simulate.ts";
import { register as status } from "./status.ts";
import { register as tap } from "./tap.ts";
import { EXIT } from "./verb.ts";
import { register as version } from "./version.ts";

/** In the order in which one meets them. */
const VERBS = [
  demo,
  simulate,
  init,
  config,
  doctor,
  run,
  status,
  devices,
  tap,
  send,
  probe,
  mqtt,
  bridge,
  handover,
  core,
  version,
];

const program = new Command("busbar").description("the device edge of a smart grid").exitOverride();
program.showHelpAfterError("busbar --help lists the verbs").addHelpText("after", exitHelp());
for (const register of VERBS) register(program);

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
