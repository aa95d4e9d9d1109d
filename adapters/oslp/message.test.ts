import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgeError } from "../kit/edge-error.ts";
import { toHex } from "../kit/bytes.ts";
import { FIELDS } from "../../proto/oslp/gen/fields.ts";
import { decodeMessage, encodeMessage, type OslpMessage } from "./message.ts";
import { faultOf, hex, vectorsOf, written } from "./vectors.testing.ts";

interface MessageVector {
  readonly name: string;
  readonly version: "0.5.1" | "0.6.1";
  readonly hex: string;
  readonly value?: unknown;
  readonly roundTrip?: boolean;
  readonly fault?: string;
}
const file = vectorsOf<MessageVector>("messages");
const good = file.vectors.filter((vector) => vector.fault === undefined);

describe("payload vectors", () => {
  it.each(good)("decodes $name", ({ hex: text, value }) => {
    expect(written(decodeMessage(hex(text)))).toEqual(value);
  });

  it.each(good.filter((vector) => vector.roundTrip === true))(
    "encodes $name to the same bytes",
    ({ hex: text, version }) => {
      expect(toHex(encodeMessage(decodeMessage(hex(text)), version), " ")).toBe(text);
    },
  );

  it.each(file.vectors.filter((vector) => vector.fault !== undefined))("refuses $name", ({ hex: text, fault }) => {
    expect(faultOf(() => decodeMessage(hex(text)))).toBe(fault);
  });

  it("encodes what came in another form canonically", () => {
    const packed = good.find((vector) => vector.name.startsWith("switchingDelay packed"));
    const unpacked = good.find((vector) => vector.name.startsWith("switchingDelay unpacked"));
    expect(toHex(encodeMessage(decodeMessage(hex(packed?.hex ?? "")), "0.6.1"), " ")).toBe(unpacked?.hex);
  });

  it("decodes bodies captured from another tool", () => {
    for (const { name, type, hex: text, value } of vectorsOf<MessageVector & { type: string }>("captures").vectors) {
      const body = hex(text);
      const key = type === "eventNotificationRequest" ? [0x8a, 0x01] : [0xaa, 0x01];
      const message = decodeMessage(Uint8Array.from([...key, body.length, ...body]));
      expect(written(message), name).toEqual({ member: type, body: value });
    }
  });
});

describe("what must not be mistaken", () => {
  it("a default that was not sent is not in the body", () => {
    const message = decodeMessage(hex("ca01 00"));
    expect(message.member).toBe("setConfigurationRequest");
    expect(message.body).not.toHaveProperty("isDhcpEnabled");
    expect(message.body).not.toHaveProperty("communicationTimeout");
  });

  it("64-bit numbers keep every bit", () => {
    const full = decodeMessage(
      hex(
        "f2 01 27 08 00 12 23 0a 0e 32 30 31 34 30 34 30 35 32 32 30 30 30 30 10 01 18 ff ff ff ff ff ff ff ff ff 01 20 30 2a 02 08 01",
      ),
    );
    if (full.member !== "getActualPowerUsageResponse") throw new Error(full.member);
    expect(full.body.powerUsageData.totalConsumedEnergy).toBe(2n ** 64n - 1n);
    expect(decodeMessage(encodeMessage(full, "0.5.1"))).toEqual(full);
  });

  it("decoded bytes do not change with the chunk they came in", () => {
    const bytes = hex("4a 0a 0a 08 0a 01 01 10 01 1a 01 4b");
    const message = decodeMessage(bytes);
    bytes.fill(0);
    if (message.member !== "setLightRequest") throw new Error(message.member);
    expect(message.body.values[0]?.index).toEqual(Uint8Array.of(1));
  });

  it("what a version does not have is not sent to it", () => {
    const request: OslpMessage = { member: "switchFirmwareRequest", body: { newFirmwareVersion: "R02" } };
    expect(faultOf(() => encodeMessage(request, "0.5.1"))).toBe("oslp.message.not-in-version");
    const schedule: OslpMessage = {
      member: "setScheduleRequest",
      body: { schedules: [{ weekday: 11, actionTime: 2, value: [{ on: true }], isEnabled: true }], scheduleType: 1 },
    };
    expect(faultOf(() => encodeMessage(schedule, "0.5.1"))).toBe("oslp.message.not-in-version");
    expect(faultOf(() => encodeMessage(schedule, "0.6.1"))).toBe("none");
  });

  it("our own mistakes are named before a byte is written", () => {
    const unknown: OslpMessage = JSON.parse('{"member":"setLightRequest","body":{"values":[{"on":1}]}}');
    expect(faultOf(() => encodeMessage(unknown, "0.6.1"))).toBe("oslp.message.unencodable");
    const extra: OslpMessage = JSON.parse('{"member":"setLightResponse","body":{"status":0,"colour":1}}');
    expect(faultOf(() => encodeMessage(extra, "0.6.1"))).toBe("oslp.message.unencodable");
    const absent: OslpMessage = JSON.parse('{"member":"setLightResponse","body":{}}');
    expect(faultOf(() => encodeMessage(absent, "0.6.1"))).toBe("oslp.message.unencodable");
  });
});

describe("hostile payloads", () => {
  it("are decoded or refused with a fault that blames the device, and nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expectFaultOrMessage(bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it("made from good ones by changing bytes are too", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...good.map((vector) => hex(vector.hex))),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (bytes, changes) => {
          const changed = bytes.slice();
          for (const [at, value] of changes) changed[at % changed.length] = value;
          expectFaultOrMessage(changed);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("nested groups end with a fault, not with the stack", () => {
    expectFaultOrMessage(new Uint8Array(16_000).fill(0x0b));
  });
});

describe("the field table", () => {
  it("has the messages of the contract, 51 of them in the older version", () => {
    const names = Object.keys(FIELDS);
    const older = names.filter((name) => Object.values(FIELDS[name] ?? {}).some((field) => field.since === "0.5.1"));
    expect(names).toHaveLength(60);
    expect(older).toHaveLength(51);
  });
});

function expectFaultOrMessage(bytes: Uint8Array): void {
  try {
    const message = decodeMessage(bytes);
    expect(decodeMessage(encodeMessage(message, "0.6.1"))).toEqual(message);
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    expect(thrown.blame).toBe("device");
    expect(thrown.code).toMatch(/^oslp\.(payload|message)\./);
  }
}
