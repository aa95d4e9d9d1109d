import type { Json, JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { JSON_NODES, MESSAGE_POINTS } from "../../../edge-agent/model/limits.ts";
import type { AttributeReference } from "../apdu/descriptor.ts";
import { DATA_ACCESS_RESULTS } from "../apdu/results.ts";
import { entryByObis } from "../config/object-profiles.ts";
import { attributeOf, methodRefusal, type Procedure, readMany, tryMethod, writeAttribute } from "../cosem/ask.ts";
import { interfaceClass, attributeIndex, attributeName, methodIndex, methodName } from "../cosem/classes.ts";
import { dataText } from "../cosem/data-text.ts";
import { dateTimeText, readDateTime } from "../cosem/date-time.ts";
import { obisTitle } from "../cosem/obis-name.ts";
import { type ListedObject, readObjectList } from "../cosem/object-list.ts";
import { scaleAttribute } from "../cosem/profile-generic.ts";
import {
  modelValue,
  NO_SCALE,
  pointOf,
  reasonOf,
  missingPoint,
  scalerUnitOf,
  type ScalerUnit,
} from "../cosem/values.ts";
import type { DlmsData } from "../data/data.ts";
import { type Obis, obisText, parseObis } from "../obis.ts";
import { readingDraft } from "../mapping.ts";
import { type ActionContext, type ActionRequest, type ActionResult, type DlmsAction, fixedScale } from "./action.ts";
import { Input, invalid } from "./inputs.ts";

/** Attributes one command may read. */
const ATTRIBUTES_MAX = 200;

/** `attribute.read`: one attribute by the command's target, or a list of them by `value.attributes`. */
export const readAttributes: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const wanted = input.has("attributes")
      ? input.records("attributes", 1, ATTRIBUTES_MAX).map((item) => attributeInput(item, context))
      : [attributeOfTarget(request, input, context)];
    input.done();
    return readThem(wanted, context);
  },
};

/** `attribute.write`: `value.data` is a typed value, `double-long-unsigned:5`. */
export const writeOneAttribute: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const data = input.data("data");
    const wanted = attributeOfTarget(request, input, context);
    input.done();
    return (function* (): Procedure<ActionResult> {
      yield* writeAttribute(wanted, data);
      return { result: { ...describe(wanted), data: dataText(data) } };
    })();
  },
};

/** `method.invoke`: `value.method` by name or number, `value.data` its parameter. */
export const invokeOneMethod: DlmsAction = {
  idempotent: false,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const { classId, instance } = objectOfTarget(request, input, context);
    const method = methodIn(classId, input.any("method"));
    const data = input.optionalData("data");
    input.done();
    return (function* (): Procedure<ActionResult> {
      const descriptor = { classId, instance, method };
      const { result, returned } = yield* tryMethod(descriptor, data);
      if (result !== 0) throw methodRefusal(descriptor, result);
      const answer = returned === undefined ? {} : { returned: plainJson(returned), data: dataText(returned) };
      return { result: { object: obisText(instance), class: classId, method: methodName(classId, method), ...answer } };
    })();
  },
};

/** `objects.list`: what the association lets us see, one line an object: `3/0 1-0:1.8.0*255 r1,2,3 w m1`. */
export const listObjects: DlmsAction = {
  idempotent: true,
  prepare: (request) => {
    new Input(request.value).done();
    return (function* (): Procedure<ActionResult> {
      const objects = yield* readObjectList();
      const lines = objects.slice(0, JSON_NODES - 20).map(objectLine);
      return { result: { count: objects.length, objects: lines } };
    })();
  },
};

/** `3/0 1-0:1.8.0*255 r1,2,3 w2 m1`: class and version, logical name, what may be read, written, invoked. */
export function objectLine({ classId, version, instance, attributes, methods }: ListedObject): string {
  const some = (letter: string, indexes: readonly number[]) =>
    indexes.length === 0 ? [] : [letter + indexes.join(",")];
  const readable = attributes.filter((one) => one.read).map((one) => one.index);
  const writable = attributes.filter((one) => one.write).map((one) => one.index);
  const invocable = methods.filter((one) => one.read).map((one) => one.index);
  const rights = [...some("r", readable), ...some("w", writable), ...some("m", invocable)];
  return [`${classId}/${version}`, obisText(instance), ...rights].join(" ");
}

/** A COSEM value as plain JSON, for people: structures as lists, octets in hex, 64-bit integers as text. */
export function plainJson(data: DlmsData): Json {
  if ("elements" in data) return data.elements.map(plainJson);
  return modelValue(data).value;
}

function* readThem(wanted: readonly AttributeReference[], context: ActionContext): Procedure<ActionResult> {
  const results = yield* readMany(wanted);
  const scales = yield* scalesOf(wanted, context);
  const values = results.map((result, index): JsonRecord => {
    const reference = wanted[index];
    if (reference === undefined) return {};
    const told = describe(reference);
    if (result.kind === "error")
      return { ...told, refused: DATA_ACCESS_RESULTS[result.result] ?? String(result.result) };
    const text = dataText(result.data);
    const shown = plainJson(result.data);
    const title = obisTitle(reference.instance);
    return {
      ...told,
      ...(title === undefined ? {} : { title }),
      // A nested value has many parts: as text it is one.
      value: typeof shown === "object" && shown !== null ? null : shown,
      data: text.length <= 16_000 ? text : `${text.slice(0, 16_000)}…`,
      ...timeText(result.data),
      ...scaledJson(result.data, scales[index]),
    };
  });
  const points = wanted.slice(0, MESSAGE_POINTS).map((reference, index) => {
    const result = results[index];
    const { classId, instance, attribute } = reference;
    const source = { classId, instance, attribute, scale: scales[index] };
    if (result?.kind !== "data") return missingPoint(source, reasonOf(result?.result ?? 250));
    return pointOf({ ...source, data: result.data });
  });
  return {
    result: values.length === 1 ? (values[0] ?? {}) : { values },
    drafts: [readingDraft(context, points, undefined, context.wall())],
  };
}

