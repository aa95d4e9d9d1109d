import type { DeviceLog } from "../oslp/device-state.ts";

/** One thing a device was told to do and did, as the device saw it. */
export interface Execution {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `light <index>:<on>:<dim> …` or `transition <time>`: tells the bed's commands apart. */
  readonly deed: string;
}

/** What one device wrote down itself. */
export interface DeviceBook {
  readonly uid: string;
  /** Texts of the events it raised, in order; each is there once. */
  readonly raised: string[];
  /** Texts of the events the platform said it has, in that order. */
  readonly acknowledged: string[];
  /**
   * Texts of events the platform refused and the device told again under a new sequence number. One without a time of its
   * own is then another event as far as anybody else can tell.
   */
  readonly retold: Set<string>;
  readonly executed: Execution[];
}

/** The books of a fleet, and when its acknowledgements came. No part of the agents has a hand in them. */
export class DeviceBooks {
  readonly #books = new Map<string, DeviceBook>();
  /** Instants (performance.now) of every acknowledgement, ascending. */
  readonly #instants: number[] = [];

  get all(): readonly DeviceBook[] {
    return [...this.#books.values()];
  }

  get acknowledged(): number {
    return this.#instants.length;
  }

  /** Events raised that are not acknowledged yet. */
  get waiting(): number {
    return this.all.reduce((sum, book) => sum + book.raised.length - book.acknowledged.length, 0);
  }

  bookOf(uid: string): DeviceBook {
    const known = this.#books.get(uid);
    if (known !== undefined) return known;
    const book: DeviceBook = { uid, raised: [], acknowledged: [], retold: new Set(), executed: [] };
    this.#books.set(uid, book);
    return book;
  }

  logOf(uid: string): DeviceLog {
    const book = this.bookOf(uid);
    return {
      acknowledged: ({ description }) => {
        book.acknowledged.push(description);
        this.#instants.push(performance.now());
      },
      executed: ({ member, body }) => {
        const deed = deedOf(member, body);
        if (deed !== undefined) book.executed.push({ at: Date.now(), deed });
      },
      note: (what) => {
        // Events are told one at a time, the oldest first.
        const told = book.raised[book.acknowledged.length];
        if (what.startsWith("the event was refused") && told !== undefined) book.retold.add(told);
      },
    };
  }

  /** Acknowledgements since an instant of `performance.now`. */
  acknowledgedSince(instant: number): number {
    return this.#instants.length - this.#firstAfter(instant);
  }

  /**
   * The longest stretch without an acknowledgement for anybody between two instants (`performance.now`): what the devices
   * together saw of a fault at `from`. `endedAt` is when the silence ended; Infinity where it did not.
   */
  longestSilence(from: number, to: number): { readonly ms: number; readonly endedAt: number } {
    let before = from;
    let longest = { ms: 0, endedAt: from };
    for (let i = this.#firstAfter(from); i < this.#instants.length; i++) {
      const at = this.#instants[i] ?? to;
      if (before >= to) break;
      if (at - before > longest.ms) longest = { ms: at - before, endedAt: at };
      before = at;
    }
    if (to - before > longest.ms) longest = { ms: to - before, endedAt: Number.POSITIVE_INFINITY };
    return longest;
  }

  #firstAfter(instant: number): number {
    let low = 0;
    let high = this.#instants.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#instants[middle] ?? 0) <= instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The deed of a request of the bed's own commands, `undefined` for any other. */
function deedOf(member: string, body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  if (member === "setTransitionRequest" && "time" in body) return `transition ${String(body.time)}`;
  if (member !== "setLightRequest" || !("values" in body) || !Array.isArray(body.values)) return undefined;
  const values: readonly { readonly index?: Uint8Array; readonly on?: boolean; readonly dimValue?: Uint8Array }[] =
    body.values;
  return lightDeed(
    values.map((one) => ({ index: one.index?.[0] ?? 0, on: one.on === true, dimValue: one.dimValue?.[0] ?? 0 })),
  );
}

export function lightDeed(
  values: readonly { readonly index: number; readonly on: boolean; readonly dimValue: number }[],
): string {
  return `light ${values.map(({ index, on, dimValue }) => `${index}:${on}:${dimValue}`).join(" ")}`;
}
