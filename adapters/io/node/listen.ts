import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from "node:tls";
import { toTransportFault } from "./socket-fault.ts";
import { SocketTransport } from "./transport.ts";

export interface ListenSettings {
  readonly host: string;
  /** 0 picks a free one; see `Listener.port`. */
  readonly port: number;
  readonly tls?: TlsOptions;
  /** Further connections are closed at once and counted. */
  readonly maxConnections: number;
  readonly onTransport: (transport: SocketTransport) => void;
  /** A connection that was turned away before anybody spoke: too many, or a TLS handshake that failed. */
  readonly onTurnedAway?: (peer: string, why: "overfull" | "tls") => void;
}

export interface Listener {
  readonly port: number;
  readonly connections: number;
  /** Stops listening and resets what is open. Resolves when the port is free. */
  close(): Promise<void>;
}

/** Listens on TCP or TLS. Rejects with a `transport.*` EdgeError where the address cannot be had. */
export function listen(settings: ListenSettings): Promise<Listener> {
  const { host, port, tls, maxConnections, onTransport, onTurnedAway } = settings;
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    if (sockets.size >= maxConnections) {
      onTurnedAway?.(socket.remoteAddress ?? "?", "overfull");
      socket.on("error", () => {});
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    onTransport(new SocketTransport(socket));
  };
  const server: Server =
    tls === undefined
      ? createServer({ noDelay: true, pauseOnConnect: false }, take)
      : createTlsServer(tls, (socket: TLSSocket) => take(socket));
  server.on("tlsClientError", (_error: Error, socket: TLSSocket) => onTurnedAway?.(socket.remoteAddress ?? "?", "tls"));
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(toTransportFault(error, `${host}:${port}`)));
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.on("error", () => {});
      const bound = server.address();
      resolve({
        port: typeof bound === "object" && bound !== null ? bound.port : port,
        get connections() {
          return sockets.size;
        },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}
