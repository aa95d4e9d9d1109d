import { describe, expect, it } from "vitest";
import { EVENT_CATEGORIES, SEVERITIES } from "../../edge-agent/model/data.ts";
import { Event, NotificationBit } from "../../proto/oslp/gen/types.ts";
import { eventFacts } from "./events.ts";

describe("event numbers", () => {
  it.each(Object.entries(Event))("%s has facts and the bit of its group", (name, number) => {
    const facts = eventFacts(number);
    expect(facts.nativeCode).toBe(name);
    expect(EVENT_CATEGORIES).toContain(facts.category);
    expect(SEVERITIES).toContain(facts.severity);
    expect(Object.values(NotificationBit)).toContain(facts.notificationBit);
  });

  it("have canonical codes of their own", () => {
    const codes = Object.values(Event).map((number) => eventFacts(number).code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each([
    [2, "diag", 1],
    [2_999, "light", 4],
    [7_999, "security", 128],
    [8_000, "diag", undefined],
    [-1, "diag", undefined],
  ])("that no contract has are data: %i", (number, category, notificationBit) => {
    expect(eventFacts(number)).toEqual({
      code: `oslp.event-${number}`,
      nativeCode: String(number),
      category,
      severity: "warning",
      notificationBit,
    });
  });
});
