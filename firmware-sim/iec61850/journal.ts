import { bitAt, mmsBits, mmsOctets } from "../../adapters/iec61850/mms/data.ts";
import type { JournalEntry, RequestOf, ResponseOf } from "../../adapters/iec61850/mms/pdu.ts";
import { equalBytes } from "../../adapters/kit/bytes.ts";
import type { DataSet } from "./model/ied-model.ts";
import { type Branch, itemOf, type Leaf, leavesOf, type Trigger, type Watcher } from "./model/node.ts";
import { BlockValues } from "./reports/block-values.ts";
import { type Reason, reasonOf } from "./reports/reason.ts";
import type { Surroundings } from "./surroundings.ts";
import { entryTime, fromEntryTime } from "./times.ts";

/** An ApplicationReference that says nothing: its tag is explicit (ISO 9506-2), so that there is a SEQUENCE in any case. */
const NOBODY = Uint8Array.of(0x30, 0x00);
/** Entries a log keeps; the oldest goes. */
const ENTRIES_MAX = 1_000;
/** Entries in one answer where the client does not ask for fewer. */
const ENTRIES_AT_ONCE = 50;
const TRIGGER_BIT: Readonly<Record<Trigger, number>> = { dchg: 1, qchg: 2, dupd: 3 };

/** One log, and the log control block that fills it: IEC 61850-7-2, 17.3. */
export class Journal {
  readonly #values: BlockValues;
  readonly #around: Surroundings;
  readonly #nextEntryId: () => Uint8Array;
  #entries: JournalEntry[] = [];
  readonly #changed = new Map<Leaf, Reason>();

  constructor(parts: {
    readonly tree: Branch;
    readonly dataSet: DataSet | undefined;
    readonly around: Surroundings;
    readonly nextEntryId: () => Uint8Array;
    readonly stirred: (journal: Journal) => void;
  }) {
    this.#values = new BlockValues(parts.tree);
    this.#around = parts.around;
    this.#nextEntryId = parts.nextEntryId;
    for (const member of parts.dataSet?.members ?? []) {
      for (const leaf of leavesOf(member.node)) {
        const watcher: Watcher = {
          triggered: (trigger) => {
            const logs = this.#values.flag("LogEna") && bitAt(this.#values.bits("TrgOps"), TRIGGER_BIT[trigger]);
            if (!logs) return;
            this.#changed.set(leaf, reasonOf(trigger));
            parts.stirred(this);
          },
        };
        leaf.watchers.add(watcher);
      }
    }
  }

  settle(): void {
    if (this.#changed.size === 0) return;
    const variables = [...this.#changed].flatMap(([leaf, reason]) => [
      { tag: itemOf(leaf), value: leaf.value },
      { tag: "ReasonCode", value: mmsBits(reason) },
    ]);
    this.#changed.clear();
    const occurred = entryTime(this.#around.wall);
    const entry: JournalEntry = { entry: this.#nextEntryId(), originator: NOBODY, occurred, variables };
    this.#entries.push(entry);
    if (this.#entries.length > ENTRIES_MAX) this.#entries.shift();
    const [oldest = entry] = this.#entries;
    this.#values.set("OldEntr", mmsOctets(oldest.entry));
    this.#values.set("OldEntrTm", oldest.occurred);
    this.#values.set("NewEntr", mmsOctets(entry.entry));
    this.#values.set("NewEntrTm", occurred);
  }

  /** QueryLogByTime and QueryLogAfter. */
  read(request: RequestOf<"read-journal">): ResponseOf<"read-journal"> {
    const { start, stop, after } = request;
    let found = this.#entries;
    if (start?.from === "time") {
      const from = fromEntryTime(start.time);
      found = found.filter((one) => fromEntryTime(one.occurred) >= from);
    }
    if (stop?.to === "time") {
      const until = fromEntryTime(stop.time);
      found = found.filter((one) => fromEntryTime(one.occurred) <= until);
    }
    const last = start?.from === "entry" ? start.entry : after?.entry;
    if (last !== undefined) found = found.slice(1 + found.findIndex((one) => equalBytes(one.entry, last)));
    const most = Math.min(ENTRIES_AT_ONCE, stop?.to === "count" ? stop.count : ENTRIES_AT_ONCE);
    return { service: "read-journal", entries: found.slice(0, most), moreFollows: found.length > most };
  }

  /** How many entries went: all of them, or those up to and with that time. */
  clear({ limit }: RequestOf<"initialize-journal">): number {
    const before = this.#entries.length;
    const until = limit === undefined ? undefined : fromEntryTime(limit.time);
    this.#entries = this.#entries.filter((one) => until !== undefined && fromEntryTime(one.occurred) > until);
    return before - this.#entries.length;
  }
}
