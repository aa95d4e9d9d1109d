import type { Command } from "commander";
import { EXIT } from "./verb.ts";

interface CoreOptions {
  readonly redis: string;
  readonly group: readonly string[];
  readonly out?: string;
}

export function register(program: Command): void {
  program
    .command("core")
    .description(
      "run a reference core: takes every message of the groups and appends it to a file, or prints it, exactly once",
    )
    .requiredOption(
      "-r, --redis <url>",
      "redis://host:port, redis+sentinel://host:port,host:port/name or redis+cluster://host:port,host:port (rediss: TLS)",
    )
    .option("-g, --group <name...>", "groups to take from", ["main"])
    .option("-o, --out <file>", "NDJSON file to append to; several cores may share it (default: print)")
    .action(async (options: CoreOptions) => {
      process.exitCode = await core(options);
    });
}

async function core(options: CoreOptions): Promise<number> {
  const { runReferenceCore, printMessages } = await import("../../core-client/reference-core.ts");
  const { redis, group: groups, out } = options;
  const running = await (out === undefined
    ? printMessages({ redis, groups })
    : runReferenceCore({ redis, groups, out }));
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  await running.close();
  return EXIT.ok;
}
