import type { IedSession } from "../../adapters/iec61850/session.ts";
import type { BackoffSettings } from "../../adapters/kit/backoff.ts";
import type { Random, Transport } from "../../adapters/kit/ports.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { type DurationMs, later } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import { StandingAssociation } from "./iec61850-standing.ts";

export interface Iec61850DutyParts {
  readonly ports: DutyPorts;
  readonly random: Random;
  readonly backoff: BackoffSettings;
  readonly patienceMs: DurationMs;
  readonly makeSession: (uid: string) => IedSession;
  readonly connect: (uid: string) => Promise<Transport>;
}

/** First dials are spread over so long for each IED, and over this much in all. */
const SPREAD_EACH_MS: DurationMs = 5;
const SPREAD_MAX_MS: DurationMs = 2_000;

/** One association with every IED of the group, for as long as the reign lasts. */
export class Iec61850Duty implements Duty {
  readonly #parts: Iec61850DutyParts;
  readonly #standing = new Map<string, StandingAssociation>();

  constructor(parts: Iec61850DutyParts) {
    this.#parts = parts;
    const { ports, random, backoff, patienceMs, makeSession, connect } = parts;
    for (const uid of ports.devices) {
      const one = new StandingAssociation({
        ...{ uid, ports, random, backoff, patienceMs },
        makeSession: () => makeSession(uid),
        connect: () => connect(uid),
      });
      this.#standing.set(uid, one);
    }
  }

  start(): Promise<void> {
    const spread = Math.min(SPREAD_MAX_MS, this.#standing.size * SPREAD_EACH_MS);
    for (const one of this.#standing.values()) one.start(spread > 0 ? this.#parts.random.below(spread + 1) : 0);
    return Promise.resolve();
  }

  carry(command: Command, begin: () => Promise<void>): Promise<CommandConclusion> | undefined {
    return this.#standing.get(command.device)?.carry(command, begin);
  }

  async drain(forMs: DurationMs): Promise<void> {
    for (const one of this.#standing.values()) one.release();
    const { timers } = this.#parts.ports;
    const until = later(timers.now(), forMs);
    // Released associations end by themselves; whatever has not by then is cut by `end`.
    while ([...this.#standing.values()].some((one) => one.isStanding) && timers.now() < until)
      await new Promise<void>((resolve) => {
        timers.at(later(timers.now(), Math.min(20, until - timers.now())), resolve);
      });
  }

  end(): void {
    for (const one of this.#standing.values()) one.end();
  }
}
