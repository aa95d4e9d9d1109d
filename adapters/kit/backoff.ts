import type { Random } from "./ports.ts";
import type { DurationMs } from "./time.ts";

export interface BackoffSettings {
  readonly firstMs: DurationMs;
  readonly maxMs: DurationMs;
  /** Growth per attempt. */
  readonly factor: number;
  /** 0 … 1: the part of the pause that is thrown, so that a thousand devices do not return in the same millisecond. */
  readonly jitter: number;
}

/** The pause before attempt `attempt` (1 = the first repeat), never above `maxMs`. */
export function pauseBefore(attempt: number, settings: BackoffSettings, random: Random): DurationMs {
  // Growth is capped before it is used: zero times infinity is no pause at all.
  const growth = Math.min(Number.MAX_SAFE_INTEGER, settings.factor ** Math.max(0, attempt - 1));
  const grown = Math.min(settings.maxMs, settings.firstMs * growth);
  const thrown = (random.u32() / 0x1_0000_0000) * settings.jitter;
  return grown * (1 - settings.jitter) + grown * thrown;
}
