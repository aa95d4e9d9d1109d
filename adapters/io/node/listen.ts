import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { toTransportFault } from "./socket-fault.ts";
import { SocketTransport } from "./transport.ts";

export interface ListenSettings {
  readonly host: string;
  /** 0 picks a free one; see `Listener.port`. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
  /** Further connections are reset at once, those still in their TLS handshake counted too. */
  readonly maxConnections: number;
  readonly onTransport: (transport: SocketTransport) => void;
  /** A connection that was turned away before anybody spoke: too many, or a TLS handshake that failed. */
  readonly onTurnedAway?: ((peer: string, why: "overfull" | "tls") => void) | undefined;
}

export interface Listener {
  readonly port: number;
  readonly connections: number;
  /** Stops listening and cuts what is open. Resolves when the port is free. May be called twice. */
  close(): Promise<void>;
}

/** Whoever has not finished its handshake by then holds a place others wait for. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
const BACKLOG = 4_096;

/** Listens on TCP or TLS. Rejects with a `transport.*` EdgeError where the address cannot be had. */
export function listen(settings: ListenSettings): Promise<Listener> {
  const { host, port, tls, maxConnections, onTransport, onTurnedAway } = settings;
  const sockets = new Set<Socket>();
  const server: Server =
    tls === undefined
      ? createServer({ noDelay: true, allowHalfOpen: true })
      : createTlsServer({ handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...tls }, (socket) =>
          onTransport(new SocketTransport(socket)),
        );
  // On a TLS server this is the TCP connection below the TLS socket.
  server.prependListener("connection", (socket: Socket) => {
    if (sockets.size >= maxConnections) {
      onTurnedAway?.(socket.remoteAddress ?? "?", "overfull");
      socket.on("error", () => {});
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (tls === undefined) onTransport(new SocketTransport(socket));
  });
  server.on("tlsClientError", (_error: Error, socket: Socket) => {
    onTurnedAway?.(socket.remoteAddress ?? "?", "tls");
    socket.destroy();
  });
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(toTransportFault(error, `${host}:${port}`));
    server.once("error", failed);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off("error", failed);
      // What accept(2) says later (no files left) is about one connection, not about the listener.
      server.on("error", () => {});
      const bound = server.address();
      resolve({
        port: typeof bound === "object" && bound !== null ? bound.port : port,
        get connections() {
          return sockets.size;
        },
        close: () => closeAll(server, sockets),
      });
    });
  });
}

function closeAll(server: Server, sockets: Iterable<Socket>): Promise<void> {
  return new Promise((resolve) => {
    // The callback gets an error where it was closed before: the port is free all the same.
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
