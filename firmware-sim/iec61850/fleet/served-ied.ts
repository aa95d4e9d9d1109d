import type { TlsOptions } from "node:tls";
import { Driver } from "../../../adapters/io/drive.ts";
import { type Listener, listen } from "../../../adapters/io/node/listen.ts";
import type { CancelTimer, Timers } from "../../../adapters/io/timers.ts";
import type { Machine, Step } from "../../../adapters/kit/step.ts";
import type { Instant } from "../../../adapters/kit/time.ts";
import type { SocketTransport } from "../../../adapters/io/node/transport.ts";
import type { IedAssociation } from "../association/association.ts";
import { type IedSettings, SimulatedIed } from "../ied.ts";

export interface ServedIedParts {
  readonly settings: Omit<IedSettings, "rouse">;
  readonly timers: Timers;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
}

/** Connections one IED holds, those that are no associations yet counted too. */
const CONNECTIONS_MAX = 64;

/** One simulated IED on a real port, with its clock wound. */
export class ServedIed {
  readonly ied: SimulatedIed;
  readonly #parts: ServedIedParts;
  readonly #drivers = new Map<IedAssociation, Driver<never>>();
  readonly #running = new Set<Promise<unknown>>();
  #listener: Listener | undefined;
  #cancelTick: CancelTimer | undefined;
  #isStopped = false;

  constructor(parts: ServedIedParts) {
    this.#parts = parts;
    this.ied = new SimulatedIed({ ...parts.settings, rouse: (association) => this.#rouse(association) });
  }

  /** The port it listens on, once it does. */
  get port(): number {
    return this.#listener?.port ?? this.#parts.port;
  }

  /** Rejects with a `transport.*` EdgeError where the port cannot be had. */
  async start(): Promise<void> {
    const { host, port, tls } = this.#parts;
    this.#listener = await listen({
      ...{ host, port, tls, maxConnections: CONNECTIONS_MAX },
      onTransport: (transport) => this.#serve(transport),
    });
    this.tick();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTick?.();
    await this.#listener?.close();
    await Promise.all(this.#running);
  }

  /** To be called when somebody has moved something by hand: what is due changes then. */
  tick(): void {
    if (this.#isStopped) return;
    const { timers } = this.#parts;
    this.#cancelTick?.();
    const next = this.ied.tick(timers.now());
    this.#cancelTick = next === undefined ? undefined : timers.at(next, () => this.tick());
  }

  #serve(transport: SocketTransport): void {
    const association = this.ied.accept(transport.peer);
    const driver = new Driver<never>({
      machine: this.#watched(association),
      transport,
      timers: this.#parts.timers,
      permit: () => true,
      take: () => {},
      isDuplex: true,
    });
    this.#drivers.set(association, driver);
    const running = driver.run().then(() => {
      // A write that failed ends the run without the machine having heard of it: its reservations would stay for ever.
      association.close(this.#parts.timers.now());
      this.#drivers.delete(association);
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Reports of others come when they come, not when this one is asked something. */
  #rouse(association: IedAssociation): void {
    this.#drivers.get(association)?.input((now) => association.wake(now));
  }

  /** Whatever a client did may have put something on the agenda. */
  #watched(association: IedAssociation): Machine<never> {
    const then = (step: Step<never>): Step<never> => {
      queueMicrotask(() => this.tick());
      return step;
    };
    return {
      open: (now: Instant) => then(association.open(now)),
      receive: (chunk: Uint8Array, now: Instant) => then(association.receive(chunk, now)),
      wake: (now: Instant) => association.wake(now),
      close: (now: Instant) => then(association.close(now)),
    };
  }
}
