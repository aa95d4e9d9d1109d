import { connect, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { EdgeError } from "../../kit/edge-error.ts";
import type { DurationMs } from "../../kit/time.ts";
import { toTransportFault } from "./socket-fault.ts";
import { SocketTransport } from "./transport.ts";

export interface DialSettings {
  readonly host: string;
  readonly port: number;
  /** For the whole of it: name, connection, TLS handshake. */
  readonly timeoutMs: DurationMs;
  readonly tls?: ConnectionOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens a TCP or TLS connection. Rejects with a `transport.*` EdgeError, after `timeoutMs` at the latest. */
export function dial(settings: DialSettings): Promise<SocketTransport> {
  const { host, port, timeoutMs, tls, signal } = settings;
  const peer = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(givenUp(peer, signal.reason));
    const socket: Socket =
      tls === undefined
        ? connect({ host, port, noDelay: true })
        : connectTls({ ...tls, host, port, servername: tls.servername ?? (isIP(host) === 0 ? host : "") });
    const fail = (error: unknown): void => {
      forget();
      socket.on("error", () => {});
      socket.destroy();
      reject(toTransportFault(error, peer));
    };
    const closed = (): void => fail(Object.assign(new Error("closed during the handshake"), { code: "ECONNRESET" }));
    const timer = setTimeout(() => fail(tooSlow(peer, timeoutMs)), timeoutMs);
    const abort = (): void => fail(givenUp(peer, signal?.reason));
    const opened = tls === undefined ? "connect" : "secureConnect";
    const ready = (): void => {
      forget();
      // A name may stand for many addresses: then the one it is says more.
      resolve(isIP(host) === 0 ? new SocketTransport(socket) : new SocketTransport(socket, peer));
    };
    const forget = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      socket.off("error", fail);
      socket.off("close", closed);
      socket.off(opened, ready);
    };
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("error", fail);
    socket.once("close", closed);
    socket.once(opened, ready);
  });
}

function givenUp(peer: string, reason: unknown): EdgeError {
  if (reason instanceof EdgeError) return reason;
  const message = `${peer}: given up before there was a connection`;
  return new EdgeError({ code: "transport.aborted", blame: "us", retry: "backoff", message, cause: reason });
}

function tooSlow(peer: string, timeoutMs: DurationMs): EdgeError {
  return new EdgeError({
    code: "transport.timeout",
    blame: "network",
    retry: "backoff",
    message: `${peer} did not accept a connection within ${timeoutMs} ms`,
  });
}
