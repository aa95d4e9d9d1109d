import type { LinkStep } from "../../../adapters/dlms/transport/link.ts";
import { clientAddress, serverAddress } from "../../../adapters/dlms/hdlc/address.ts";
import { HdlcClientLink } from "../../../adapters/dlms/hdlc/client-link.ts";
import { encodeFrame } from "../../../adapters/dlms/hdlc/frame.ts";
import { HdlcFramer } from "../../../adapters/dlms/hdlc/framer.ts";
import type { HdlcLinkSettings } from "../../../adapters/dlms/hdlc/link-settings.ts";
import { DEFAULT_PARAMETERS, type LinkParameters } from "../../../adapters/dlms/hdlc/negotiation.ts";
import { type Instant, later, toInstant } from "../../../adapters/kit/time.ts";
import { HdlcServerLink, type ServerLinkStep } from "./server-link.ts";

/** What the line does with one frame. */
export type Weather = (frame: Uint8Array, to: "client" | "server") => readonly Uint8Array[];

export interface PairSettings {
  readonly client?: Partial<HdlcLinkSettings>;
  readonly offer?: LinkParameters;
  readonly weather?: Weather;
  /** What the meter answers to an APDU, and after how long; nothing where `undefined`. */
  readonly answer: (apdu: Uint8Array) => { readonly apdu: Uint8Array; readonly afterMs?: number } | undefined;
}

/** The product's client link and the simulated meter's on one line, without sockets, on one clock. */
export class LinkPair {
  readonly client: HdlcClientLink;
  readonly server: HdlcServerLink;
  /** APDUs as each side got them. */
  readonly atServer: Uint8Array[] = [];
  readonly atClient: Uint8Array[] = [];
  /** Every frame on the line, who sent it first. */
  readonly line: { readonly from: "client" | "server"; readonly octets: Uint8Array }[] = [];
  now: Instant = toInstant(0);
  last: LinkStep | undefined;
  readonly #settings: PairSettings;
  readonly #framer = new HdlcFramer();
  readonly #wire: { readonly to: "client" | "server"; readonly octets: Uint8Array }[] = [];
  #isCarrying = false;
  #heardAt: Instant = toInstant(0);
  readonly #later: { readonly at: Instant; readonly apdu: Uint8Array }[] = [];

  constructor(settings: PairSettings) {
    this.#settings = settings;
    const [client, server] = [clientAddress(16), serverAddress(1, 17)];
    this.client = new HdlcClientLink({ client, server, ...settings.client });
    this.server = new HdlcServerLink(client, server, {
      offer: settings.offer ?? DEFAULT_PARAMETERS,
      inactivityMs: 120_000,
    });
  }

  open(): this {
    this.#fromClient(this.client.open(this.now));
    return this;
  }

  send(apdu: Uint8Array): this {
    this.#fromClient(this.client.send(apdu, this.now));
    return this;
  }

  close(): this {
    this.#fromClient(this.client.close(this.now));
    return this;
  }

  /** Lets time pass until nothing more happens by itself, or `done`. */
  run(done: () => boolean = () => false, forMs: number = 600_000): this {
    const end = later(this.now, forMs);
    while (!done()) {
      const due = this.#later[0]?.at;
      const wakes = [this.last?.wakeAt, due, this.server.wakeAt].filter((at) => at !== undefined);
      const at = Math.min(...wakes) as Instant;
      if (wakes.length === 0 || at > end) break;
      this.now = at;
      if (due !== undefined && due <= at)
        this.#fromServer(this.server.send(this.#later.shift()?.apdu ?? new Uint8Array()));
      else if (this.last?.wakeAt === at) this.#fromClient(this.client.wake(at));
      else this.#fromServer(this.server.wake(at));
    }
    return this;
  }

  push(apdu: Uint8Array): this {
    this.#fromServer(this.server.push(apdu));
    return this;
  }

  #fromClient(step: LinkStep): void {
    this.last = step;
    this.atClient.push(...step.apdus);
    this.#put("client", step.send);
    this.#carry();
  }

  #fromServer(step: ServerLinkStep): void {
    this.#put("server", step.frames.map(encodeFrame));
    for (const apdu of step.apdus) {
      this.atServer.push(apdu);
      const answer = this.#settings.answer(apdu);
      if (answer === undefined) this.#put("server", this.server.pass().frames.map(encodeFrame));
      else if (answer.afterMs === undefined) this.#put("server", this.server.send(answer.apdu).frames.map(encodeFrame));
      else this.#later.push({ at: later(this.now, answer.afterMs), apdu: answer.apdu });
    }
    this.#carry();
  }

  #put(from: "client" | "server", send: readonly Uint8Array[]): void {
    for (const octets of send) {
      this.line.push({ from, octets });
      const to = from === "client" ? "server" : "client";
      for (const arriving of this.#settings.weather?.(octets, to) ?? [octets])
        this.#wire.push({ to, octets: arriving });
    }
  }

  /** One frame after the other arrives, in the order they were put on the line. */
  #carry(): void {
    if (this.#isCarrying) return;
    this.#isCarrying = true;
    for (let next = this.#wire.shift(); next !== undefined; next = this.#wire.shift()) {
      if (next.to === "client") this.#fromClient(this.client.receive(next.octets, this.now));
      else {
        // A pause on the line: what was begun before is no frame any more.
        if (this.now > this.#heardAt) this.#framer.giveUpHeld();
        this.#heardAt = this.now;
        for (const frame of this.#framer.cut(next.octets).frames) this.#fromServer(this.server.take(frame, this.now));
      }
    }
    this.#isCarrying = false;
  }
}
