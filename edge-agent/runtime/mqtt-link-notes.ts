import type { LinkState } from "../../adapters/mqtt/wire/link-settings.ts";
import type { DutyPorts } from "./duty.ts";

/** Tells people what a link does: when it comes up, and once when it goes down; attempts that fail after that are details. */
export function linkNotes(what: string, note: DutyPorts["note"]): (state: LinkState) => void {
  let told: string | undefined;
  return (state) => {
    if (state.kind === "up") {
      told = undefined;
      note("info", `${what}: connected to ${state.address} (MQTT ${state.protocolVersion === 5 ? "5" : "3.1.1"})`);
      return;
    }
    // Another reason is worth another line: refused is not the same as not there.
    note(state.fault.code === told ? "debug" : "warn", `${what}: ${state.fault.message}`);
    told = state.fault.code;
  };
}
