import { describe, expect, it } from "vitest";
import { DEVICE_MEMORY_LIMIT } from "../kit/session.ts";
import { QOS2_OPEN } from "./limits.ts";
import { Qos2Window } from "./qos2-window.ts";

describe("the QoS 2 window of a device", () => {
  it("knows a repeated PUBLISH until its PUBREL, in the next agent too", () => {
    const window = new Qos2Window();
    window.open(7, "0123456789abcdef", 3);
    const next = new Qos2Window(window.toText());
    expect(next.isRepeat(7, "0123456789abcdef")).toBe(true);
    expect(next.isRepeat(7, "fedcba9876543210")).toBe(false);
    expect(next.release(7)).toBe(true);
    expect(next.isRepeat(7, "0123456789abcdef")).toBe(false);
    expect(next.toText()).toBe("@0.0/7");
  });

  it("tells a message from others by what the next agent finds the same", () => {
    const window = new Qos2Window();
    window.open(7, "0123456789abcdef", 3);
    const known = window.toText();
    const first = window.open(8, "0123456789abcdef", 3);
    expect(new Qos2Window(known).open(8, "0123456789abcdef", 4)).toBe(first);
    // Of a device nobody has heard of before, too.
    expect(new Qos2Window().open(8, "0123456789abcdef", 4)).toBe(first);
  });

  it("never tells two messages by the same: an identifier that is used again is another reign's, or later in this one", () => {
    const told = new Set<string>();
    let window = new Qos2Window();
    for (const epoch of [3, 4]) {
      for (const id of [1, 2, 1, 1, 2, 65_535, 1]) told.add(window.open(id, "0123456789abcdef", epoch));
      window = new Qos2Window(window.toText());
    }
    expect(told.size).toBe(14);
  });

  it("is read without its turn as an earlier version wrote it", () => {
    const window = new Qos2Window("7=01234567");
    expect(window.isRepeat(7, "0123456789abcdef")).toBe(true);
    expect(window.open(8, "0123456789abcdef", 5)).toBe("qos2 0.0/8");
  });

  it("is bounded, and fits a device's memory when full", () => {
    const window = new Qos2Window();
    for (let id = 65_535; id > 65_535 - QOS2_OPEN; id--) window.open(id, "0123456789abcdef", 9_999_999_999);
    expect(window.isFull).toBe(true);
    expect(window.toText().length).toBeLessThan(DEVICE_MEMORY_LIMIT / 2);
    expect(new Qos2Window(`${window.toText()},1=00000000`).size).toBe(QOS2_OPEN);
  });

  it.each([undefined, 7, "x", "1=zz", "1=0123456"])("takes %j for an empty one", (text) => {
    expect(new Qos2Window(text).size).toBe(0);
  });
});
