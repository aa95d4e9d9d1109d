import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import { type DurationMs, type Instant, later } from "../../kit/time.ts";
import { hdlcFault } from "./faults.ts";

/** How a serial line is set. */
export interface LineSettings {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: "none" | "even";
  readonly stopBits: 1;
}

/** IEC 62056-21 begins so. */
export const INITIAL_LINE: LineSettings = { baudRate: 300, dataBits: 7, parity: "even", stopBits: 1 };
/** By the baud rate character of an identification, 0 to 6. */
export const BAUD_RATES: readonly number[] = [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200];

export interface ModeESettings {
  /** Of one meter where several are on the line; empty otherwise. */
  readonly deviceAddress?: string;
  /** The fastest rate that is asked for; the meter's own where not given. */
  readonly baudRateMax?: number;
  /**
   * The meter confirms with what it was sent: at the new rate, as most do, or still at 300 Bd. `none`: it is not waited
   * for.
   */
  readonly confirmation?: "new-rate" | "initial-rate" | "none";
  readonly timeoutMs?: DurationMs;
  readonly retriesMax?: number;
}

export interface ModeEStep {
  /** The line is set so before anything of `send` is written. */
  readonly lineBefore: LineSettings | undefined;
  readonly send: readonly Uint8Array[];
  /** The line is set anew once everything of `send` has left. */
  readonly line: LineSettings | undefined;
  readonly wakeAt: Instant | undefined;
  /** HDLC may begin. */
  readonly done: { readonly identification: string; readonly baudRate: number } | undefined;
  readonly fault: EdgeError | undefined;
}

const TIMEOUT_MS = 2_000;
const RETRIES_MAX = 3;
/** Octets without a line end; an identification has at most 16 characters. */
const LINE_OCTETS_MAX = 128;
const ACK = 0x06;
const HDLC = "2";

type Phase = "idle" | "identifying" | "confirming" | "over";

/** The way into HDLC by protocol mode E of IEC 62056-21: the meter is asked who it is, and both change to binary. */
export class ModeEHandover {
  readonly #settings: ModeESettings;
  #phase: Phase = "idle";
  #text: number[] = [];
  #deadline: Instant | undefined;
  #retries = 0;
  #identification = "";
  #baudRate = 300;

  constructor(settings: ModeESettings = {}) {
    this.#settings = settings;
  }

  open(now: Instant): ModeEStep {
    if (this.#phase !== "idle") return this.#step();
    this.#phase = "identifying";
    return this.#ask(now);
  }

  /** Octets as they come; the parity bit is thrown away where the line gives it. */
  receive(chunk: Uint8Array, now: Instant): ModeEStep {
    for (const octet of chunk) {
      if (this.#phase === "over") break;
      const character = octet & 0x7f;
      if (character !== 0x0a) {
        this.#text.push(character);
        if (this.#text.length > LINE_OCTETS_MAX) this.#text.shift();
        continue;
      }
      const line = String.fromCharCode(...this.#text).replace(/\r$/, "");
      this.#text = [];
      const step = this.#phase === "confirming" ? this.#confirmed(line) : this.#identified(line, now);
      if (step !== undefined) return step;
    }
    return this.#step();
  }

  wake(now: Instant): ModeEStep {
    if (this.#deadline === undefined || now < this.#deadline) return this.#step();
    this.#retries += 1;
    if (this.#retries > (this.#settings.retriesMax ?? RETRIES_MAX)) {
      const message = `no meter answered on the line, asked ${this.#retries} times`;
      return this.#fail(hdlcFault("hdlc.mode-e.unanswered", message));
    }
    // A meter that did not confirm has fallen back: everything begins anew.
    this.#phase = "identifying";
    return this.#ask(now);
  }

  #ask(now: Instant): ModeEStep {
    this.#text = [];
    this.#deadline = later(now, this.#settings.timeoutMs ?? TIMEOUT_MS);
    return this.#step({ send: [ascii(`/?${this.#settings.deviceAddress ?? ""}!\r\n`)], lineBefore: INITIAL_LINE });
  }

  /** `/XXXZ\2identification`: three letters of the manufacturer, the baud rate, `\2` where the meter has HDLC. */
  #identified(line: string, now: Instant): ModeEStep | undefined {
    const start = line.indexOf("/");
    // What was sent comes back where the head echoes it.
    if (start < 0 || line.startsWith("/?", start)) return undefined;
    const found = /^\/[A-Za-z]{3}([0-9A-Z])(\\[0-9A-Za-z])*(.*)$/.exec(line.slice(start));
    const rate = BAUD_RATES.indexOf(BAUD_RATES[Number(found?.[1])] ?? -1);
    if (found === null || rate < 0 || !line.includes(`\\${HDLC}`)) {
      const message = `${JSON.stringify(line.slice(start, start + 40))} does not say that the meter has HDLC`;
      return this.#fail(hdlcFault("hdlc.mode-e.refused", message, { retry: "never" }));
    }
    this.#identification = line.slice(start + 1);
    const max = this.#settings.baudRateMax ?? Number.POSITIVE_INFINITY;
    const chosen = BAUD_RATES.findLastIndex((baud, at) => at <= rate && baud <= max);
    this.#baudRate = BAUD_RATES[Math.max(0, chosen)] ?? 300;
    const choice = ascii(`${HDLC}${Math.max(0, chosen)}${HDLC}\r\n`);
    const send = [Uint8Array.of(ACK, ...choice)];
    const confirmation = this.#settings.confirmation ?? "new-rate";
    if (confirmation === "none") return this.#finish(send);
    this.#phase = "confirming";
    this.#deadline = later(now, this.#settings.timeoutMs ?? TIMEOUT_MS);
    const line7 = { ...INITIAL_LINE, baudRate: this.#baudRate };
    return this.#step({ send, line: confirmation === "new-rate" ? line7 : undefined });
  }

  #confirmed(line: string): ModeEStep | undefined {
    if (!/2[0-6]2$/.test(line)) return undefined;
    const rate = BAUD_RATES[Number(line.at(-2))];
    if (rate !== undefined) this.#baudRate = rate;
    return this.#finish([]);
  }

  #finish(send: readonly Uint8Array[]): ModeEStep {
    this.#phase = "over";
    this.#deadline = undefined;
    const line: LineSettings = { baudRate: this.#baudRate, dataBits: 8, parity: "none", stopBits: 1 };
    return this.#step({ send, line, done: { identification: this.#identification, baudRate: this.#baudRate } });
  }

  #fail(fault: EdgeError): ModeEStep {
    this.#phase = "over";
    this.#deadline = undefined;
    return this.#step({ fault: toEdgeError(fault, "hdlc.mode-e.refused") });
  }

  #step(caused: Partial<ModeEStep> = {}): ModeEStep {
    return {
      lineBefore: undefined,
      send: [],
      line: undefined,
      done: undefined,
      fault: undefined,
      wakeAt: this.#deadline,
      ...caused,
    };
  }
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
