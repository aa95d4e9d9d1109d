import type { Timers } from "../../adapters/io/timers.ts";
import { type DurationMs, type Instant, later, MINUTE_MS } from "../../adapters/kit/time.ts";
import type { LeaseSnapshot } from "../lease/machine.ts";
import type { GivenAway } from "./given-away.ts";

export interface PortCareParts {
  readonly timers: Timers;
  /** Protocols with devices here. */
  readonly protocols: readonly string[];
  /** The sockets of a protocol that should be open now and are not, for people. */
  readonly closed: (protocol: string) => readonly string[];
  /** Whether they could be opened; `undefined` where that is only known by being active. */
  readonly couldOpen: (protocol: string) => Promise<boolean | undefined>;
  readonly snapshot: (group: string) => LeaseSnapshot | undefined;
  readonly givenAway: GivenAway;
  readonly note: (level: "warn" | "info", text: string) => void;
}

const LOOK_MS: DurationMs = 1_000;
/** A port may be taken by a process that is just going: our own former one, above all. */
export const PORT_PATIENCE_MS: DurationMs = 10_000;
/** Where nobody but the active can know whether the socket opens, it is not tried more often than that. */
export const PORT_HOLD_MS: DurationMs = 10 * MINUTE_MS;
/** A group nobody is active for is better served by half than not at all. */
const NOBODY_MS: DurationMs = 2_000;

interface Held {
  readonly since: Instant;
  nobodySince: Instant | undefined;
}

/**
 * An agent whose sockets stay closed holds the lease and serves nobody: it gives the groups away that have such devices, to
 * an agent that is ready for them, and holds none of them again until the sockets can be opened, or nobody else is there.
 * The latter goes for groups that were given away because of a broken adapter too.
 */
export class PortCare {
  readonly #parts: PortCareParts;
  /** By protocol, while sockets of it are closed. */
  readonly #closedSince = new Map<string, Instant>();
  readonly #said = new Set<string>();
  readonly #held = new Map<string, Held>();
  /** By protocol whose adapter is held, by group. */
  readonly #withoutAdapter = new Map<string, Map<string, Held>>();
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(parts: PortCareParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#stopped) return;
    const { timers } = this.#parts;
    this.#cancel = timers.at(later(timers.now(), LOOK_MS), () => {
      void this.#look().finally(() => this.start());
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  async #look(): Promise<void> {
    for (const protocol of this.#parts.protocols) {
      this.#lookAt(protocol);
      await this.#lookBack(protocol);
      this.#lookAfterAdapter(protocol);
    }
  }

  #lookAt(protocol: string): void {
    const { timers, closed, givenAway, snapshot, note } = this.#parts;
    const sockets = closed(protocol);
    if (sockets.length === 0) {
      this.#closedSince.delete(protocol);
      if (!this.#said.delete(protocol)) return;
      for (const group of givenAway.groupsWith(protocol))
        if (!this.#held.has(`${protocol} ${group}`)) givenAway.letBack(group, causeOf(protocol));
      return;
    }
    const since = this.#closedSince.get(protocol) ?? timers.now();
    this.#closedSince.set(protocol, since);
    if (timers.now() < later(since, PORT_PATIENCE_MS)) return;
    for (const group of givenAway.groupsWith(protocol)) {
      const lease = snapshot(group);
      if (lease?.role !== "active" || lease.paused) continue;
      // Said once; tried at every look: the standby may come later.
      if (this.#said.has(protocol)) givenAway.handOver(group, causeOf(protocol));
      else givenAway.give(group, causeOf(protocol), taken(sockets));
      if (givenAway.because(causeOf(protocol)).includes(group))
        this.#held.set(`${protocol} ${group}`, { since: timers.now(), nobodySince: undefined });
    }
    if (!this.#said.has(protocol)) note("warn", `${taken(sockets).message}`);
    this.#said.add(protocol);
  }

  async #lookBack(protocol: string): Promise<void> {
    const { timers, givenAway, couldOpen } = this.#parts;
    const groups = givenAway.because(causeOf(protocol));
    if (groups.length === 0) return;
    const opens = await couldOpen(protocol);
    for (const group of groups) {
      const held = this.#held.get(`${protocol} ${group}`);
      if (held === undefined) continue;
      if (opens === true || (opens === undefined && timers.now() >= later(held.since, PORT_HOLD_MS))) {
        this.#held.delete(`${protocol} ${group}`);
        givenAway.letBack(group, causeOf(protocol));
        this.#parts.note("info", `agent may hold group ${group} again: the sockets of ${protocol} can be opened`);
      } else if (this.#isNobodys(group, held)) {
        this.#held.delete(`${protocol} ${group}`);
        givenAway.comeBack(group, causeOf(protocol));
        this.#parts.note("warn", `nobody serves group ${group}: it is taken here, without its ${protocol} sockets`);
      }
    }
  }

  /** Its own care lets a group back that was given away; until then somebody has to serve the devices of the others. */
  #lookAfterAdapter(protocol: string): void {
    const { timers, givenAway, note } = this.#parts;
    const cause = `adapter.${protocol}`;
    const groups = givenAway.because(cause);
    for (const group of this.#withoutAdapter.get(protocol)?.keys() ?? [])
      if (!groups.includes(group)) this.#withoutAdapter.get(protocol)?.delete(group);
    for (const group of groups) {
      const all = this.#withoutAdapter.get(protocol) ?? new Map<string, Held>();
      this.#withoutAdapter.set(protocol, all);
      const held = all.get(group) ?? { since: timers.now(), nobodySince: undefined };
      all.set(group, held);
      if (!this.#isNobodys(group, held)) continue;
      all.delete(group);
      givenAway.comeBack(group, cause);
      note("warn", `nobody serves group ${group}: it is taken here, without its ${protocol} devices`);
    }
  }

  #isNobodys(group: string, held: Held): boolean {
    const { timers, snapshot } = this.#parts;
    const peers = Object.values(snapshot(group)?.peers ?? {});
    const somebody = peers.some(({ contact, role }) => contact === "up" && role !== undefined && role !== "standby");
    held.nobodySince = somebody ? undefined : (held.nobodySince ?? timers.now());
    return held.nobodySince !== undefined && timers.now() >= later(held.nobodySince, NOBODY_MS);
  }
}

function causeOf(protocol: string): string {
  return `listener.${protocol}`;
}

function taken(sockets: readonly string[]): { readonly code: string; readonly message: string } {
  const seconds = PORT_PATIENCE_MS / 1_000;
  const message = `not to be opened for ${seconds} s: ${sockets.join(", ")}; devices cannot come to this agent`;
  return { code: "listener.taken", message };
}
