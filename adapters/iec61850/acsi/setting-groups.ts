import { iec61850Fault } from "../codes.ts";
import { mmsBoolean, type MmsData, mmsUnsigned } from "../mms/data.ts";
import type { Reference } from "../model/reference.ts";
import { isSet, utcText } from "../model/time.ts";
import type { Procedure } from "../procedure.ts";
import { read, typeOfReference, write, writeAll } from "./variables.ts";

/** What the setting group control block says. */
export interface SettingGroups {
  readonly count: number;
  readonly active: number;
  /** 0: none is being edited. */
  readonly edited: number;
  /** RFC 3339; `undefined` where the active group was never changed. */
  readonly activatedAt: string | undefined;
}

/** `LLN0$SP$SGCB`; its components are read by name, because Edition 2 added one. */
export function* settingGroups(ld: string): Procedure<SettingGroups> {
  const block = blockOf(ld);
  const type = yield* typeOfReference(block);
  const value = yield* read(block);
  const names = type.type === "structure" ? type.components.map((one) => one.name) : [];
  const part = (name: string): MmsData | undefined =>
    value.type === "structure" ? value.items[names.indexOf(name)] : undefined;
  const at = part("LActTm");
  return {
    count: wholeOf(part("NumOfSG")),
    active: wholeOf(part("ActSG")),
    edited: wholeOf(part("EditSG")),
    activatedAt: at?.type === "utc-time" && isSet(at) ? utcText(at) : undefined,
  };
}

/** SelectActiveSG. */
export function* activateGroup(ld: string, group: number): Procedure<void> {
  yield* write(within(ld, "ActSG"), mmsUnsigned(group));
}

/**
 * SelectEditSG, SetEditSGValue for each, ConfirmEditSGValues. Where a value is refused nothing is confirmed: the device
 * keeps the group as it was.
 */
export function* editGroup(
  ld: string,
  group: number,
  values: readonly { readonly reference: Reference; readonly data: MmsData }[],
): Procedure<void> {
  yield* write(within(ld, "EditSG"), mmsUnsigned(group));
  const faults = yield* writeAll(values);
  const refused = faults.find((fault) => fault !== undefined);
  if (refused !== undefined) {
    // Selecting none drops what was written so far; a device that cannot drops it with the association.
    yield* writeAll([{ reference: within(ld, "EditSG"), data: mmsUnsigned(0) }]);
    throw refused;
  }
  yield* write(within(ld, "CnfEdit"), mmsBoolean(true));
}

function blockOf(ld: string): Reference {
  return { ld, ln: "LLN0", fc: "SP", path: ["SGCB"] };
}

function within(ld: string, attribute: string): Reference {
  return { ld, ln: "LLN0", fc: "SP", path: ["SGCB", attribute] };
}

function wholeOf(data: MmsData | undefined): number {
  if (data?.type === "integer" || data?.type === "unsigned") return Number(data.value);
  throw iec61850Fault("mms.data.unexpected", "a setting group control block without its numbers");
}
