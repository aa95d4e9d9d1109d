import type { Hook, HookSettings } from "../config/config.ts";
import type { LeaseOutcome } from "../lease/words.ts";
import { type HookEnd, runHook } from "./hook-run.ts";

export type HookEvent = "promote" | "demote" | "fault";

/** Why a hook runs. */
export interface HookCall {
  readonly event: HookEvent;
  readonly group: string;
  /** 0 where there is none. */
  readonly epoch: number;
  /** A word of the lease, `start`, or the code of a fault. */
  readonly reason: string;
}

export interface HooksParts {
  readonly settings: HookSettings;
  readonly agent: string;
  readonly stateDir: string;
  /** The other agents of a group. */
  readonly peersOf: (group: string) => readonly string[];
  readonly note: (level: "debug" | "info" | "warn" | "error", text: string) => void;
  /** Every end, for counters, gateway events and health. */
  readonly ended: (call: HookCall, end: HookEnd) => void;
  /** Runs it; a program in the field. */
  readonly run?: typeof runHook;
}

/** Calls that wait for one group. A group that changes hands faster than its hooks run keeps the newest. */
export const WAITING_CALLS = 8;

/**
 * Runs the operator's programs at changes of role: one at a time per group, in the order of the changes. Nothing waits for
 * them: a promotion serves devices while its hook still runs, and a demotion has stopped serving before its hook starts.
 */
export class Hooks {
  readonly #parts: HooksParts;
  readonly #waiting = new Map<string, HookCall[]>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(parts: HooksParts) {
    this.#parts = parts;
  }

  /**
   * The agent starts: whatever an earlier life of it left behind (an address, a rule) is taken away, for every group. It is
   * standby until told otherwise.
   */
  starting(groups: Iterable<string>): void {
    for (const group of groups) this.call({ event: "demote", group, epoch: 0, reason: "start" });
  }

  /** The agent's process is gone; whoever survives it takes away what it had. */
  died(groups: Iterable<string>): void {
    for (const group of groups) this.call({ event: "demote", group, epoch: 0, reason: "died" });
  }

  note(group: string, outcome: LeaseOutcome): void {
    switch (outcome.kind) {
      case "active":
        this.call({ event: "promote", group, epoch: outcome.epoch, reason: outcome.reason });
        return;
      case "standby":
        this.call({ event: "demote", group, epoch: outcome.epoch, reason: outcome.reason });
        return;
      case "blocked":
        this.call({ event: "fault", group, epoch: 0, reason: `lease.blocked.${outcome.reason}` });
        return;
      case "hold-down":
        this.call({ event: "fault", group, epoch: 0, reason: "lease.held-down" });
        return;
      case "epoch-refused":
        this.call({ event: "fault", group, epoch: outcome.granted, reason: "lease.epoch-refused" });
        return;
      default:
    }
  }

  call(call: HookCall): void {
    if (this.#parts.settings[call.event] === undefined) return;
    const waiting = this.#waiting.get(call.group) ?? [];
    this.#waiting.set(call.group, waiting);
    waiting.push(call);
    if (waiting.length > WAITING_CALLS) {
      const left = waiting.shift();
      if (left !== undefined) this.#parts.note("warn", `${textOf(left)} was left out: newer ones wait behind it`);
    }
    if (!this.#running.has(call.group)) this.#running.set(call.group, this.#runOn(call.group));
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async #runOn(group: string): Promise<void> {
    // The change of role that called goes on first.
    await Promise.resolve();
    const waiting = this.#waiting.get(group) ?? [];
    for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
      const hook = this.#parts.settings[call.event];
      if (hook !== undefined) await this.#run(hook, call);
    }
    this.#running.delete(group);
  }

  async #run(hook: Hook, call: HookCall): Promise<void> {
    const { note, ended, run = runHook } = this.#parts;
    const end = await run(hook, this.#variables(call));
    const said = end.output === "" ? "" : `; it said: ${end.output}`;
    const text = `${textOf(call)}: ${end.text} after ${end.tookMs} ms${said}`;
    note(end.kind === "done" ? "info" : "error", text);
    ended(call, end);
  }

  #variables(call: HookCall): Record<string, string> {
    const { agent, stateDir, peersOf } = this.#parts;
    return hookVariables({ ...call, agent, stateDir, peers: peersOf(call.group) });
  }
}

/** What a hook finds in its environment. */
export function hookVariables(
  facts: HookCall & { readonly agent: string; readonly stateDir: string; readonly peers: readonly string[] },
): Record<string, string> {
  return {
    BUSBAR_EVENT: facts.event,
    BUSBAR_GROUP: facts.group,
    BUSBAR_AGENT: facts.agent,
    BUSBAR_PEER: facts.peers.join(","),
    BUSBAR_EPOCH: String(facts.epoch),
    BUSBAR_REASON: facts.reason,
    BUSBAR_STATE_DIR: facts.stateDir,
  };
}

function textOf(call: HookCall): string {
  return `${call.event} hook of group ${call.group} (${call.reason})`;
}
