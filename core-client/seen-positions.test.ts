import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { positionText, readPosition } from "./position.ts";
import { KEPT_GAPS, SeenPositions } from "./seen-positions.ts";

const p = (sequence: number, epoch = 1) => ({ epoch, sequence });

describe("SeenPositions", () => {
  it("does not take a late message below the watermark for a repeat", () => {
    const seen = new SeenPositions();
    for (const sequence of [1, 2, 5]) seen.mark("d", p(sequence));
    expect([1, 2, 3, 4, 5, 6].map((one) => seen.check("d", p(one)))).toEqual([
      "seen",
      "seen",
      "new",
      "new",
      "seen",
      "new",
    ]);
    seen.mark("d", p(3));
    expect(seen.check("d", p(3))).toBe("seen");
  });

  it("does not know what was before it began, nor another epoch, nor another device", () => {
    const seen = new SeenPositions();
    seen.mark("d", p(50));
    expect(seen.check("d", p(49))).toBe("ask");
    expect(seen.check("d", p(50, 2))).toBe("ask");
    expect(seen.check("e", p(50))).toBe("ask");
  });

  it("keeps a bounded number of gaps and asks about older ones", () => {
    const seen = new SeenPositions();
    seen.mark("d", p(1));
    seen.mark("d", p(KEPT_GAPS + 2));
    expect(seen.check("d", p(2))).toBe("new");
    seen.mark("d", p(KEPT_GAPS + 4));
    expect(seen.check("d", p(2))).toBe("ask");
    expect(seen.check("d", p(3))).toBe("new");
    expect(seen.check("d", p(KEPT_GAPS + 3))).toBe("new");
    seen.mark("d", p(1_000_000_000));
    expect(seen.check("d", p(5))).toBe("ask");
    expect(seen.check("d", p(999_999_999))).toBe("new");
  });

  it("keeps the reigns of a few takeovers", () => {
    const seen = new SeenPositions();
    for (const epoch of [1, 2, 3, 4, 5]) seen.mark("d", p(1, epoch));
    expect(seen.check("d", p(1, 2))).toBe("seen");
    expect(seen.check("d", p(1, 1))).toBe("ask");
  });

  it("never says `seen` of what was not marked and never `new` of what was", () => {
    const order = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3_000 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 3_000 }), (marks, probe) => {
        const seen = new SeenPositions();
        const truth = new Set<string>();
        for (const [epoch, sequence] of marks) {
          seen.mark("d", p(sequence, epoch));
          truth.add(`${epoch}:${sequence}`);
        }
        for (const [epoch, sequence] of [...marks, [1, probe], [2, probe]] as const) {
          const isTrue = truth.has(`${epoch}:${sequence}`);
          expect(seen.check("d", p(sequence, epoch))).not.toBe(isTrue ? "new" : "seen");
        }
      }),
    );
  });
});

describe("positions as text", () => {
  it("come back, and nothing else is one", () => {
    expect(readPosition(positionText(p(18_231, 7)))).toEqual(p(18_231, 7));
    for (const text of [null, undefined, "", "1", "1:", "a:b", "1:2:3"]) expect(readPosition(text)).toBeUndefined();
  });
});
