import type { Ciphers } from "../kit/ciphers.ts";
import type { DurationMs } from "../kit/time.ts";
import { MINUTE_MS, SECOND_MS } from "../kit/time.ts";
import type { FirmwareImage } from "./cosem/image-transfer.ts";

/** How we are a client. Everything has a default but the keys. */
export interface DlmsSettings {
  /** Where the keys are. */
  readonly ciphers: Ciphers;
  readonly timeouts: {
    /** For the answer to a request, block or frame. */
    readonly responseMs: DurationMs;
    /** For a connection a meter opened to push, on which nothing comes. */
    readonly idleMs: DurationMs;
    /** For the end of a push that has no length of its own: the DSMR 4 form. */
    readonly quietMs: DurationMs;
  };
  readonly limits: {
    /** The longest push APDU, octets. */
    readonly pushBytes: number;
    /** Blocks of one push in general block transfer, repeated ones included. */
    readonly pushBlocks: number;
    /** APDUs a meter may push ahead on one connection while one is being stored. */
    readonly waitingPushes: number;
    /** Actions of a bundle. */
    readonly bundle: number;
  };
  /** Invocation counters reserved at once. */
  readonly counterBlock: number;
  /** At this value of the invocation counter the operator is warned that the key must be replaced. */
  readonly counterWarning: number;
  readonly image: { readonly patienceMs: DurationMs; readonly pollEveryMs: DurationMs };
  /** Firmware by its file name; `undefined`: there is none of that name. */
  readonly images: (name: string) => FirmwareImage | undefined;
  /** Pushes without protection are believed from configured source addresses alone. */
  readonly plainPush: "allowed-sources" | "refused";
  /** Pushes in UI frames of HDLC, besides those in the wrapper. */
  readonly hdlcPushes: boolean;
  /** Whose system title it is, by the configuration; others are learnt in associations. `title` in hex. */
  readonly deviceOfTitle: (title: string) => string | undefined;
}

export const DLMS_DEFAULTS: Omit<DlmsSettings, "ciphers"> = {
  timeouts: { responseMs: 20 * SECOND_MS, idleMs: MINUTE_MS, quietMs: 500 },
  limits: { pushBytes: 65_536, pushBlocks: 4_096, waitingPushes: 16, bundle: 50 },
  counterBlock: 200,
  counterWarning: 2_000_000_000,
  image: { patienceMs: 5 * MINUTE_MS, pollEveryMs: 5 * SECOND_MS },
  images: () => undefined,
  plainPush: "allowed-sources",
  hdlcPushes: false,
  deviceOfTitle: () => undefined,
};
