import type { LightValue } from "../../proto/oslp/gen/types.ts";

/** Whether the effect of a command is there. */
export type Judgement = "done" | "not-done" | "unclear";

interface ReportedLight {
  readonly index: number;
  readonly on: boolean;
  readonly dim: number | undefined;
}

/**
 * Lights as a device reports them against those that were asked for. A value for all lights (index 0) needs to know which
 * relays are lights (`lights`), unless every relay is as it should be.
 */
export function compareLights(
  wanted: readonly LightValue[],
  reported: unknown,
  lights: ReadonlySet<number> | undefined,
): Judgement {
  const relays = readLights(reported);
  if (relays.length === 0) return "unclear";
  const verdicts = wanted.map((value): Judgement => {
    const index = value.index?.[0] ?? 0;
    if (index !== 0) {
      const relay = relays.find((one) => one.index === index);
      return relay === undefined ? "unclear" : compareLight(value, relay);
    }
    const all = relays.map((one) => compareLight(value, one));
    if (all.every((one) => one === "done")) return "done";
    if (lights === undefined || lights.size === 0) return "unclear";
    return together(relays.filter((one) => lights.has(one.index)).map((one) => compareLight(value, one)));
  });
  return together(verdicts);
}

/** The external indexes of the light relays in a `configuration.get`; `undefined` where it has no relay map. */
export function lightIndexes(configuration: Readonly<Record<string, unknown>>): ReadonlySet<number> | undefined {
  const relays = configuration["relayConfiguration"];
  const map: unknown = typeof relays === "object" && relays !== null ? Reflect.get(relays, "addressMap") : undefined;
  if (!Array.isArray(map)) return undefined;
  const entries: readonly unknown[] = map;
  const indexes = new Set<number>();
  for (const entry of entries) {
    if (typeof entry !== "object" || entry === null || Reflect.get(entry, "relayType") !== "LIGHT") continue;
    const index: unknown = Reflect.get(entry, "index");
    if (typeof index === "number") indexes.add(index);
  }
  return indexes;
}

/** A value that was not asked for counts as reached whatever it is; devices report any dim value for a light that is off. */
function compareLight(wanted: LightValue, { on, dim }: ReportedLight): Judgement {
  if (wanted.on !== on) return "not-done";
  const percent = wanted.dimValue?.[0];
  if (!on || percent === undefined) return "done";
  if (dim === undefined) return "unclear";
  return dim === percent ? "done" : "not-done";
}

function together(verdicts: readonly Judgement[]): Judgement {
  if (verdicts.includes("not-done")) return "not-done";
  return verdicts.length === 0 || verdicts.includes("unclear") ? "unclear" : "done";
}

function readLights(reported: unknown): ReportedLight[] {
  if (!Array.isArray(reported)) return [];
  const values: readonly unknown[] = reported;
  return values.flatMap((value): ReportedLight[] => {
    if (typeof value !== "object" || value === null) return [];
    const [index, on, dim]: unknown[] = ["index", "on", "dimValue"].map((name) => Reflect.get(value, name));
    if (typeof index !== "number" || typeof on !== "boolean") return [];
    return [{ index, on, dim: typeof dim === "number" ? dim : undefined }];
  });
}
