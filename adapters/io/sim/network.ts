import { EdgeError, type FaultCode } from "../../kit/edge-error.ts";
import { invariant } from "../../kit/invariant.ts";
import type { SeededRandom } from "../../kit/random.ts";
import type { DurationMs } from "../../kit/time.ts";
import type { SimClock } from "./clock.ts";
import { SimTransport } from "./connection.ts";
import type { SimHost } from "./host.ts";
import { Pipe } from "./pipe.ts";
import type { Trace } from "./trace.ts";

export interface SimNetworkSettings {
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly trace?: Trace | undefined;
  /** One way, drawn for every packet between the two. */
  readonly delayMs?: { readonly min: number; readonly max: number } | undefined;
  /** How often a packet ends in a reset of its connection instead of arriving. */
  readonly resets?: { readonly times: number; readonly of: number } | undefined;
  /** Cut and join chunks at random; on where not given. */
  readonly resplit?: boolean | undefined;
  readonly windowBytes?: number | undefined;
  readonly giveUpMs?: DurationMs | undefined;
}

export interface SimListenSettings {
  /** 0 picks a free one. */
  readonly port: number;
  readonly maxConnections?: number | undefined;
  readonly onTransport: (transport: SimTransport) => void;
}

export interface SimListener {
  readonly port: number;
  readonly connections: number;
  close(): Promise<void>;
}

export interface SimDialSettings {
  /** The name of the host. */
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: DurationMs;
  readonly signal?: AbortSignal | undefined;
}

interface Listening {
  readonly host: SimHost;
  readonly life: number;
  readonly settings: SimListenSettings;
  /** By their end here: their end at the caller. */
  readonly open: Map<SimTransport, { readonly near: SimTransport; readonly from: string }>;
}

const DELAY_MS = { min: 0.1, max: 2 };
const WINDOW_BYTES = 64 * 1024;
/** Linux gives up after about 15 minutes; a world is impatient. */
const GIVE_UP_MS = 20_000;
const FIRST_EPHEMERAL = 40_000;

/** TCP between named hosts, as bad as one wants it, the same for the same seed. */
export class SimNetwork {
  readonly #settings: SimNetworkSettings;
  readonly #listening = new Map<string, Listening>();
  readonly #cuts = new Set<string>();
  readonly #unplugged = new Set<string>();
  readonly #refusing = new Set<string>();
  readonly #waiting = new Set<Pipe>();
  #connections = 0;

  constructor(settings: SimNetworkSettings) {
    this.#settings = settings;
  }

