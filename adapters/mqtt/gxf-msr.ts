import type { Point } from "../../edge-agent/model/point.ts";
import { decodeText, decodeJson } from "./json-payload.ts";
import { mqttFault } from "./mqtt-fault.ts";
import { toValue } from "./point-value.ts";
import { readTime, type TimeForm } from "./time-form.ts";

/** One acquisition of a GXF measurement payload. */
export interface MsrReading {
  /** How the payload names its device: the first field of a text, `gisnr` of an object. */
  readonly device: string;
  readonly time: string | undefined;
  readonly points: readonly Point[];
}

/** JSON numbers of Unix times before this are seconds: as milliseconds they would lie in 1973. */
const SECONDS_BELOW = 100_000_000_000;
const VALUES_MAX = 500;
const FLOAT = { type: "f64", scaler: undefined } as const;
const TEXT = { type: "string", scaler: undefined } as const;

/**
 * The two forms of GXF's distribution-automation measurements on `msr/<device>/data` and `msr/<device>/congestion`: text
 * `TST-01; 220.1; 220.2; …`, and JSON `[{gisnr, versie, feeder, D, uts, data: […]}]`. What the single numbers mean is
 * the installation's knowledge: they keep their place in the payload as reference, and have no unit.
 */
export function readMsr(topic: string, payload: Uint8Array): readonly MsrReading[] {
  const text = decodeText(payload).trim();
  if (text === "") throw mqttFault("mqtt.payload.empty", "the measurement is empty");
  return text.startsWith("[") || text.startsWith("{") ? fromJson(topic, payload) : [fromText(topic, text)];
}

function fromText(topic: string, text: string): MsrReading {
  const [device = "", ...values] = text
    .replace(/;\s*$/, "")
    .split(";")
    .map((field) => field.trim());
  if (device === "" || values.length === 0)
    throw mqttFault("mqtt.point.missing", "a measurement is a device and its values, separated by ;");
  bounded(values.length);
  return { device, time: undefined, points: values.map((value, index) => floatPoint(topic, `/${index + 1}`, value)) };
}

function fromJson(topic: string, payload: Uint8Array): readonly MsrReading[] {
  const value = decodeJson(payload);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw mqttFault("mqtt.payload.empty", "the array of measurements is empty");
  return list.map((element, index) => fromElement(topic, element, Array.isArray(value) ? `/${index}` : ""));
}

function fromElement(topic: string, element: unknown, base: string): MsrReading {
  if (typeof element !== "object" || element === null)
    throw mqttFault("mqtt.point.type", `${base || "/"}: not an object`);
  const fields = element as Readonly<Record<string, unknown>>;
  const { gisnr, uts, data } = fields;
  if (typeof gisnr !== "string" || gisnr === "")
    throw mqttFault("mqtt.point.missing", `${base}/gisnr: there is no device`);
  if (!Array.isArray(data) || data.length === 0)
    throw mqttFault("mqtt.point.missing", `${base}/data: there are no values`);
  bounded(data.length);
  const facts = (["versie", "feeder", "D"] as const).flatMap((key): Point[] => {
    const given = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (given === undefined || given === null) return [];
    const pointer = `${base}/${key}`;
    return [{ ref: { scheme: "mqtt", value: topic, pointer }, name: key, ...toValue(given, TEXT, pointer) }];
  });
  const values = data.map((given, index) => floatPoint(topic, `${base}/data/${index}`, given));
  return { device: gisnr, time: timeOf(uts), points: [...facts, ...values] };
}

function floatPoint(topic: string, pointer: string, given: unknown): Point {
  return { ref: { scheme: "mqtt", value: topic, pointer }, ...toValue(given, FLOAT, pointer) };
}

function timeOf(uts: unknown): string | undefined {
  if (uts === undefined || uts === null) return undefined;
  const form: TimeForm = Number(uts) < SECONDS_BELOW ? "unix-s" : "unix-ms";
  return readTime(uts, form);
}

function bounded(count: number): void {
  if (count > VALUES_MAX)
    throw mqttFault("mqtt.payload.overfull", `a measurement has ${count} values, at most ${VALUES_MAX} are taken`);
}
