import { EVENT_LOG_TAGS, EVENT_LOGS, type EventLog } from "../../../adapters/dlms/config/events.ts";
import { type DlmsData, NULL_DATA, octetString } from "../../../adapters/dlms/data/data.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { MeterState } from "../meter-state.ts";
import type { Notice } from "../notice.ts";
import { columnsOf, someOf, typed, type Wanted, wantedAt, wantedOf } from "../objects/catalogue.ts";
import type { CosemObject } from "../objects/cosem-object.ts";
import { CLOCK, type Column, profileGeneric, type Row, type RowSource } from "../objects/profile-generic.ts";
import { data } from "../objects/simple.ts";
import type { ObjectEntry } from "../../../adapters/dlms/config/object-profile.ts";

/** Every log says so when it has been cleared. */
const CLEARED = 255;
const AUXILIARY_CLEARED = 0xffff;

interface Event {
  readonly at: WallMs;
  readonly values: readonly number[];
}

/** The event logs of the companion standard: rings of what has happened, read as profiles. */
export function logsEvents(): Behaviour {
  return {
    name: "logs-events",
    begins: (meter) => {
      const logs = new Map<EventLog, Log>();
      const { wanted, listing } = someOf(meter, "logs-events", ({ entry }) => logOf(entry) !== undefined);
      for (const { entry } of wanted) {
        const log = logOf(entry);
        if (log !== undefined) logs.set(log, new Log(log, entry.entries ?? 0));
      }
      meter.objects.offer(listing, (at) => logObject(meter, wanted[at] as Wanted, logs));
      const codes = someOf(meter, "logs-event-codes", (one) => columnLog(meter, one) !== undefined);
      meter.objects.offer(codes.listing, (at) => {
        const one = codes.wanted[at] as Wanted;
        const column = columnLog(meter, one);
        return data({ obis: one.obis }, () =>
          typed(one.entry, column === undefined ? 0 : (logs.get(column.log)?.last(column.at) ?? 0)),
        );
      });
      powerFailures(meter);
      return {
        notices: (notice) => {
          if (notice.kind === "event")
            logs.get(notice.log)?.add(meter.clock.now(), [notice.code, ...(notice.values ?? [])]);
          for (const [log, code] of eventsOf(notice)) logs.get(log)?.add(meter.clock.now(), [code]);
        },
      };
    },
  };
}

function logOf({ tag }: ObjectEntry): EventLog | undefined {
  return EVENT_LOGS.find((log) => EVENT_LOG_TAGS[log] === tag);
}

function logObject(meter: MeterState, wanted: Wanted, logs: ReadonlyMap<EventLog, Log>): CosemObject {
  const columns = columnsOf(meter, wanted);
  const types = columns.slice(1).map(({ name }) => wantedAt(meter, name)?.entry);
  const log = logOf(wanted.entry);
  const kept = (log === undefined ? undefined : logs.get(log)) ?? new Log("standard", 0);
  return profileGeneric({
    named: { obis: wanted.obis, version: wanted.entry.version },
    columns,
    period: 0,
    entries: wanted.entry.entries ?? 0,
    source: kept.source(meter, types),
  });
}

/** The log that an object is a column of, and which behind the time: an event code, its counter, its magnitude. */
function columnLog(
  meter: MeterState,
  { entry, obis }: Wanted,
): { readonly log: EventLog; readonly at: number } | undefined {
  if (entry.class !== 1) return undefined;
  for (const one of wantedOf(meter)) {
    const log = logOf(one.entry);
    const at =
      log === undefined
        ? -1
        : columnsOf(meter, one)
            .slice(1)
            .findIndex(({ name }) => name === obis);
    if (log !== undefined && at >= 0) return { log, at };
  }
  return undefined;
}

class Log {
  readonly #log: EventLog;
  readonly #max: number;
  readonly #events: Event[] = [];

  constructor(log: EventLog, max: number) {
    this.#log = log;
    this.#max = max;
  }

  add(at: WallMs, values: readonly number[]): void {
    this.#events.push({ at, values });
    if (this.#events.length > this.#max) this.#events.shift();
  }

  /** The last value of a column behind the time; 0 before anything happened. */
  last(column: number): number {
    return this.#events.at(-1)?.values[column] ?? 0;
  }

  source(meter: MeterState, types: readonly (ObjectEntry | undefined)[]): RowSource {
    return {
      rows: () => this.#events.map((event) => rowOf(meter, event, types)),
      clear: ({ at }) => {
        this.#events.length = 0;
        this.add(at, [this.#log === "auxiliary" ? AUXILIARY_CLEARED : CLEARED]);
      },
    };
  }
}

function rowOf(meter: MeterState, { at, values }: Event, types: readonly (ObjectEntry | undefined)[]): Row {
  const cells: DlmsData[] = types.map((entry, i) => (entry === undefined ? NULL_DATA : typed(entry, values[i] ?? 0)));
  return { at, values: [octetString(meter.clock.write(at)), ...cells] };
}

/** The log of long power failures: when each ended and how long it was. */
function powerFailures(meter: MeterState): void {
  const wanted = wantedOf(meter).find(({ entry }) => entry.tag === "power-failure-log");
  if (wanted === undefined) return;
  const columns: readonly Column[] = columnsOf(meter, wanted);
  const duration = wantedOf(meter).find(({ obis }) => obis === columns[1]?.name)?.entry;
  const log = new Log("standard", wanted.entry.entries ?? 0);
  meter.objects.add(
    profileGeneric({
      named: { obis: wanted.obis, version: wanted.entry.version },
      columns: columns.length > 0 ? columns : [{ classId: 8, name: CLOCK, attribute: 2, index: 0 }],
      period: 0,
      entries: wanted.entry.entries ?? 0,
      source: log.source(meter, [duration]),
    }),
  );
}

/** What a meter logs of itself. */
function eventsOf(notice: Notice): readonly (readonly [EventLog, number])[] {
  switch (notice.kind) {
    case "powered-on":
      return [["standard", 2]];
    case "powered-off":
      return [["standard", 1]];
    case "clock-set":
      return [
        ["standard", 4],
        ["standard", 5],
      ];
    case "association-refused":
      return [["fraud", 46]];
    case "image-activated":
      return [["standard", 18]];
    default:
      return [];
  }
}
