import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import type { ObjectEntry } from "../config/object-profile.ts";
import { entryByObis, obisOf } from "../config/object-profiles.ts";
import { attributeOf, type Procedure, readMany, writeMany } from "../cosem/ask.ts";
import { type CaptureObject, captureObjectData, readLayout, readProfile } from "../cosem/profile-generic.ts";
import { pointName } from "../cosem/obis-name.ts";
import { array, number, numberOf, elementsOf } from "../data/data.ts";
import { obisText, toObis } from "../obis.ts";
import { profileDrafts } from "../mapping.ts";
import {
  type ActionContext,
  type ActionResult,
  columnScale,
  type DlmsAction,
  fixedScale,
  nameOf,
  objectOf,
} from "./action.ts";
import { commandFault, Input, invalid } from "./inputs.ts";
import { CLOCK, profileResult, rangeOf, readingOf, readOne, withScales } from "./reading-actions.ts";

/** `profile.read`: any profile of the meter between two times, all its columns. */
export const readAnyProfile: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const named = input.optionalObis("object");
    const target = request.target?.scheme === "obis" ? toObis(request.target.value) : undefined;
    const instance = named ?? target;
    if (instance === undefined) throw invalid("the target is a profile by its OBIS code");
    const entries = input.has("entries") ? input.records("entries", 1, 1)[0] : undefined;
    if (entries !== undefined) {
      const first = entries.integer("from", 1, 0xffff_ffff);
      const last = entries.integer("to", 0, 0xffff_ffff);
      entries.done();
      input.done();
      return readEntries(context, instance, { kind: "entries", from: first, to: last });
    }
    const range = rangeOf(input, context.wall());
    input.done();
    const entry = entryByObis(context.profile, instance);
    return readOne(context, {
      instance,
      name: entry?.tag,
      range,
      monthly: entry?.period === 0 && entry.tag.startsWith("monthly"),
      wanted: undefined,
    });
  },
};

function* readEntries(
  context: ActionContext,
  instance: CaptureObject["instance"],
  selection: { readonly kind: "entries"; readonly from: number; readonly to: number },
): Procedure<ActionResult> {
  const reading = yield* readProfile({ instance, selection, meter: context.meter, scaleOf: columnScale(context) });
  const name = entryByObis(context.profile, instance)?.tag;
  return { result: profileResult(reading), drafts: profileDrafts(context, reading, name) };
}

/** `power-quality.actual`: the registers of the public or private set, as the standard lists them. */
export const actualPowerQuality: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const wanted = qualityObjects(context, input.choice("profile", ["public", "private"]), "actual");
    input.done();
    if (wanted.length === 0)
      throw commandFault("dlms.command.not-in-profile", `${context.profile.title} has no power quality set`);
    const registers = wanted.map((entry) => ({
      reference: attributeOf(entry.class, toObis(obisOf(entry)), 2),
      scale: entry.class === 1 ? undefined : fixedScale(entry),
    }));
    return (function* (): Procedure<ActionResult> {
      const results = yield* readMany([attributeOf(8, CLOCK, 2), ...registers.map((one) => one.reference)]);
      return readingOf(context, results[0], yield* withScales(registers, results.slice(1)));
    })();
  },
};

const QUALITY_PROFILES = ["definable-load-profile", "power-quality-profile-1", "power-quality-profile-2"];

/** `power-quality.profile`: the rows of every profile that captures objects of the set. */
export const powerQualityProfile: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const set = qualityObjects(context, input.choice("profile", ["public", "private"]), "periodic");
    const range = rangeOf(input, context.wall());
    input.done();
    const profiles = QUALITY_PROFILES.filter((tag) => context.profile.objects.has(tag));
    if (profiles.length === 0) {
      throw commandFault("dlms.command.not-in-profile", `${context.profile.title} has no power quality profile`);
    }
    const tags = new Set(set.map((entry) => entry.tag));
    const wanted = (column: CaptureObject) => tags.has(entryByObis(context.profile, column.instance)?.tag ?? "");
    return (function* (): Procedure<ActionResult> {
      const told: JsonRecord[] = [];
      const drafts: MessageDraft[] = [];
      for (const tag of profiles) {
        const instance = nameOf(context, tag);
        const layout = yield* readLayout(instance);
        if (!layout.columns.some(wanted)) continue;
        const one = yield* readOne(context, { instance, name: tag, range, monthly: false, wanted });
        told.push(one.result);
        drafts.push(...(one.drafts ?? []));
      }
      return { result: { profiles: told }, drafts };
    })();
  },
};

function qualityObjects(
  context: ActionContext,
  profile: "public" | "private",
  use: "actual" | "periodic",
): ObjectEntry[] {
  const { phases } = context.device;
  return [...context.profile.objects.values()].filter(
    (entry) =>
      entry.quality?.profile === profile &&
      (entry.quality[use] ?? []).includes(phases) &&
      (entry.phases === undefined || entry.phases === phases) &&
      !entry.obis.includes("x") &&
      [1, 3].includes(entry.class),
  );
}

