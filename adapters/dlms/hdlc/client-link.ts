import { Deadlines } from "../../kit/deadlines.ts";
import { EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import { invariant } from "../../kit/invariant.ts";
import { type Instant, later } from "../../kit/time.ts";
import { WRAPPER_APDU_OCTETS_MAX } from "../transport/wrapper.ts";
import type { DlmsLink, LinkState, LinkStep } from "../transport/link.ts";
import { addressText, sameStation } from "./address.ts";
import { type Control, next, type SequenceNumber } from "./control.ts";
import { hdlcFault } from "./faults.ts";
import { encodeFrame, type HdlcFrame } from "./frame.ts";
import { HdlcFramer } from "./framer.ts";
import {
  type HdlcLinkSettings,
  POLL_PAUSE_MS,
  QUEUED_APDUS_MAX,
  RESPONSE_TIMEOUT_MS,
  RETRIES_MAX,
} from "./link-settings.ts";
import { withLlc, withoutLlc } from "./llc.ts";
import { agree, decodeParameters, DEFAULT_PARAMETERS, encodeParameters, type LinkParameters } from "./negotiation.ts";
import { Reassembly, segmentsOf } from "./segments.ts";
import { type Numbered, Transmission } from "./transmission.ts";

/** Who may speak: a server only answers a frame with P and gives the turn back with F (IEC 62056-46 6.4.4). */
type Turn = "ours" | "theirs";

const EMPTY = new Uint8Array(0);

/**
 * The client side of an HDLC link in normal response mode: connection, windows, segments in both directions, recovery of
 * what was lost. It carries APDUs and does not look into them.
 */
export class HdlcClientLink implements DlmsLink {
  readonly apduOctetsMax: number;
  readonly #settings: HdlcLinkSettings;
  readonly #framer: HdlcFramer;
  readonly #deadlines = new Deadlines<"response" | "poll" | "keep-alive">();
  readonly #reassembly = new Reassembly();
  readonly #queue: Uint8Array[] = [];
  #state: LinkState = "opening";
  #fault: EdgeError | undefined;
  #turn: Turn = "ours";
  #parameters = DEFAULT_PARAMETERS;
  #transmission = new Transmission(1);
  /** N(S) of the frame that is to come next. */
  #expected: SequenceNumber = 0;
  /** A frame came out of order since the turn was given away: what is missing is asked for. */
  #missed = false;
  /** An APDU went out and none has come back: an RR is no answer to it. */
  #awaiting = false;
  #retries = 0;
  #send: Uint8Array[] = [];
  #apdus: Uint8Array[] = [];

  constructor(settings: HdlcLinkSettings) {
    this.#settings = settings;
    this.apduOctetsMax = settings.apduOctetsMax ?? WRAPPER_APDU_OCTETS_MAX;
    this.#framer = new HdlcFramer({ onCorruption: settings.onCorruption ?? "resynchronise" });
  }

  /** What the link was opened with; the defaults before that. */
  get parameters(): LinkParameters {
    return this.#parameters;
  }

  open(now: Instant): LinkStep {
    if (this.#state === "opening" && this.#turn === "ours") this.#connect(now);
    return this.#step();
  }

  send(apdu: Uint8Array, now: Instant): LinkStep {
    if (this.#state !== "open") return this.#step();
    invariant(apdu.length <= this.apduOctetsMax, "an APDU fits the link it is sent on");
    invariant(this.#queue.length < QUEUED_APDUS_MAX, "a client does not send more requests than a link holds");
    this.#queue.push(apdu);
    // A server that is busy, or has yet to answer, is asked first.
    if (this.#turn === "ours" && !this.#deadlines.has("poll")) this.#speak(now);
    return this.#step();
  }

  receive(chunk: Uint8Array, now: Instant): LinkStep {
    if (this.#state === "closed") return this.#step();
    // Octets still coming in are an answer under way, however slow the line.
    if (this.#deadlines.has("response") && chunk.length > 0) this.#await(now);
    this.#takeAll(() => this.#framer.cut(chunk), now);
    return this.#step();
  }

  wake(now: Instant): LinkStep {
    for (const due of this.#deadlines.takeDue(now)) {
      if (this.#state === "closed") break;
      if (due === "response") this.#recover(now);
      else if (this.#turn === "ours") this.#poll(now);
    }
    return this.#step();
  }

  close(now: Instant): LinkStep {
    if (this.#state === "open") {
      this.#state = "closing";
      this.#deadlines.clearAll();
      this.#retries = 0;
      this.#command({ kind: "DISC", poll: true }, EMPTY, now);
    } else if (this.#state === "opening") this.#close();
    return this.#step();
  }

  #takeAll(cut: () => ReturnType<HdlcFramer["cut"]>, now: Instant): void {
    const { frames, fault } = cut();
    try {
      for (const frame of frames) if (this.#state !== "closed") this.#take(frame, now);
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#close(thrown);
    }
    if (fault !== undefined && this.#state !== "closed") this.#close(toEdgeError(fault, "hdlc.frame.malformed"));
  }

  #take(frame: HdlcFrame, now: Instant): void {
    const { client, server } = this.#settings;
    // Optical heads echo what was sent, and others may share the line: both are not for us.
    if (!sameStation(frame.destination, client) || !sameStation(frame.source, server)) return;
    const { control } = frame;
    switch (control.kind) {
      case "UA":
        this.#acknowledged(frame, now);
        return;
      case "DM":
        this.#disconnected();
        return;
      case "FRMR": {
        const message = `${addressText(server)} rejected a frame: the link would have to be set up again`;
        this.#close(hdlcFault("hdlc.link.rejected", message));
        return;
      }
      case "UI":
        this.#apdus.push(withoutLlc(frame.information));
        return;
      case "I":
      case "RR":
      case "RNR":
      case "REJ":
        if (this.#state === "open") this.#takeNumbered(frame, control, now);
        return;
      default:
        // Commands are for servers.
        return;
    }
  }

  #takeNumbered(frame: HdlcFrame, control: Control & { readonly receiveNumber: SequenceNumber }, now: Instant): void {
    if (this.#transmission.acknowledge(control.receiveNumber) > 0) this.#retries = 0;
    if (control.kind === "I") this.#takeInformation(frame, control.sendNumber);
    if (!control.poll) {
      if (this.#turn === "theirs") this.#await(now);
      return;
    }
    this.#turn = "ours";
    this.#deadlines.clear("response");
    if (control.kind === "RNR") this.#pollLater(now);
    else this.#speak(now);
  }

  #takeInformation(frame: HdlcFrame, sendNumber: SequenceNumber): void {
    if (sendNumber !== this.#expected) {
      this.#missed = true;
      return;
    }
    this.#expected = next(this.#expected);
    this.#retries = 0;
    const whole = this.#reassembly.add({ octets: frame.information, more: frame.segmented });
    if (whole === undefined) return;
    this.#apdus.push(withoutLlc(whole));
    this.#awaiting = false;
  }

  /** The turn is ours: what was lost first, then what is missing, then what waits. */
  #speak(now: Instant): void {
    this.#deadlines.clear("poll");
    this.#deadlines.clear("keep-alive");
    if (this.#transmission.isUnacknowledged) {
      if (this.#again()) this.#transmit(this.#transmission.again(), now);
    } else if (this.#missed || this.#reassembly.held > 0) {
      const lost = this.#missed;
      this.#missed = false;
      if (!lost || this.#again()) this.#poll(now);
    } else {
      const apdu = this.#transmission.isEmpty ? this.#queue.shift() : undefined;
      if (apdu !== undefined) {
        this.#transmission.begin(segmentsOf(withLlc("command", apdu), this.#parameters.informationTransmitMax));
        this.#awaiting = true;
      }
      if (!this.#transmission.isEmpty) this.#transmit(this.#transmission.window(), now);
      else if (this.#awaiting) this.#pollLater(now);
      else this.#idle(now);
    }
  }

  #transmit(frames: readonly Numbered[], now: Instant): void {
    for (const { number, segment, isLast } of frames) {
      const control: Control = { kind: "I", sendNumber: number, receiveNumber: this.#expected, poll: isLast };
      this.#write(control, segment.octets, segment.more);
    }
    this.#await(now);
  }

  #poll(now: Instant): void {
    this.#command({ kind: "RR", receiveNumber: this.#expected, poll: true }, EMPTY, now);
  }

  #pollLater(now: Instant): void {
    this.#deadlines.set("poll", later(now, this.#settings.pollPauseMs ?? POLL_PAUSE_MS));
  }

  #idle(now: Instant): void {
    const { keepAliveMs } = this.#settings;
    if (keepAliveMs !== undefined) this.#deadlines.set("keep-alive", later(now, keepAliveMs));
  }

  #connect(now: Instant): void {
    const { proposal } = this.#settings;
    this.#command({ kind: "SNRM", poll: true }, proposal === undefined ? EMPTY : encodeParameters(proposal), now);
  }

  #acknowledged(frame: HdlcFrame, now: Instant): void {
    if (this.#state === "closing") this.#close();
    if (this.#state !== "opening") return;
    this.#parameters = agree(this.#settings.proposal ?? DEFAULT_PARAMETERS, decodeParameters(frame.information));
    this.#transmission = new Transmission(this.#parameters.windowTransmit);
    this.#state = "open";
    this.#turn = "ours";
    this.#retries = 0;
    this.#deadlines.clearAll();
    this.#idle(now);
  }

  #disconnected(): void {
    if (this.#state === "closing") {
      this.#close();
      return;
    }
    const server = addressText(this.#settings.server);
    const message =
      this.#state === "opening" ? `${server} refuses the link` : `${server} has left the link, perhaps for its silence`;
    this.#close(hdlcFault("hdlc.link.refused", message));
  }

  #recover(now: Instant): void {
    // A length field damaged on the line would wait for octets that are not coming.
    this.#takeAll(() => this.#framer.giveUpHeld(), now);
    if (this.#state === "closed" || (this.#turn === "ours" && this.#state === "open")) return;
    if (!this.#again()) return;
    if (this.#state === "opening") this.#connect(now);
    else if (this.#state === "closing") this.#command({ kind: "DISC", poll: true }, EMPTY, now);
    else if (this.#settings.recovery === "repeat" && this.#transmission.isUnacknowledged) {
      this.#transmit(this.#transmission.again(), now);
    } else this.#poll(now);
  }

  /** Counts a try without progress; `false` after too many, when the link is closed. */
  #again(): boolean {
    this.#retries += 1;
    const max = this.#settings.retriesMax ?? RETRIES_MAX;
    if (this.#retries <= max) return true;
    if (this.#state === "closing") this.#close();
    else {
      const message = `${addressText(this.#settings.server)} did not answer on HDLC, asked ${max + 1} times`;
      this.#close(hdlcFault("hdlc.link.unanswered", message, { blame: "network" }));
    }
    return false;
  }

  #command(control: Control, information: Uint8Array, now: Instant): void {
    this.#write(control, information, false);
    this.#await(now);
  }

  #write(control: Control, information: Uint8Array, segmented: boolean): void {
    const { client: source, server: destination } = this.#settings;
    this.#send.push(encodeFrame({ destination, source, control, segmented, information }));
  }

  #await(now: Instant): void {
    this.#turn = "theirs";
    this.#deadlines.set("response", later(now, this.#settings.responseTimeoutMs ?? RESPONSE_TIMEOUT_MS));
  }

  #close(fault?: EdgeError): void {
    this.#state = "closed";
    this.#fault = fault;
    this.#deadlines.clearAll();
    this.#reassembly.clear();
    this.#queue.length = 0;
  }

  #step(): LinkStep {
    const [send, apdus] = [this.#send, this.#apdus];
    this.#send = [];
    this.#apdus = [];
    return { send, apdus, state: this.#state, wakeAt: this.#deadlines.earliest(), fault: this.#fault };
  }
}
