import { ByteWriter } from "../../../adapters/kit/byte-writer.ts";
import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import { type HdlcAddress, isAllStation } from "../../../adapters/dlms/hdlc/address.ts";
import { type Control, controlOctet } from "../../../adapters/dlms/hdlc/control.ts";
import type { HdlcFrame } from "../../../adapters/dlms/hdlc/frame.ts";
import { withLlc, withoutLlc } from "../../../adapters/dlms/hdlc/llc.ts";
import {
  agree,
  decodeParameters,
  DEFAULT_PARAMETERS,
  encodeParameters,
  type LinkParameters,
} from "../../../adapters/dlms/hdlc/negotiation.ts";
import { Reassembly, segmentsOf } from "../../../adapters/dlms/hdlc/segments.ts";
import { Outbox } from "./outbox.ts";

export interface ServerLinkSettings {
  /** What the meter can; the link gets what the client can too. */
  readonly offer: LinkParameters;
  /** Silence after which the link is over (class 23 attribute 8): 120 s in the field. */
  readonly inactivityMs: DurationMs;
}

/** What one frame, or the passing of time, caused. */
export interface ServerLinkStep {
  readonly frames: readonly HdlcFrame[];
  /** Whole APDUs of the client. */
  readonly apdus: readonly Uint8Array[];
  /** The link came up or went down: associations over it go with it. */
  readonly change: "connected" | "disconnected" | undefined;
}

const EMPTY = new Uint8Array(0);

/**
 * The meter's end of one HDLC link: a secondary station in normal response mode (IEC 62056-46 6.4.4). It speaks when it is
 * polled; after a poll it keeps the turn until `send` or `pass` is called, or the client polls again.
 */
export class HdlcServerLink {
  readonly #client: HdlcAddress;
  readonly #settings: ServerLinkSettings;
  /** Answers carry the address as the client wrote it. */
  #own: HdlcAddress;
  #connected = false;
  #parameters: LinkParameters = DEFAULT_PARAMETERS;
  #outbox = new Outbox(1);
  #expected = 0;
  #reassembly = new Reassembly();
  #isPolled = false;
  #silentSince: Instant | undefined;
  #frames: HdlcFrame[] = [];
  #apdus: Uint8Array[] = [];
  #change: ServerLinkStep["change"];

  constructor(client: HdlcAddress, own: HdlcAddress, settings: ServerLinkSettings) {
    this.#client = client;
    this.#own = own;
    this.#settings = settings;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  get parameters(): LinkParameters {
    return this.#parameters;
  }

