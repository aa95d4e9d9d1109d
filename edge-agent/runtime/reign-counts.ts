import type { Distribution } from "../model/agent-status.ts";
import { type CommandState, isCommandState } from "../model/command-state.ts";
import type { CommitCounts } from "../queue/commit-statistics.ts";
import type { IntakeStats } from "../commands/redis/intake-options.ts";
import { added } from "./distribution.ts";

/** What the counts of one reign are read from, while it lasts and after. */
export interface ReignFigures {
  readonly commits: () => CommitCounts;
  readonly commands: () => IntakeStats;
  /** Commands that wait for one device. */
  readonly waitingFor: (device: string) => number;
}

/** Added up over the reigns of this agent. */
export interface CommitTotals {
  readonly messages: number;
  readonly recognised: number;
  readonly late: number;
  readonly commitMs: Distribution;
}

interface Ended {
  messages: number;
  recognised: number;
  late: number;
  commitMs: Distribution | undefined;
  readonly ended: Map<CommandState, number>;
}

/** Committers and intakes count for their own reign; this adds them up over all reigns since the agent started. */
export class ReignCounts {
  readonly #present = new Map<string, ReignFigures>();
  readonly #past: Ended = { messages: 0, recognised: 0, late: 0, commitMs: undefined, ended: new Map() };

  /** A new reign of a group: the figures of the one before do not change any more. */
  follow(group: string, figures: ReignFigures): void {
    const before = this.#present.get(group);
    if (before !== undefined) this.#add(before);
    this.#present.set(group, figures);
  }

  commits(): CommitTotals {
    const { messages, recognised, late, commitMs } = this.#past;
    const present = [...this.#present.values()].map((one) => one.commits());
    const sum = (of: (counts: CommitCounts) => number): number => present.reduce((total, one) => total + of(one), 0);
    return {
      messages: messages + sum((one) => one.messages),
      recognised: recognised + sum((one) => one.recognised),
      late: late + sum((one) => one.late),
      commitMs: added([...(commitMs === undefined ? [] : [commitMs]), ...present.map((one) => one.commitMs)]),
    };
  }

  /** `of`: the groups active here now; what an ended reign still shows as held is not ours any more. */
  commands(active: (group: string) => boolean): {
    readonly waiting: number;
    readonly underWay: number;
    readonly ended: Readonly<Partial<Record<CommandState, number>>>;
  } {
    const ended = new Map(this.#past.ended);
    let waiting = 0;
    let underWay = 0;
    for (const [group, figures] of this.#present) {
      const stats = figures.commands();
      addEnds(ended, stats);
      if (!active(group)) continue;
      waiting += stats.waiting;
      underWay += stats.busy;
    }
    return { waiting, underWay, ended: Object.fromEntries(ended) };
  }

  waitingFor(group: string, device: string): number {
    return this.#present.get(group)?.waitingFor(device) ?? 0;
  }

  #add(figures: ReignFigures): void {
    const commits = figures.commits();
    const past = this.#past;
    past.messages += commits.messages;
    past.recognised += commits.recognised;
    past.late += commits.late;
    past.commitMs = added([...(past.commitMs === undefined ? [] : [past.commitMs]), commits.commitMs]);
    addEnds(past.ended, figures.commands());
  }
}

function addEnds(into: Map<CommandState, number>, stats: IntakeStats): void {
  const ends: Readonly<Partial<Record<CommandState, number>>> = stats.ended;
  for (const [state, count] of Object.entries(ends)) {
    if (count > 0 && isCommandState(state)) into.set(state, (into.get(state) ?? 0) + count);
  }
}
