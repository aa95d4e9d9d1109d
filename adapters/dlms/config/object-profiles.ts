import dsmr422 from "./profiles/dsmr-4.2.2.json" with { type: "json" };
import generic from "./profiles/generic.json" with { type: "json" };
import smr43 from "./profiles/smr-4.3.json" with { type: "json" };
import smr50 from "./profiles/smr-5.0.json" with { type: "json" };
import smr51 from "./profiles/smr-5.1.json" with { type: "json" };
import smr52 from "./profiles/smr-5.2.json" with { type: "json" };
import smr55 from "./profiles/smr-5.5.json" with { type: "json" };
import { invariant } from "../../kit/invariant.ts";
import type { ObjectEntry, ObjectProfile, ProfileName, ProfileTraits } from "./object-profile.ts";

interface ProfileFile extends Partial<ProfileTraits> {
  readonly profile: string;
  readonly title: string;
  readonly inherits?: string;
  readonly objects: readonly ObjectEntry[];
}

/** What the compiler widens when it reads JSON is what the tests check: see `object-profiles.test.ts`. */
const FILES: readonly ProfileFile[] = [
  generic,
  dsmr422,
  smr43,
  smr50,
  smr51,
  smr52,
  smr55,
] as unknown as readonly ProfileFile[];

/** What a standard has that says nothing else of itself. */
const PLAIN: Omit<ObjectProfile, "profile" | "title"> = {
  family: "smr",
  mbusIdentification: "decimal",
  mbusKey: "none",
  pushMessage: 0,
  configuration: undefined,
  objects: new Map(),
};

const built = new Map<ProfileName, ObjectProfile>();

/** A companion standard, inherited objects and traits included. */
export function objectProfile(name: ProfileName): ObjectProfile {
  const known = built.get(name);
  if (known !== undefined) return known;
  const file = FILES.find((one) => one.profile === name);
  invariant(file !== undefined, "every profile has a file");
  const base = file.inherits === undefined ? PLAIN : objectProfile(file.inherits as ProfileName);
  const objects = new Map(base.objects);
  for (const entry of file.objects) objects.set(entry.tag, entry);
  const profile: ObjectProfile = {
    profile: name,
    title: file.title,
    family: name.startsWith("dsmr") || base.family === "dsmr" ? "dsmr" : "smr",
    mbusIdentification: file.mbusIdentification ?? base.mbusIdentification,
    mbusKey: file.mbusKey ?? base.mbusKey,
    pushMessage: file.pushMessage ?? base.pushMessage,
    configuration: file.configuration ?? base.configuration,
    objects,
  };
  // SMR 4.3 has the objects of DSMR 4.2.2 and calls its events as SMR does.
  const own: ObjectProfile = name.startsWith("smr") ? { ...profile, family: "smr" } : profile;
  built.set(name, own);
  return own;
}

/** The logical name of an object in six octets dotted, with the M-Bus channel put in where it has one. */
export function obisOf(entry: ObjectEntry, channel?: number): string {
  if (!entry.obis.includes("x")) return entry.obis;
  invariant(channel !== undefined && channel >= 1 && channel <= 4, "an M-Bus object is read by its channel 1 to 4");
  return entry.obis.replace("x", String(channel));
}

/** The object with this logical name, whatever the M-Bus channel. */
export function entryByObis(profile: ObjectProfile, obis: string): ObjectEntry | undefined {
  const wanted = stripped(obis);
  const channelled = stripped(obis.replace(/^0\.[1-4]\./, "0.x."));
  for (const entry of profile.objects.values()) {
    const own = stripped(entry.obis);
    if (own === wanted || own === channelled) return entry;
  }
  return undefined;
}

function stripped(obis: string): string {
  return obis.replace(/[-:*]/g, ".");
}
