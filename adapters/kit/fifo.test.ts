import fc from "fast-check";
import { expect, it } from "vitest";
import { Fifo } from "./fifo.ts";

it("behaves as an array does, whatever the order of pushes and shifts", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer(), fc.constant(undefined)), { maxLength: 5_000 }), (ops) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      for (const op of ops) {
        if (op === undefined) expect(fifo.shift()).toBe(model.shift());
        else {
          fifo.push(op);
          model.push(op);
        }
        expect(fifo.length).toBe(model.length);
        expect(fifo.peek()).toBe(model[0]);
      }
      expect([...fifo]).toEqual(model);
    }),
    { numRuns: 50 },
  );
});

it("stays in order when its head is compacted", () => {
  const fifo = new Fifo<number>();
  for (let i = 0; i < 10_000; i++) fifo.push(i);
  for (let i = 0; i < 9_000; i++) expect(fifo.shift()).toBe(i);
  fifo.push(10_000);
  expect([...fifo]).toEqual(Array.from({ length: 1_001 }, (_, i) => 9_000 + i));
});
