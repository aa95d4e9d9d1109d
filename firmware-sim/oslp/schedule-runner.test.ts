import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, MINUTE_MS, toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import {
  ActionTime,
  type LightValue,
  RelayType,
  type Schedule,
  TransitionType,
  TriggerType,
  Weekday,
} from "../../proto/oslp/gen/types.ts";
import { followsTransitions } from "./behaviours/follows-transitions.ts";
import { keepsConfiguration } from "./behaviours/keeps-configuration.ts";
import { keepsSchedule } from "./behaviours/keeps-schedule.ts";
import { resumesSchedule } from "./behaviours/resumes-schedule.ts";
import { switchesLights } from "./behaviours/switches-lights.ts";
import { Bench, type BenchSettings, NOON } from "./device.testing.ts";

const BEHAVIOURS = [keepsSchedule(), resumesSchedule(), switchesLights(), followsTransitions(), keepsConfiguration()];
const at = (text: string): WallMs => toWall(Date.parse(text));

/** A registered device that writes down when each relay was switched, to the minute, in UTC. */
class Street extends Bench {
  readonly switched: string[] = [];

  constructor(settings: BenchSettings = {}) {
    const writes = {
      name: "writes-down",
      notices: (...[, notice]: Parameters<NonNullable<(typeof BEHAVIOURS)[0]["notices"]>>) => {
        if (notice.kind !== "switched") return;
        const { index, on } = notice.relay;
        this.switched.push(`${toRfc3339(this.wall()).slice(5, 16)} ${index} ${on ? "on" : "off"}`);
      },
    };
    super([...BEHAVIOURS, writes], settings);
    this.register();
  }

  schedule(entries: readonly Partial<Schedule>[], kind: number = RelayType.LIGHT): number | undefined {
    const schedules = entries.map(
      (one): Schedule => ({ weekday: Weekday.ALL, actionTime: ActionTime.ABSOLUTETIME, value: [ON], ...one }),
    );
    return this.ask("setScheduleRequest", { schedules, scheduleType: kind }).status;
  }
}

const ON: LightValue = { on: true };
const OFF: LightValue = { on: false };
const one = (index: number, on: boolean): LightValue => ({ index: Uint8Array.of(index), on });

