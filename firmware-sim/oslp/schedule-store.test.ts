import { describe, expect, it } from "vitest";
import { ActionTime, RelayType, type Schedule, Weekday } from "../../proto/oslp/gen/types.ts";
import { emptyStore, store } from "./schedule-store.ts";

const entry = (index: number): Schedule => ({
  weekday: Weekday.ALL,
  actionTime: ActionTime.ABSOLUTETIME,
  time: "070000",
  value: [{ on: true }],
  index,
});

function page(currentPage: number, totalPages: number, ...indexes: number[]) {
  const pageInfo = { currentPage, totalPages, pageSize: 2 };
  return { schedules: indexes.map(entry), scheduleType: RelayType.LIGHT, pageInfo };
}

describe("pages of a schedule", () => {
  it("are in force together, after the last one", () => {
    const kept = emptyStore();
    expect(store(kept, { schedules: [entry(9)], scheduleType: RelayType.LIGHT }, "LIGHT")).toBe("replaced");
    expect(store(kept, page(1, 2, 1, 2), "LIGHT")).toBe("collected");
    expect(kept.inForce.LIGHT.map((one) => one.index)).toEqual([9]);
    expect(store(kept, page(2, 2, 3), "LIGHT")).toBe("replaced");
    expect(kept.inForce.LIGHT.map((one) => one.index)).toEqual([1, 2, 3]);
  });

  it("begin anew with page 1, and a repeated page is the same page", () => {
    const kept = emptyStore();
    store(kept, page(1, 3, 1, 2), "LIGHT");
    store(kept, page(2, 3, 3, 4), "LIGHT");
    store(kept, page(1, 2, 5, 6), "LIGHT");
    expect(store(kept, page(1, 2, 5, 6), "LIGHT")).toBe("collected");
    expect(store(kept, page(2, 2, 7), "LIGHT")).toBe("replaced");
    expect(kept.inForce.LIGHT.map((one) => one.index)).toEqual([5, 6, 7]);
  });

  it("are refused out of order, of another kind, or without the first", () => {
    const kept = emptyStore();
    expect(store(kept, page(2, 2, 1), "LIGHT")).toBe("rejected");
    store(kept, page(1, 3, 1, 2), "LIGHT");
    expect(store(kept, page(3, 3, 3), "LIGHT")).toBe("rejected");
    expect(store(kept, page(2, 3, 3), "TARIFF")).toBe("rejected");
    expect(kept.inForce).toEqual({ LIGHT: [], TARIFF: [] });
  });

  it("hold fifty entries together, the contract's limit", () => {
    const kept = emptyStore();
    const many = (count: number) => Array.from({ length: count }, (_, index) => entry(index));
    expect(store(kept, { schedules: many(50), scheduleType: RelayType.LIGHT }, "LIGHT")).toBe("replaced");
    expect(store(kept, { schedules: many(51), scheduleType: RelayType.LIGHT }, "LIGHT")).toBe("rejected");
    expect(kept.inForce.LIGHT).toHaveLength(50);
  });
});
