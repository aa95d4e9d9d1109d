import { bitsText } from "../../../adapters/iec61850/mms/data.ts";
import type { Behaviour } from "../behaviour.ts";
import { ADD_CAUSE } from "../control/add-cause.ts";

/** A switch begins to move and never arrives. */
export function getsStuck(): Behaviour {
  return { name: "gets-stuck", controls: () => "stuck" };
}

/** Refuses every control: something in the plant is against it. */
export function blocksControls(): Behaviour {
  return { name: "blocks-controls", controls: () => ADD_CAUSE.blockedByProcess };
}

/** Has no synchronism: refuses where the check is asked for. */
export function lacksSynchronism(): Behaviour {
  return {
    name: "lacks-synchronism",
    controls: (_ied, _control, command) => (command.synchroCheck ? ADD_CAUSE.synchrocheck : undefined),
  };
}

/** Refuses to go where a switch is already. */
export function refusesReached(): Behaviour {
  return {
    name: "refuses-reached",
    controls: (_ied, control, command) => {
      const at = control.leaf("ST", "stVal")?.value;
      if (at?.type !== "bit-string" || command.ctlVal.type !== "boolean") return undefined;
      return bitsText(at) === (command.ctlVal.value ? "10" : "01") ? ADD_CAUSE.positionReached : undefined;
    },
  };
}
