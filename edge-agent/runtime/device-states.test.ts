import { describe, expect, it } from "vitest";
import { DeviceStates } from "./device-states.ts";

function states(): DeviceStates {
  return new DeviceStates(
    ["lamp-1", "lamp-2", "meter-1"],
    {
      expectEveryMs: (device) => (device === "meter-1" ? undefined : 1_000),
      protocolOf: (device) => (device === "meter-1" ? "dlms" : "oslp"),
      failuresUntilOffline: 3,
    },
    0,
  );
}

describe("DeviceStates", () => {
  it("counts by protocol what it says one by one", () => {
    const all = states();
    all.heard("lamp-1", 10);
    all.failed("meter-1", 10, "transport.refused");
    expect(Object.fromEntries(all.counts())).toEqual({
      oslp: { online: 1, degraded: 0, stalled: 0, offline: 0, unknown: 1 },
      dlms: { online: 0, degraded: 1, stalled: 0, offline: 0, unknown: 0 },
    });
    expect(all.stateOf("lamp-2")).toBe("unknown");
    expect(all.stateOf("nobody")).toBeUndefined();
    expect(all.firstHeardAt).toBe(10);
  });

  it("knows how many of those that should speak do not", () => {
    const all = states();
    expect(all.check(500)).toEqual([]);
    expect(all.expecting).toBe(2);
    expect(all.check(1_001).map((one) => one.device)).toEqual(["lamp-1", "lamp-2"]);
    expect(all.silent).toBe(2);
    all.heard("lamp-1", 1_100);
    expect(all.silent).toBe(1);
    for (let i = 0; i < 3; i++) all.failed("lamp-1", 1_200, "transport.refused");
    expect(all.stateOf("lamp-1")).toBe("offline");
    expect(all.silent).toBe(2);
    for (let i = 0; i < 3; i++) all.failed("meter-1", 1_200, "transport.refused");
    expect(all.silent).toBe(2);
  });

  it("says a change once", () => {
    const all = states();
    expect(all.heard("lamp-1", 1)).toMatchObject({ state: "online", since: 1 });
    expect(all.heard("lamp-1", 2)).toBeUndefined();
    expect(all.of("lamp-1")).toMatchObject({ since: 1, lastHeardAt: 2 });
  });
});
