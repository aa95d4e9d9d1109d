import type { ObjectEntry, ObjectProfile } from "../../../adapters/dlms/config/object-profile.ts";
import { objectProfile, obisOf } from "../../../adapters/dlms/config/object-profiles.ts";
import { unitCodeOf } from "../../../adapters/dlms/cosem/units.ts";
import { type DlmsData, number } from "../../../adapters/dlms/data/data.ts";
import type { MeterState } from "../meter-state.ts";
import { Listing } from "./object-store.ts";
import { type Column, column } from "./profile-generic.ts";
import { nameOf } from "./simple.ts";

/** M-Bus channels of an electricity meter, whether something is on them or not. */
export const CHANNELS = [1, 2, 3, 4] as const;

/** One object the companion standard of a meter asks for. */
export interface Wanted {
  readonly entry: ObjectEntry;
  readonly obis: string;
  /** Where the object is there once for each M-Bus channel. */
  readonly channel: (typeof CHANNELS)[number] | undefined;
}

export function standardOf(meter: MeterState): ObjectProfile {
  return objectProfile(meter.identity.profile);
}

/** Every object of the companion standard that a meter of these phases has. */
export function wantedOf(meter: MeterState): readonly Wanted[] {
  const { profile, phases } = meter.identity;
  const key = `${profile}/${phases}`;
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  const wanted = listed(meter);
  KNOWN.set(key, wanted);
  return wanted;
}

/** A few standards, for one phase and three. */
const KNOWN = new Map<string, readonly Wanted[]>();

/** Some of them as a listing that all meters of the kind share; `at` of the listing is that of `wanted`. */
export function someOf(
  meter: MeterState,
  what: string,
  isMeant: (wanted: Wanted) => boolean,
): { readonly wanted: readonly Wanted[]; readonly listing: Listing } {
  const { profile, phases } = meter.identity;
  const key = `${what}/${profile}/${phases}`;
  const known = LISTINGS.get(key);
  if (known !== undefined) return known;
  const wanted = wantedOf(meter).filter(isMeant);
  const listing = new Listing(wanted.map(({ entry, obis }) => ({ classId: entry.class, name: nameOf(obis) })));
  LISTINGS.set(key, { wanted, listing });
  return { wanted, listing };
}

/** One for each behaviour and kind of meter. */
const LISTINGS = new Map<string, { readonly wanted: readonly Wanted[]; readonly listing: Listing }>();

/** The one with this logical name. */
export function wantedAt(meter: MeterState, obis: string): Wanted | undefined {
  return wantedOf(meter).find((one) => one.obis === obis);
}

function listed(meter: MeterState): readonly Wanted[] {
  const wanted: Wanted[] = [];
  for (const entry of standardOf(meter).objects.values()) {
    if (entry.phases === 3 && meter.identity.phases === 1) continue;
    if (entry.obis.includes("x")) {
      for (const channel of CHANNELS) wanted.push({ entry, obis: obisOf(entry, channel), channel });
    } else wanted.push({ entry, obis: entry.obis, channel: undefined });
  }
  return wanted;
}

/** Scaler and unit code of an entry; what a meter says itself is `otherwise`. */
export function scaleOf(entry: ObjectEntry, otherwise: readonly [number, number]): readonly [number, number] {
  if (entry.scale === undefined || typeof entry.scale === "string") return otherwise;
  return [entry.scale.scaler, unitCodeOf(entry.scale.unit) ?? 255];
}

/** A number in the type of an entry, kept inside what that type holds. */
export function typed(entry: ObjectEntry, value: number): DlmsData {
  const whole = Math.max(0, Math.round(value));
  if (entry.type === "unsigned") return number("unsigned", Math.min(whole, 0xff));
  if (entry.type === "long-unsigned") return number("long-unsigned", Math.min(whole, 0xffff));
  return number("double-long-unsigned", whole % 0x1_0000_0000);
}

/** The columns of a profile of the standard; those that are there once a channel stand there for all of them. */
export function columnsOf(meter: MeterState, wanted: Wanted): readonly Column[] {
  const { profile, phases } = meter.identity;
  const key = `${profile}/${phases}/${wanted.obis}`;
  const known = COLUMNS.get(key);
  if (known !== undefined) return known;
  const columns = columnsIn(meter, wanted);
  COLUMNS.set(key, columns);
  return columns;
}

const COLUMNS = new Map<string, readonly Column[]>();

function columnsIn(meter: MeterState, wanted: Wanted): readonly Column[] {
  const { objects } = standardOf(meter);
  const columns: Column[] = [];
  const channelled: { readonly entry: ObjectEntry; readonly attribute: number }[] = [];
  for (const [tag, attribute] of wanted.entry.capture ?? []) {
    const entry = objects.get(tag);
    if (entry === undefined) continue;
    if (!entry.obis.includes("x")) columns.push(column(entry.class, entry.obis, attribute));
    else if (wanted.channel !== undefined) columns.push(column(entry.class, obisOf(entry, wanted.channel), attribute));
    else channelled.push({ entry, attribute });
  }
  if (channelled.length === 0) return columns;
  for (const channel of CHANNELS) {
    for (const { entry, attribute } of channelled) columns.push(column(entry.class, obisOf(entry, channel), attribute));
  }
  return columns;
}
