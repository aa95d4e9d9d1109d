import { describe, expect, it } from "vitest";
import { get } from "../../../adapters/dlms/association/services.ts";
import type { ProfileName } from "../../../adapters/dlms/config/object-profile.ts";
import { type DlmsData, elementsOf, numberOf, octetsOf } from "../../../adapters/dlms/data/data.ts";
import { encodeData } from "../../../adapters/dlms/data/encode-data.ts";
import { obisFromOctets, toObis } from "../../../adapters/dlms/obis.ts";
import { dlmsErrorOf, Pair } from "../pair.testing.ts";
import { wantedOf } from "./catalogue.ts";
import { nameOf } from "./simple.ts";

const PROFILES: readonly Exclude<ProfileName, "generic">[] = [
  "dsmr-4.2.2",
  "smr-4.3",
  "smr-5.0",
  "smr-5.1",
  "smr-5.2",
  "smr-5.5",
];
const OBJECT_LIST = { classId: 15, instance: toObis("0.0.40.0.0.255"), attribute: 2 };

function pairOf(profile: Exclude<ProfileName, "generic">, phases: 1 | 3, sap: 1 | 16 = 1): Pair {
  const mbus = [{ channel: 1, medium: "gas", identification: 12_345_678 }] as const;
  const identity = { ...new Pair({}).meter.state.identity, profile, phases, mbus };
  return new Pair({ meter: { identity }, sap });
}

interface Listed {
  readonly classId: number;
  readonly name: string;
  readonly readable: readonly number[];
}

function listed(list: DlmsData): Listed[] {
  return (elementsOf(list) ?? []).map((element) => {
    const [classId, , name, rights] = elementsOf(element) ?? [];
    const [attributes] = rights === undefined ? [] : (elementsOf(rights) ?? []);
    const readable = (attributes === undefined ? [] : (elementsOf(attributes) ?? [])).flatMap((one) => {
      const [id, mode] = (elementsOf(one) ?? []).map(numberOf);
      return id !== undefined && mode !== undefined && (mode & 1) !== 0 ? [id] : [];
    });
    return {
      classId: numberOf(classId as DlmsData) ?? 0,
      name: obisFromOctets(octetsOf(name as DlmsData) ?? new Uint8Array(6)),
      readable,
    };
  });
}

describe.each(PROFILES.flatMap((profile) => ([1, 3] as const).map((phases) => ({ profile, phases }))))(
  "a $profile meter of $phases phases",
  ({ profile, phases }) => {
    it("has every object its companion standard asks for", () => {
      const { meter } = pairOf(profile, phases);
      const missing = wantedOf(meter.state).filter(
        ({ entry, obis }) => meter.state.objects.find(entry.class, nameOf(obis)) === undefined,
      );
      expect(missing.map(({ entry }) => entry.tag)).toEqual([]);
    });

    it("tells the truth in its object list: what is listed can be read, and encoded", () => {
      const pair = pairOf(profile, phases).open();
      const objects = listed(pair.run(get(OBJECT_LIST)));
      expect(objects.length).toBe(pair.meter.state.objects.all.length);
      const wrong: string[] = [];
      for (const { classId, name, readable } of objects) {
        for (const attribute of readable) {
          // A profile of weeks is long: the buffers are read by their own tests.
          if (classId === 7 && attribute === 2) continue;
          try {
            encodeData(pair.run(get({ classId, instance: toObis(name), attribute })));
          } catch (thrown) {
            wrong.push(`${classId} ${name} ${attribute}: ${String(thrown)}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    });
  },
);

describe("the public client", () => {
  it("sees what everybody may, the counter among it, and nothing else", () => {
    const pair = pairOf("smr-5.5", 3, 16).open();
    const objects = listed(pair.run(get(OBJECT_LIST)));
    expect(objects.map(({ classId, name }) => `${classId} ${name}`)).toEqual([
      "1 0.0.42.0.0.255",
      "1 0.0.96.1.0.255",
      "1 0.0.96.1.1.255",
      "17 0.0.41.0.0.255",
      "15 0.0.40.0.0.255",
      "8 0.0.1.0.0.255",
      "1 0.0.43.1.0.255",
    ]);
    expect(pair.run(get({ classId: 1, instance: toObis("0.0.43.1.0.255"), attribute: 2 })).kind).toBe(
      "double-long-unsigned",
    );
    expect(
      dlmsErrorOf(() => pair.run(get({ classId: 3, instance: toObis("1.0.1.8.0.255"), attribute: 2 }))),
    ).toMatchObject({ native: 3 });
  });
});
