import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { covers, filterFlaw, matches, nameFlaw, overlaps, unshared } from "./topic.ts";

describe("topic names and filters", () => {
  // The examples of MQTT 3.1.1, 4.7.1 and 4.7.2.
  it.each([
    ["sport/tennis/player1/#", "sport/tennis/player1", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
    ["sport/#", "sport", true],
    ["sport/tennis/+", "sport/tennis/player1", true],
    ["sport/tennis/+", "sport/tennis/player1/ranking", false],
    ["sport/+", "sport", false],
    ["sport/+", "sport/", true],
    ["+/+", "/finance", true],
    ["/+", "/finance", true],
    ["+", "/finance", false],
    ["#", "$SYS/broker", false],
    ["+/monitor/Clients", "$SYS/monitor/Clients", false],
    ["$SYS/#", "$SYS/broker", true],
    ["ACCOUNTS", "Accounts", false],
  ])("%s asks for %s: %s", (filter, name, expected) => {
    expect(matches(filter, name)).toBe(expected);
  });

  it.each(["sport/tennis#", "sport/tennis/#/ranking", "sport+", "", "a\0b"])("%j is no filter", (filter) => {
    expect(filterFlaw(filter)).toBeDefined();
  });

  it("takes no wildcard in a name, and no name beyond its bounds", () => {
    expect(nameFlaw("a/+")).toBeDefined();
    expect(nameFlaw("a/#")).toBeDefined();
    expect(nameFlaw("a".repeat(1_024))).toBeUndefined();
    expect(nameFlaw("ä".repeat(513))).toBeDefined();
    expect(nameFlaw(Array.from({ length: 32 }, () => "a").join("/"))).toBeUndefined();
    expect(nameFlaw(Array.from({ length: 33 }, () => "a").join("/"))).toBeDefined();
  });

  it("knows a shared subscription", () => {
    expect(unshared("$share/gw/plant/+/data")).toEqual({ filter: "plant/+/data", group: "gw" });
    expect(unshared("plant/#")).toEqual({ filter: "plant/#", group: undefined });
  });

  const level = fc.constantFrom("a", "b", "c", "");
  const name = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
  const filter = fc
    .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([levels, open]) => [...levels, ...(open ? ["#"] : [])].join("/"));

  it("finds an overlap wherever one name matches both", () => {
    fc.assert(
      fc.property(filter, filter, name, (a, b, one) => {
        if (matches(a, one) && matches(b, one)) expect(overlaps(a, b)).toBe(true);
        expect(overlaps(a, b)).toBe(overlaps(b, a));
      }),
    );
  });

  it("covers what it says it covers", () => {
    fc.assert(
      fc.property(filter, filter, name, (outer, inner, one) => {
        if (covers(outer, inner) && matches(inner, one)) expect(matches(outer, one)).toBe(true);
      }),
    );
  });
});
