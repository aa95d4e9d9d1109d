import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { EdgeError } from "../../kit/edge-error.ts";
import type { Transport } from "../../kit/ports.ts";
import { toTransportFault } from "./socket-fault.ts";
import { SocketReader } from "./socket-reader.ts";

/** How long a peer may take to close its half after we closed ours. */
const CLOSE_TIMEOUT_MS = 1_000;
/** Silence before the kernel asks whether the peer is still there. */
const KEEP_ALIVE_MS = 30_000;

/** A TCP or TLS socket as a `Transport`. Reading is pulled: a chunk nobody asks for stays in the kernel. */
export class SocketTransport implements Transport {
  readonly peer: string;
  readonly #socket: Socket;
  #fault: EdgeError | undefined;
  #closing: Promise<void> | undefined;

  /** @param peer what it is called, where that is known: asking the kernel costs a call for each connection */
  constructor(socket: Socket, peer: string = `${plain(socket.remoteAddress)}:${socket.remotePort ?? 0}`) {
    this.#socket = socket;
    this.peer = peer;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("error", (error) => {
      this.#fault ??= toTransportFault(error, this.peer);
    });
  }

  /** The address the peer reached us at: which of several simulated devices it meant. `?` once it is closed. */
  get local(): string {
    return plain(this.#socket.localAddress);
  }

  /** One reader at a time. Leaving the loop early leaves the socket open: closing is `close()` or `destroy()`. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    // A socket that was closed under its reader has simply ended; the one who closed it knows why.
    const faultOf = (error: unknown): EdgeError | undefined =>
      this.#fault ?? (error === undefined || error === null ? undefined : toTransportFault(error, this.peer));
    return new SocketReader(this.#socket, faultOf, () => {
      if (this.#closing !== undefined) this.#socket.resume();
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        // A write that was under way when the socket was destroyed comes back without an error, written or not.
        if ((error === undefined || error === null) && !this.#socket.destroyed) resolve();
        else reject(this.#fault ?? toTransportFault(error ?? cutOff(this.peer), this.peer));
      });
    });
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      const socket = this.#socket;
      if (socket.destroyed) return resolve();
      // A peer that reads nothing, or never closes its half, does not keep us.
      const lastWord = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
      socket.once("close", () => {
        clearTimeout(lastWord);
        resolve();
      });
      // Closing with unread bytes would send a reset, which may overtake our last answer on its way to the peer's
      // reader: what still comes in is taken and thrown away until the peer closes too.
      socket.once("end", () => socket.destroySoon());
      socket.end();
      if (socket.readableEnded) socket.destroySoon();
      else socket.resume();
    });
    return this.#closing;
  }

  /** On TCP the peer gets a reset, and what the kernel had not sent yet is never sent. */
  destroy(): void {
    if (this.#socket.destroyed) return;
    if (this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }
}

function cutOff(peer: string): EdgeError {
  const message = `${peer}: closed before everything was written`;
  return new EdgeError({ code: "transport.closed", blame: "us", retry: "backoff", message });
}

/** IPv4 addresses seen through an IPv6 socket are shown as what they are. */
function plain(address: string | undefined): string {
  return (address ?? "?").replace(/^::ffff:/, "");
}