const COLUMNS_MAX = 24;

/** `load-profile.configure`: columns and period of the definable load profile; the clock always comes first. */
export const configureLoadProfile: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const instance = nameOf(context, "definable-load-profile");
    const allowed = new Set(objectOf(context, "definable-load-profile").selectable ?? []);
    const columns = input.has("columns")
      ? input.records("columns", 1, COLUMNS_MAX).map((one) => columnInput(one, context, allowed))
      : undefined;
    const period = input.optionalInteger("periodSeconds", 60, 86_400);
    input.done();
    if (columns === undefined && period === undefined) throw invalid("value.columns or value.periodSeconds is given");
    const clock: CaptureObject = { classId: 8, instance: CLOCK, attribute: 2, dataIndex: 0 };
    return (function* (): Procedure<ActionResult> {
      yield* writeMany([
        ...(columns === undefined
          ? []
          : [[attributeOf(7, instance, 3), array([clock, ...columns].map(captureObjectData))] as const]),
        ...(period === undefined
          ? []
          : [[attributeOf(7, instance, 4), number("double-long-unsigned", period)] as const]),
      ]);
      const layout = yield* readLayout(instance);
      const names = layout.columns.map((column) => pointName(column.instance) ?? obisText(column.instance));
      return { result: { columns: names, periodSeconds: layout.periodS } };
    })();
  },
};

function columnInput(input: Input, context: ActionContext, allowed: ReadonlySet<string>): CaptureObject {
  const instance = input.obis("object");
  const entry = entryByObis(context.profile, instance);
  if (entry === undefined || !allowed.has(entry.tag)) {
    throw invalid(`${obisText(instance)} cannot be a column of the definable load profile of ${context.profile.title}`);
  }
  const attribute = input.optionalInteger("attribute", 1, 20) ?? 2;
  const dataIndex = input.optionalInteger("index", 0, 100) ?? 0;
  input.done();
  return { classId: entry.class, instance, attribute, dataIndex };
}

const PHASES = ["l1", "l2", "l3"] as const;

/** `thd.fingerprint`: harmonic distortion of the current, phase by phase. */
export const thdFingerprint: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    const phases = PHASES.slice(0, context.device.phases);
    const references = phases.flatMap((phase) => [
      attributeOf(3, nameOf(context, `thd-instantaneous-current-${phase}`), 2),
      attributeOf(1, nameOf(context, `thd-instantaneous-current-fingerprint-${phase}`), 2),
      attributeOf(3, nameOf(context, `thd-current-over-limit-counter-${phase}`), 2),
    ]);
    return (function* (): Procedure<ActionResult> {
      const results = yield* readMany(references);
      const of = (index: number) => {
        const result = results[index];
        return result?.kind === "data" ? result.data : undefined;
      };
      return {
        result: Object.fromEntries(
          phases.map((phase, at) => {
            const [now, print, over] = [of(3 * at), of(3 * at + 1), of(3 * at + 2)];
            const harmonics = print === undefined ? [] : (elementsOf(print) ?? []).slice(0, 64);
            return [
              phase,
              {
                percent: (now === undefined ? undefined : numberOf(now)) ?? null,
                fingerprint: harmonics.map((one) => numberOf(one) ?? null),
                overLimit: (over === undefined ? undefined : numberOf(over)) ?? null,
              },
            ];
          }),
        ),
      };
    })();
  },
};

const THD_LIMITS = [
  ["thresholdPercent", "thd-value-threshold", "long-unsigned", 100],
  ["hysteresisPercent", "thd-value-hysteresis", "long-unsigned", 100],
  ["normalToOverSeconds", "thd-min-duration-normal-to-over", "double-long-unsigned", 0xffff_ffff],
  ["overToNormalSeconds", "thd-min-duration-over-to-normal", "double-long-unsigned", 0xffff_ffff],
  ["timeThresholdSeconds", "thd-time-threshold", "double-long-unsigned", 0xffff_ffff],
] as const;

/** `thd.configure`: what is given is written, then all of it is read back. */
export const configureThd: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const all = THD_LIMITS.map(([field, tag, kind, high]) => ({
      field,
      reference: attributeOf(3, nameOf(context, tag), 2),
      kind,
      value: input.optionalInteger(field, 0, high),
    }));
    input.done();
    return (function* (): Procedure<ActionResult> {
      yield* writeMany(
        all.flatMap(({ reference, kind, value }) =>
          value === undefined ? [] : [[reference, number(kind, value)] as const],
        ),
      );
      const results = yield* readMany(all.map((one) => one.reference));
      return {
        result: Object.fromEntries(
          all.map(({ field }, index) => {
            const result = results[index];
            return [field, result?.kind === "data" ? (numberOf(result.data) ?? null) : null];
          }),
        ),
      };
    })();
  },
};
