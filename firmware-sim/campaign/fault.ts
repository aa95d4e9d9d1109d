import type { SeededRandom } from "../../adapters/kit/random.ts";
import type { AgentProcess } from "../bed/agent-process.ts";
import type { Bed } from "../bed/bed.ts";

/** Where a fault strikes. */
export interface Ground {
  readonly bed: Bed;
  readonly random: SeededRandom;
  readonly active: AgentProcess;
  readonly standby: AgentProcess;
}

/** A fault under way. */
export interface Struck {
  /** What was done to whom, for the log. */
  readonly detail: string;
  /** How long it is left alone. */
  readonly lastsMs: number;
  /** Makes good what does not mend itself. Rejects never. */
  mend(): Promise<void>;
}

/** One kind of thing that happens in the field. */
export interface Fault {
  readonly kind: string;
  /** One line for `--help`. */
  readonly summary: string;
  /** Why it cannot be done here; `undefined` where it can. */
  readonly missing: (bed: Bed) => string | undefined;
  strike(ground: Ground): Promise<Struck>;
}

export const ALWAYS = (): undefined => undefined;

export const needsDetours = (bed: Bed): string | undefined =>
  bed.detour.north === undefined ? "there is nothing in the way of the links that could be cut" : undefined;

/** A set of servers is not reached at one port. */
export const needsOneServer = (bed: Bed): string | undefined =>
  bed.redis.port === 0 ? "Redis is more than one server" : undefined;

/** A fault that ends by itself. */
export function momentary(detail: string): Struck {
  return { detail, lastsMs: 0, mend: () => Promise.resolve() };
}
