import type { LeaseSnapshot } from "../lease/machine.ts";
import type { LeaseRequest } from "../lease/words.ts";
import type { AdapterNews } from "./adapter-care.ts";
import type { Counters } from "./counters.ts";
import type { GroupWork } from "./group-work.ts";
import type { Hooks } from "./hooks.ts";
import type { Troubles } from "./troubles.ts";

/** The agent as the fate of its adapters sees it. */
export interface AdapterOwner {
  readonly counters: Counters;
  readonly troubles: Troubles;
  readonly hooks: Pick<Hooks, "call">;
  readonly runners: ReadonlyMap<string, unknown>;
  devicesOf(group: string): readonly string[];
  serviceOf(device: string): { readonly protocol: string } | undefined;
  snapshot(group: string): LeaseSnapshot | undefined;
  request(group: string, request: LeaseRequest): string | undefined;
  workOfGroup(group: string): GroupWork | undefined;
  note(level: "debug" | "info" | "warn" | "error", text: string): void;
}

/** What a lost adapter means for the groups that have devices of it. */
export class AdapterLoss {
  readonly #owner: AdapterOwner;
  /** Groups kept from being held here, because of which protocol. */
  readonly #heldOff = new Map<string, string>();

  constructor(owner: AdapterOwner) {
    this.#owner = owner;
  }

  take(news: AdapterNews): void {
    const owner = this.#owner;
    switch (news.kind) {
      case "restarted":
        owner.counters.adapterRestarts += 1;
        owner.note(
          "error",
          `the ${news.protocol} adapter broke and was started again (${news.restarts}): ${news.fault.message}`,
        );
        for (const group of this.#groupsWith(news.protocol)) this.#say(group, news.protocol, news.fault.code);
        return;
      case "held":
        owner.note(
          "error",
          `the ${news.protocol} adapter breaks again and again and stays closed: ${news.fault.message}`,
        );
        for (const group of this.#groupsWith(news.protocol)) this.#giveAway(group, news.protocol, news.fault.code);
        return;
      case "released":
        owner.note("info", `the ${news.protocol} adapter is tried again`);
        for (const group of this.#groupsWith(news.protocol)) this.#letBack(group, news.protocol);
        return;
    }
  }

  /** To the other agent where that could take it; else half a gateway is better than none, and the others go on here. */
  #giveAway(group: string, protocol: string, reason: string): void {
    const owner = this.#owner;
    const message = `the ${protocol} adapter of this agent breaks again and again: its devices are not served here`;
    owner.troubles.begin(group, `adapter.${protocol}`, { code: "adapter.held", message });
    const lease = owner.snapshot(group);
    owner.hooks.call({ event: "fault", group, epoch: lease?.epoch ?? 0, reason: "adapter.held" });
    this.#say(group, protocol, reason);
    if (lease?.role !== "active" || lease.paused) return;
    const to = Object.keys(lease.peers).find(
      (name) => lease.peers[name]?.contact === "up" && lease.peers[name].role === "standby",
    );
    const refused =
      to === undefined ? "no other agent is connected and standby" : owner.request(group, { kind: "handover", to });
    if (refused === undefined) {
      owner.request(group, { kind: "pause" });
      this.#heldOff.set(group, protocol);
    } else owner.note("warn", `group ${group} stays here without its ${protocol} devices: ${refused}`);
  }

  #letBack(group: string, protocol: string): void {
    this.#owner.troubles.end(group, `adapter.${protocol}`);
    if (this.#heldOff.get(group) !== protocol) return;
    this.#heldOff.delete(group);
    this.#owner.request(group, { kind: "resume" });
  }

  #say(group: string, protocol: string, reason: string): void {
    const text = `the ${protocol} adapter broke (${reason})`;
    void this.#owner
      .workOfGroup(group)
      ?.tellGateway("adapter-restarted", "alarm", text, { protocol, reason })
      .catch(() => {});
  }

  #groupsWith(protocol: string): readonly string[] {
    const { runners } = this.#owner;
    return [...runners.keys()].filter((group) =>
      this.#owner.devicesOf(group).some((device) => this.#owner.serviceOf(device)?.protocol === protocol),
    );
  }
}
