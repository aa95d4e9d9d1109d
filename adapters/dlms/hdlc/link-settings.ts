import type { DurationMs } from "../../kit/time.ts";
import type { HdlcAddress } from "./address.ts";
import { INFORMATION_OCTETS_MAX, WINDOW_MAX } from "./limits.ts";
import type { LinkParameters } from "./negotiation.ts";

export interface HdlcLinkSettings {
  readonly client: HdlcAddress;
  readonly server: HdlcAddress;
  /** What the SNRM proposes; `undefined` sends it without parameters, as some meters want it: everything has its default. */
  readonly proposal?: LinkParameters | undefined;
  /** Without an octet of an answer for so long, the link recovers: 10 s where not given. */
  readonly responseTimeoutMs?: DurationMs;
  /** Recoveries in a row without progress before the link is given up: 3 where not given. */
  readonly retriesMax?: number;
  /**
   * `poll`: asks with RR what has arrived, and repeats only what has not. `repeat`: sends the last frames again, for
   * meters that do not answer an RR they did not expect.
   */
  readonly recovery?: "poll" | "repeat";
  /** The server had nothing to say yet, or is busy: asked again after so long, 200 ms where not given. */
  readonly pollPauseMs?: DurationMs;
  /** An idle link is kept open with an RR this often; not at all where not given. Servers give up after 120 s. */
  readonly keepAliveMs?: DurationMs | undefined;
  readonly onCorruption?: "resynchronise" | "fault";
  readonly apduOctetsMax?: number;
}

/** As much as the standard allows; the server takes from it what it can. */
export const GENEROUS_PROPOSAL: LinkParameters = {
  informationTransmitMax: INFORMATION_OCTETS_MAX,
  informationReceiveMax: INFORMATION_OCTETS_MAX,
  windowTransmit: WINDOW_MAX,
  windowReceive: WINDOW_MAX,
};

export const RESPONSE_TIMEOUT_MS = 10_000;
export const RETRIES_MAX = 3;
export const POLL_PAUSE_MS = 200;
/** APDUs handed to the link and not sent yet. */
export const QUEUED_APDUS_MAX = 64;
