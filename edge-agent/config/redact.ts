import type { Config } from "./config.ts";

/** What stands where the file's folder was: paths tell more about a host than a status needs. */
const HIDDEN = "…";

/**
 * The configuration as status and support bundles may show it: whether a secret comes from a file or the environment, not
 * from which; which user, devices by number, not by key. (The configuration itself never holds a secret.)
 */
export function redact(config: Config): Readonly<Record<string, unknown>> {
  const { devices, ...rest } = config;
  const counts: Record<string, number> = {};
  for (const device of devices) counts[device.protocol] = (counts[device.protocol] ?? 0) + 1;
  const shown = hide(rest);
  return { ...(typeof shown === "object" ? shown : {}), devices: counts };
}

function hide(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hide);
  if (typeof value !== "object" || value === null) return value;
  if ("kind" in value && value.kind === "file") return { file: HIDDEN };
  if ("kind" in value && value.kind === "env") return { env: HIDDEN };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "username" && inner !== undefined ? HIDDEN : hide(inner),
    ]),
  );
}
