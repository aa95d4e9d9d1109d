import type { DataSet, Member } from "../model/ied-model.ts";
import { type Leaf, leavesOf, readNode, type Trigger, type Watcher } from "../model/node.ts";
import type { ReportedMember } from "./encode-report.ts";
import { joined, type Reason, reasonOf } from "./reason.ts";

/**
 * What has changed in a data set since the last report. Changes of one member in one update are one; a member that changes
 * again while changes are collected is told apart: its first value may not be lost (IEC 61850-7-2, 17.2.2.9).
 */
export class Collection {
  readonly #dataSet: DataSet;
  readonly #wants: (trigger: Trigger) => boolean;
  readonly #fresh = new Map<number, Reason>();
  #collected = new Map<number, ReportedMember>();
  readonly #watched: (readonly [Leaf, Watcher])[] = [];

  /** @param stirred called for the first change of an update. */
  constructor(dataSet: DataSet, wants: (trigger: Trigger) => boolean, stirred: () => void) {
    this.#dataSet = dataSet;
    this.#wants = wants;
    for (const [index, member] of dataSet.members.entries()) {
      const watcher: Watcher = {
        triggered: (trigger) => {
          if (!this.#wants(trigger)) return;
          this.#fresh.set(index, joined(this.#fresh.get(index), reasonOf(trigger)));
          stirred();
        },
      };
      for (const leaf of leavesOf(member.node)) {
        leaf.watchers.add(watcher);
        this.#watched.push([leaf, watcher]);
      }
    }
  }

  get dataSet(): DataSet {
    return this.#dataSet;
  }

  /** Nobody follows the data set any more. */
  end(): void {
    for (const [leaf, watcher] of this.#watched) leaf.watchers.delete(watcher);
  }

  /** Takes the values of the update that is over; what must be told before them, where there is any. */
  settle(): readonly ReportedMember[] {
    const again = [...this.#fresh.keys()].some((index) => this.#collected.has(index));
    const before = again ? this.take() : [];
    for (const [index, reason] of this.#fresh) this.#collected.set(index, this.#member(index, reason));
    this.#fresh.clear();
    return before;
  }

  take(): readonly ReportedMember[] {
    const members = [...this.#collected.values()].sort((a, b) => a.index - b.index);
    this.#collected = new Map();
    return members;
  }

  forget(): void {
    this.#fresh.clear();
    this.#collected.clear();
  }

  /** Every member as it is now. */
  all(reason: Reason): readonly ReportedMember[] {
    return this.#dataSet.members.map((_, index) => this.#member(index, reason));
  }

  #member(index: number, reason: Reason): ReportedMember {
    const member = this.#dataSet.members[index] as Member;
    return { index, reference: `${member.domain}/${member.item}`, value: readNode(member.node), reason };
  }
}
