import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { EdgeError } from "../../kit/edge-error.ts";
import type { Transport } from "../../kit/ports.ts";
import { toTransportFault } from "./socket-fault.ts";

/** Datagrams of one peer that wait to be read; further ones are dropped, as the network would. */
export const DATAGRAMS_WAITING_MAX = 256;

export interface UdpAddress {
  readonly host: string;
  readonly port: number;
}

export interface UdpListenSettings extends UdpAddress {
  /** Peers at once; datagrams of others are dropped until one of them is closed. */
  readonly peersMax: number;
  /** The first datagram of a peer makes a transport of it. Whoever gets it closes it. */
  readonly onTransport: (transport: UdpTransport) => void;
  /** Dropped: too many peers, or a peer whose reader does not keep up. */
  readonly onDropped?: (peer: string) => void;
}

export interface UdpListener {
  readonly port: number;
  /** Ends every transport. Resolves when the port is free. */
  close(): Promise<void>;
}

/** One peer of a UDP socket. A chunk is a datagram, in both directions. */
export class UdpTransport implements Transport {
  readonly peer: string;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #left: () => void;
  readonly #waiting: Uint8Array[] = [];
  #reader: { resolve: (result: IteratorResult<Uint8Array>) => void; reject: (fault: Error) => void } | undefined;
  #over = false;
  #fault: EdgeError | undefined;

  constructor(peer: string, write: (bytes: Uint8Array) => Promise<void>, left: () => void) {
    this.peer = peer;
    this.#write = write;
    this.#left = left;
  }

  /** A datagram has come; `false` where it had to be dropped. */
  take(datagram: Uint8Array): boolean {
    if (this.#over) return false;
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve({ done: false, value: datagram });
      return true;
    }
    if (this.#waiting.length >= DATAGRAMS_WAITING_MAX) return false;
    this.#waiting.push(datagram);
    return true;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() };
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#over) return Promise.reject(this.#fault ?? closed(this.peer));
    return this.#write(bytes);
  }

  close(): Promise<void> {
    this.destroy();
    return Promise.resolve();
  }

  destroy(): void {
    this.end(undefined);
  }

  /** The socket below is gone, or its owner wants no more of it. */
  end(fault: EdgeError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#fault = fault;
    this.#left();
    const reader = this.#reader;
    this.#reader = undefined;
    if (fault === undefined) reader?.resolve({ done: true, value: undefined });
    else reader?.reject(fault);
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return Promise.resolve({ done: false, value: waiting });
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }
}

/** A UDP socket towards one peer; datagrams of others do not reach it. Rejects where the name is not known. */
export function dialUdp(address: UdpAddress): Promise<UdpTransport> {
  const { host, port } = address;
  const peer = `${host}:${port}`;
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    const failed = (error: unknown): void => {
      socket.close();
      reject(toTransportFault(error, peer));
    };
    socket.once("error", failed);
    socket.connect(port, host, () => {
      socket.off("error", failed);
      const transport = new UdpTransport(
        peer,
        (bytes) => sent(socket, bytes, peer),
        () => socket.close(),
      );
      // "Nobody listens there" comes back as an error of a later datagram.
      socket.on("error", (error) => transport.end(toTransportFault(error, peer)));
      socket.on("message", (datagram) => transport.take(copy(datagram)));
      resolve(transport);
    });
  });
}

/** Listens on UDP. Rejects with a `transport.*` EdgeError where the address cannot be had. */
export function listenUdp(settings: UdpListenSettings): Promise<UdpListener> {
  const { host, port, peersMax, onTransport, onDropped } = settings;
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
  const peers = new Map<string, UdpTransport>();
  socket.on("message", (datagram, from) => {
    const peer = `${from.address}:${from.port}`;
    let transport = peers.get(peer);
    if (transport === undefined) {
      if (peers.size >= peersMax) return onDropped?.(peer);
      const to = { host: from.address, port: from.port };
      transport = new UdpTransport(
        peer,
        (bytes) => sent(socket, bytes, peer, to),
        () => peers.delete(peer),
      );
      peers.set(peer, transport);
      onTransport(transport);
    }
    if (!transport.take(copy(datagram))) onDropped?.(peer);
  });
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      socket.close();
      reject(toTransportFault(error, `${host}:${port}`));
    };
    socket.once("error", failed);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off("error", failed);
      // What a datagram to a closed port brings back is about that peer, not about the listener.
      socket.on("error", () => {});
      resolve({
        port: socket.address().port,
        close: () =>
          new Promise((done) => {
            for (const transport of [...peers.values()]) transport.end(undefined);
            socket.close(() => done());
          }),
      });
    });
  });
}

function sent(socket: Socket, bytes: Uint8Array, peer: string, to?: UdpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null): void => (error === null ? resolve() : reject(toTransportFault(error, peer)));
    if (to === undefined) socket.send(bytes, done);
    else socket.send(bytes, to.port, to.host, done);
  });
}

function copy(datagram: Uint8Array): Uint8Array {
  return new Uint8Array(datagram);
}

function closed(peer: string): EdgeError {
  return new EdgeError({ code: "transport.closed", blame: "us", retry: "backoff", message: `${peer}: closed` });
}
