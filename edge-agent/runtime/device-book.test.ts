import { describe, expect, it } from "vitest";
import { DeviceBook } from "./device-book.ts";

function book(): DeviceBook<{ readonly uid: string; readonly protocolId: string; readonly group: string }> {
  const devices = [
    { uid: "d1", protocolId: "SSLD-1", group: "g" },
    { uid: "d2", protocolId: "SSLD-2", group: "h" },
  ];
  return new DeviceBook(devices, ["deviceId"]);
}

describe("DeviceBook", () => {
  it("finds a device by its newest durable memory, not by an older one", () => {
    const one = book();
    one.remember("d1", { deviceId: "AAAA" });
    one.remember("d1", { deviceId: "BBBB" });
    expect(one.byMemory("deviceId", "AAAA")).toBeUndefined();
    expect(one.byMemory("deviceId", "BBBB")?.uid).toBe("d1");
  });

  it("gives who writes next the memory that is on its way, so that two conversations lose nothing of each other", () => {
    const one = book();
    one.remember("d1", { deviceId: "AAAA", number: 1 });
    const confirmed = { deviceId: "BBBB", number: 7 };
    one.expect("d1", confirmed);
    // The other conversation of the device ends meanwhile and keeps what the first has said.
    const counted = { ...one.memory("d1"), requests: 3 };
    one.expect("d1", counted);
    one.remember("d1", confirmed);
    expect(one.memory("d1")).toEqual({ deviceId: "BBBB", number: 7, requests: 3 });
    one.remember("d1", counted);
    expect(one.memory("d1")).toEqual(counted);
  });

  it("falls back to what is durable where the other did not become so", () => {
    const one = book();
    one.remember("d1", { number: 1 });
    const failed = { number: 2 };
    one.expect("d1", failed);
    one.expectNoMore("d1", failed);
    expect(one.memory("d1")).toEqual({ number: 1 });
  });

  it("forgets both of one group, and nothing of another", () => {
    const one = book();
    one.remember("d1", { deviceId: "AAAA" });
    one.expect("d1", { deviceId: "BBBB" });
    one.remember("d2", { deviceId: "CCCC" });
    one.forget("g");
    expect(one.memory("d1")).toBeUndefined();
    expect(one.byMemory("deviceId", "AAAA")).toBeUndefined();
    expect(one.byMemory("deviceId", "CCCC")?.uid).toBe("d2");
  });
});