describe("a schedule at fixed times", () => {
  it("switches in local time: 22:30 in Arnhem is 20:30 UTC in June and 21:30 in December", () => {
    const june = new Street();
    june.schedule([{ time: "223000" }, { time: "050000", value: [OFF] }]);
    june.pass(DAY_MS);
    expect(june.switched).toEqual(["06-01T20:30 2 on", "06-01T20:30 3 on", "06-02T03:00 2 off", "06-02T03:00 3 off"]);
    const december = new Street({ start: at("2026-12-01T12:00:00Z") });
    december.schedule([{ time: "223000" }]);
    december.pass(DAY_MS);
    expect(december.switched).toEqual(["12-01T21:30 2 on", "12-01T21:30 3 on"]);
  });

  it("keeps to weekdays, weekends, single days and ranges", () => {
    // 1 June 2026 is a Monday.
    const days = (entry: Partial<Schedule>): string[] => {
      const street = new Street({ start: at("2026-05-31T22:30:00Z") });
      street.schedule([
        { time: "120000", value: [one(2, true)], ...entry },
        { time: "130000", value: [one(2, false)] },
      ]);
      street.pass(7 * DAY_MS);
      return street.switched.filter((line) => line.endsWith("on")).map((line) => line.slice(3, 5));
    };
    expect(days({ weekday: Weekday.WEEKDAY })).toEqual(["01", "02", "03", "04", "05"]);
    expect(days({ weekday: Weekday.WEEKEND })).toEqual(["06", "07"]);
    expect(days({ weekday: Weekday.WEDNESDAY })).toEqual(["03"]);
    expect(days({ weekday: Weekday.ABSOLUTEDAY, startDay: "20260604" })).toEqual(["04"]);
    expect(days({ weekday: Weekday.ABSOLUTEDAY, startDay: "20260602", endDay: "20260604" })).toEqual([
      "02",
      "03",
      "04",
    ]);
    expect(days({ weekday: Weekday.ALL, startDay: "20260606" })).toEqual(["06", "07"]);
    expect(days({ isEnabled: false })).toEqual([]);
  });

  it("is replaced whole: what the old one had planned does not happen", () => {
    const street = new Street();
    street.schedule([{ time: "150000" }]);
    street.schedule([{ time: "160000", value: [one(3, true)] }]);
    street.pass(6 * HOUR_MS);
    expect(street.switched).toEqual(["06-01T14:00 3 on"]);
  });

  it("runs as fast as the device's clock", () => {
    const street = new Street({ speed: 3_600 });
    street.schedule([{ time: "223000" }]);
    street.pass(10_000);
    expect(street.switched).toEqual(["06-01T20:30 2 on", "06-01T20:30 3 on"]);
  });

  it("switches tariff relays by a schedule of their own", () => {
    const street = new Street();
    expect(street.schedule([{ time: "230000" }], RelayType.TARIFF)).toBe(0);
    expect(street.schedule([{ time: "231500" }], RelayType.RT_NOT_SET)).toBe(1);
    street.pass(DAY_MS);
    expect(street.switched).toEqual(["06-01T21:00 1 on"]);
  });

  it("leaves a lamp off that would be switched off again too soon", () => {
    const street = new Street();
    street.schedule([
      { time: "200000", minimumLightsOn: 1_800, value: [one(2, true)] },
      { time: "202900", value: [one(2, false)] },
      { time: "210000", minimumLightsOn: 1_800, value: [one(3, true)] },
      { time: "213100", value: [one(3, false)] },
    ]);
    street.pass(12 * HOUR_MS);
    expect(street.switched).toEqual(["06-01T19:00 3 on", "06-01T19:31 3 off"]);
  });

  it("with a window acts only where nobody else has in it", () => {
    const guard = {
      time: "210000",
      window: { minutesBefore: 150, minutesAfter: 0 },
      value: [{ on: true, dimValue: Uint8Array.of(50) }],
    };
    const street = new Street();
    street.schedule([{ time: "200000", value: [one(2, true)] }, guard]);
    street.pass(12 * HOUR_MS);
    expect(street.lights).toEqual([
      [1, false, 100],
      [2, true, 100],
      [3, true, 50],
    ]);
  });
});

