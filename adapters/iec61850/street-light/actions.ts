import type { Json, JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { read, readAll, typeOfReference, write, writeAll } from "../acsi/variables.ts";
import {
  type Action,
  type ActionContext,
  field,
  invalid,
  needed,
  textField,
  truthField,
  wholeField,
} from "../actions/action.ts";
import { readingOf } from "../actions/variables.ts";
import { iec61850Fault } from "../codes.ts";
import type { Relay } from "../device.ts";
import { mmsBoolean, type MmsData, mmsFloat, mmsVisible } from "../mms/data.ts";
import { encodeValue } from "../model/encode-value.ts";
import { toJson } from "../model/value.ts";
import type { Told } from "../points.ts";
import type { UnitTable } from "../report/data-set-view.ts";
import { pause, type Procedure } from "../procedure.ts";
import { controller, relayOf } from "./device-model.ts";
import { relaysAt, relaysOf } from "./relays.ts";
import { SCHEDULE_SET } from "./schedule.ts";

/** Between switching and reading back, of a self-test. */
const SELF_TEST_PAUSE_MS = 5_000;
/** A download begins so much later than the device's own clock says now. */
const START_LATER_S = 60;
const NO_UNITS: UnitTable = new Map();
/** Event types of the device, hence bits of its mask. */
const EVENT_BITS = 26;

/** What GXF's platform asks of SWDevice-010805, in the words the OSLP adapter has for the same. */
export const STREET_LIGHT_ACTIONS: Readonly<Record<string, Action>> = {
  "light.set": {
    idempotent: true,
    *run({ command, device }) {
      const values = lightValues(command.value);
      const wanted = values.map(({ index, on }) => ({ on, relays: relaysAt(device, index), index }));
      for (const { relays, index } of wanted) if (relays === undefined) throw invalid(`there is no light ${index}`);
      for (const { relays, on } of wanted) for (const relay of relays ?? []) yield* switchRelay(relay, on);
      return { result: { switched: wanted.flatMap(({ relays = [] }) => relays.map((one) => one.index)) } };
    },
  },
  "light.status": {
    idempotent: true,
    run: (context) => lightStatus(context),
  },
  "transition.set": {
    idempotent: false,
    *run({ command }) {
      const transition = textField(command.value, "transitionType") ?? "DAY_NIGHT";
      if (transition !== "DAY_NIGHT" && transition !== "NIGHT_DAY")
        throw invalid("value.transitionType is DAY_NIGHT or NIGHT_DAY");
      yield* operateWhole(controller("CO", "Sensor"), transition === "DAY_NIGHT");
      return { result: { transitionType: transition } };
    },
  },
  "device.reboot": {
    idempotent: false,
    *run() {
      yield* operateWhole(controller("CO", "RbOper"), true);
      return { result: {} };
    },
  },
  "self-test.start": { idempotent: true, run: (context) => selfTest(context, true) },
  "self-test.stop": { idempotent: true, run: (context) => selfTest(context, false) },
  "notifications.set": {
    idempotent: true,
    *run({ command }) {
      const mask = needed(wholeField(command.value, "mask"), "mask");
      if (mask < 0 || mask >= 2 ** EVENT_BITS)
        throw invalid(`value.mask has ${EVENT_BITS} bits, one for each event type`);
      const text = mask.toString(16).toUpperCase();
      yield* write(controller("CF", "EvnBuf", "enbEvnType"), mmsVisible(text));
      return { result: { mask: text } };
    },
  },
  "schedule.set": SCHEDULE_SET,
  "firmware.version": {
    idempotent: true,
    *run() {
      const values = yield* readAll([controller("ST", "FuncFwDw", "curVer"), controller("ST", "ScyFwDw", "curVer")]);
      const [functional, security] = values.map((one) => toJson(one));
      return { result: { functional: functional ?? null, security: security ?? null } };
    },
  },
  "firmware.update": {
    idempotent: false,
    *run({ command }) {
      const module = textField(command.value, "module") ?? "functional";
      if (module !== "functional" && module !== "security") throw invalid("value.module is functional or security");
      return yield* download(module === "functional" ? "FuncFwDw" : "ScyFwDw", command.value);
    },
  },
  "certificate.update": {
    idempotent: false,
    run: ({ command }) => download("CARepl", command.value),
  },
  "configuration.get": {
    idempotent: true,
    *run() {
      const parts = ["Reg", "Clock", "IPCf", "SWCf"] as const;
      const result: Record<string, Json> = {};
      for (const part of parts) {
        const reference = controller("CF", part);
        const [type, value] = [yield* typeOfReference(reference), yield* read(reference)];
        result[part] = toJson(value, type);
      }
      return { result };
    },
  },
  "configuration.set": {
    idempotent: true,
    *run({ command }) {
      const { value } = command;
      if (typeof value !== "object" || value === null || Array.isArray(value))
        throw invalid("value is { Clock: { tZ: 60 }, SWCf: { … } }");
      const written: string[] = [];
      for (const [part, fields] of Object.entries(value as Readonly<Record<string, Json>>)) {
        if (typeof fields !== "object" || fields === null) throw invalid(`value.${part} is an object`);
        for (const [name, given] of Object.entries(fields as Readonly<Record<string, Json>>)) {
          const reference = controller("CF", part, name);
          yield* write(reference, encodeValue(given, yield* typeOfReference(reference), `${part}.${name}`));
          written.push(`${part}.${name}`);
        }
      }
      return { result: { written } };
    },
  },
};

/** What a device that registered is told: to stop registering, and where it is. */
export function* stopRegistering(
  position: { readonly longitude: number; readonly latitude: number } | undefined,
): Procedure<void> {
  yield* write(controller("CF", "Reg", "ntfEnb"), mmsBoolean(false));
  if (position === undefined) return;
  const faults = yield* writeAll([
    { reference: controller("CF", "Atnm", "lon"), data: mmsFloat(position.longitude) },
    { reference: controller("CF", "Atnm", "lat"), data: mmsFloat(position.latitude) },
  ]);
  for (const fault of faults) if (fault !== undefined) throw fault;
}

/** Allowed to switch first, then the whole Oper as it was read with the other value: this firmware wants it so. */
export function* switchRelay(relay: Relay, on: boolean): Procedure<void> {
  const allowed = yield* read(relayOf(relay.internal, "CF", "CfSt", "enbOper"));
  if (allowed.type === "boolean" && !allowed.value)
    yield* write(relayOf(relay.internal, "CF", "CfSt", "enbOper"), mmsBoolean(true));
  yield* operateWhole(relayOf(relay.internal, "CO", "Pos"), on);
}

/** Quirk `swdevice-oper`: ctlModel says status-only, and the numbers and times of Oper are left as they were read. */
function* operateWhole(object: ReturnType<typeof controller>, on: boolean): Procedure<void> {
  const oper = { ...object, path: [...object.path, "Oper"] };
  const before = yield* read(oper);
  const [, ...rest]: readonly MmsData[] = before.type === "structure" ? before.items : [];
  if (rest.length === 0) throw iec61850Fault("mms.data.unexpected", "the control of the device is no structure");
  yield* write(oper, { type: "structure", items: [mmsBoolean(on), ...rest] });
}

function* lightStatus(context: ActionContext): Procedure<{ result: JsonRecord; drafts: ReturnType<typeof readingOf> }> {
  const { device, command } = context;
  const relays = relaysOf(device);
  const references = relays.map((one) => relayOf(one.internal, "ST", "Pos"));
  const type = yield* typeOfReference(references[0] ?? relayOf(1, "ST", "Pos"));
  const values = yield* readAll([
    ...references,
    controller("CF", "EvnBuf", "enbEvnType"),
    controller("CF", "SWCf", "LT"),
  ]);
  const told = references.map(
    (reference, at): Told => ({
      reference,
      value: values[at] ?? { type: "failure", error: 0 },
      type,
      units: NO_UNITS,
    }),
  );
  const lights = relays.map((one, at) => ({
    index: one.index,
    kind: one.kind,
    ...objectOf(toJson(told[at]?.value ?? { type: "failure", error: 0 }, type)),
  }));
  const lightType = toJson(values[relays.length + 1] ?? { type: "failure", error: 0 });
  return {
    result: {
      lights,
      notificationMask: toJson(values[relays.length] ?? { type: "failure", error: 0 }),
      // Quirk `swdevice-empty-light-type`: firmware that leaves it empty means relays.
      lightType: lightType === "" ? "RELAY" : lightType,
    },
    drafts: readingOf(context, told, command.uid),
  };
}

function* selfTest({ device }: ActionContext, on: boolean): Procedure<{ result: JsonRecord }> {
  const lights = relaysOf(device).filter((one) => one.kind === "light");
  for (const relay of lights) yield* switchRelay(relay, on);
  yield* pause(SELF_TEST_PAUSE_MS);
  const values = yield* readAll(lights.map((one) => relayOf(one.internal, "ST", "Pos", "stVal")));
  const wrong = lights.filter((_one, at) => {
    const value = values[at];
    return value?.type !== "boolean" || value.value !== on;
  });
  return { result: { passed: wrong.length === 0, failed: wrong.map((one) => one.index) } };
}

/** The device fetches it by itself: where, and when by its own clock. */
function* download(
  part: "FuncFwDw" | "ScyFwDw" | "CARepl",
  value: Json | undefined,
): Procedure<{ result: JsonRecord }> {
  const url = needed(textField(value, "url"), "url");
  if (!/^https?:\/\//.test(url)) throw invalid("value.url begins with http:// or https://");
  const now = yield* read(controller("CF", "Clock", "curT"));
  if (now.type !== "utc-time") throw iec61850Fault("mms.data.unexpected", "the device's clock is no time");
  yield* write(controller("CF", part, "url"), mmsVisible(url));
  yield* write(controller("CF", part, "startT"), { ...now, seconds: now.seconds + START_LATER_S, fraction: 0 });
  return { result: { url } };
}

function lightValues(value: Json | undefined): readonly { readonly index: number; readonly on: boolean }[] {
  if (typeof value === "boolean") return [{ index: 0, on: value }];
  const list = field(value, "values");
  const all: readonly Json[] = Array.isArray(list) ? list : value === undefined ? [] : [value];
  if (all.length === 0) throw invalid("value is { on: true } or { values: [{ index, on }] }");
  return all.map((one) => ({
    index: wholeField(one, "index") ?? 0,
    on: needed(truthField(one, "on"), "on"),
  }));
}

function objectOf(value: Json): { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : { value };
}
