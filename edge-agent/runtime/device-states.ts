import type { DeviceState } from "../model/data.ts";

export interface DeviceStateChange {
  readonly device: string;
  readonly state: DeviceState;
  /** Wall time, ms. */
  readonly since: number;
  readonly reason: string;
  readonly lastHeardAt: number | undefined;
}

interface Kept {
  state: DeviceState;
  since: number;
  reason: string;
  lastHeardAt: number | undefined;
  failures: number;
  /** `undefined`: it speaks when it likes. */
  expectEveryMs: number | undefined;
  /** Of all devices of its protocol. */
  readonly counts: Record<DeviceState, number>;
}

export interface StateRules {
  /** Silence after which a device that should speak by itself is `stalled`, in ms; per device where it has its own. */
  readonly expectEveryMs: (device: string) => number | undefined;
  /** Devices are counted by it. */
  readonly protocolOf: (device: string) => string;
  /** Conversations we opened that failed in a row before `degraded` becomes `offline`. */
  readonly failuresUntilOffline: number;
}

/** Follows every device of one group through one reign. Inputs are wall times, so that `since` can be shown to people. */
export class DeviceStates {
  readonly #rules: StateRules;
  readonly #kept = new Map<string, Kept>();
  readonly #counts = new Map<string, Record<DeviceState, number>>();
  #expecting: number | undefined;
  #silent = 0;
  #firstHeardAt: number | undefined;

  constructor(devices: Iterable<string>, rules: StateRules, now: number) {
    this.#rules = rules;
    for (const device of devices) {
      const counts = this.#countsOf(rules.protocolOf(device));
      counts.unknown += 1;
      this.#kept.set(device, {
        state: "unknown",
        since: now,
        reason: "not heard in this reign",
        lastHeardAt: undefined,
        failures: 0,
        expectEveryMs: undefined,
        counts,
      });
    }
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Devices that speak by themselves, as the operator says; 0 before the first input. */
  get expecting(): number {
    return this.#expecting ?? 0;
  }

  /** When the first device of this reign was heard. */
  get firstHeardAt(): number | undefined {
    return this.#firstHeardAt;
  }

  /** Of those that should speak by themselves, the ones that do not: `stalled` or `offline`. */
  get silent(): number {
    return this.#silent;
  }

  heard(device: string, now: number): DeviceStateChange | undefined {
    this.#learnExpectations();
    const kept = this.#kept.get(device);
    if (kept === undefined) return undefined;
    this.#firstHeardAt ??= now;
    kept.lastHeardAt = now;
    kept.failures = 0;
    return this.#become(device, kept, "online", now, "data received");
  }

  failed(device: string, now: number, reason: string): DeviceStateChange | undefined {
    this.#learnExpectations();
    const kept = this.#kept.get(device);
    if (kept === undefined) return undefined;
    kept.failures += 1;
    const state = kept.failures >= this.#rules.failuresUntilOffline ? "offline" : "degraded";
    return this.#become(device, kept, state, now, reason);
  }

  /** Its standing connection ended: there is nothing to wait for before saying so. */
  lost(device: string, now: number, reason: string): DeviceStateChange | undefined {
    this.#learnExpectations();
    const kept = this.#kept.get(device);
    return kept === undefined ? undefined : this.#become(device, kept, "offline", now, reason);
  }

  /** Finds the devices that went silent. */
  check(now: number): readonly DeviceStateChange[] {
    this.#learnExpectations();
    const changes: DeviceStateChange[] = [];
    for (const [device, kept] of this.#kept) {
      const expect = kept.expectEveryMs;
      if (expect === undefined || kept.state === "offline" || kept.state === "stalled") continue;
      const silentFor = now - (kept.lastHeardAt ?? kept.since);
      if (silentFor <= expect) continue;
      const change = this.#become(
        device,
        kept,
        "stalled",
        now,
        `nothing received for ${Math.round(silentFor / 1000)} s`,
      );
      if (change !== undefined) changes.push(change);
    }
    return changes;
  }

  *all(): IterableIterator<DeviceStateChange> {
    for (const [device, kept] of this.#kept) yield asChange(device, kept);
  }

  of(device: string): DeviceStateChange | undefined {
    const kept = this.#kept.get(device);
    return kept === undefined ? undefined : asChange(device, kept);
  }

  /** `undefined`: not a device of this group. */
  stateOf(device: string): DeviceState | undefined {
    return this.#kept.get(device)?.state;
  }

  /** How many are in which state, by protocol. */
  counts(): ReadonlyMap<string, Readonly<Record<DeviceState, number>>> {
    return this.#counts;
  }

  #countsOf(protocol: string): Record<DeviceState, number> {
    const known = this.#counts.get(protocol);
    if (known !== undefined) return known;
    const counts = { online: 0, degraded: 0, stalled: 0, offline: 0, unknown: 0 };
    this.#counts.set(protocol, counts);
    return counts;
  }

  /** At the first input and not before: devices are known to their service only while their group is served. */
  #learnExpectations(): void {
    if (this.#expecting !== undefined) return;
    let expecting = 0;
    for (const [device, kept] of this.#kept) {
      kept.expectEveryMs = this.#rules.expectEveryMs(device);
      if (kept.expectEveryMs !== undefined) expecting += 1;
    }
    this.#expecting = expecting;
  }

  #become(device: string, kept: Kept, state: DeviceState, now: number, reason: string): DeviceStateChange | undefined {
    if (kept.state === state) return undefined;
    kept.counts[kept.state] -= 1;
    kept.counts[state] += 1;
    if (kept.expectEveryMs !== undefined) this.#silent += Number(isSilent(state)) - Number(isSilent(kept.state));
    kept.state = state;
    kept.since = now;
    kept.reason = reason;
    return asChange(device, kept);
  }
}

function isSilent(state: DeviceState): boolean {
  return state === "stalled" || state === "offline";
}

function asChange(device: string, kept: Kept): DeviceStateChange {
  return { device, state: kept.state, since: kept.since, reason: kept.reason, lastHeardAt: kept.lastHeardAt };
}
