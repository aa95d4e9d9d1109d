import { conformance } from "../../../adapters/dlms/apdu/conformance.ts";
import type { Behaviour } from "../behaviour.ts";

/** An old meter: no lists, no general protection, no general block transfer. */
export function offersLittle(): Behaviour {
  return {
    name: "offers-little",
    begins: (meter) => {
      meter.conformance = conformance(
        "block-transfer-with-get-or-read",
        "block-transfer-with-set-or-write",
        "block-transfer-with-action",
        "get",
        "set",
        "selective-access",
        "action",
      );
      return {};
    },
  };
}
