import type { EdgeError } from "../../kit/edge-error.ts";
import type { DataNotification, EventNotification } from "../apdu/notification.ts";
import type { InformationReport } from "../apdu/short-name.ts";
import type { Protection } from "../security/control.ts";
import type { AssociationFacts } from "./handshake.ts";

/** What an association has to say besides bytes. */
export type AssociationOutcome =
  /** Both sides have proved what they had to: procedures may run. */
  | { readonly kind: "associated"; readonly facts: AssociationFacts }
  /** The procedure came to its end, with what it returned. */
  | { readonly kind: "completed"; readonly result: unknown }
  /** The procedure ended with a fault it did not settle itself. The association goes on unless the step ended it. */
  | { readonly kind: "failed"; readonly fault: EdgeError }
  /**
   * Nothing more can be protected before invocation counters are reserved and durable; then call `countersReserved`. Time
   * does not run meanwhile.
   */
  | { readonly kind: "counters-wanted" }
  /** Unasked from the server. */
  | {
      readonly kind: "notified";
      readonly notification: DataNotification | EventNotification | InformationReport;
      readonly protection: Protection;
    }
  /** Something was not as it should be and was passed over: octets left out, an APDU dropped. */
  | { readonly kind: "remark"; readonly fault: EdgeError };
