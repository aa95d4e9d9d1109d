import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import type { Command } from "../../../edge-agent/model/command.ts";
import type { Cause } from "../../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import type { WallMs } from "../../kit/time.ts";
import type { ObjectEntry, ObjectProfile } from "../config/object-profile.ts";
import { obisOf } from "../config/object-profiles.ts";
import type { Procedure } from "../cosem/ask.ts";
import type { MeterTime } from "../cosem/date-time.ts";
import type { CaptureObject } from "../cosem/profile-generic.ts";
import { unitCodeOf, cosemUnit } from "../cosem/units.ts";
import type { ScalerUnit } from "../cosem/values.ts";
import type { DlmsDevice } from "../device.ts";
import type { DlmsMemory } from "../memory.ts";
import { entryByObis } from "../config/object-profiles.ts";
import { type Obis, toObis } from "../obis.ts";
import type { DlmsSettings } from "../settings.ts";
import { commandFault } from "./inputs.ts";

/** What an action may use while it is prepared and carried out. */
export interface ActionContext {
  readonly device: DlmsDevice;
  readonly profile: ObjectProfile;
  readonly meter: MeterTime;
  readonly settings: DlmsSettings;
  readonly wall: () => WallMs;
  /** The command it serves; its uid goes into drafts as correlation. */
  readonly uid: string;
  /** `request` for a person's command, `periodic` for a schedule's. */
  readonly cause: Cause;
  /** What was remembered of the meter, and what is to be remembered of it from now on. */
  readonly memory: DlmsMemory;
  readonly remember: (fields: Partial<DlmsMemory>) => void;
}

/** What a carried out action says. */
export interface ActionResult {
  readonly result: JsonRecord;
  readonly drafts?: readonly MessageDraft[];
}

/** Something a core may ask of a meter. Everything that can be refused is refused by `prepare`, before a byte is sent. */
export interface DlmsAction {
  /** Doing it twice is the same as doing it once. */
  readonly idempotent: boolean;
  /** Throws `dlms.command.*`. */
  readonly prepare: (command: ActionRequest, context: ActionContext) => Procedure<ActionResult>;
}

export type ActionRequest = Pick<Command, "action" | "target" | "value">;

/** The object of the meter's companion standard; throws `dlms.command.not-in-profile` where it has none. */
export function objectOf(context: ActionContext, tag: string): ObjectEntry {
  const entry = context.profile.objects.get(tag);
  if (entry !== undefined) return entry;
  throw commandFault("dlms.command.not-in-profile", `${context.profile.title} has no ${tag.replaceAll("-", " ")}`);
}

export function nameOf(context: ActionContext, tag: string, channel?: number): Obis {
  return toObis(obisOf(objectOf(context, tag), channel));
}

/** Scaler and unit where the companion standard fixes them. */
export function fixedScale(entry: ObjectEntry | undefined): ScalerUnit | undefined {
  if (entry === undefined || typeof entry.scale !== "object") return undefined;
  return { scaler: entry.scale.scaler, unit: cosemUnit(unitCodeOf(entry.scale.unit) ?? 255) };
}

/** The fixed scale of whatever a profile captures. */
export function columnScale(context: ActionContext): (column: CaptureObject) => ScalerUnit | undefined {
  return (column) => {
    if ((column.classId !== 3 && column.classId !== 4) || column.attribute !== 2) return undefined;
    return fixedScale(entryByObis(context.profile, column.instance));
  };
}