  listen(host: SimHost, settings: SimListenSettings): Promise<SimListener> {
    let port = settings.port;
    if (port === 0) for (port = 1_024; this.#listening.has(`${host.name}:${port}`); port++);
    const key = `${host.name}:${port}`;
    if (this.#listening.has(key))
      return Promise.reject(fault("transport.address-in-use", `${key}: another process listens there`));
    const listening: Listening = { host, life: host.life, settings, open: new Map() };
    this.#listening.set(key, listening);
    const stop = (): void => {
      if (this.#listening.get(key) === listening) this.#listening.delete(key);
    };
    const forgetKill = host.onKill(stop);
    return Promise.resolve({
      port,
      get connections() {
        return listening.open.size;
      },
      close: () => {
        forgetKill();
        stop();
        for (const transport of [...listening.open.keys()]) transport.destroy();
        return Promise.resolve();
      },
    });
  }

  /** Rejects with `transport.refused`, `transport.timeout` or `transport.aborted`. */
  dial(from: SimHost, settings: SimDialSettings): Promise<SimTransport> {
    const { clock } = this.#settings;
    const { life } = from;
    const to = `${settings.host}:${settings.port}`;
    return new Promise((resolve, reject) => {
      const { signal } = settings;
      const end = (act: () => void): void => {
        cancelTimeout();
        signal?.removeEventListener("abort", abort);
        from.deliver(life, act);
      };
      const abort = (): void => {
        cancelTrip();
        end(() => reject(fault("transport.aborted", `${to}: given up before there was a connection`)));
      };
      const cancelTimeout = clock.after(settings.timeoutMs, () => {
        cancelTrip();
        end(() =>
          reject(fault("transport.timeout", `${to} did not accept a connection within ${settings.timeoutMs} ms`)),
        );
      });
      const random = this.#settings.random.of(`dial ${from.name} ${to} ${this.#connections}`);
      const cancelTrip = clock.after(this.#delay(random) + this.#delay(random), () => {
        if (from.life !== life || this.#isCut(from.name, settings.host) || this.#isCut(settings.host, from.name))
          return;
        const listening = this.#refusing.has(to) ? undefined : this.#listening.get(to);
        const full =
          listening !== undefined &&
          listening.open.size >= (listening.settings.maxConnections ?? Number.POSITIVE_INFINITY);
        if (listening === undefined || full)
          return end(() => reject(fault("transport.refused", `${to}: nobody listens there`)));
        const near = this.#connect(from, to, listening);
        end(() => resolve(near));
      });
      if (signal?.aborted === true) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    });
  }

  /** Nothing passes between the two, in either direction. */
  partition(a: string, b: string): void {
    this.cut({ from: a, to: b });
    this.cut({ from: b, to: a });
  }

  /** Nothing passes in one direction; what is sent the other way still arrives. */
  cut(way: { readonly from: string; readonly to: string }): void {
    this.#cuts.add(`${way.from}>${way.to}`);
  }

  /** As a power failure or a pulled plug: no goodbye reaches anybody. With `host.kill()`, the machine is gone. */
  unplug(host: string): void {
    this.#unplugged.add(host);
  }

  plug(host: string): void {
    this.#unplugged.delete(host);
    this.#releaseWaiting();
  }

  /** Heals one pair, both ways, or everything. */
  heal(pair?: { readonly a: string; readonly b: string }): void {
    if (pair === undefined) {
      this.#cuts.clear();
      this.#unplugged.clear();
    } else {
      this.#cuts.delete(`${pair.a}>${pair.b}`);
      this.#cuts.delete(`${pair.b}>${pair.a}`);
    }
    this.#releaseWaiting();
  }

  /** A firewall answers with a reset, whether anybody listens or not. */
  refuse(address: { readonly host: string; readonly port: number }, refusing: boolean): void {
    const key = `${address.host}:${address.port}`;
    if (refusing) this.#refusing.add(key);
    else this.#refusing.delete(key);
  }

  /** A firewall forgets what it let pass: every connection between the two is reset, at both ends. */
  reset(pair: { readonly a: string; readonly b: string }): void {
    const ends = [pair.a, pair.b];
    for (const { host, open } of this.#listening.values()) {
      for (const [far, { near, from }] of [...open]) {
        if (!ends.includes(host.name) || !ends.includes(from)) continue;
        far.arrive({ kind: "reset" });
        near.arrive({ kind: "reset" });
      }
    }
  }

  #connect(from: SimHost, to: string, listening: Listening): SimTransport {
    const number = this.#connections++;
    const { random, windowBytes = WINDOW_BYTES, resplit = true } = this.#settings;
    const caller = `${from.name}:${FIRST_EPHEMERAL + (number % 25_000)}`;
    const named = `${caller}>${to}#${number}`;
    const chunks = (side: string): SeededRandom | undefined =>
      resplit ? random.of(`chunks ${side} ${named}`) : undefined;
    const near: SimTransport = new SimTransport({
      ...{ host: from, peer: to, local: caller, windowBytes, resplit: chunks("near") },
      onGone: () => {},
    });
    const far: SimTransport = new SimTransport({
      ...{ host: listening.host, peer: caller, local: to, windowBytes, resplit: chunks("far") },
      onGone: () => listening.open.delete(far),
    });
    listening.open.set(far, { near, from: from.name });
    const there = this.#pipe({ from: near, to: far, names: [from.name, listening.host.name], label: named });
    const back = this.#pipe({
      from: far,
      to: near,
      names: [listening.host.name, from.name],
      label: `${to}>${caller}#${number}`,
    });
    near.attach(there, far);
    far.attach(back, near);
    this.#settings.trace?.note(`${this.#settings.clock.now} open ${named}`);
    listening.host.deliver(listening.life, () => listening.settings.onTransport(far));
    return near;
  }

  #pipe(way: { from: SimTransport; to: SimTransport; names: readonly [string, string]; label: string }): Pipe {
    const { clock, trace, resets, giveUpMs = GIVE_UP_MS } = this.#settings;
    const random = this.#settings.random.of(`pipe ${way.label}`);
    const [from, to] = way.names;
    return new Pipe({
      clock,
      delay: () => this.#delay(random),
      isCut: () => this.#isCut(from, to),
      waiting: this.#waiting,
      giveUpMs,
      deliver: (packet) => {
        const broken = packet.kind === "data" && resets !== undefined && random.chance(resets);
        trace?.note(
          `${clock.now} ${way.label} ${broken ? "breaks" : packet.kind === "data" ? packet.bytes.length : packet.kind}`,
        );
        if (!broken) return way.to.arrive(packet);
        way.to.arrive({ kind: "reset" });
        way.from.arrive({ kind: "reset" });
      },
      onGivenUp: () => way.from.fail(fault("transport.timeout", `${way.from.peer}: no answer in time`)),
    });
  }

  #delay(random: SeededRandom): number {
    const { min, max } = this.#settings.delayMs ?? DELAY_MS;
    invariant(min <= max, "the shortest delay is not longer than the longest");
    // Whole microseconds, so that two paths to the same sum are the same instant.
    return random.between(Math.round(min * 1_000), Math.round(max * 1_000)) / 1_000;
  }

  #isCut(from: string, to: string): boolean {
    return this.#unplugged.has(from) || this.#unplugged.has(to) || this.#cuts.has(`${from}>${to}`);
  }

  #releaseWaiting(): void {
    // Those still cut collect again when they arrive.
    for (const pipe of [...this.#waiting]) pipe.release();
  }
}

function fault(code: FaultCode, message: string): EdgeError {
  return new EdgeError({ code, blame: "network", retry: "backoff", message });
}
