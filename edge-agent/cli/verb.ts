import type { Command } from "commander";

/** One verb of the command line: adds itself to the program. Its action imports what it needs only when it runs. */
export interface Verb {
  register(program: Command): void;
}

/** Exit codes, the same for every verb. */
export const EXIT = { ok: 0, failed: 1, usage: 2, warnings: 3, notAllowed: 4, unreachable: 5 } as const;

/** Of verbs whose own files are large: the list of all verbs is there before they are read. */
export const SUMMARIES = {
  simulate: "simulated devices alone, against any platform",
  probe: "one conversation with a device or a platform, without an agent",
  decode: "bytes of a capture, explained layer by layer",
} as const;
