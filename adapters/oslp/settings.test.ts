import { describe, expect, it } from "vitest";
import { toKeyRef } from "../kit/adapter.ts";
import { readMemory } from "./memory.ts";
import { DEVICE, registeredMemory } from "./platform.testing.ts";
import { dialTarget, type OslpSettings, oslpSettings } from "./settings.ts";
import { faultOf } from "./vectors.testing.ts";

const signingKey = toKeyRef("platform");
const settings = oslpSettings({ signingKey });

describe("settings", () => {
  it.each<[string, Partial<OslpSettings>]>([
    ["a window of 0", { sequence: { window: 0, maximum: 65_535 } }],
    ["a window as wide as the numbers", { sequence: { window: 50, maximum: 100 } }],
    ["a maximum of 17 bits", { sequence: { window: 6, maximum: 65_536 } }],
    ["a port of 0", { ports: { "0.5.1": 0, "0.6.1": 1 } }],
    ["no time for an answer", { timeouts: { ...settings.timeouts, responseMs: 0 } }],
    ["envelopes shorter than their header", { limits: { ...settings.limits, envelopeBytes: 143 } }],
    ["pages of 51", { schedulePageSize: 51 }],
    ["a place north of the pole", { location: { latitude: 91, longitude: 0, timeOffsetMinutes: 0 } }],
  ])("refuse %s", (_what, given) => {
    expect(faultOf(() => oslpSettings({ signingKey, ...given }))).toBe("oslp.settings.invalid");
  });
});

describe("where to dial", () => {
  const memory = readMemory(registeredMemory(1));

  it("is the address of the registration and the port of the version", () => {
    expect(dialTarget(settings, DEVICE, memory)).toEqual({ host: "35.0.0.1", port: 12_122 });
    expect(dialTarget(settings, { ...DEVICE, version: "0.5.1" }, memory)?.port).toBe(12_121);
  });

  it("is what the configuration says where it says something", () => {
    const device = { ...DEVICE, address: "127.0.0.1" };
    expect(dialTarget(settings, device, memory)).toEqual({ host: "127.0.0.1", port: 12_124 });
    expect(dialTarget(settings, { ...device, port: 9 }, memory)).toEqual({ host: "127.0.0.1", port: 9 });
  });

  it("is nowhere for a device that never registered", () => {
    expect(dialTarget(settings, DEVICE, readMemory(undefined))).toBeUndefined();
  });
});
