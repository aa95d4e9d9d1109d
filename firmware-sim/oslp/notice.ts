import type { EventNotification } from "../../proto/oslp/gen/types.ts";
import type { Relay } from "./device-state.ts";

/** Why a device did not do what was asked of it. */
export type RequestRefusal = "unsigned" | "out-of-window" | "malformed" | "unknown";

/** Why a device switched a relay. */
export type SwitchCause = "set-light" | "schedule" | "transition" | "self-test" | "reboot";

/** Something that happened inside a device: told to its log, and to the behaviours that make an event of it. */
export type Notice =
  | { readonly kind: "registered" }
  | { readonly kind: "acknowledged"; readonly event: EventNotification }
  /** A conversation of the device without the answer it wanted. `rejected`: the platform did answer, with a refusal. */
  | { readonly kind: "unanswered"; readonly why: string; readonly rejected: boolean }
  | { readonly kind: "refused"; readonly why: RequestRefusal; readonly member: string | undefined }
  | { readonly kind: "switched"; readonly relay: Relay; readonly cause: SwitchCause }
  /** A light command that named a tariff relay. */
  | { readonly kind: "tariff-attempt"; readonly index: number }
  | { readonly kind: "rebooting" }
  /** Too many events wait for a platform; the oldest was given up. */
  | { readonly kind: "event-dropped" }
  /** The mask says that nobody wants this event. */
  | { readonly kind: "event-masked" };
