import { describe, expect, it } from "vitest";
import { toInstant } from "../../adapters/kit/time.ts";
import { Linger } from "./linger.ts";

describe("lingering", () => {
  const at = toInstant;

  it("begins when commits carry company, and ends when they do not", () => {
    const linger = new Linger(3);
    expect(linger.left(at(100), at(100))).toBe(0);
    for (let i = 0; i < 10; i++) linger.sent(20);
    expect(linger.left(at(100), at(101))).toBe(2);
    expect(linger.left(at(100), at(104))).toBe(0);
    for (let i = 0; i < 10; i++) linger.sent(1);
    expect(linger.left(at(100), at(101))).toBe(0);
  });

  it("can be turned off", () => {
    const linger = new Linger(0);
    for (let i = 0; i < 10; i++) linger.sent(100);
    expect(linger.left(at(100), at(100))).toBe(0);
  });
});
