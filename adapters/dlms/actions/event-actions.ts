import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import type { Point } from "../../../edge-agent/model/point.ts";
import { toRfc3339 } from "../../kit/time.ts";
import { EVENT_LOG_TAGS, EVENT_LOGS, type EventLog, eventFacts } from "../config/events.ts";
import { type AlarmFacts, type AlarmRegister, ALARMS, alarmMask, alarmNamed, alarmsIn } from "../config/alarms.ts";
import { hasAlarm } from "../config/object-profile.ts";
import { attributeOf, type Procedure, readAll, readAttribute, writeAttribute } from "../cosem/ask.ts";
import { type ProfileReading, readProfile } from "../cosem/profile-generic.ts";
import { pointOf, timestampOf } from "../cosem/values.ts";
import { dlmsFault } from "../codes.ts";
import { number, numberOf } from "../data/data.ts";
import { eventDraft } from "../mapping.ts";
import { type ActionContext, type ActionResult, type DlmsAction, nameOf } from "./action.ts";
import { commandFault, Input, invalid } from "./inputs.ts";
import { rangeOf } from "./reading-actions.ts";

/** `events.read`: the entries of event logs between two times, all logs the meter has where none is named. */
export const readEvents: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const named = input.has("logs") ? input.choices("logs", EVENT_LOGS) : undefined;
    const range = rangeOf(input, context.wall());
    input.done();
    const logs = named ?? EVENT_LOGS.filter((log) => context.profile.objects.has(EVENT_LOG_TAGS[log]));
    if (logs.length === 0)
      throw commandFault("dlms.command.not-in-profile", `${context.profile.title} has no event log`);
    const wanted = logs.map((log) => ({ log, instance: nameOf(context, EVENT_LOG_TAGS[log]) }));
    return (function* (): Procedure<ActionResult> {
      const drafts: MessageDraft[] = [];
      const counts: Record<string, number> = {};
      for (const { log, instance } of wanted) {
        const reading = yield* readProfile({
          instance,
          selection: { kind: "range", ...range },
          meter: context.meter,
          selectsRange: context.device.selectsRange,
          // Codes have no scale, and what magnitudes are in depends on the code.
          scaleOf: () => ({ scaler: 0, unit: { code: 255, symbol: "", unit: "1" } }),
        });
        const entries = entriesOf(context, log, reading);
        counts[log] = entries.length;
        drafts.push(...entries);
      }
      return { result: { events: counts }, drafts };
    })();
  },
};

