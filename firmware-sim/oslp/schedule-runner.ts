import { DAY_MS, type Instant, later, MINUTE_MS, SECOND_MS, toWall, type WallMs } from "../../adapters/kit/time.ts";
import { ActionTime, type LightValue, TransitionType } from "../../proto/oslp/gen/types.ts";
import { configurationOf } from "./configuration-banks.ts";
import { deviceTime } from "./device-clock.ts";
import type { DeviceState, Relay } from "./device-state.ts";
import type { SwitchCause } from "./notice.ts";
import { relaysOf, switchRelay } from "./relays.ts";
import { localDay, type Moment, momentsOn, type Surroundings } from "./schedule-moments.ts";
import type { ScheduleKind, ScheduleStore } from "./schedule-store.ts";

/** A moment with the schedule it is of. */
interface Turn extends Moment {
  readonly kind: ScheduleKind;
  readonly day: WallMs;
}

const KINDS: readonly ScheduleKind[] = ["LIGHT", "TARIFF"];
/** Weekly schedules repeat within this; what is to be in force now is not older. */
const LOOK_BACK_DAYS = 8;

/**
 * Plans the next moment of the schedules and carries it out when it comes. To be called whenever schedules, clock, place
 * or configuration have changed; the plan before it is void. A device that does not know the time has no plan.
 */
export function planNext(state: DeviceState, now: Instant): void {
  const { schedule } = state;
  const time = deviceTime(state);
  if (schedule === undefined || time === undefined) return;
  schedule.revision += 1;
  if (!KINDS.some((kind) => schedule.inForce[kind].length > 0)) return;
  // After a jump of the clock what lies in the gap is not made up for.
  if (schedule.ranTo === undefined || Math.abs(time - schedule.ranTo) > DAY_MS) schedule.ranTo = time;
  const { revision } = schedule;
  const next = turnsBetween(state, schedule, schedule.ranTo, toWall(time + DAY_MS))[0]?.at ?? toWall(time + DAY_MS / 2);
  const waitMs = Math.max(0, Math.ceil((next - time) / state.speed)) + 1;
  state.agenda.at(later(now, waitMs), (at) => {
    if (schedule.revision !== revision) return;
    runDue(state, schedule, at);
    planNext(state, at);
  });
}

/** Puts relays into the state the schedule wants now; those no entry names stay as they are. */
export function applyNow(state: DeviceState, relays: readonly Relay[], now: Instant): void {
  const { schedule } = state;
  const time = deviceTime(state);
  if (schedule === undefined || time === undefined) return;
  const past = turnsBetween(state, schedule, toWall(time - LOOK_BACK_DAYS * DAY_MS), time).reverse();
  for (const relay of relays) {
    for (const turn of past) {
      const value = valueFor(relay, turn);
      if (value === undefined) continue;
      switchRelay(state, relay, { on: value.on, dim: value.dimValue?.[0] ?? 100 }, "schedule", now);
      break;
    }
  }
}

/**
 * It became light, or dark: entries that wait for it in their window act now. Without such entries all light relays follow,
 * as the simulator of the platform's own makers has it.
 */
export function transition(state: DeviceState, type: number, now: Instant): void {
  const { schedule } = state;
  const time = deviceTime(state);
  const wanted = type === TransitionType.NIGHT_DAY ? ActionTime.SUNRISE : ActionTime.SUNSET;
  const turns =
    schedule === undefined || time === undefined
      ? []
      : turnsBetween(state, schedule, toWall(time - DAY_MS), toWall(time + 2 * DAY_MS)).filter(
          ({ window, entry }) => window !== undefined && entry.actionTime === wanted,
        );
  if (schedule === undefined || time === undefined || turns.length === 0) {
    const on = type === TransitionType.DAY_NIGHT;
    for (const relay of relaysOf(state, 0, "LIGHT") ?? [])
      if (relay.adHoc !== true) switchRelay(state, relay, { on, dim: 100 }, "transition", now);
    return;
  }
  for (const turn of turns) {
    const inside = turn.window !== undefined && time >= turn.window.from && time <= turn.window.to;
    if (inside && claim(schedule, turn)) carryOut(state, turn, turns, "transition", now);
  }
}

