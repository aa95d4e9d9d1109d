import type { EventLog } from "../../adapters/dlms/config/events.ts";

/** What happens inside a meter, told to its behaviours and to who watches. */
export type Notice =
  | { readonly kind: "powered-on" }
  | { readonly kind: "powered-off" }
  | { readonly kind: "associated"; readonly client: number; readonly mechanism: number; readonly ciphered: boolean }
  | { readonly kind: "association-refused"; readonly client: number; readonly why: string }
  | { readonly kind: "released"; readonly client: number }
  /** A protected APDU whose tag verified, with its counter; `apdu` is what was inside, where the counter was taken. */
  | {
      readonly kind: "deciphered";
      readonly client: number;
      /** System title of the client, in hex. */
      readonly title: string;
      readonly counter: number;
      readonly apdu: string | undefined;
    }
  | { readonly kind: "request-refused"; readonly client: number; readonly why: string }
  | { readonly kind: "got"; readonly client: number; readonly attribute: string; readonly result: number }
  | {
      readonly kind: "set";
      readonly client: number;
      readonly attribute: string;
      readonly result: number;
      readonly value: string;
    }
  | {
      readonly kind: "invoked";
      readonly client: number;
      readonly method: string;
      readonly result: number;
      readonly parameters: string;
    }
  /** To be logged; `values` are what further columns of the log have. */
  | { readonly kind: "event"; readonly log: EventLog; readonly code: number; readonly values?: readonly number[] }
  | { readonly kind: "alarm"; readonly register: number; readonly bit: number }
  /** A bit is set in its register that was let through by its filter. */
  | { readonly kind: "alarm-raised"; readonly register: number }
  | { readonly kind: "pushed"; readonly setup: string; readonly destination: string }
  | { readonly kind: "push-failed"; readonly setup: string; readonly why: string }
  | { readonly kind: "key-replaced"; readonly key: "encryption" | "broadcast" | "authentication" | "master" }
  | { readonly kind: "image-activated"; readonly identifier: string }
  /** The M-Bus device of the channel runs it now; the version is that of the firmware's header. */
  | { readonly kind: "mbus-image-activated"; readonly channel: number; readonly version: number }
  | { readonly kind: "switched"; readonly output: boolean }
  | { readonly kind: "clock-set"; readonly byMs: number };
