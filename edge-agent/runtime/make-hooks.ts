import { peersOf } from "../config/choose-agent.ts";
import type { Config } from "../config/config.ts";
import type { Counters } from "./counters.ts";
import type { GroupWork } from "./group-work.ts";
import type { HookEnd } from "./hook-run.ts";
import { type HookCall, Hooks } from "./hooks.ts";
import type { Troubles } from "./troubles.ts";

/** The agent as its hooks see it. */
export interface HookOwner {
  readonly config: Pick<Config, "hooks" | "agents" | "groups">;
  readonly agent: string;
  readonly counters: Counters;
  readonly troubles: Troubles;
  workOfGroup(group: string): GroupWork | undefined;
  note(level: "debug" | "info" | "warn" | "error", text: string): void;
}

/** The hooks of an agent. One that fails is counted, shown by health until one goes well, and told to the cores. */
export function makeHooks(owner: HookOwner): Hooks {
  const { config, agent } = owner;
  return hooksOf(
    config,
    agent,
    (level, text) => owner.note(level, text),
    (call, end) => ended(owner, call, end),
  );
}

/** The same programs without an agent: for the supervisor, after the agent has died. */
export function hooksOf(
  config: HookOwner["config"],
  agent: string,
  note: HookOwner["note"],
  ended: (call: HookCall, end: HookEnd) => void = () => {},
): Hooks {
  return new Hooks({
    settings: config.hooks,
    agent,
    stateDir: config.agents[agent]?.state ?? ".",
    peersOf: (group) => peersOf(config, agent).filter((peer) => config.groups[group]?.agents.includes(peer) === true),
    note,
    ended,
  });
}

function ended(owner: HookOwner, { event, group, reason }: HookCall, end: HookEnd): void {
  const { counters, troubles } = owner;
  counters.hookRuns += 1;
  // What a promotion could not do is over with the demotion, and the other way round.
  const about = event === "fault" ? "hook.fault" : "hook.role";
  if (end.kind === "done") {
    troubles.end(group, about);
    return;
  }
  counters.hookFailures += 1;
  const message = `the ${event} hook of group ${group} failed (${reason}): ${end.text}`;
  troubles.begin(group, about, { code: "hook.failed", message });
  // Without a reign nobody may speak for the group; the log and health say it.
  void owner
    .workOfGroup(group)
    ?.tellGateway("hook-failed", "alarm", message, { hook: event, reason, end: end.text })
    .catch(() => {});
}
