import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import type { ConfigurationForm } from "../config/object-profile.ts";
import { attributeOf, type Procedure, readAttribute, writeAttribute } from "../cosem/ask.ts";
import { bitString, bitsText } from "../cosem/data-text.ts";
import { dlmsFault } from "../codes.ts";
import { type DlmsData, elementsOf, enumerated, number, numberOf, structure } from "../data/data.ts";
import { type ActionContext, type ActionResult, type DlmsAction, nameOf } from "./action.ts";
import { commandFault, Input, invalid } from "./inputs.ts";

const STATUSES = ["undefined", "off", "on"] as const;

/** `administrative-status.get`. */
export const getAdministrativeStatus: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    return readStatus(context);
  },
};

/** `administrative-status.set`: `value.status` on or off. */
export const setAdministrativeStatus: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const status = input.choice("status", STATUSES);
    input.done();
    const reference = attributeOf(1, nameOf(context, "administrative-in-out"), 2);
    return (function* (): Procedure<ActionResult> {
      yield* writeAttribute(reference, enumerated(STATUSES.indexOf(status)));
      return yield* readStatus(context);
    })();
  },
};

function readStatus(context: ActionContext): Procedure<ActionResult> {
  const reference = attributeOf(1, nameOf(context, "administrative-in-out"), 2);
  return (function* (): Procedure<ActionResult> {
    const value = numberOf(yield* readAttribute(reference));
    return { result: { status: STATUSES[value ?? -1] ?? `unknown-${value}` } };
  })();
}

const GPRS_MODES = { 1: "always-on", 2: "triggered" } as const;

/** `configuration.get`: the flags of the configuration object by name. */
export const getConfiguration: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    return readConfiguration(context, formOf(context));
  },
};

/** `configuration.set`: `value.flags` name → true or false; those not named stay as they are. */
export const setConfiguration: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const form = formOf(context);
    const input = new Input(request.value);
    const flags = input.has("flags") ? flagsInput(input.any("flags"), form) : new Map<number, boolean>();
    const mode = input.optionalChoice("gprsMode", ["always-on", "triggered"]);
    input.done();
    if (mode !== undefined && form.form !== "structure") {
      throw commandFault("dlms.command.not-in-profile", `${context.profile.title} has no GPRS operation mode`);
    }
    if (mode === undefined && flags.size === 0) throw invalid("value.flags or value.gprsMode is given");
    return changeConfiguration(context, form, flags, mode);
  },
};

function* changeConfiguration(
  context: ActionContext,
  form: ConfigurationForm,
  flags: ReadonlyMap<number, boolean>,
  mode: "always-on" | "triggered" | undefined,
): Procedure<ActionResult> {
  const reference = attributeOf(1, nameOf(context, "configuration-object"), 2);
  const before = split(yield* readAttribute(reference), form);
  const bits = [...before.bits];
  for (const [bit, on] of flags) bits[bit] = on ? "1" : "0";
  const data = bitString(bits.join(""));
  const gprs = mode === undefined ? before.mode : mode === "always-on" ? 1 : 2;
  yield* writeAttribute(reference, form.form === "bit-string" ? data : structure(enumerated(gprs), data));
  return yield* readConfiguration(context, form);
}

function readConfiguration(context: ActionContext, form: ConfigurationForm): Procedure<ActionResult> {
  const reference = attributeOf(1, nameOf(context, "configuration-object"), 2);
  return (function* (): Procedure<ActionResult> {
    const { bits, mode } = split(yield* readAttribute(reference), form);
    const flags: JsonRecord = Object.fromEntries(
      Object.entries(form.flags).map(([name, bit]) => [name, bits[bit] === "1"] as const),
    );
    if (form.form === "bit-string") return { result: { flags } };
    return { result: { flags, gprsMode: GPRS_MODES[mode as 1 | 2] ?? `unknown-${mode}` } };
  })();
}

function split(data: DlmsData, form: ConfigurationForm): { readonly bits: string; readonly mode: number } {
  const parts = form.form === "structure" ? elementsOf(data) : [enumerated(0), data];
  const [mode, bits] = parts ?? [];
  if (bits?.kind !== "bit-string" || bits.length < 16 || mode === undefined) {
    throw dlmsFault("dlms.data.malformed", "the configuration object has not the form of the companion standard");
  }
  return { bits: bitsText(bits), mode: numberOf(mode) ?? 0 };
}

function formOf({ profile }: ActionContext): ConfigurationForm {
  if (profile.configuration !== undefined) return profile.configuration;
  throw commandFault("dlms.command.not-in-profile", `${profile.title} has no configuration object`);
}

function flagsInput(value: unknown, form: ConfigurationForm): ReadonlyMap<number, boolean> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid("value.flags is an object");
  return new Map(
    Object.entries(value).map(([name, on]) => {
      const bit = Object.hasOwn(form.flags, name) ? form.flags[name] : undefined;
      if (bit === undefined)
        throw invalid(`${JSON.stringify(name)} is no flag; there are ${Object.keys(form.flags).join(", ")}`);
      if (typeof on !== "boolean") throw invalid(`value.flags.${name} is true or false`);
      return [bit, on] as const;
    }),
  );
}

/** `randomisation.set`: when meters come back after an outage; with direct attach they come at once. */
export const setRandomisation: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const direct = input.flag("directAttach", false);
    const form = formOf(context);
    const bit = form.flags["direct-attach-at-power-on"];
    if (direct && bit === undefined) {
      throw commandFault("dlms.command.not-in-profile", `${context.profile.title} cannot attach directly`);
    }
    const window = direct ? 0 : input.integer("startWindowSeconds", 1, 0xffff_ffff);
    const factor = direct ? 0 : input.integer("multiplicationFactor", 0, 65_535);
    const retries = direct ? 0 : input.integer("retries", 0, 65_535);
    input.done();
    const reference = attributeOf(1, nameOf(context, "randomisation-settings"), 2);
    return (function* (): Procedure<ActionResult> {
      if (bit !== undefined) yield* changeConfiguration(context, form, new Map([[bit, direct]]), undefined);
      if (!direct) {
        yield* writeAttribute(
          reference,
          structure(
            number("double-long-unsigned", window),
            number("long-unsigned", factor),
            number("long-unsigned", retries),
          ),
        );
      }
      return { result: direct ? { directAttach: true } : { directAttach: false, startWindowSeconds: window } };
    })();
  },
};