  /** When the link is over if nothing comes. */
  get wakeAt(): Instant | undefined {
    if (!this.#connected || this.#silentSince === undefined) return undefined;
    return later(this.#silentSince, this.#settings.inactivityMs);
  }

  take(frame: HdlcFrame, now: Instant): ServerLinkStep {
    this.#own = frame.destination;
    this.#silentSince = now;
    const { control } = frame;
    if (isAllStation(frame.destination)) {
      // Heard and never answered.
      if (control.kind === "UI") this.#apdus.push(withoutLlc(frame.information));
      return this.#step();
    }
    switch (control.kind) {
      case "SNRM":
        this.#connect(frame.information);
        break;
      case "DISC":
        this.#reply({ kind: this.#connected ? "UA" : "DM", poll: true });
        if (this.#connected) this.#disconnect();
        break;
      case "UI":
        this.#apdus.push(withoutLlc(frame.information));
        break;
      case "I":
      case "RR":
      case "RNR":
      case "REJ":
        if (this.#connected) this.#numbered(frame, control);
        else if (control.poll) this.#reply({ kind: "DM", poll: true });
        break;
      default:
        // Responses are for clients.
        break;
    }
    return this.#step();
  }

  /** One APDU of the meter: at once where the client has polled, with its next poll where not. */
  send(apdu: Uint8Array): ServerLinkStep {
    if (this.#connected) {
      this.#outbox.put(segmentsOf(withLlc("response", apdu), this.#parameters.informationTransmitMax));
      if (this.#isPolled) this.#speak();
    }
    return this.#step();
  }

  /** Nothing to say to what was polled for: the turn goes back. */
  pass(): ServerLinkStep {
    if (this.#isPolled) this.#speak();
    return this.#step();
  }

  /** An APDU nobody asked for, in a UI frame. */
  push(apdu: Uint8Array): ServerLinkStep {
    this.#put({ kind: "UI", poll: false }, withLlc("response", apdu), false);
    return this.#step();
  }

  /** Busy: the turn goes back and nothing is taken. */
  holdOff(): ServerLinkStep {
    if (this.#isPolled) {
      this.#isPolled = false;
      this.#reply({ kind: "RNR", receiveNumber: this.#expected, poll: true });
    }
    return this.#step();
  }

  wake(now: Instant): ServerLinkStep {
    const { wakeAt } = this;
    if (wakeAt !== undefined && now >= wakeAt) this.#disconnect();
    return this.#step();
  }

  #connect(information: Uint8Array): void {
    if (this.#connected) this.#disconnect();
    this.#parameters = agree(this.#settings.offer, decodeParameters(information));
    this.#outbox = new Outbox(this.#parameters.windowTransmit);
    this.#reassembly = new Reassembly();
    this.#expected = 0;
    this.#isPolled = false;
    this.#connected = true;
    this.#change = "connected";
    this.#put({ kind: "UA", poll: true }, encodeParameters(this.#parameters), false);
  }

  #disconnect(): void {
    this.#connected = false;
    this.#isPolled = false;
    this.#change = "disconnected";
  }

  #numbered(frame: HdlcFrame, control: Control & { readonly receiveNumber: number }): void {
    if (frame.information.length > this.#parameters.informationReceiveMax) {
      this.#reject(control);
      return;
    }
    if (!this.#outbox.confirm(control.receiveNumber)) {
      this.#reject(control);
      return;
    }
    const apdus = this.#apdus.length;
    let complete = false;
    if (control.kind === "I" && control.sendNumber === this.#expected) {
      this.#expected = (this.#expected + 1) % 8;
      const whole = this.#reassembly.add({ octets: frame.information, more: frame.segmented });
      if (whole !== undefined) {
        this.#apdus.push(withoutLlc(whole));
        complete = this.#apdus.length > apdus;
      }
    }
    if (!control.poll) return;
    this.#isPolled = true;
    if (control.kind === "RNR") {
      this.#isPolled = false;
      this.#reply({ kind: "RR", receiveNumber: this.#expected, poll: true });
      return;
    }
    // What was lost on the way to the client goes first. A whole APDU is answered by the meter, all else here.
    if (complete && this.#outbox.isEmpty) return;
    this.#outbox.rewind();
    this.#speak();
  }

  /** Uses the turn: a window of what waits, or an RR. */
  #speak(): void {
    this.#isPolled = false;
    const window = this.#outbox.take();
    for (const [at, { number, segment }] of window.entries()) {
      const poll = at === window.length - 1;
      const control: Control = { kind: "I", sendNumber: number, receiveNumber: this.#expected, poll };
      this.#put(control, segment.octets, segment.more);
    }
    if (window.length === 0) this.#reply({ kind: "RR", receiveNumber: this.#expected, poll: true });
  }

  /** FRMR with the control field that was refused, the numbers of this side and why (ISO/IEC 13239). */
  #reject(control: Control): void {
    const why = new ByteWriter()
      .u8(controlOctet(control))
      .u8((this.#expected << 5) | (this.#outbox.next << 1))
      .u8(control.kind === "I" ? 0x04 : 0x08)
      .finish();
    this.#put({ kind: "FRMR", poll: true }, why, false);
  }

  #reply(control: Control): void {
    this.#put(control, EMPTY, false);
  }

  #put(control: Control, information: Uint8Array, segmented: boolean): void {
    this.#frames.push({ destination: this.#client, source: this.#own, control, segmented, information });
  }

  #step(): ServerLinkStep {
    const step = { frames: this.#frames, apdus: this.#apdus, change: this.#change };
    this.#frames = [];
    this.#apdus = [];
    this.#change = undefined;
    return step;
  }
}
