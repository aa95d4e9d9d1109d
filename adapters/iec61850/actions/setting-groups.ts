import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { activateGroup, editGroup, settingGroups } from "../acsi/setting-groups.ts";
import { typesOfReferences } from "../acsi/variables.ts";
import { encodeValue } from "../model/encode-value.ts";
import { type Reference, referenceText, toReference } from "../model/reference.ts";
import { type Action, field, invalid, needed, textField, wholeField } from "./action.ts";

export const SETTING_GROUP_GET: Action = {
  idempotent: true,
  *run({ command }) {
    const { count, active, edited, activatedAt } = yield* settingGroups(deviceOf(command.value));
    return { result: { count, active, edited, ...(activatedAt !== undefined && { activatedAt }) } };
  },
};

export const SETTING_GROUP_ACTIVATE: Action = {
  idempotent: true,
  *run({ command }) {
    const group = needed(wholeField(command.value, "group"), "group");
    yield* activateGroup(deviceOf(command.value), group);
    return { result: { active: group } };
  },
};

/** `value.values`: `{ "LD/LN.DO.DA": value }`, written under SE and confirmed together. */
export const SETTING_GROUP_EDIT: Action = {
  idempotent: true,
  *run({ command }) {
    const group = needed(wholeField(command.value, "group"), "group");
    const given = field(command.value, "values");
    if (typeof given !== "object" || given === null || Array.isArray(given))
      throw invalid("value.values is { reference: value }");
    const wanted = Object.entries(given as Readonly<Record<string, Json>>);
    const references = wanted.map(([text]): Reference => ({ ...toReference(text), fc: "SE" }));
    const types = yield* typesOfReferences(references);
    const values = references.map((reference, at) => {
      const type = types[at];
      if (type === undefined) throw invalid(`${referenceText(reference)} is not in the device's model`);
      return { reference, data: encodeValue(wanted[at]?.[1] ?? null, type, referenceText(reference)) };
    });
    yield* editGroup(deviceOf(command.value), group, values);
    return { result: { group, written: values.length } };
  },
};

function deviceOf(value: Json | undefined): string {
  return needed(textField(value, "ld"), "ld");
}
