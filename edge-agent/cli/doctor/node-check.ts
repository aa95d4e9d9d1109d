import { readFileSync } from "node:fs";
import { type Check, error, type Finding, ok, warning } from "./finding.ts";

const OLDEST = [20, 19] as const;
/** Descriptors besides those of devices: Redis, spool, log, ops, the pair link. */
const OTHER_DESCRIPTORS = 100;

export const nodeCheck: Check = { name: "node", run: () => [judgeNode(process.versions.node)] };

/** Even majors are supported for years, odd ones for months. */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return error(`node ${version} is too old`, `node ${OLDEST.join(".")} or newer`);
  }
  return major % 2 === 0
    ? ok(`node ${version}`)
    : warning(`node ${version} is not a long-term version`, "an even version, such as 24");
}

export const descriptorsCheck: Check = {
  name: "descriptors",
  run: ({ config }) => {
    const wanted = OTHER_DESCRIPTORS + (config.protocols.oslp?.maxConnections ?? 0);
    const limit = descriptorLimit();
    if (limit === undefined) return [ok("the limit of open files is not known on this system")];
    if (limit >= wanted) return [ok(`${limit} open files allowed, ${wanted} may be needed`)];
    return [
      warning(
        `${limit} open files allowed, ${wanted} may be needed`,
        `LimitNOFILE=${wanted} in the unit, or ulimit -n ${wanted}`,
      ),
    ];
  },
};

function descriptorLimit(): number | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch (_notLinux) {
    return undefined;
  }
}
