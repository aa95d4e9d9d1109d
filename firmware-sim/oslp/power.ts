import { type DurationMs, type Instant, later } from "../../adapters/kit/time.ts";
import type { DeviceState } from "./device-state.ts";
import { count } from "./meter.ts";

/**
 * Off, and on again after `awayMs`: what it had planned is forgotten, its relays fall off, it registers anew. Events and
 * what it was told to keep are in its flash.
 */
export function reboot(state: DeviceState, awayMs: DurationMs, now: Instant): void {
  state.notice({ kind: "rebooting" }, now);
  state.log.note("rebooting");
  state.poweredOn = false;
  state.agenda.clear();
  state.agenda.at(later(now, awayMs), () => {
    state.poweredOn = true;
    start(state);
  });
}

/** What every start does, the first one too. */
export function start(state: DeviceState): void {
  state.startups += 1;
  state.registration = "unregistered";
  if (state.meter !== undefined) count(state.meter, state.relays, state.wall());
  for (const relay of state.relays) {
    relay.on = false;
    relay.dim = 100;
    relay.adHoc = false;
  }
  if (state.schedule !== undefined) state.schedule.incoming = undefined;
  if (state.clock.kind === "unset") state.clock = { kind: "unset", since: state.wall() };
}
