import fc from "fast-check";
import { expect, it } from "vitest";
import { OVERTAKING_MAX } from "./limits.ts";
import { Sequence } from "./sequence.ts";

it("goes round after 255", () => {
  const sequence = new Sequence(254);
  for (const seq of [255, 0, 1]) expect(sequence.take(seq)).toBe("expected");
});

it("tells what is missing, late and lost", () => {
  const sequence = new Sequence(0);
  expect(sequence.take(3)).toBe("early");
  expect(sequence.missing).toBe(2);
  expect(sequence.take(3)).toBe("behind");
  expect(sequence.take(1)).toBe("expected");
  expect(sequence.missing).toBe(1);
  expect(sequence.giveUp()).toBe(1);
  expect(sequence.take(4)).toBe("expected");
  expect(sequence.take(2)).toBe("behind");
  expect(sequence.take(100)).toBe("lost");
  expect(sequence.take(101)).toBe("expected");
});

it("misses nothing of what came in any order within the bound", () => {
  const shuffled = fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: OVERTAKING_MAX }))
    .chain(([first, count]) => {
      const numbers = Array.from({ length: count }, (_, at) => (first + 1 + at) % 256);
      return fc.tuple(fc.constant(first), fc.shuffledSubarray(numbers, { minLength: count, maxLength: count }));
    });
  fc.assert(
    fc.property(shuffled, ([first, order]) => {
      const sequence = new Sequence(first);
      for (const seq of order) expect(["expected", "early"]).toContain(sequence.take(seq));
      expect(sequence.missing).toBe(0);
      expect(sequence.take((first + order.length + 1) % 256)).toBe("expected");
    }),
  );
});
