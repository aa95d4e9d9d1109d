import { readFileSync } from "node:fs";

/** The version of this software, from its package. */
export const VERSION: string = readVersion();

function readVersion(): string {
  // From dist/edge-agent/runtime and from the sources the package is three and two folders up.
  for (const up of ["../../../package.json", "../../package.json"]) {
    try {
      const parsed: { name?: string; version?: string } = JSON.parse(
        readFileSync(new URL(up, import.meta.url), "utf8"),
      );
      if (parsed.name === "busbar" && parsed.version !== undefined) return parsed.version;
    } catch (_notThere) {
      // The other place has it.
    }
  }
  return "unknown";
}