describe("a schedule by the sun", () => {
  it("switches at sunset and sunrise of the place, with the configured offsets", () => {
    const street = new Street();
    const entries = [{ actionTime: ActionTime.SUNSET }, { actionTime: ActionTime.SUNRISE, value: [OFF] }];
    street.schedule(entries);
    street.pass(DAY_MS);
    // Arnhem, 1 June: sunset 21:46, sunrise 05:21 local (sun.test.ts holds the formula to almanacs).
    expect(street.switched.map((line) => line.slice(6))).toEqual([
      "19:46 2 on",
      "19:46 3 on",
      "03:21 2 off",
      "03:21 3 off",
    ]);
    const offset = new Street();
    offset.ask("setConfigurationRequest", {
      astroGateSunSetOffset: 600,
      astroGateSunRiseOffset: -900,
      switchingDelay: [],
      relayLinking: [],
    });
    offset.schedule(entries);
    offset.pass(DAY_MS);
    expect(offset.switched.map((line) => line.slice(6))).toEqual([
      "19:56 2 on",
      "19:56 3 on",
      "03:06 2 off",
      "03:06 3 off",
    ]);
  });

  const triggered = {
    actionTime: ActionTime.SUNSET,
    triggerType: TriggerType.LIGHT_TRIGGER,
    window: { minutesBefore: 30, minutesAfter: 30 },
  };

  it("waits in its window for a transition, and for its end where none comes", () => {
    const street = new Street();
    street.schedule([triggered]);
    street.pass(12 * HOUR_MS);
    expect(street.switched).toEqual(["06-01T20:16 2 on", "06-01T20:16 3 on"]);
  });

  it("acts at once on a transition in its window, once, and on none outside or of the other kind", () => {
    const street = new Street();
    street.schedule([triggered]);
    street.ask("setTransitionRequest", { transitionType: TransitionType.DAY_NIGHT });
    expect(street.switched).toEqual([]);
    street.pass(7 * HOUR_MS + 40 * MINUTE_MS);
    street.ask("setTransitionRequest", { transitionType: TransitionType.NIGHT_DAY });
    expect(street.switched).toEqual([]);
    street.ask("setTransitionRequest", { transitionType: TransitionType.DAY_NIGHT });
    expect(street.switched).toEqual(["06-01T19:40 2 on", "06-01T19:40 3 on"]);
    street.ask("setLightRequest", { values: [OFF] });
    street.ask("resumeScheduleRequest", { immediate: false });
    street.pass(4 * HOUR_MS);
    expect(street.switched.slice(2)).toEqual(["06-01T19:40 2 off", "06-01T19:40 3 off"]);
  });

  it("says nothing to a device that was told no place, or has no clock", () => {
    const street = new Bench([...BEHAVIOURS]);
    street.register({ locationInfo: {} });
    expect(street.device.state.place).toEqual({ timeOffsetMinutes: 0, latitude: 0, longitude: 0 });
  });
});

describe("lights switched by hand", () => {
  it("stay until they are given back, then follow at the next entry or at once", () => {
    const street = new Street();
    street.schedule([{ time: "150000" }, { time: "160000", value: [OFF] }, { time: "170000" }]);
    street.ask("setLightRequest", { values: [one(2, false)] });
    street.pass(1.5 * HOUR_MS);
    expect(street.lights).toEqual([
      [1, false, 100],
      [2, false, 100],
      [3, true, 100],
    ]);
    street.ask("resumeScheduleRequest", { index: Uint8Array.of(2), immediate: true });
    expect(street.lights[1]).toEqual([2, true, 100]);
    street.ask("setLightRequest", { values: [one(2, true)] });
    street.ask("resumeScheduleRequest", { index: Uint8Array.of(0), immediate: false });
    expect(street.lights[1]).toEqual([2, true, 100]);
    street.pass(HOUR_MS);
    expect(street.lights[1]).toEqual([2, false, 100]);
  });

  it("are lost in a reboot: relays are where the schedule wants them", () => {
    const street = new Street();
    street.schedule([{ time: "130000", value: [one(3, true)] }]);
    street.pass(DAY_MS);
    street.ask("setLightRequest", { values: [one(2, true), one(3, false)] });
    street.device.powerCycle(street.now, 1_000);
    street.device.powerOn();
    street.pass(1);
    expect(street.lights).toEqual([
      [1, false, 100],
      [2, false, 100],
      [3, true, 100],
    ]);
  });
});

describe("a transition without a schedule", () => {
  it("is followed by all lights, at once or at its time of day", () => {
    const street = new Street({ start: NOON });
    street.ask("setTransitionRequest", { transitionType: TransitionType.DAY_NIGHT, time: "130000" });
    expect(street.switched).toEqual([]);
    street.pass(HOUR_MS);
    expect(street.switched).toEqual(["06-01T13:00 2 on", "06-01T13:00 3 on"]);
    // A date instead of a time, as one platform sends it, means now.
    street.ask("setTransitionRequest", { transitionType: TransitionType.NIGHT_DAY, time: "20260601" });
    expect(street.switched.slice(2)).toEqual(["06-01T13:00 2 off", "06-01T13:00 3 off"]);
  });
});
