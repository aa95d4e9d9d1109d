import type { LeaseSnapshot } from "../lease/machine.ts";
import type { LeaseRequest } from "../lease/words.ts";
import type { Hooks } from "./hooks.ts";
import type { Trouble, Troubles } from "./troubles.ts";

/** The agent as whoever gives its groups away sees it. */
export interface GroupOwner {
  readonly troubles: Troubles;
  readonly hooks: Pick<Hooks, "call">;
  readonly runners: ReadonlyMap<string, unknown>;
  devicesOf(group: string): readonly string[];
  serviceOf(device: string): { readonly protocol: string } | undefined;
  snapshot(group: string): LeaseSnapshot | undefined;
  request(group: string, request: LeaseRequest): string | undefined;
  note(level: "debug" | "info" | "warn" | "error", text: string): void;
}

/**
 * Groups this agent cannot serve as it should: given to another agent where one can take them, and kept from coming back as
 * long as the cause lasts. Where nobody can take them half a gateway is better than none.
 */
export class GivenAway {
  readonly #owner: GroupOwner;
  /** Why a group is kept from being held here: `adapter.oslp`. */
  readonly #causes = new Map<string, Set<string>>();
  /** Groups that an operator has paused here, whatever else keeps them away. */
  readonly #paused = new Set<string>();

  constructor(owner: GroupOwner) {
    this.#owner = owner;
  }

  /** Groups with devices of a protocol. */
  groupsWith(protocol: string): readonly string[] {
    const { runners } = this.#owner;
    return [...runners.keys()].filter((group) =>
      this.#owner.devicesOf(group).some((device) => this.#owner.serviceOf(device)?.protocol === protocol),
    );
  }

  /** Groups that were given away because of this and not let back. */
  because(cause: string): readonly string[] {
    return [...this.#causes].filter(([, causes]) => causes.has(cause)).map(([group]) => group);
  }

  /** Says what is wrong with the group here until `letBack`, and gives it away where it is held and can be. */
  give(group: string, cause: string, trouble: Trouble): void {
    const owner = this.#owner;
    owner.troubles.begin(group, cause, trouble);
    const lease = owner.snapshot(group);
    owner.hooks.call({ event: "fault", group, epoch: lease?.epoch ?? 0, reason: trouble.code });
    if (lease?.role !== "active" || lease.paused) return;
    const refused = this.handOver(group, cause);
    if (refused !== undefined) owner.note("warn", `group ${group} stays here all the same: ${refused}`);
  }

  /** Gives the group to an agent that is ready for it; else says why not. */
  handOver(group: string, cause: string): string | undefined {
    const owner = this.#owner;
    const { peers = {} } = owner.snapshot(group) ?? {};
    const to = Object.keys(peers).find((name) => peers[name]?.readySince !== undefined);
    if (to === undefined) return "no other agent is connected, standby and able to take it";
    const refused = owner.request(group, { kind: "handover", to });
    if (refused !== undefined) return refused;
    owner.request(group, { kind: "pause" });
    const causes = this.#causes.get(group) ?? new Set<string>();
    this.#causes.set(group, causes.add(cause));
    owner.note("warn", `group ${group} is given to agent ${to}: ${cause}`);
    return undefined;
  }

  /** The cause is gone. What an operator has paused himself stays paused. */
  letBack(group: string, cause: string): void {
    this.#owner.troubles.end(group, cause);
    this.comeBack(group, cause);
  }

  /** The cause is still there, and the group may be held here again. */
  comeBack(group: string, cause: string): void {
    const causes = this.#causes.get(group);
    if (causes?.delete(cause) !== true || causes.size > 0) return;
    this.#causes.delete(group);
    if (!this.#paused.has(group)) this.#owner.request(group, { kind: "resume" });
  }

  /** An operator has paused the group here, or ended that. */
  ordered(group: string, order: "pause" | "resume"): void {
    if (order === "pause") this.#paused.add(group);
    else this.#paused.delete(group);
  }
}
