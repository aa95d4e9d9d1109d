import type { EdgeError } from "../../kit/edge-error.ts";
import type { Instant } from "../../kit/time.ts";

/** Everything one input caused in the layer below the association. */
export interface LinkStep {
  /** Bytes for the peer, in order. */
  readonly send: readonly Uint8Array[];
  /** Whole APDUs from the peer, in order; copies, the caller's to keep. Those before a fault are good. */
  readonly apdus: readonly Uint8Array[];
  readonly state: LinkState;
  /** Absolute; replaces the previous one. */
  readonly wakeAt: Instant | undefined;
  /** Why the link is `closed`, where it did not end in order. After it every input gives the same. */
  readonly fault: EdgeError | undefined;
}

/** `opening`: nothing may be sent yet. `open`: APDUs pass. `closing`: a good-bye is under way. `closed`: for good. */
export type LinkState = "opening" | "open" | "closing" | "closed";

/**
 * What carries APDUs between one client and one server over a stream of bytes or datagrams: the wrapper of IEC 62056-47 or
 * HDLC of IEC 62056-46. It does no I/O and knows nothing of what an APDU says. No input throws on what a peer sent; how
 * the stream was cut into chunks makes no difference (but a datagram is one chunk).
 */
export interface DlmsLink {
  /** The connection is there: SNRM where the layer has a connection of its own, nothing and `open` at once where not. */
  open(now: Instant): LinkStep;
  /** One whole APDU, at most `apduOctetsMax`. Only while `open`; segmentation and windows are the link's own affair. */
  send(apdu: Uint8Array, now: Instant): LinkStep;
  receive(chunk: Uint8Array, now: Instant): LinkStep;
  wake(now: Instant): LinkStep;
  /** DISC where there is one; then `closed` once it is answered or was waited for long enough. */
  close(now: Instant): LinkStep;
  /** The longest APDU that can be carried in either direction. */
  readonly apduOctetsMax: number;
}
