import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RecentIds } from "./recent-ids.ts";

describe("recent ids", () => {
  it("knows the last few of a device, and nothing of another's", () => {
    const recent = new RecentIds({ perDevice: 2, devices: 10 });
    for (const id of ["1", "2", "3"]) recent.add("d", id);
    expect(["1", "2", "3"].map((id) => recent.has("d", id))).toEqual([false, true, true]);
    expect(recent.has("e", "3")).toBe(false);
  });

  it("forgets the device first that was quiet the longest", () => {
    const recent = new RecentIds({ perDevice: 2, devices: 2 });
    recent.add("d", "1");
    recent.add("e", "1");
    recent.add("d", "2");
    recent.add("f", "1");
    expect([recent.has("d", "1"), recent.has("e", "1"), recent.has("f", "1")]).toEqual([true, false, true]);
  });

  it("is bounded, and never knows what was not added", () => {
    const said = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fc.array(said, { maxLength: 200 }), (all) => {
        const limits = { perDevice: 3, devices: 4 };
        const recent = new RecentIds(limits);
        const added = new Set<string>();
        for (const [device, id] of all) {
          recent.add(`d${device}`, `m${id}`);
          added.add(`${device} ${id}`);
          expect(recent.has(`d${device}`, `m${id}`)).toBe(true);
        }
        expect(recent.devices).toBeLessThanOrEqual(limits.devices);
        let known = 0;
        for (let device = 0; device < 10; device++) {
          for (let id = 0; id <= 30; id++) {
            if (!recent.has(`d${device}`, `m${id}`)) continue;
            known += 1;
            expect(added.has(`${device} ${id}`)).toBe(true);
          }
        }
        expect(known).toBeLessThanOrEqual(limits.devices * limits.perDevice);
      }),
    );
  });
});
