import type { Command } from "commander";

/** One verb of the command line: adds itself to the program. Its action imports what it needs only when it runs. */
export interface Verb {
  register(program: Command): void;
}

/** Exit codes, the same for every verb. */
export const EXIT = { ok: 0, failed: 1, usage: 2, warnings: 3, notAllowed: 4, unreachable: 5 } as const;
