import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { complainLine, say } from "./output.ts";
import { EXIT } from "./verb.ts";

interface InitFlags {
  readonly full?: boolean;
  readonly force?: boolean;
}

export function register(program: Command): void {
  program
    .command("init [file]")
    .description("write a commented configuration, its keys and one example device (default: busbar.yaml)")
    .option("--full", "with every setting and its default")
    .option("--force", "replace files that are there")
    .action(async (file: string | undefined, flags: InitFlags) => {
      process.exitCode = await init(file ?? "busbar.yaml", flags);
    });
}

async function init(file: string, flags: InitFlags): Promise<number> {
  const { initialFiles } = await import("../config/init.ts");
  const folder = dirname(resolve(file));
  const files = initialFiles(flags.full === true ? "full" : "minimal", basename(file)).map((one) => ({
    ...one,
    path: join(folder, one.name),
  }));
  const there = files.filter((one) => existsSync(one.path));
  if (there.length > 0 && flags.force !== true) {
    complainLine(`nothing was written: ${there.map((one) => one.path).join(", ")} would be replaced; --force does it`);
    return EXIT.failed;
  }
  for (const { path, text, mode } of files) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
      writeFileSync(path, text, { mode });
    } catch (thrown) {
      complainLine(`${path} cannot be written: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return EXIT.failed;
    }
    say(`wrote ${path}`);
  }
  say(`\nnext: put in the addresses, then  busbar config check ${file}  and  busbar doctor -c ${file}`);
  return EXIT.ok;
}
