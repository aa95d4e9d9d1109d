import { stampNow } from "./device-clock.ts";
import { type DeviceState, raise } from "./device-state.ts";

/** Raises an event as the device's contract version writes it: only 0.6.1 has a timestamp. */
export function tell(state: DeviceState, event: number, description: string, index?: number): void {
  raise(state, {
    event,
    ...(index === undefined ? {} : { index: Uint8Array.of(index) }),
    description: description.slice(0, DESCRIPTION_CHARACTERS),
    ...(state.identity.version === "0.6.1" ? { timestamp: stampNow(state) } : {}),
  });
}

/** What the contract reserves for it. */
const DESCRIPTION_CHARACTERS = 80;
