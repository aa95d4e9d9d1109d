import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TlsOptions, TLSSocket } from "node:tls";
import { createWebSocketStream, WebSocketServer } from "ws";
import { toTransportFault } from "../../io/node/socket-fault.ts";

export interface SocketSettings {
  readonly kind: "tcp" | "websocket";
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  /** Clients without certificate and password are taken at their word: for loopback and laboratories. */
  readonly anonymous: boolean;
}

/** A connection somebody opened, before the first MQTT byte. */
export interface Arrival {
  readonly stream: Duplex;
  readonly peer: string;
  /** The common name of a certificate the TLS handshake has verified. */
  readonly certificate: string | undefined;
  readonly anonymous: boolean;
  readonly request: IncomingMessage | undefined;
}

export interface OpenSocket {
  readonly settings: SocketSettings;
  readonly port: number;
  close(): Promise<void>;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const BACKLOG = 4_096;
/** One WebSocket frame may hold several packets; what it holds is measured again packet by packet. */
const FRAME_BYTES = 1_048_576;

/** What a server socket tells. */
export interface SocketEvents {
  /** A TCP connection was accepted: before any handshake. */
  readonly accepted: () => void;
  readonly arrived: (arrival: Arrival) => void;
  readonly turnedAway: (peer: string, why: string) => void;
}

/** Opens one server socket. Rejects with a `transport.*` EdgeError where the address cannot be had. */
export function openSocket(
  settings: SocketSettings,
  { accepted, arrived, turnedAway }: SocketEvents,
): Promise<OpenSocket> {
  const sockets = new Set<Socket>();
  const server = settings.kind === "tcp" ? tcpServer(settings, arrived) : webServer(settings, arrived);
  server.on("connection", (socket: Socket) => {
    accepted();
    socket.setNoDelay(true);
    socket.on("error", () => {});
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", (error: Error, socket: Socket) => {
    turnedAway(socket.remoteAddress ?? "?", error.message);
    socket.destroy();
  });
  const { host, port } = settings;
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => reject(toTransportFault(error, `${host}:${port}`));
    server.once("error", failed);
    server.listen({ host, port, backlog: BACKLOG }, () => {
      server.off("error", failed);
      server.on("error", () => {});
      const bound = server.address();
      resolve({
        settings,
        port: typeof bound === "object" && bound !== null ? bound.port : port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}

function tcpServer({ tls, anonymous }: SocketSettings, arrived: (arrival: Arrival) => void): Server {
  const take = (socket: Socket): void =>
    arrived({
      stream: socket,
      peer: peerOf(socket),
      certificate: certificateOf(socket),
      anonymous,
      request: undefined,
    });
  return tls === undefined
    ? createServer({ noDelay: true }, take)
    : createTlsServer({ handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...tls }, take);
}

function webServer({ tls, anonymous }: SocketSettings, arrived: (arrival: Arrival) => void): Server {
  const server =
    tls === undefined
      ? createHttpServer({ requestTimeout: HANDSHAKE_TIMEOUT_MS })
      : createHttpsServer({ handshakeTimeout: HANDSHAKE_TIMEOUT_MS, requestTimeout: HANDSHAKE_TIMEOUT_MS, ...tls });
  server.on("request", (_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    server,
    maxPayload: FRAME_BYTES,
    perMessageDeflate: false,
    // MQTT 3.1.1 and 5, 6: the subprotocol is "mqtt"; "mqttv3.1" is what old clients ask for.
    handleProtocols: (offered) => ["mqtt", "mqttv3.1"].find((name) => offered.has(name)) ?? false,
  });
  sockets.on("error", () => {});
  sockets.on("connection", (socket, request) => {
    const stream = createWebSocketStream(socket);
    stream.on("error", () => {});
    arrived({ stream, peer: peerOf(request.socket), certificate: certificateOf(request.socket), anonymous, request });
  });
  return server;
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
}

function certificateOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === "string" && name !== "" ? name : undefined;
}
