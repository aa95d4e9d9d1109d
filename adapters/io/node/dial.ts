import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { EdgeError } from "../../kit/edge-error.ts";
import type { DurationMs } from "../../kit/time.ts";
import { toTransportFault } from "./socket-fault.ts";
import { SocketTransport } from "./transport.ts";

export interface DialSettings {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: DurationMs;
  readonly tls?: ConnectionOptions;
  readonly signal?: AbortSignal;
}

/** Opens a TCP or TLS connection. Rejects with a `transport.*` EdgeError, after `timeoutMs` at the latest. */
export function dial(settings: DialSettings): Promise<SocketTransport> {
  const { host, port, timeoutMs, tls, signal } = settings;
  const peer = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(toTransportFault(signal.reason, peer));
    const socket: Socket =
      tls === undefined
        ? connect({ host, port, noDelay: true })
        : connectTls({ ...tls, host, port, servername: tls.servername ?? host });
    const fail = (error: unknown): void => {
      forget();
      socket.on("error", () => {});
      socket.destroy();
      reject(toTransportFault(error, peer));
    };
    const timer = setTimeout(() => fail(tooSlow(peer, timeoutMs)), timeoutMs);
    const abort = (): void => fail(signal?.reason);
    const ready = (): void => {
      forget();
      resolve(new SocketTransport(socket));
    };
    const forget = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      socket.removeListener("error", fail);
    };
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("error", fail);
    socket.once(tls === undefined ? "connect" : "secureConnect", ready);
  });
}

function tooSlow(peer: string, timeoutMs: DurationMs): EdgeError {
  return new EdgeError({
    code: "transport.timeout",
    blame: "network",
    retry: "backoff",
    message: `${peer} did not accept a connection within ${timeoutMs} ms`,
  });
}
