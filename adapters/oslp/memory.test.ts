import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEVICE_MEMORY_LIMIT } from "../kit/session.ts";
import { deviceIdBytes, deviceIdText } from "./device-id.ts";
import { type OslpMemory, readMemory, type Registration, writeMemory } from "./memory.ts";

const registration: fc.Arbitrary<Registration> = fc.record({
  deviceId: fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  sequenceNumber: fc.nat(65_535),
  randomDevice: fc.nat(0xffff_ffff),
  randomPlatform: fc.nat(65_535),
  address: fc.ipV6(),
  hasSchedule: fc.boolean(),
  deviceType: fc.integer(),
  registeredAt: fc.nat(),
});

describe("the memory of a device", () => {
  it("is read as it was written, through JSON, and small", () => {
    const memories: fc.Arbitrary<OslpMemory> = fc.record({
      active: fc.option(registration, { nil: undefined }),
      pending: fc.option(registration, { nil: undefined }),
      requestUid: fc.option(fc.string({ maxLength: 64 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(memories, (memory) => {
        const text = JSON.stringify(writeMemory(memory));
        expect(readMemory(JSON.parse(text))).toEqual(memory);
        expect(text.length).toBeLessThan(DEVICE_MEMORY_LIMIT);
      }),
    );
  });

  it("that is none, or not ours, is empty", () => {
    const empty = { active: undefined, pending: undefined, requestUid: undefined };
    expect(readMemory(undefined)).toEqual(empty);
    expect(readMemory({ deviceId: 1, sequenceNumber: "x", requestUid: null })).toEqual(empty);
  });
});

describe("device ids", () => {
  it("are Base64 and back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (bytes) => {
        const text = deviceIdText(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64"));
        expect(deviceIdBytes(text)).toEqual(bytes);
      }),
    );
  });

  it.each(["", "AAEKGyw9Tl9gcYK=", "AAEKGyw9Tl9gcYKTAA", "AAEKGyw9 l9gcYKT"])("are not %j", (text) => {
    expect(deviceIdBytes(text)).toBeUndefined();
  });
});