function entriesOf(context: ActionContext, log: EventLog, reading: ProfileReading): MessageDraft[] {
  const { columns, layout } = reading;
  const clockAt = columns.findIndex((column) => column.classId === 8);
  const codeAt = columns.findIndex((column) => column.instance.startsWith("0.0.96.11.") && column.classId === 1);
  if (codeAt < 0) {
    throw dlmsFault("dlms.data.malformed", `the ${log} log has no column of event codes`);
  }
  const seen = new Map<string, number>();
  return reading.rows.flatMap((row): MessageDraft[] => {
    const code = row.values[codeAt];
    const value = code === undefined ? undefined : numberOf(code);
    if (value === undefined) return [];
    const at = row.timeData === undefined ? undefined : timestampOf(row.timeData, context.meter);
    const time = at ?? { time: toRfc3339(row.at) };
    const key = `${time.time} ${value}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const points = columns.flatMap((column, index): Point[] => {
      const data = row.values[index];
      if (index === clockAt || index === codeAt || data === undefined) return [];
      return [pointOf({ ...column, data, name: pointNameOf(column.instance) })];
    });
    const facts = eventFacts(log, value, context.profile.family);
    return [eventDraft(context, { instance: layout.instance, name: log }, { at: time, facts, points, nth })];
  });
}

/** Columns of the logs besides time and code. */
function pointNameOf(instance: string): string | undefined {
  switch (instance) {
    case "0.0.96.15.4.255":
      return "event.counter";
    case "0.0.96.11.20.255":
    case "0.0.96.11.22.255":
      return "event.magnitude";
    case "0.0.96.11.21.255":
      return "event.duration";
    default:
      return undefined;
  }
}

/** `outages.read`: the power failure log: when each ended and how many seconds it had lasted. */
export const readOutages: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    const instance = nameOf(context, "power-failure-log");
    return (function* (): Procedure<ActionResult> {
      const reading = yield* readProfile({ instance, selection: { kind: "all" }, meter: context.meter });
      const durationAt = reading.columns.findIndex((column) => column.classId !== 8);
      const outages = reading.rows.slice(0, 200).map((row): JsonRecord => {
        const duration = row.values[durationAt];
        return { end: toRfc3339(row.at), seconds: (duration === undefined ? undefined : numberOf(duration)) ?? null };
      });
      return { result: { outages } };
    })();
  },
};

const REGISTERS: readonly AlarmRegister[] = [1, 2, 3];

function registersOf(
  context: ActionContext,
  what: "register" | "filter",
): { readonly register: AlarmRegister; readonly reference: ReturnType<typeof attributeOf> }[] {
  const had = REGISTERS.filter((register) => context.profile.objects.has(`alarm-${what}-${register}`));
  if (had.length === 0)
    throw commandFault("dlms.command.not-in-profile", `${context.profile.title} has no alarm ${what}`);
  return had.map((register) => ({
    register,
    reference: attributeOf(1, nameOf(context, `alarm-${what}-${register}`), 2),
  }));
}

/** `alarms.read`: every alarm register the meter has, by the names of the bits that are set. */
export const readAlarms: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    return readBits(registersOf(context, "register"));
  },
};

function* readBits(registers: ReturnType<typeof registersOf>): Procedure<ActionResult> {
  const values = yield* readAll(registers.map((one) => one.reference));
  const alarms: string[] = [];
  const raw: Record<string, number> = {};
  values.forEach((data, index) => {
    const one = registers[index];
    const value = numberOf(data);
    if (one === undefined || value === undefined) return;
    raw[`register${one.register}`] = value;
    alarms.push(...alarmsIn(one.register, value).map((alarm) => alarm.name));
  });
  return { result: { alarms, ...raw } };
}

/** `alarms.clear`: writes zero to every alarm register, and says what was set. */
export const clearAlarms: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    const registers = registersOf(context, "register");
    return (function* (): Procedure<ActionResult> {
      const before = yield* readBits(registers);
      for (const { reference } of registers) yield* writeAttribute(reference, number("double-long-unsigned", 0));
      return { result: { cleared: before.result["alarms"] ?? [] } };
    })();
  },
};

/** `alarm-filter.get`: which alarms lead to a push. */
export const readAlarmFilter: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    return readBits(registersOf(context, "filter"));
  },
};

/** `alarm-filter.set`: `value.enable` and `value.disable` are names of alarms; the others stay as they are. */
export const writeAlarmFilter: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const names = (field: string) =>
      input.has(field) ? input.list(field, 0, ALARMS.length).map((name) => alarmOf(name, context)) : [];
    const enable = names("enable");
    const disable = names("disable");
    input.done();
    if (enable.some((one) => disable.includes(one))) throw invalid("an alarm is enabled or disabled, not both");
    const filters = registersOf(context, "filter");
    return (function* (): Procedure<ActionResult> {
      let written = 0;
      for (const { register, reference } of filters) {
        const on = alarmMask(register, enable);
        const off = alarmMask(register, disable);
        if (on === 0 && off === 0) continue;
        const before = numberOf(yield* readAttribute(reference)) ?? 0;
        const after = ((before & ~off) | on) >>> 0;
        if (after === before >>> 0) continue;
        yield* writeAttribute(reference, number("double-long-unsigned", after));
        written += 1;
      }
      const now = yield* readBits(filters);
      return { result: { ...now.result, written } };
    })();
  },
};

function alarmOf(name: unknown, context: ActionContext): AlarmFacts {
  const alarm = typeof name === "string" ? alarmNamed(name) : undefined;
  if (alarm === undefined) throw invalid(`${JSON.stringify(name)} is no alarm`);
  if (hasAlarm(context.profile, alarm)) return alarm;
  throw commandFault("dlms.command.not-in-profile", `${context.profile.title} has no alarm ${alarm.name}`);
}
