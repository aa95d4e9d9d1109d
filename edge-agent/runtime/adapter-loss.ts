import type { AdapterNews } from "./adapter-care.ts";
import type { Counters } from "./counters.ts";
import type { GivenAway } from "./given-away.ts";
import type { GroupWork } from "./group-work.ts";

/** The agent as the fate of its adapters sees it. */
export interface AdapterOwner {
  readonly counters: Counters;
  readonly givenAway: GivenAway;
  workOfGroup(group: string): GroupWork | undefined;
  note(level: "debug" | "info" | "warn" | "error", text: string): void;
}

/** What a lost adapter means for the groups that have devices of it. */
export class AdapterLoss {
  readonly #owner: AdapterOwner;

  constructor(owner: AdapterOwner) {
    this.#owner = owner;
  }

  take(news: AdapterNews): void {
    const owner = this.#owner;
    const { protocol } = news;
    const groups = owner.givenAway.groupsWith(protocol);
    switch (news.kind) {
      case "restarted":
        owner.counters.adapterRestarts += 1;
        owner.note(
          "error",
          `the ${protocol} adapter broke and was started again (${news.restarts}): ${news.fault.message}`,
        );
        for (const group of groups) this.#say(group, protocol, news.fault.code);
        return;
      case "held":
        owner.note("error", `the ${protocol} adapter breaks again and again and stays closed: ${news.fault.message}`);
        for (const group of groups) {
          this.#say(group, protocol, news.fault.code);
          owner.givenAway.give(group, `adapter.${protocol}`, held(protocol));
        }
        return;
      case "released":
        owner.note("info", `the ${protocol} adapter is tried again`);
        for (const group of groups) owner.givenAway.letBack(group, `adapter.${protocol}`);
        return;
    }
  }

  #say(group: string, protocol: string, reason: string): void {
    const text = `the ${protocol} adapter broke (${reason})`;
    void this.#owner
      .workOfGroup(group)
      ?.tellGateway("adapter-restarted", "alarm", text, { protocol, reason })
      .catch(() => {});
  }
}

function held(protocol: string): { readonly code: string; readonly message: string } {
  const message = `the ${protocol} adapter of this agent breaks again and again: its devices are not served here`;
  return { code: "adapter.held", message };
}
