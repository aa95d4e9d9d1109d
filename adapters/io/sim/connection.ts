import { concat } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { Fifo } from "../../kit/fifo.ts";
import type { Transport } from "../../kit/ports.ts";
import type { SeededRandom } from "../../kit/random.ts";
import type { SimHost } from "./host.ts";

export type Packet =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  | { readonly kind: "fin" }
  | { readonly kind: "reset" };

/** What one end gives to the wire. */
export interface Wire {
  send(packet: Packet): void;
}

export interface SimTransportSettings {
  readonly host: SimHost;
  readonly peer: string;
  readonly local: string;
  /** Written and not yet read by the peer, before `write` has to wait. */
  readonly windowBytes: number;
  /** Cuts and joins chunks where it is given. */
  readonly resplit: SeededRandom | undefined;
  /** Both halves are closed: nothing comes of this end any more. */
  readonly onGone: () => void;
}

type Reading = {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void;
  readonly reject: (fault: EdgeError) => void;
};

const WRITTEN = Promise.resolve();
const DONE: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** One end of a simulated TCP connection, kernel buffers included: they take bytes while the process is frozen. */
export class SimTransport implements Transport {
  readonly peer: string;
  readonly local: string;
  readonly #settings: SimTransportSettings;
  readonly #life: number;
  readonly #forgetKill: () => void;
  readonly #inbox = new Fifo<Uint8Array>();
  readonly #blocked = new Fifo<{ readonly resolve: () => void; readonly reject: (fault: EdgeError) => void }>();
  #wire: Wire | undefined;
  #other: SimTransport | undefined;
  #outstanding = 0;
  #reading: Reading | undefined;
  #ours: "open" | "closed" | "destroyed" = "open";
  #theirs: "open" | "closed" = "open";
  #fault: EdgeError | undefined;

  constructor(settings: SimTransportSettings) {
    this.#settings = settings;
    this.peer = settings.peer;
    this.local = settings.local;
    this.#life = settings.host.life;
    this.#forgetKill = settings.host.onKill(() => this.destroy());
  }

  /** Ties the two ends together; nothing works before. */
  attach(wire: Wire, other: SimTransport): void {
    this.#wire = wire;
    this.#other = other;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return { next: () => this.#next(), return: () => Promise.resolve(DONE) };
  }

