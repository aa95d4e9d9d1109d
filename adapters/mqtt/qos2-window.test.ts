import { describe, expect, it } from "vitest";
import { DEVICE_MEMORY_LIMIT } from "../kit/session.ts";
import { QOS2_OPEN } from "./limits.ts";
import { Qos2Window } from "./qos2-window.ts";

describe("the QoS 2 window of a device", () => {
  it("knows a repeated PUBLISH until its PUBREL, in the next agent too", () => {
    const window = new Qos2Window();
    window.open(7, "0123456789abcdef");
    const next = new Qos2Window(window.toText());
    expect(next.isRepeat(7, "0123456789abcdef")).toBe(true);
    expect(next.isRepeat(7, "fedcba9876543210")).toBe(false);
    expect(next.release(7)).toBe(true);
    expect(next.isRepeat(7, "0123456789abcdef")).toBe(false);
    expect(next.toText()).toBe("");
  });

  it("is bounded, and fits a device's memory when full", () => {
    const window = new Qos2Window();
    for (let id = 65_535; id > 65_535 - QOS2_OPEN; id--) window.open(id, "0123456789abcdef");
    expect(window.isFull).toBe(true);
    expect(window.toText().length).toBeLessThan(DEVICE_MEMORY_LIMIT / 2);
    expect(new Qos2Window(`${window.toText()},1=00000000`).size).toBe(QOS2_OPEN);
  });

  it.each([undefined, 7, "x", "1=zz", "1=0123456"])("takes %j for an empty one", (text) => {
    expect(new Qos2Window(text).size).toBe(0);
  });
});
