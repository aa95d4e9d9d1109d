import type { IPublishPacket, MqttClient } from "mqtt";

type Done = (error?: Error) => void;

interface Outstanding {
  readonly packet: IPublishPacket;
  state: "waiting" | "durable";
}

/**
 * Acknowledges messages of a broker when they are durable, many at a time. The client library would wait for one message
 * before it reads the next: here its callback is answered at once, with what makes it go on without a PUBACK, and the
 * PUBACKs follow in the order of the PUBLISHes [MQTT-4.6.0-2]. Once `window` messages are outstanding nothing is read.
 */
export class Acknowledging {
  readonly #client: MqttClient;
  readonly #window: number;
  readonly #take: (packet: IPublishPacket) => Promise<void>;
  readonly #failed: (thrown: unknown) => void;
  readonly #line: Outstanding[] = [];
  #outstanding = 0;
  #held: (() => void) | undefined;
  #ended = false;

  constructor(
    client: MqttClient,
    window: number,
    take: (packet: IPublishPacket) => Promise<void>,
    failed: (thrown: unknown) => void,
  ) {
    this.#client = client;
    this.#window = window;
    this.#take = take;
    this.#failed = failed;
    client.handleMessage = (packet, done) => this.#handle(packet, done);
  }

  get outstanding(): number {
    return this.#outstanding;
  }

  /** Nothing is acknowledged any more: the connection has ended. */
  end(): void {
    this.#ended = true;
    this.#held?.();
  }

  #handle(packet: IPublishPacket, done: Done): void {
    const entry: Outstanding = { packet, state: "waiting" };
    this.#outstanding += 1;
    if (packet.qos > 0) this.#line.push(entry);
    this.#take(packet).then(
      () => this.#durable(entry),
      (thrown: unknown) => {
        this.#outstanding -= 1;
        if (!this.#ended) this.#failed(thrown);
      },
    );
    const goOn = (): void => (packet.qos > 0 ? done(LATER) : done());
    if (this.#outstanding < this.#window) goOn();
    else {
      this.#held = () => {
        this.#held = undefined;
        goOn();
      };
    }
  }

  #durable(entry: Outstanding): void {
    this.#outstanding -= 1;
    entry.state = "durable";
    if (this.#ended) return;
    while (this.#line[0]?.state === "durable") {
      const { packet } = this.#line.shift() as Outstanding;
      // What `handleMessage` itself does when it is called back without an error.
      this.#client["_sendPacket"]({ cmd: "puback", messageId: packet.messageId, reasonCode: 0 });
    }
    this.#held?.();
  }
}

/** Not an error: the library goes on to the next packet and leaves the acknowledgement to us. */
const LATER = new Error("acknowledged when durable");
