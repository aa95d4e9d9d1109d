import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "./random.ts";

const draw = (random: SeededRandom, count: number): number[] => Array.from({ length: count }, () => random.u32());

describe("seeded dice", () => {
  it("fall the same for the same seed, and differently for its neighbours", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const first = draw(new SeededRandom(seed), 20);
        expect(draw(new SeededRandom(seed), 20)).toEqual(first);
        expect(draw(new SeededRandom(seed + 1), 20)).not.toEqual(first);
      }),
    );
  });

  it("never stand still, whatever the seed", () => {
    for (const seed of [0, 1, -1, 0x7fff_ffff, 0xffff_ffff])
      expect(new Set(draw(new SeededRandom(seed), 1_000)).size).toBeGreaterThan(990);
  });

  it("are fair: every face of a die as often as the others, by the sum of squared deviations", () => {
    for (const faces of [2, 6, 10, 37]) {
      const counts = new Array<number>(faces).fill(0);
      const random = new SeededRandom(42);
      const throws = faces * 5_000;
      for (let i = 0; i < throws; i++) {
        const face = random.below(faces);
        counts[face] = (counts[face] ?? 0) + 1;
      }
      const chi = counts.reduce((sum, count) => sum + (count - 5_000) ** 2 / 5_000, 0);
      const spread = Math.sqrt(2 * (faces - 1));
      expect(chi, `${faces} faces`).toBeLessThan(faces - 1 + 5 * spread + 10);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(throws);
    }
  });

  it("are fair in every bit", () => {
    const random = new SeededRandom(7);
    const ones = new Array<number>(32).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = random.u32();
      for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] ?? 0) + ((value >>> bit) & 1);
    }
    // 10,000 expected, a standard deviation is 71.
    for (const [bit, count] of ones.entries()) expect(Math.abs(count - 10_000), `bit ${bit}`).toBeLessThan(400);
  });

  it("stay in their range, both ends reached", () => {
    const random = new SeededRandom(3);
    const between = Array.from({ length: 1_000 }, () => random.between(-2, 2));
    expect([Math.min(...between), Math.max(...between)]).toEqual([-2, 2]);
    expect(Array.from({ length: 50 }, () => random.below(1))).toEqual(new Array(50).fill(0));
    expect(new Set(Array.from({ length: 200 }, () => random.pick(["a", "b", "c"])))).toEqual(new Set(["a", "b", "c"]));
    expect(random.pick([])).toBeUndefined();
    expect(random.bytes(33)).toHaveLength(33);
    const lucky = Array.from({ length: 10_000 }, () => random.chance({ times: 1, of: 4 })).filter(Boolean).length;
    expect(Math.abs(lucky - 2_500)).toBeLessThan(250);
    expect([random.chance({ times: 0, of: 5 }), random.chance({ times: 5, of: 5 })]).toEqual([false, true]);
  });

  it("have children by name that no throw of the parent, and no sibling, shifts", () => {
    const parent = new SeededRandom(9);
    const net = draw(parent.of("net"), 10);
    draw(parent, 100);
    parent.of("disk");
    expect(draw(parent.of("net"), 10)).toEqual(net);
    expect(draw(new SeededRandom(9).of("disk"), 10)).not.toEqual(net);
    expect(draw(new SeededRandom(10).of("net"), 10)).not.toEqual(net);
    const firsts = new Set(Array.from({ length: 10_000 }, (_, i) => new SeededRandom(9).of(`device ${i}`).u32()));
    expect(firsts.size).toBeGreaterThan(9_990);
  });
});
