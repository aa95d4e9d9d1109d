import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/**
 * Builds a library that is loaded before the system's own and answers some of its calls. `undefined` where there is no C
 * compiler, or the system has no LD_PRELOAD.
 */
export function buildPreload(dir: string, name: string, text: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  const [source, library] = [join(dir, `${name}.c`), join(dir, `${name}.so`)];
  writeFileSync(source, text);
  try {
    execFileSync("cc", ["-shared", "-fPIC", "-O2", "-o", library, source], { stdio: "ignore" });
  } catch (_noCompiler) {
    return undefined;
  }
  return library;
}

/** The environment of several such libraries together. */
export function preloaded(
  ...all: readonly (Readonly<Record<string, string>> | undefined)[]
): Readonly<Record<string, string>> {
  const libraries = all.map((env) => env?.["LD_PRELOAD"]).filter((one) => one !== undefined);
  const merged = Object.assign({}, ...all);
  return libraries.length === 0 ? merged : { ...merged, LD_PRELOAD: libraries.join(":") };
}
