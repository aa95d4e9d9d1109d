import { createConnection, createServer, type Server, type Socket } from "node:net";
import { Pipe } from "./pipe.ts";
import type { Conditions, Direction } from "./conditions.ts";
import { FAIR } from "./conditions.ts";

export interface CableEnd {
  readonly host: string;
  readonly port: number;
}

/** Bytes that were handed on. */
export interface Traffic {
  /** Who opened the connection, where the proxy was told how to find out. */
  readonly owner: string | undefined;
  readonly direction: Direction;
  readonly bytes: number;
}

export interface CableSettings {
  readonly host?: string;
  /** Where a connection goes, decided when it is accepted. */
  readonly target: (client: Socket) => CableEnd;
  /** Who opened a connection, so that one of several can have bad weather alone. */
  readonly ownerOf?: (client: Socket) => string | undefined;
  readonly onTraffic?: (traffic: Traffic) => void;
}

interface Connection {
  readonly owner: string | undefined;
  readonly client: Socket;
  readonly server: Socket | undefined;
  readonly pipes: readonly Pipe[];
}

/**
 * A TCP relay in the way of two parties. Whatever a cable can do to them is done here: reset, hold back (all, or one
 * direction), delay, or lose one end without telling the other.
 */
export class Cable {
  readonly #settings: CableSettings;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #conditions = new Map<string | undefined, Conditions>();
  #port = 0;

  private constructor(settings: CableSettings) {
    this.#settings = settings;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
    this.#server.on("error", () => {});
  }

  static async open(settings: CableSettings): Promise<Cable> {
    const cable = new Cable(settings);
    await cable.#listen(settings.host ?? "127.0.0.1");
    return cable;
  }

  get port(): number {
    return this.#port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** From now on, for one owner or (`undefined`) for all that have none of their own. Open connections feel it too. */
  set(owner: string | undefined, conditions: Partial<Conditions>): void {
    this.#conditions.set(owner, { ...FAIR, ...conditions });
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.pump();
  }

  /** Fair weather for everybody. */
  heal(): void {
    this.#conditions.clear();
    for (const { pipes } of this.#connections) for (const pipe of pipes) pipe.pump();
  }

  /** Resets the open connections, both ends. New ones are as `set` says. */
  cut(owner?: string): void {
    for (const connection of this.#of(owner)) {
      connection.client.resetAndDestroy();
      connection.server?.resetAndDestroy();
    }
  }

  /** The far end is gone and the near end does not hear of it: what it sends goes nowhere. */
  orphan(owner?: string): void {
    for (const connection of this.#of(owner)) {
      for (const pipe of connection.pipes) pipe.abandon();
      connection.server?.resetAndDestroy();
    }
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const { client, server } of this.#connections) {
      client.destroy();
      server?.destroy();
    }
    await closed;
  }

  #of(owner: string | undefined): Connection[] {
    return [...this.#connections].filter((one) => owner === undefined || one.owner === owner);
  }

  #now(owner: string | undefined): Conditions {
    return this.#conditions.get(owner) ?? this.#conditions.get(undefined) ?? FAIR;
  }

  #accept(client: Socket): void {
    const owner = this.#settings.ownerOf?.(client);
    client.on("error", () => {});
    switch (this.#now(owner).arrivals) {
      case "reset":
        client.resetAndDestroy();
        return;
      case "ignore":
        this.#keep({ owner, client, server: undefined, pipes: [] });
        // Read and forgotten, or its end would never be noticed.
        client.resume();
        return;
      case "forward":
        this.#forward(owner, client);
    }
  }

  #forward(owner: string | undefined, client: Socket): void {
    const server = createConnection({ ...this.#settings.target(client), allowHalfOpen: true, noDelay: true });
    const pipe = (source: Socket, sink: Socket, direction: Direction): Pipe =>
      new Pipe({
        source,
        sink,
        flow: () => this.#now(owner)[direction],
        passed: (bytes) => this.#settings.onTraffic?.({ owner, direction, bytes }),
      });
    this.#keep({ owner, client, server, pipes: [pipe(client, server, "forth"), pipe(server, client, "back")] });
  }

  #keep(connection: Connection): void {
    this.#connections.add(connection);
    let open = connection.server === undefined ? 1 : 2;
    const closed = (): void => {
      open -= 1;
      if (open === 0) this.#connections.delete(connection);
    };
    connection.client.once("close", closed);
    connection.server?.once("close", closed);
  }

  #listen(host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port: 0, backlog: 1_024 }, () => {
        this.#server.off("error", reject);
        const address = this.#server.address();
        if (typeof address === "object" && address !== null) this.#port = address.port;
        resolve();
      });
    });
  }
}
