import type { WallMs } from "../../adapters/kit/time.ts";
import type { Schedule, SetScheduleRequest } from "../../proto/oslp/gen/types.ts";

/** LIGHT and TARIFF relays have a schedule each. */
export type ScheduleKind = "LIGHT" | "TARIFF";

/** The schedules in force, and the pages of one that is still coming in. */
export interface ScheduleStore {
  readonly inForce: Record<ScheduleKind, readonly Schedule[]>;
  incoming: Incoming | undefined;
  /** Entries with a light trigger that acted, by kind, position and local day: they act once in a window. */
  readonly triggered: Set<string>;
  /** Entries up to here have been carried out, by the device's clock. */
  ranTo: WallMs | undefined;
  /** Grows with every new plan: an act of an older one does nothing. */
  revision: number;
}

interface Incoming {
  readonly kind: ScheduleKind;
  readonly totalPages: number;
  readonly pages: Map<number, readonly Schedule[]>;
}

export function emptyStore(): ScheduleStore {
  return {
    inForce: { LIGHT: [], TARIFF: [] },
    incoming: undefined,
    triggered: new Set(),
    ranTo: undefined,
    revision: 0,
  };
}

/** What a page did. `replaced`: the schedule of its kind is now another one. */
export type Stored = "collected" | "replaced" | "rejected";

/** Entries of a whole schedule (the contract's own limit). */
const ENTRIES_MAX = 50;

/**
 * A complete SetSchedule replaces the schedule of its kind. Pages are collected and replace it together after the last one;
 * page 1 begins anew, and a page that does not follow the one before it is refused. No source says so: the contract is
 * silent about an interrupted sequence of pages.
 */
export function store(into: ScheduleStore, request: SetScheduleRequest, kind: ScheduleKind): Stored {
  const { pageInfo, schedules = [] } = request;
  if (pageInfo === undefined || pageInfo.totalPages <= 1) return replace(into, kind, schedules);
  const { currentPage, totalPages } = pageInfo;
  if (currentPage === 1) into.incoming = { kind, totalPages, pages: new Map() };
  const incoming = into.incoming;
  const follows =
    incoming !== undefined &&
    incoming.kind === kind &&
    incoming.totalPages === totalPages &&
    (currentPage === incoming.pages.size + 1 || incoming.pages.has(currentPage));
  if (!follows) return "rejected";
  incoming.pages.set(currentPage, schedules);
  if (incoming.pages.size < totalPages) return "collected";
  const whole = [...incoming.pages.entries()].sort(([a], [b]) => a - b).flatMap(([, entries]) => entries);
  return replace(into, kind, whole);
}

function replace(into: ScheduleStore, kind: ScheduleKind, entries: readonly Schedule[]): Stored {
  into.incoming = undefined;
  if (entries.length > ENTRIES_MAX) return "rejected";
  into.inForce[kind] = entries;
  into.triggered.clear();
  return "replaced";
}
