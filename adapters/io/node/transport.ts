import type { Socket } from "node:net";
import type { EdgeError } from "../../kit/edge-error.ts";
import type { Transport } from "../../kit/ports.ts";
import { toTransportFault } from "./socket-fault.ts";

/** A TCP or TLS socket as a `Transport`. Reading is pulled: a chunk nobody asks for stays in the kernel. */
export class SocketTransport implements Transport {
  readonly peer: string;
  /** The address the peer reached us at: which of several simulated devices it meant. */
  readonly local: string;
  readonly #socket: Socket;
  #fault: EdgeError | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.peer = `${plain(socket.remoteAddress)}:${socket.remotePort ?? 0}`;
    this.local = plain(socket.localAddress);
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      this.#fault ??= toTransportFault(error, this.peer);
    });
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    try {
      for await (const chunk of this.#socket) {
        const bytes: Buffer = chunk;
        yield new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      }
    } catch (error) {
      // A socket that was closed under its reader has simply ended; the one who closed it knows why.
      if (isEarlyEnd(error)) return;
      throw this.#fault ?? toTransportFault(error, this.peer);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(this.#fault ?? toTransportFault(error, this.peer));
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.destroyed) return resolve();
      this.#socket.once("close", () => resolve());
      this.#socket.end(() => this.#socket.destroy());
    });
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function isEarlyEnd(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ABORT_ERR";
}

/** IPv4 addresses seen through an IPv6 socket are shown as what they are. */
function plain(address: string | undefined): string {
  return (address ?? "?").replace(/^::ffff:/, "");
}