/** Scales of registers, fixed or asked of the meter along with the values. */
function* scalesOf(
  wanted: readonly AttributeReference[],
  context: ActionContext,
): Procedure<readonly (ScalerUnit | undefined)[]> {
  const scales = wanted.map((reference) =>
    scaleAttribute(reference) === undefined ? undefined : fixedScale(entryByObis(context.profile, reference.instance)),
  );
  const asked = wanted.flatMap((reference, index) => {
    const attribute = scaleAttribute(reference);
    return attribute === undefined || scales[index] !== undefined ? [] : [{ reference, index, attribute }];
  });
  const results = yield* readMany(
    asked.map(({ reference, attribute }) => attributeOf(reference.classId, reference.instance, attribute)),
  );
  asked.forEach(({ index }, at) => {
    const result = results[at];
    scales[index] = (result?.kind === "data" ? scalerUnitOf(result.data) : undefined) ?? NO_SCALE;
  });
  return scales;
}

function scaledJson(data: DlmsData, scale: ScalerUnit | undefined): JsonRecord {
  if (scale === undefined) return {};
  const { value, unit } = pointOf({ classId: 3, instance: "1.0.0.0.0.255" as Obis, attribute: 2, data, scale });
  return { scaled: value, ...(unit === undefined ? {} : { unit }) };
}

function timeText(data: DlmsData): JsonRecord {
  if ((data.kind !== "octet-string" && data.kind !== "date-time") || data.octets.length !== 12) return {};
  try {
    return { time: dateTimeText(readDateTime(data.octets)) };
  } catch (_noTime) {
    return {};
  }
}

function describe({ classId, instance, attribute }: AttributeReference): JsonRecord {
  return { object: obisText(instance), class: classId, attribute: attributeName(classId, attribute) };
}

/** `object` and `class` of a record. */
export function objectIn(input: Input, context: ActionContext): { readonly classId: number; readonly instance: Obis } {
  const instance = input.obis("object");
  return { instance, classId: classOf(instance, input.optionalInteger("class", 1, 65_535), context) };
}

function attributeInput(input: Input, context: ActionContext): AttributeReference {
  const { classId, instance } = objectIn(input, context);
  const attribute = attributeIn(classId, input.any("attribute"));
  input.done();
  return attributeOf(classId, instance, attribute);
}

function attributeOfTarget(request: ActionRequest, input: Input, context: ActionContext): AttributeReference {
  const { classId, instance } = objectOfTarget(request, input, context);
  return attributeOf(classId, instance, attributeIn(classId, input.any("attribute") ?? request.target?.attr));
}

function objectOfTarget(
  { target }: ActionRequest,
  input: Input,
  context: ActionContext,
): { readonly classId: number; readonly instance: Obis } {
  const named = input.optionalObis("object") ?? (target?.scheme === "obis" ? parseObis(target.value) : undefined);
  if (named === undefined)
    throw invalid("which object? value.object, or the target { scheme: obis, value: 1-0:1.8.0*255 }");
  return {
    instance: named,
    classId: classOf(named, input.optionalInteger("class", 1, 65_535) ?? target?.classId, context),
  };
}

/** The class as given, or as the companion standard has it. */
function classOf(instance: Obis, given: number | undefined, { profile }: ActionContext): number {
  const classId = given ?? entryByObis(profile, instance)?.class ?? ALWAYS[instance];
  if (classId !== undefined) return classId;
  throw invalid(`${profile.title} has no ${obisText(instance)}: say its class`);
}

/** Objects whose class every meter agrees on. */
const ALWAYS: Readonly<Record<string, number>> = {
  "0.0.1.0.0.255": 8,
  "0.0.40.0.0.255": 15,
  "0.0.41.0.0.255": 17,
  "0.0.42.0.0.255": 1,
  "0.0.44.0.0.255": 18,
};

/** An attribute by name or number; the second where none is given. */
export function attributeIn(classId: number, given: Json | undefined): number {
  if (given === undefined) return 2;
  const index =
    typeof given === "number" || typeof given === "string" ? attributeIndex(classId, String(given)) : undefined;
  if (index !== undefined && index >= 1 && index <= 127) return index;
  throw invalid(
    `class ${classId} has no attribute ${JSON.stringify(given)}${named(interfaceClass(classId)?.attributes)}`,
  );
}

/** A method by name or number. */
export function methodIn(classId: number, given: Json | undefined): number {
  const word = typeof given === "number" || typeof given === "string" ? String(given) : "";
  const method = methodIndex(classId, word);
  if (method !== undefined && method >= 1 && method <= 127) return method;
  throw invalid(`class ${classId} has no method ${JSON.stringify(word)}${named(interfaceClass(classId)?.methods)}`);
}

/** For people who looked for another name. */
function named(names: readonly (string | undefined)[] | undefined): string {
  const known = names?.filter((name) => name !== undefined) ?? [];
  return known.length === 0 ? "" : `; there are ${known.join(", ")}`;
}
