import { describe, expect, it } from "vitest";
import { Bench } from "./device.testing.ts";
import { deviceTime, readStamp, stampNow } from "./device-clock.ts";

describe("a device's clock", () => {
  it("is what the platform says at a registration", () => {
    const bench = new Bench([]).register({ currentTime: "20300101000000" });
    expect(stampNow(bench.device.state)).toBe("20300101000000");
    bench.pass(61_000);
    expect(stampNow(bench.device.state)).toBe("20300101000101");
  });

  it("does not jump over the seconds of the field, nor over a time of another form", () => {
    const near = new Bench([]).register({ currentTime: "20260601120001" });
    expect(deviceTime(near.device.state)).toBe(near.wall());
    const millis = new Bench([]).register({ currentTime: "1780315200000" });
    expect(deviceTime(millis.device.state)).toBe(millis.wall());
  });

  it("reads what is a time and nothing else", () => {
    expect(readStamp("20260601120000")).toBe(Date.UTC(2026, 5, 1, 12));
    for (const text of ["", "20260631120000", "20000000000000", "2026060112000", "1780315200000"]) {
      expect(readStamp(text)).toBeUndefined();
    }
  });
});
