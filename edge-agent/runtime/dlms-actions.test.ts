import { afterEach, describe, expect, it } from "vitest";
import { ACTION_NAMES } from "../../adapters/dlms/actions/action-names.ts";
import type { Json } from "../model/bounded-json.ts";
import { dataSchemas } from "../model/message.ts";
import { MeterBench } from "./dlms-service.testing.ts";

/** What is asked of a simulated meter, for every action that wants something. */
const VALUES: Readonly<Record<string, Json>> = {
  "attribute.read": { object: "0-0:1.0.0*255" },
  "attribute.write": { object: "0-0:1.0.0*255", attribute: "time-zone", data: "long:-60" },
  "method.invoke": { object: "0-0:1.0.0*255", method: "adjust-to-minute", data: "integer:0" },
  access: { requests: [{ do: "read", object: "0-0:1.0.0*255" }] },
  "readings.periodic": { period: "daily" },
  "readings.periodic-mbus": { period: "interval", channel: 1 },
  "profile.read": { object: "1-0:99.1.0*255", entries: [{ from: 1, to: 5 }] },
  "power-quality.actual": { profile: "private" },
  "power-quality.profile": { profile: "private" },
  "load-profile.configure": { periodSeconds: 900, columns: [{ object: "1-0:32.32.0*255" }] },
  "thd.configure": { thresholdPercent: 20 },
  "alarm-filter.set": { enable: ["clock-invalid"], disable: ["power-up"] },
  "test-alarm.schedule": { alarm: "last-gasp", at: "2037-01-01T00:00:00Z" },
  "clock.configure": { timeZoneMinutes: -60, daylightSavings: true },
  "calendar.set": {
    name: "T",
    seasons: [{ name: "1", start: "*-01-01", week: "1" }],
    weeks: [{ name: "1", days: [1, 1, 1, 1, 1, 1, 1] }],
    days: [{ id: 1, actions: [{ time: "07:00", selector: 1 }] }],
  },
  "special-days.set": { days: [{ date: "*-12-25", day: 1 }] },
  "push.get": { setup: "alarm" },
  "push.set": { setup: "alarm", destination: "10.0.0.1:9598" },
  "administrative-status.set": { status: "on" },
  "configuration.set": { flags: { "po-enable": true } },
  "randomisation.set": { startWindowSeconds: 10, multiplicationFactor: 1, retries: 2 },
  "firmware.update": { image: "none" },
  "mbus.couple": { identification: "12345678", manufacturer: "ELS", version: 1, deviceType: 3 },
  "mbus.decouple": { channel: 4 },
  "mbus.key-status": { channel: 1 },
  "mbus.set-key": { channel: 1 },
  "mbus.update-firmware": { channel: 1, image: "none" },
  bundle: { actions: [{ action: "clock.read" }] },
};

let bench: MeterBench | undefined;
afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

describe("every action against a simulated meter", () => {
  it.each([
    ["smr-5.5", ["firmware.update", "mbus.update-firmware"]],
    [
      "smr-5.0",
      [
        "firmware.update",
        "mbus.clear-status",
        "mbus.update-firmware",
        "test-alarm.schedule",
        "thd.configure",
        "thd.fingerprint",
      ],
    ],
    [
      "dsmr-4.2.2",
      [
        "firmware.update",
        "mbus.clear-status",
        "mbus.key-status",
        "mbus.update-firmware",
        "test-alarm.schedule",
        "thd.configure",
        "thd.fingerprint",
      ],
    ],
  ] as const)("of %s succeeds, but for what its standard has not", async (profile, others) => {
    const meters = await MeterBench.start({ plan: { profile, mbus: ["gas", "water"] }, nextKeys: true });
    bench = meters;
    const failed: string[] = [];
    // Another pair of keys at the end: everything before it is with the first.
    for (const name of [...ACTION_NAMES.filter((one) => one !== "keys.replace"), "keys.replace", "readings.actual"]) {
      const { end, fault } = await meters.send(name, VALUES[name]);
      if (end !== "succeeded") failed.push(name);
      if (end !== "succeeded" && end !== "rejected")
        expect(`${name} ${fault?.code}`).toBe("mbus.key-status dlms.service.refused");
    }
    expect(failed.sort()).toEqual([...others]);
    for (const { type, data } of meters.drafts) expect(dataSchemas[type].safeParse(data).error).toBeUndefined();
  });

  it("of short names succeeds, but for what they have not", async () => {
    const plan = { mbus: ["gas", "water"], referencing: "short-name" } as const;
    const meters = await MeterBench.start({ plan, device: "referencing: short-name", nextKeys: true });
    bench = meters;
    const failed: string[] = [];
    for (const name of [...ACTION_NAMES.filter((one) => one !== "keys.replace"), "keys.replace", "readings.actual"]) {
      const { end, fault } = await meters.send(name, VALUES[name]);
      if (end !== "succeeded") failed.push(`${name} ${fault?.code}`);
    }
    // ACCESS is a service of logical names; an image of that name there is not.
    expect(failed.sort()).toEqual([
      "access dlms.service.not-negotiated",
      "firmware.update dlms.command.invalid",
      "mbus.update-firmware dlms.command.invalid",
    ]);
  });
});
