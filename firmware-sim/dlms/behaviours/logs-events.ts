import { EVENT_LOG_TAGS, EVENT_LOGS, type EventLog } from "../../../adapters/dlms/config/events.ts";
import { type DlmsData, NULL_DATA, octetString } from "../../../adapters/dlms/data/data.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { MeterState } from "../meter-state.ts";
import type { Notice } from "../notice.ts";
import { columnsOf, typed, wantedOf } from "../objects/catalogue.ts";
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
      for (const log of EVENT_LOGS) {
        const wanted = wantedOf(meter).find(({ entry }) => entry.tag === EVENT_LOG_TAGS[log]);
        if (wanted === undefined) continue;
        const kept = new Log(log, wanted.entry.entries ?? 0);
        logs.set(log, kept);
        const columns = columnsOf(meter, wanted);
        const types = columns.slice(1).map(({ name }) => wantedOf(meter).find(({ obis }) => obis === name)?.entry);
        meter.objects.add(
          profileGeneric({
            named: { obis: wanted.obis, version: wanted.entry.version },
            columns,
            period: 0,
            entries: wanted.entry.entries ?? 0,
            source: kept.source(meter, types),
          }),
        );
        for (const [at, entry] of types.entries()) {
          if (entry === undefined) continue;
          meter.objects.add(data({ obis: entry.obis }, () => typed(entry, kept.last(at))));
        }
      }
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