function runDue(state: DeviceState, schedule: ScheduleStore, now: Instant): void {
  const time = deviceTime(state);
  if (time === undefined || schedule.ranTo === undefined) return;
  const ahead = turnsBetween(state, schedule, schedule.ranTo, toWall(time + DAY_MS));
  for (const turn of ahead) {
    if (turn.at > time) break;
    if (turn.window === undefined || claim(schedule, turn)) carryOut(state, turn, ahead, "schedule", now);
  }
  schedule.ranTo = time;
}

function carryOut(state: DeviceState, turn: Turn, ahead: readonly Turn[], cause: SwitchCause, now: Instant): void {
  const time = deviceTime(state) ?? turn.at;
  for (const relay of state.relays) {
    const value = relay.adHoc === true ? undefined : valueFor(relay, turn);
    if (value === undefined || isGuarded(relay, turn) || isTooShort(relay, value, turn, ahead)) continue;
    relay.scheduledAt = time;
    switchRelay(state, relay, { on: value.on, dim: value.dimValue?.[0] ?? 100 }, cause, now);
  }
}

/** An ABSOLUTETIME entry with a window acts only where no other entry has switched the relay within it. */
function isGuarded(relay: Relay, { entry, at }: Turn): boolean {
  if (entry.actionTime !== ActionTime.ABSOLUTETIME || entry.window === undefined) return false;
  return relay.scheduledAt !== undefined && relay.scheduledAt >= at - entry.window.minutesBefore * MINUTE_MS;
}

/** A switch-on is left out where the switch-off comes sooner than `minimumLightsOn` seconds. */
function isTooShort(relay: Relay, value: LightValue, turn: Turn, ahead: readonly Turn[]): boolean {
  const { minimumLightsOn } = turn.entry;
  if (!value.on || minimumLightsOn === undefined) return false;
  const until = turn.at + minimumLightsOn * SECOND_MS;
  return ahead.some((other) => other.at > turn.at && other.at <= until && valueFor(relay, other)?.on === false);
}

/** What an entry says about a relay; of several values the last one that names it. */
function valueFor(relay: Relay, { entry, kind }: Turn): LightValue | undefined {
  if (relay.type !== kind) return undefined;
  return (entry.value ?? []).findLast(({ index }) => (index?.[0] ?? 0) === 0 || index?.[0] === relay.index);
}

/** Turns after `from` up to `to`, earliest first. */
function turnsBetween(state: DeviceState, schedule: ScheduleStore, from: WallMs, to: WallMs): Turn[] {
  const around: Surroundings = { place: state.place, configuration: configurationOf(state.configuration) };
  const turns: Turn[] = [];
  // A moment may lie on another UTC day than its local date: one more day on both sides.
  for (let day = localDay(from, around) - DAY_MS; day <= to + DAY_MS; day += DAY_MS) {
    for (const kind of KINDS) {
      const moments = momentsOn(toWall(day), schedule.inForce[kind], around);
      for (const moment of moments) {
        const { at, window } = moment;
        // A window that is open belongs to a transition, wherever its end is.
        const end = window === undefined ? at : window.to;
        if (end > from && at <= to) turns.push({ ...moment, kind, day: toWall(day) });
      }
    }
  }
  return turns.sort((a, b) => a.at - b.at);
}

/** Once for every entry and day: `false` where it has acted. */
function claim(schedule: ScheduleStore, { kind, position, day }: Turn): boolean {
  const key = `${kind}/${position}/${day}`;
  if (schedule.triggered.has(key)) return false;
  if (schedule.triggered.size >= TRIGGERED_MAX) schedule.triggered.clear();
  schedule.triggered.add(key);
  return true;
}

/** Two schedules of 50 entries for a few days. */
const TRIGGERED_MAX = 500;
