import { DAY_MS, fromCivil, toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import type { DeviceState } from "./device-state.ts";

/** A device's own clock: told by the platform at every registration, or never set. */
export type DeviceClock =
  /** What is added to the host's clock, ms. */
  | { readonly kind: "set"; readonly offsetMs: number }
  /** Counts from its start on, and says so with a date that does not exist. */
  | { readonly kind: "unset"; readonly since: WallMs };

/** What the device takes the time to be; `undefined` while it does not know. */
export function deviceTime(state: Pick<DeviceState, "clock" | "wall">): WallMs | undefined {
  return state.clock.kind === "set" ? toWall(state.wall() + state.clock.offsetMs) : undefined;
}

/**
 * The time of an event as the device writes it. Firmware without a clock writes the year 2000, month 00, day 00 and the
 * time since it was started.
 */
export function stampNow(state: Pick<DeviceState, "clock" | "wall">): string {
  const { clock } = state;
  if (clock.kind === "set") return stampAt(toWall(state.wall() + clock.offsetMs));
  const running = toWall((state.wall() - clock.since) % DAY_MS);
  return `20000000${stampAt(running).slice(8)}`;
}

/**
 * Sets the clock from `currentTime` of a RegisterDeviceResponse. A difference below the resolution of that field is none;
 * a text of another length than the contract's is left alone (two platforms send milliseconds).
 */
export function synchronize(state: DeviceState, currentTime: string): void {
  if (state.clock.kind === "unset" || state.speed !== 1) return;
  const told = readStamp(currentTime);
  if (told === undefined) return;
  const difference = told - state.wall();
  state.clock = { kind: "set", offsetMs: Math.abs(difference) < RESOLUTION_MS ? 0 : difference };
}

/** `yyyyMMddHHmmss` in UTC. */
export function stampAt(at: WallMs): string {
  return toRfc3339(at).slice(0, 19).replace(/[-:T]/g, "");
}

const RESOLUTION_MS = 2_000;

/** `yyyyMMddHHmmss` in UTC; written apart from the platform's reader on purpose. */
export function readStamp(text: string): WallMs | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  return fromCivil({ year, month, day, hour, minute, second, millisecond: 0 });
}
