import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { type Check, error, type Finding, ok, skipped } from "./finding.ts";

export const hooksCheck: Check = {
  name: "hooks",
  run: ({ config }) => {
    const hooks = Object.entries(config.hooks).flatMap(([name, hook]) =>
      hook === undefined ? [] : [{ name, program: hook.command[0] ?? "" }],
    );
    if (hooks.length === 0) return [skipped("none configured")];
    return hooks.map(({ name, program }): Finding => {
      const found = candidates(program).find(runs);
      return found === undefined
        ? error(`${name}: ${program} cannot be run`, "install it, or chmod +x")
        : ok(`${name}: ${found}`);
    });
  },
};

function candidates(program: string): readonly string[] {
  if (isAbsolute(program)) return [program];
  return (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, program));
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (_notRunnable) {
    return false;
  }
}
