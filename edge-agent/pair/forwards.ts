import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { type ForwardData, PAIR_LIMITS, type PairFrame, pairFault } from "./frames.ts";
import type { PairOutcome } from "./outcomes.ts";

interface Channel {
  /** Bytes we may still send. */
  credit: number;
  /** Whether the sender was told that it must wait. */
  starved: boolean;
  /** Bytes the peer may still send. */
  owed: number;
  sentEnd: boolean;
  heardEnd: boolean;
}

/** Four bytes on the wire; a link that lived for two thousand million connections takes no more. */
const LAST_CHANNEL = 0xffff_ffff;

/**
 * The device connections carried over one link. Each direction of each has a window; whoever sends beyond it breaks the
 * link. Numbers of the lower agent name are odd, those of the other even, so that both may open without asking.
 */
export class Forwards {
  readonly #channels = new Map<number, Channel>();
  readonly #parity: number;
  #next: number;

  constructor(lower: boolean) {
    this.#parity = lower ? 1 : 0;
    this.#next = lower ? 1 : 2;
  }

  /** A frame about a channel: what the owner is told, and what is answered. */
  hear(frame: Extract<PairFrame, { readonly channel: number }>): {
    readonly outcome?: PairOutcome;
    readonly answer?: PairFrame;
  } {
    const { channel } = frame;
    switch (frame.kind) {
      case "forward-open":
        return this.#opened(channel)
          ? { outcome: frame }
          : { answer: { kind: "forward-close", channel, how: "reset" } };
      case "forward-data":
        if (!this.#received(channel, frame.bytes.length)) return {};
        return { outcome: { kind: "forward-data", channel, bytes: frame.bytes.slice() } };
      case "forward-credit":
        return this.#credited(channel, frame.bytes) ? { outcome: { kind: "forward-writable", channel } } : {};
      case "forward-close":
        return this.close(channel, "peer", frame.how) ? { outcome: frame } : {};
    }
  }

  /** A number for a connection of ours, or `undefined` where there are too many. */
  open(): number | undefined {
    if (this.#channels.size >= PAIR_LIMITS.channels || this.#next > LAST_CHANNEL) return undefined;
    const channel = this.#next;
    this.#next += 2;
    this.#add(channel);
    return channel;
  }

  /** The peer opened one. `false`: there are too many, it is to be reset. */
  #opened(channel: number): boolean {
    if (channel % 2 === this.#parity || channel === 0 || this.#channels.has(channel)) {
      throw fault("link.forward.channel", `channel ${channel} is not the peer's to open`);
    }
    if (this.#channels.size >= PAIR_LIMITS.channels) return false;
    this.#add(channel);
    return true;
  }

  /** The frames that may be sent now; what does not fit into the window is left to the caller. */
  send(channel: number, bytes: Uint8Array): { readonly frames: readonly ForwardData[]; readonly taken: number } {
    const state = this.#channels.get(channel);
    if (state === undefined || state.sentEnd) return { frames: [], taken: 0 };
    const taken = Math.min(bytes.length, state.credit);
    const frames: ForwardData[] = [];
    for (let at = 0; at < taken; at += PAIR_LIMITS.dataBytes) {
      frames.push({
        kind: "forward-data",
        channel,
        bytes: bytes.slice(at, Math.min(taken, at + PAIR_LIMITS.dataBytes)),
      });
    }
    state.credit -= taken;
    state.starved = taken < bytes.length;
    return { frames, taken };
  }

  /** The peer sent bytes. `false`: the channel is gone on our side, they are dropped. */
  #received(channel: number, bytes: number): boolean {
    const state = this.#channels.get(channel);
    if (state === undefined) return false;
    if (bytes > state.owed || state.heardEnd) {
      throw fault("link.forward.window", `${bytes} bytes on channel ${channel} where ${state.owed} are allowed`);
    }
    state.owed -= bytes;
    return true;
  }

  /** We took bytes away; the number that may be credited to the peer. */
  consumed(channel: number, bytes: number): number {
    const state = this.#channels.get(channel);
    if (state === undefined) return 0;
    const credited = Math.min(bytes, PAIR_LIMITS.channelWindow - state.owed);
    state.owed += credited;
    return credited;
  }

  /** The peer credited bytes. `true`: the sender was waiting and may go on. */
  #credited(channel: number, bytes: number): boolean {
    const state = this.#channels.get(channel);
    if (state === undefined) return false;
    if (bytes > PAIR_LIMITS.channelWindow - state.credit) {
      throw fault("link.forward.window", `${bytes} bytes credited on channel ${channel} were never sent`);
    }
    state.credit += bytes;
    const goesOn = state.starved && bytes > 0;
    if (goesOn) state.starved = false;
    return goesOn;
  }

  /** One side ended or reset it. `true` where the channel was there. */
  close(channel: number, by: "us" | "peer", how: "end" | "reset"): boolean {
    const state = this.#channels.get(channel);
    if (state === undefined) return false;
    if (by === "us") state.sentEnd = true;
    else state.heardEnd = true;
    if (how === "reset" || (state.sentEnd && state.heardEnd)) this.#channels.delete(channel);
    return true;
  }

  #add(channel: number): void {
    const { channelWindow } = PAIR_LIMITS;
    this.#channels.set(channel, {
      credit: channelWindow,
      starved: false,
      owed: channelWindow,
      sentEnd: false,
      heardEnd: false,
    });
  }
}

function fault(code: "link.forward.channel" | "link.forward.window", message: string): EdgeError {
  return new EdgeError(pairFault(code, message));
}
