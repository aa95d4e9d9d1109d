import { describe, expect, it } from "vitest";
import { EVENT_CATEGORIES, SEVERITIES } from "../../../edge-agent/model/data.ts";
import { interfaceClass } from "../cosem/classes.ts";
import { unitCodeOf } from "../cosem/units.ts";
import { parseObis } from "../obis.ts";
import { ALARMS, alarmMask, alarmNamed, alarmsIn } from "./alarms.ts";
import { EVENT_LOGS, EVENT_LOG_TAGS, EVENT_ROWS, eventFacts } from "./events.ts";
import { PROFILE_NAMES } from "./object-profile.ts";
import { entryByObis, objectProfile, obisOf } from "./object-profiles.ts";

describe("the object configurations", () => {
  it("inherit, and have as many objects as their companion standards", () => {
    // The source counts 86, 87, 103, 107, 146, 150; six or eleven objects more are those its profiles leave out.
    expect(PROFILE_NAMES.map((name) => objectProfile(name).objects.size)).toEqual([21, 92, 93, 114, 118, 157, 161]);
  });

  it.each(PROFILE_NAMES)("%s is whole: names, classes, units, and columns that exist", (name) => {
    const profile = objectProfile(name);
    for (const entry of profile.objects.values()) {
      expect(entry.tag).toMatch(/^[a-z0-9-]+$/);
      expect(parseObis(obisOf(entry, 1)), entry.tag).toBeDefined();
      expect(interfaceClass(entry.class), entry.tag).toBeDefined();
      if (typeof entry.scale === "object") expect(unitCodeOf(entry.scale.unit), entry.tag).toBeDefined();
      for (const [tag] of entry.capture ?? []) expect(profile.objects.has(tag), `${entry.tag}: ${tag}`).toBe(true);
      for (const tag of entry.selectable ?? []) expect(profile.objects.has(tag), `${entry.tag}: ${tag}`).toBe(true);
      if (entry.class === 7) expect(entry.period, entry.tag).toBeTypeOf("number");
    }
    for (const bit of Object.values(profile.configuration?.flags ?? {})) expect(bit).toBeLessThan(16);
  });

  it("find an object by its logical name on any M-Bus channel", () => {
    const smr = objectProfile("smr-5.0");
    expect(entryByObis(smr, "0.3.24.2.1.255")?.tag).toBe("mbus-master-value-5min");
    expect(entryByObis(smr, "1-0:1.8.0*255")?.tag).toBe("active-energy-import");
    expect(entryByObis(smr, "1.0.1.8.9.255")).toBeUndefined();
  });

  it("differ where the standards do", () => {
    expect(objectProfile("dsmr-4.2.2").objects.get("instantaneous-voltage-l1")?.scale).toBe("meter");
    expect(objectProfile("smr-5.5").objects.get("instantaneous-voltage-l1")?.scale).toEqual({ scaler: -1, unit: "V" });
    expect(objectProfile("smr-4.3").configuration?.flags["direct-attach-at-power-on"]).toBe(10);
    expect(objectProfile("smr-4.3").mbusKey).toBe("none");
    expect(objectProfile("smr-5.2")).toMatchObject({ mbusIdentification: "decimal", pushMessage: 0 });
  });
});

describe("the event codes", () => {
  it("are 302, each with a name, a category and a severity of the model", () => {
    expect(EVENT_ROWS).toHaveLength(302);
    for (const row of EVENT_ROWS) {
      expect(row.name).toMatch(/^[a-z0-9-]+$/);
      expect(EVENT_CATEGORIES).toContain(row.category);
      expect(SEVERITIES).toContain(row.severity);
      expect([...EVENT_LOGS, "any"]).toContain(row.log);
    }
    expect(new Set(EVENT_ROWS.map(({ log, code, family }) => `${log}/${code}/${family}`)).size).toBe(302);
  });

  it("mean what their log and the family of the meter say", () => {
    expect(eventFacts("power-quality", 80, "dsmr").name).toBe("pv-voltage-sag-l1");
    expect(eventFacts("power-quality", 80, "smr").name).toBe("over-voltage-l1");
    expect(eventFacts("fraud", 255, "smr").name).toBe("eventlog-cleared");
    expect(eventFacts("power-quality", 25, "smr").name).toBe("last-gasp-test");
    expect(eventFacts("m-bus", 133, "smr")).toMatchObject({ name: "fraud-attempt-m-bus-channel-4", channel: 4 });
    expect(eventFacts("auxiliary", 0x1301, "smr").name).toMatch(/block-size-not-supported-channel-4$/);
    expect(eventFacts("standard", 222, "smr").name).toBe("unknown-standard-222");
  });

  it("are kept in logs the newest profile has", () => {
    for (const log of EVENT_LOGS) expect(objectProfile("smr-5.5").objects.has(EVENT_LOG_TAGS[log]), log).toBe(true);
  });
});

describe("the alarms", () => {
  it("are 41, one a bit", () => {
    expect(ALARMS).toHaveLength(41);
    expect(new Set(ALARMS.map(({ register, bit }) => `${register}/${bit}`)).size).toBe(41);
  });

  it("read from and make masks, the highest bit included", () => {
    // Reported by a user: TEST1024000000001, register 0x04200000.
    expect(alarmsIn(1, 0x0420_0000).map((one) => one.name)).toEqual([
      "fraud-attempt-m-bus-channel-2",
      "new-m-bus-device-discovered-channel-3",
    ]);
    const highest = alarmNamed("phase-outage-test-indication");
    expect(highest && alarmMask(1, [highest])).toBe(0x8000_0000);
    expect(alarmsIn(2, 1 << 6)).toMatchObject([{ name: "unknown-2-6" }]);
  });
});
