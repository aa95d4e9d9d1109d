import type { Instant } from "../../adapters/kit/time.ts";
import type { LightValue } from "../../proto/oslp/gen/types.ts";
import type { DeviceState, Relay } from "./device-state.ts";
import { count } from "./meter.ts";
import type { SwitchCause } from "./notice.ts";

/** The relays a light or tariff value names: no index, or 0, are all of the kind; `undefined` where it names none of it. */
export function relaysOf(
  state: Pick<DeviceState, "relays">,
  index: number,
  kind: Relay["type"],
): readonly Relay[] | undefined {
  const named = state.relays.filter((relay) => (index === 0 ? relay.type === kind : relay.index === index));
  return named.length === 0 || named.some((relay) => relay.type !== kind) ? undefined : named;
}

/** Switches one relay, whatever it was; the meter counts and the behaviours hear of it where it is a change. */
export function switchRelay(
  state: DeviceState,
  relay: Relay,
  to: { readonly on: boolean; readonly dim: number },
  cause: SwitchCause,
  now: Instant,
): void {
  const changed = relay.on !== to.on || (to.on && relay.dim !== to.dim);
  if (state.meter !== undefined) count(state.meter, state.relays, state.wall());
  relay.on = to.on;
  if (to.on) relay.dim = to.dim;
  if (changed) state.notice({ kind: "switched", relay, cause }, now);
}

/** Applies one value; `false` where it names no relay of the kind. */
export function applyValue(
  state: DeviceState,
  value: LightValue,
  kind: Relay["type"],
  cause: SwitchCause,
  now: Instant,
): boolean {
  const index = value.index?.[0] ?? 0;
  const relays = relaysOf(state, index, kind);
  if (relays === undefined) return false;
  for (const relay of relays) switchRelay(state, relay, { on: value.on, dim: value.dimValue?.[0] ?? 100 }, cause, now);
  return true;
}
