import { createServer, type Server, type Socket } from "node:net";
import { Aedes, type Client, type PublishPacket } from "aedes";

/** A broker as there are many, without an opinion of its devices; it writes down what it is told. */
export class TestBroker {
  readonly published: {
    readonly topic: string;
    readonly text: string;
    readonly payload: Uint8Array;
    readonly by: string;
    readonly retain: boolean;
  }[] = [];
  readonly clients: string[] = [];
  readonly errors: string[] = [];
  /** While it is false, what comes is not acknowledged. */
  thanks = true;
  readonly #held: (() => void)[] = [];
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  port = 0;

  private constructor(aedes: Aedes) {
    this.#aedes = aedes;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      aedes.handle(socket);
    });
  }

  static async open(passwords?: ReadonlyMap<string, string>): Promise<TestBroker> {
    const one: { broker?: TestBroker } = {};
    const aedes = await Aedes.createBroker({
      authenticate: (_client, username, password, done) => {
        done(null, passwords === undefined || passwords.get(username ?? "") === String(password));
      },
      authorizePublish: (client, packet, done) => {
        one.broker?.take(client, packet);
        if (one.broker?.thanks === false) one.broker.#held.push(() => done(null));
        else done(null);
      },
    });
    const broker = new TestBroker(aedes);
    one.broker = broker;
    aedes.on("clientReady", ({ id }) => broker.clients.push(id));
    for (const event of ["clientError", "connectionError"] as const)
      aedes.on(event, (_client: Client, error: Error) => broker.errors.push(error.message));
    await new Promise<void>((resolve) => broker.#server.listen(0, "127.0.0.1", resolve));
    const at = broker.#server.address();
    broker.port = typeof at === "object" && at !== null ? at.port : 0;
    return broker;
  }

  take(client: Client | null, { topic, payload, retain }: PublishPacket): void {
    const bytes = new Uint8Array(Buffer.from(payload));
    this.published.push({ topic, text: Buffer.from(bytes).toString(), payload: bytes, by: client?.id ?? "", retain });
  }

  /** Thanks for everything it has not thanked for. */
  thankAll(): void {
    this.thanks = true;
    for (const thank of this.#held.splice(0)) thank();
  }

  say(topic: string, payload: string | Uint8Array): void {
    this.#aedes.publish(
      { cmd: "publish", topic, payload: Buffer.from(payload), qos: 1, retain: false, dup: false },
      () => {},
    );
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
  }
}

/** Resolves when the condition holds; rejects with what was waited for after `withinMs`. */
export async function until(what: string, holds: () => boolean, withinMs: number = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
