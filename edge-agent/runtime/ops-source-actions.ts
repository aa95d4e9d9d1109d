import type { LeaseSnapshot } from "../lease/machine.ts";
import type { ObservedAgent } from "./ops-source-agent.ts";
import type { GroupRequest, HandoverRequest, Outcome } from "../model/agent-status.ts";
import { pausing } from "./pausing.ts";
import { membersOf } from "./placing.ts";

/** Who asks waits for an answer of ours three seconds; what takes longer is told as it is then. */
const WAIT_MS = 2_000;
const LOOK_EVERY_MS = 10;

/** What an operator may do to the lease of a group. Every answer says what became of it, not what was asked for. */
export class GroupActions {
  readonly #agent: ObservedAgent;
  readonly #note: (text: string) => void;

  constructor(agent: ObservedAgent, note: (text: string) => void) {
    this.#agent = agent;
    this.#note = note;
  }

  async handover({ group, to, reason }: HandoverRequest): Promise<Outcome> {
    const wrong = this.#wrongGroup(group);
    if (wrong !== undefined) return no(wrong);
    const held = this.#groups(group).filter((one) => this.#agent.snapshot(one)?.role === "active");
    if (held.length === 0) {
      return no(`agent ${this.#agent.agent} is not active for ${group === undefined ? "any group" : `group ${group}`}`);
    }
    this.#note(`handover of ${held.join(", ")}${to === undefined ? "" : ` to ${to}`} was asked for: ${reason}`);
    return this.#all(held, (one) => this.#handOver(one, to));
  }

  async pause({ group, reason }: GroupRequest): Promise<Outcome> {
    const wrong = this.#wrongGroup(group);
    if (wrong !== undefined) return no(wrong);
    const groups = this.#groups(group);
    this.#note(`a pause of ${groups.join(", ")} was asked for: ${reason}`);
    return this.#all(groups, (one) => this.#pause(one));
  }

  async resume({ group, reason }: GroupRequest): Promise<Outcome> {
    const wrong = this.#wrongGroup(group);
    if (wrong !== undefined) return no(wrong);
    const groups = this.#groups(group);
    this.#note(`the end of a pause of ${groups.join(", ")} was asked for: ${reason}`);
    return this.#all(groups, async (one) => {
      const refused = this.#order(one, "resume");
      return refused === undefined ? yes(`group ${one} may be held here again`) : no(`group ${one}: ${refused}`);
    });
  }

  /** What the operator wants holds until he wants something else, whatever the agent pauses and resumes by itself. */
  #order(group: string, kind: "pause" | "resume"): string | undefined {
    const refused = this.#agent.request(group, { kind });
    if (refused === undefined) this.#agent.givenAway.ordered(group, kind);
    return refused;
  }

  /** Gives a group to another agent: the named one, or the one that could take it at once. */
  async #handOver(group: string, to: string | undefined): Promise<Outcome> {
    const successor = to ?? this.#successor(group);
    if (successor === undefined) return no(`group ${group}: no other agent is connected and standby`);
    const before = this.#agent.snapshot(group)?.epoch ?? 0;
    const refused = this.#agent.request(group, { kind: "handover", to: successor });
    if (refused !== undefined) return no(`group ${group} was not handed over: ${refused}`);
    const after = await this.#until(
      group,
      (lease) => lease.peers[successor]?.role === "active" || lease.epoch > before,
    );
    if (after.epoch > before)
      return no(`group ${group}: ${successor} did not take it, so it was taken back in epoch ${after.epoch}`);
    if (after.peers[successor]?.role === "active") {
      return yes(`group ${group} is held by ${successor} in epoch ${Math.max(after.highestEpoch, before + 1)}`);
    }
    if (after.role === "active" || after.role === "stepping-down") {
      return no(`group ${group}: still ${after.role} here after ${WAIT_MS / 1_000} s; see the log`);
    }
    return yes(`group ${group} was given up in epoch ${before}; ${successor} has not said yet that it holds it`);
  }

  async #pause(group: string): Promise<Outcome> {
    const lease = this.#agent.snapshot(group);
    const refused = this.#order(group, "pause");
    if (refused !== undefined) return no(`group ${group}: ${refused}`);
    if (lease?.role !== "active") return yes(`group ${group} is not taken here until it is resumed`);
    if (this.#ready(group) !== undefined) {
      const handed = await this.#handOver(group, undefined);
      return handed.done ? yes(`paused; ${handed.message}`) : no(`paused, but ${handed.message}`);
    }
    const members = this.#agent.config.groups[group]?.agents ?? [];
    if (members.length > 1) {
      this.#order(group, "resume");
      return no(`group ${group} was not paused: no other agent could take it, its devices would be alone`);
    }
    this.#agent.request(group, { kind: "step-down" });
    const after = await this.#until(group, (one) => one.role === "standby");
    return after.role === "standby"
      ? yes(`group ${group} is paused; nobody serves its devices now`)
      : no(`group ${group} is paused, and still ${after.role} after ${WAIT_MS / 1_000} s`);
  }

  /** Of those that could take the group now the one whose place it is; else who is there, so that it is said why not. */
  #successor(group: string): string | undefined {
    const peers = this.#agent.snapshot(group)?.peers ?? {};
    const isThere = (name: string): boolean => peers[name]?.contact === "up" && peers[name]?.role === "standby";
    return this.#ready(group) ?? Object.keys(peers).find(isThere);
  }

  #ready(group: string): string | undefined {
    const { config } = this.#agent;
    const settings = config.groups[group];
    const peers = this.#agent.snapshot(group)?.peers ?? {};
    const members = settings === undefined ? [] : membersOf(config, group, settings);
    return members.find((name) => peers[name]?.readySince !== undefined);
  }

  #wrongGroup(group: string | undefined): string | undefined {
    if (group === undefined || this.#agent.runners.has(group)) return undefined;
    return `agent ${this.#agent.agent} is not in group ${group}; it is in ${this.#groups(undefined).join(", ")}`;
  }

  #groups(group: string | undefined): readonly string[] {
    return group === undefined ? [...this.#agent.runners.keys()] : [group];
  }

  async #all(groups: readonly string[], act: (group: string) => Promise<Outcome>): Promise<Outcome> {
    const outcomes = await Promise.all(groups.map(act));
    const message = outcomes.map((one) => one.message).join("; ");
    this.#note(message);
    return { done: outcomes.every((one) => one.done), message };
  }

  /** The lease when it is as wished, or as it is after the wait. */
  async #until(group: string, met: (lease: LeaseSnapshot) => boolean): Promise<LeaseSnapshot> {
    const { timers } = this.#agent;
    const until = timers.now() + WAIT_MS;
    for (;;) {
      const lease = this.#agent.snapshot(group);
      if (lease === undefined) throw new Error(`group ${group} is gone`);
      if (met(lease) || timers.now() >= until) return lease;
      await pausing(timers, LOOK_EVERY_MS);
    }
  }
}

function yes(message: string): Outcome {
  return { done: true, message };
}

function no(message: string): Outcome {
  return { done: false, message };
}