  write(bytes: Uint8Array): Promise<void> {
    const fault = this.#fault ?? (this.#ours === "open" ? undefined : closedFault(this.peer));
    if (fault !== undefined) return Promise.reject(fault);
    if (bytes.length === 0) return WRITTEN;
    this.#outstanding += bytes.length;
    // The writer may use its buffer again as soon as we return.
    this.#wire?.send({ kind: "data", bytes: bytes.slice() });
    if (this.#outstanding <= this.#settings.windowBytes) return WRITTEN;
    return new Promise((resolve, reject) => this.#blocked.push({ resolve, reject }));
  }

  close(): Promise<void> {
    this.#leave("closed", { kind: "fin" });
    return WRITTEN;
  }

  destroy(): void {
    // As the kernel does: bytes nobody read turn the close into a reset.
    this.#leave("destroyed", this.#inbox.length > 0 ? { kind: "reset" } : { kind: "fin" });
  }

  /** The wire brings something. */
  arrive(packet: Packet): void {
    if (this.#fault !== undefined) {
      // The kernel has forgotten this connection, and says so.
      if (packet.kind === "data") this.#wire?.send({ kind: "reset" });
      return;
    }
    if (packet.kind === "reset") this.fail(resetFault(this.peer));
    else if (packet.kind === "fin") this.#peerClosed();
    else this.#accept(packet.bytes);
  }

  /** The connection is dead for this end, whatever the other one knows of it. */
  fail(fault: EdgeError): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    while (this.#inbox.shift() !== undefined);
    this.#wakeReader();
    this.#releaseWriters();
    this.#gone();
  }

  #accept(bytes: Uint8Array): void {
    if (this.#ours === "open") {
      for (const piece of this.#pieces(bytes)) this.#inbox.push(piece);
      this.#wakeReader();
      return;
    }
    if (this.#ours === "destroyed") this.#wire?.send({ kind: "reset" });
    this.#other?.acknowledge(bytes.length);
  }

  #peerClosed(): void {
    this.#theirs = "closed";
    this.#wakeReader();
    if (this.#ours !== "open") this.#gone();
  }

  /** The peer has read that much of what we wrote. */
  acknowledge(bytes: number): void {
    this.#outstanding -= bytes;
    if (this.#outstanding <= this.#settings.windowBytes) this.#releaseWriters();
  }

  #leave(how: "closed" | "destroyed", farewell: Packet): void {
    if (this.#ours === "destroyed" || (this.#ours === "closed" && how === "closed")) return;
    const wasOpen = this.#ours === "open";
    this.#ours = how;
    let unread = 0;
    for (let chunk = this.#inbox.shift(); chunk !== undefined; chunk = this.#inbox.shift()) unread += chunk.length;
    if (unread > 0) this.#other?.acknowledge(unread);
    if (wasOpen && this.#fault === undefined) this.#wire?.send(farewell);
    this.#wakeReader();
    this.#releaseWriters();
    if (this.#theirs === "closed" || how === "destroyed") this.#gone();
  }

  #gone(): void {
    this.#forgetKill();
    this.#settings.onGone();
  }

  #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    return new Promise((resolve, reject) => {
      this.#reading = { resolve, reject };
      this.#answerReader();
    });
  }

  /** What changes a process passes its host, which may hold it back. */
  #wakeReader(): void {
    if (this.#reading !== undefined) this.#settings.host.deliver(this.#life, () => this.#answerReader());
  }

  #answerReader(): void {
    const reading = this.#reading;
    if (reading === undefined) return;
    const chunk = this.#ours === "open" ? this.#take() : undefined;
    if (chunk !== undefined) {
      this.#reading = undefined;
      reading.resolve({ done: false, value: chunk });
    } else if (this.#ours !== "open" || (this.#fault === undefined && this.#theirs === "closed")) {
      this.#reading = undefined;
      reading.resolve(DONE);
    } else if (this.#fault !== undefined) {
      this.#reading = undefined;
      reading.reject(this.#fault);
    }
  }

  #take(): Uint8Array | undefined {
    const first = this.#inbox.shift();
    if (first === undefined) return undefined;
    const { resplit } = this.#settings;
    const chunk =
      this.#inbox.length > 0 && resplit?.chance({ times: 1, of: 2 }) === true
        ? concat([first, ...this.#takeAll()])
        : first;
    this.#other?.acknowledge(chunk.length);
    return chunk;
  }

  #takeAll(): Uint8Array[] {
    const all: Uint8Array[] = [];
    for (let one = this.#inbox.shift(); one !== undefined; one = this.#inbox.shift()) all.push(one);
    return all;
  }

  #pieces(bytes: Uint8Array): Uint8Array[] {
    const { resplit } = this.#settings;
    if (resplit === undefined || bytes.length < 2 || resplit.chance({ times: 1, of: 2 })) return [bytes];
    const at = resplit.between(1, bytes.length - 1);
    return [bytes.subarray(0, at), bytes.subarray(at)];
  }

  #releaseWriters(): void {
    const ending = this.#fault ?? (this.#ours === "open" ? undefined : closedFault(this.peer));
    while (this.#blocked.length > 0 && (ending !== undefined || this.#outstanding <= this.#settings.windowBytes)) {
      const writer = this.#blocked.shift();
      this.#settings.host.deliver(this.#life, () =>
        ending === undefined ? writer?.resolve() : writer?.reject(ending),
      );
    }
  }
}

function closedFault(peer: string): EdgeError {
  return new EdgeError({
    code: "transport.closed",
    blame: "us",
    retry: "backoff",
    message: `${peer}: the connection is closed`,
  });
}

function resetFault(peer: string): EdgeError {
  const message = `${peer}: the peer reset the connection`;
  return new EdgeError({ code: "transport.reset", blame: "network", retry: "backoff", message, native: "ECONNRESET" });
}
