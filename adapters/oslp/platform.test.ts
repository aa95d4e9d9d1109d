import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageSchema } from "../../edge-agent/model/message.ts";
import { Status } from "../../proto/oslp/gen/types.ts";
import { concat, toHex } from "../kit/bytes.ts";
import { SeededRandom } from "../kit/random.ts";
import { toInstant } from "../kit/time.ts";
import { oslpAdapter } from "./adapter.ts";
import { decodeEnvelope } from "./envelope.ts";
import { readMemory } from "./memory.ts";
import type { OslpMessage } from "./message.ts";
import {
  command,
  Desk,
  DEVICE,
  DEVICE_ID,
  DEVICE_ID_TEXT,
  FOREIGN_KEY,
  fromDevice,
  fromPlatform,
  PLATFORM_KEY,
  registered,
  registeredMemory,
  seams,
  SETTINGS,
  TestRegistry,
} from "./platform.testing.ts";
import { oslpSettings } from "./settings.ts";
import { hex, vectorsOf } from "./vectors.testing.ts";

interface EnvelopeVector {
  readonly name: string;
  readonly hex: string;
  readonly value?: { readonly payload: string };
}
const vectors = vectorsOf<EnvelopeVector>("envelopes").vectors;
const step = (prefix: string): EnvelopeVector => {
  const found = vectors.find((vector) => vector.name.startsWith(prefix));
  if (found === undefined) throw new Error(prefix);
  return found;
};

function accepted(registry: TestRegistry = new TestRegistry(), settings = SETTINGS): Desk {
  return new Desk(oslpAdapter.accept(settings, seams(registry)), registry).open();
}

const lightOn: OslpMessage = {
  member: "eventNotificationRequest",
  body: { notifications: [{ event: 2000, index: Uint8Array.of(1), description: "on", timestamp: "20160106135200" }] },
};
const register: OslpMessage = {
  member: "registerDeviceRequest",
  body: {
    deviceIdentification: "device-01",
    ipAddress: Uint8Array.of(35, 0, 0, 1),
    deviceType: 1,
    hasSchedule: true,
    randomDevice: 13_246,
  },
};

describe("a registration", () => {
  it("is the one of the vectors, byte for byte in its payloads", () => {
    const registry = new TestRegistry();
    const random = new SeededRandom(1);
    random.below = () => 44_765;
    const desk = new Desk(oslpAdapter.accept(SETTINGS, { ...seams(registry), random }), registry).open();
    desk.receive(hex(step("1 ").hex));
    expect(payload(desk.sent[0])).toBe(step("2 ").value?.payload);
    expect(fromPlatform(desk.sent[0]).sequenceNumber).toBe(65_533);

    const second = new Desk(oslpAdapter.accept(SETTINGS, seams(registry)), registry).open();
    second.receive(hex(step("3 ").hex));
    expect(payload(second.sent[0])).toBe(step("4 ").value?.payload);
    expect(fromPlatform(second.sent[0]).sequenceNumber).toBe(65_534);
    expect(registry.memory(DEVICE.uid)).toEqual({ ...registeredMemory(65_534), registeredAt: 1_452_088_330_000 });
    expect(second.drafts).toMatchObject([{ type: "busbar.event.v1", data: { code: "device.registered" } }]);
  });

  it("is answered only when it is stored", () => {
    const desk = accepted();
    desk.hold = true;
    desk.receive(fromDevice(register, 7));
    expect(desk.sent).toEqual([]);
    expect(desk.held).toHaveLength(1);
    desk.store();
    expect(fromPlatform(desk.sent[0]).message).toMatchObject({
      member: "registerDeviceResponse",
      body: { status: Status.OK, currentTime: "20160106135210", randomDevice: 13_246 },
    });
  });

  it("changes nothing in force until it is confirmed, so that a recorded one disturbs nothing", () => {
    const registry = registered(100);
    accepted(registry).receive(fromDevice(register, 40_000, { deviceId: DEVICE_ID.map((byte) => byte ^ 0xff) }));
    const memory = readMemory(registry.memory(DEVICE.uid));
    expect(memory.active).toMatchObject({ deviceId: DEVICE_ID_TEXT, sequenceNumber: 100 });
    expect(memory.pending).toMatchObject({ sequenceNumber: 40_000, hasSchedule: true });
    const desk = accepted(registry).receive(fromDevice(lightOn, 101));
    expect(answer(desk)).toEqual({ member: "eventNotificationResponse", body: { status: Status.OK } });
  });

  it("moves to a new device id when it is confirmed", () => {
    const registry = registered(100);
    const deviceId = DEVICE_ID.map((byte) => byte ^ 0xff);
    accepted(registry).receive(fromDevice(register, 9, { deviceId }));
    const pending = readMemory(registry.memory(DEVICE.uid)).pending;
    const confirm: OslpMessage = {
      member: "confirmRegisterDeviceRequest",
      body: { randomDevice: 13_246, randomPlatform: pending?.randomPlatform ?? -1 },
    };
    accepted(registry).receive(fromDevice(confirm, 10, { deviceId }));
    const after = readMemory(registry.memory(DEVICE.uid));
    expect(after.active).toMatchObject({ sequenceNumber: 10, hasSchedule: true });
    expect(after.active?.deviceId).not.toBe(DEVICE_ID_TEXT);
    expect(after.pending).toBeUndefined();
    expect(accepted(registry).receive(fromDevice(lightOn, 101)).refusals).toEqual(["oslp.device.unknown"]);
  });

  it("confirmed twice is answered twice and happened once", () => {
    const registry = registered(100);
    const confirm: OslpMessage = {
      member: "confirmRegisterDeviceRequest",
      body: { randomDevice: 13_246, randomPlatform: 44_765 },
    };
    const desk = accepted(registry).receive(fromDevice(confirm, 100));
    expect(answer(desk)).toMatchObject({ member: "confirmRegisterDeviceResponse", body: { status: Status.OK } });
    expect(desk.drafts).toEqual([]);
    expect(registry.memory(DEVICE.uid)).toEqual(registeredMemory(100));
  });

  it("confirmed again while the first confirmation is on its way to be stored is answered behind it", () => {
    // The registry shows what is on its way: the first conversation has confirmed, and nothing of it is durable yet.
    const desk = accepted(registered(100));
    desk.hold = true;
    desk.receive(
      fromDevice(
        { member: "confirmRegisterDeviceRequest", body: { randomDevice: 13_246, randomPlatform: 44_765 } },
        100,
      ),
    );
    expect(desk.sent).toEqual([]);
    desk.store();
    expect(answer(desk)).toMatchObject({ member: "confirmRegisterDeviceResponse", body: { status: Status.OK } });
    expect(desk.registry.memory(DEVICE.uid)).toEqual(registeredMemory(100));
  });
});

describe("event notifications", () => {
  it("become one message each and move the counter, all in one store", () => {
    const registry = registered(100);
    const desk = accepted(registry);
    desk.hold = true;
    desk.receive(
      fromDevice(
        {
          member: "eventNotificationRequest",
          body: {
            notifications: [
              { event: 2000, index: Uint8Array.of(2), description: "Light on", timestamp: "20160106135200" },
              { event: 4242, timestamp: "20000000000000" },
              { event: 4700, timestamp: "not a time", index: new Uint8Array(0) },
            ],
          },
        },
        101,
      ),
    );
    expect(desk.sent).toEqual([]);
    expect(desk.held[0]?.memory).toEqual(registeredMemory(101));
    desk.store();
    expect(answer(desk)).toEqual({ member: "eventNotificationResponse", body: { status: Status.OK } });
    expect(fromPlatform(desk.sent[0]).sequenceNumber).toBe(101);
    expect(desk.drafts).toMatchObject([
      {
        subject: "dev_01",
        time: "2016-01-06T13:52:00.000Z",
        timesource: "device",
        data: {
          code: "light.on",
          nativeCode: "LIGHT_EVENTS_LIGHT_ON",
          category: "light",
          severity: "info",
          text: "Light on",
          index: 2,
          points: [{ ref: { scheme: "oslp", value: "light[2].on" }, value: true }],
        },
      },
      {
        timesource: "ingest",
        time: undefined,
        data: { code: "oslp.event-4242", nativeCode: "4242", category: "diag" },
      },
      { timesource: "ingest", time: undefined, data: { code: "tamper.door-opened", index: undefined } },
    ]);
    for (const draft of desk.drafts) {
      const stamped = {
        ...draft,
        specversion: "1.0",
        source: "/site/gw",
        time: draft.time ?? "2016-01-06T13:52:10.000Z",
        recordedtime: "2016-01-06T13:52:10.000Z",
        partitionkey: draft.subject,
        sequence: "0000000000000001",
        epoch: "0000000001",
        agent: "a",
        dataschema: "https://busbar.example/schema/event.v1.json",
        datacontenttype: "application/json",
      };
      expect(messageSchema.safeParse(stamped).error?.issues).toBeUndefined();
    }
  });

  it("that are sent again have the same ids, are answered, and turn nothing back", () => {
    const registry = registered(100);
    const clockless: OslpMessage = { member: "eventNotificationRequest", body: { notifications: [{ event: 4800 }] } };
    const first = fromDevice(clockless, 101);
    const second = fromDevice(lightOn, 102);
    const before = accepted(registry).receive(first, second);
    const after = accepted(registry).receive(first, second);
    expect(after.drafts.map((draft) => draft.id)).toEqual(before.drafts.map((draft) => draft.id));
    expect(new Set(before.drafts.map((draft) => draft.id)).size).toBe(2);
    expect(after.sent.map((bytes) => fromPlatform(bytes).message.body)).toEqual([{ status: 0 }, { status: 0 }]);
    expect(readMemory(registry.memory(DEVICE.uid)).active?.sequenceNumber).toBe(102);
  });

  it.each([94, 108])("with number %i after 100 are REJECTED and not kept", (number) => {
    const registry = registered(100);
    const desk = accepted(registry).receive(fromDevice(lightOn, number));
    expect(answer(desk)).toEqual({ member: "eventNotificationResponse", body: { status: Status.REJECTED } });
    expect(desk.refusals).toEqual(["oslp.sequence.out-of-window"]);
    expect(desk.drafts).toEqual([]);
    expect(desk.ended).toBeUndefined();
    expect(registry.memory(DEVICE.uid)).toEqual(registeredMemory(100));
  });

  it("of a device whose registration is not confirmed are REJECTED", () => {
    const registry = new TestRegistry();
    const desk = accepted(registry).receive(fromDevice(register, 7), fromDevice(lightOn, 8));
    expect(fromPlatform(desk.sent[1]).message.body).toEqual({ status: Status.REJECTED });
    expect(desk.refusals).toEqual(["oslp.device.unregistered"]);
  });

  it("in a list without entries store the number alone", () => {
    const registry = registered(100);
    const desk = accepted(registry).receive(
      fromDevice({ member: "eventNotificationRequest", body: { notifications: [] } }, 101),
    );
    expect(answer(desk)).toMatchObject({ body: { status: Status.OK } });
    expect(registry.memory(DEVICE.uid)).toEqual(registeredMemory(101));
  });

  it("of an agent that took over go on where the other one stored", () => {
    const registry = registered(100);
    const died = accepted(registry);
    died.hold = true;
    died.receive(fromDevice(lightOn, 101));
    const lost = died.held[0];
    const next = accepted(registry).receive(fromDevice(lightOn, 101));
    expect(next.drafts.map((draft) => draft.id)).toEqual(lost?.drafts.map((draft) => draft.id));
    expect(answer(next)).toMatchObject({ body: { status: Status.OK } });
  });
});

describe("what is refused", () => {
  const good = fromDevice(lightOn, 101);
  const change = (at: number, to: number) => good.map((byte, index) => (index === at ? to : byte));
  const many: OslpMessage = {
    member: "eventNotificationRequest",
    body: { notifications: Array.from({ length: 65 }, () => ({ event: 0 })) },
  };
  it.each<[string, Uint8Array, string]>([
    ["a signature that announces too much", change(1, 0x81), "oslp.signature.malformed"],
    ["no signature", concat([new Uint8Array(128), good.subarray(128)]), "oslp.signature.malformed"],
    ["a key of nobody", fromDevice(lightOn, 101, { key: FOREIGN_KEY }), "oslp.signature.invalid"],
    ["our own key", fromDevice(lightOn, 101, { key: PLATFORM_KEY }), "oslp.signature.invalid"],
    ["a changed number", change(129, 200), "oslp.signature.invalid"],
    ["a changed payload", change(good.length - 1, 0x31), "oslp.signature.invalid"],
    ["an unknown device id", fromDevice(lightOn, 101, { deviceId: new Uint8Array(12) }), "oslp.device.unknown"],
    [
      "an unknown identification",
      fromDevice({ ...register, body: { ...register.body, deviceIdentification: "device-02" } } as OslpMessage, 1),
      "oslp.device.unknown",
    ],
    ["an overlong envelope", change(142, 0xff), "oslp.envelope.overlong"],
    ["no member", fromDevice(lightOn, 101, { payload: new Uint8Array(0) }), "oslp.message.empty"],
    ["two members", fromDevice(lightOn, 101, { payload: hex("52 02 08 00 72 02 08 00") }), "oslp.message.ambiguous"],
    ["a missing field", fromDevice(lightOn, 101, { payload: hex("aa 02 02 08 01") }), "oslp.payload.field-missing"],
    ["a broken payload", fromDevice(lightOn, 101, { payload: hex("8a 01 ff") }), "oslp.payload.malformed"],
    [
      "a response on the server port",
      fromDevice({ member: "setLightResponse", body: { status: 0 } }, 101),
      "oslp.message.unexpected",
    ],
    ["a request of platforms", fromDevice({ member: "getStatusRequest", body: {} }, 101), "oslp.message.unexpected"],
    [
      "randoms of another registration",
      fromDevice({ member: "confirmRegisterDeviceRequest", body: { randomDevice: 13_246, randomPlatform: 1 } }, 101),
      "oslp.registration.randoms",
    ],
    [
      "a confirmation out of the window",
      fromDevice(
        { member: "confirmRegisterDeviceRequest", body: { randomDevice: 13_246, randomPlatform: 44_765 } },
        120,
      ),
      "oslp.sequence.out-of-window",
    ],
    [
      "an IP address of five bytes",
      fromDevice({ ...register, body: { ...register.body, ipAddress: new Uint8Array(5) } } as OslpMessage, 1),
      "oslp.registration.address",
    ],
    ["more events than accepted", fromDevice(many, 101), "oslp.event.too-many"],
  ])("%s: closed without an answer, nothing stored", (_what, bytes, code) => {
    const registry = registered(100);
    const desk = accepted(registry).receive(bytes);
    expect(desk.refusals).toEqual([code]);
    expect(desk.ended).toMatchObject({ code });
    expect(desk.sent).toEqual([]);
    expect(desk.drafts).toEqual([]);
    expect(registry.memory(DEVICE.uid)).toEqual(registeredMemory(100));
    expect(desk.receive(good).sent).toEqual([]);
  });

  it("fields in another order are none of it: the bytes as received are what was signed", () => {
    const registry = new TestRegistry();
    const desk = accepted(registry).receive(hex(step("registration with fields").hex));
    expect(fromPlatform(desk.sent[0]).message.member).toBe("registerDeviceResponse");
  });

  it("a stream that ends inside an envelope", () => {
    const desk = accepted(registered(100)).receive(good.subarray(0, 150)).close();
    expect(desk.refusals).toEqual(["oslp.envelope.truncated"]);
  });

  it("a signature of the device that had the id before", () => {
    const other = { ...DEVICE, uid: "dev_02", deviceIdentification: "device-02", publicKey: FOREIGN_KEY };
    const registry = new TestRegistry([other, DEVICE]);
    registry.memories.set("dev_01", registeredMemory(100));
    registry.memories.set("dev_02", { ...registeredMemory(500), pendingDeviceId: DEVICE_ID_TEXT, deviceId: "x" });
    const desk = accepted(registry).receive(fromDevice(lightOn, 101));
    expect(desk.drafts[0]?.subject).toBe("dev_01");
  });
});

describe("several envelopes on one connection", () => {
  const registry = () => registered(100);
  const stream = [101, 102, 103].map((number) => fromDevice(lightOn, number));

  it("are answered in order, the next one only after the one before is stored", () => {
    const desk = accepted(registry());
    desk.hold = true;
    desk.receive(concat(stream));
    expect(desk.held).toHaveLength(1);
    desk.store();
    expect(desk.sent).toHaveLength(1);
    expect(desk.held).toHaveLength(1);
    desk.store().store();
    expect(desk.sent.map((bytes) => fromPlatform(bytes).sequenceNumber)).toEqual([101, 102, 103]);
  });

  it("cause the same however the stream is cut, bad bytes at its end included", () => {
    const bad = new Uint8Array(144).fill(0xff);
    const whole = concat([...stream, bad]);
    const told = (chunks: readonly Uint8Array[]) => {
      const desk = accepted(registry()).receive(...chunks);
      return {
        answers: desk.sent.map((bytes) => fromPlatform(bytes)),
        outcomes: desk.outcomes.map((one) => (one.kind === "store" ? { ...one, token: 0 } : one)),
        ended: desk.ended,
      };
    };
    const expected = told([whole]);
    expect(expected.answers).toHaveLength(3);
    expect(told([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(expected);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new SeededRandom(seed);
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < whole.length; ) {
          const take = 1 + random.below(300);
          chunks.push(whole.subarray(at, at + take));
          at += take;
        }
        expect(told(chunks)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("that came before the device closed its half are still stored and answered", () => {
    const desk = accepted(registry());
    desk.hold = true;
    desk.receive(concat([...stream, stream[0]?.subarray(0, 20) ?? new Uint8Array(0)])).close();
    expect(desk.ended).toBeUndefined();
    desk.store().store().store();
    expect(desk.sent).toHaveLength(3);
    expect(desk.refusals).toEqual(["oslp.envelope.truncated"]);
    expect(desk.ended).toMatchObject({ code: "oslp.envelope.truncated" });
  });

  it("beyond the limit end the session after those before were answered", () => {
    const settings = oslpSettings({ ...SETTINGS, limits: { ...SETTINGS.limits, waitingEnvelopes: 1 } });
    const desk = accepted(registry(), settings);
    desk.hold = true;
    desk.receive(concat(stream.slice(0, 2)));
    desk.store().store();
    expect(desk.refusals).toEqual([]);

    desk.receive(...[104, 105, 106, 107].map((number) => fromDevice(lightOn, number)));
    desk.store().store();
    expect(desk.sent.map((bytes) => fromPlatform(bytes).sequenceNumber)).toEqual([101, 102, 104, 105]);
    expect(desk.refusals).toEqual(["oslp.session.overfull"]);
    expect(desk.ended).toMatchObject({ code: "oslp.session.overfull" });
  });
});

describe("deadlines", () => {
  it("a silent connection ends", () => {
    const desk = accepted();
    expect(desk.wakeAt).toBe(60_000);
    expect(desk.wake().ended).toBe("done");
    expect(desk.refusals).toEqual([]);
  });

  it("an envelope that comes byte by byte has no more time than one that stalls", () => {
    const desk = accepted(registered(100));
    const bytes = fromDevice(lightOn, 101);
    for (let at = 0; at < 100; at++) {
      desk.now = toInstant(at * 199);
      desk.receive(bytes.subarray(at, at + 1));
    }
    expect(desk.wakeAt).toBe(20_000);
    expect(desk.wake().refusals).toEqual(["oslp.envelope.stalled"]);
  });

  it("waiting for the store is not silence of the device", () => {
    const desk = accepted(registered(100));
    desk.hold = true;
    desk.receive(fromDevice(lightOn, 101));
    expect(desk.wakeAt).toBeUndefined();
    desk.store();
    expect(desk.wakeAt).toBe(60_000);
  });
});

describe("anything else", () => {
  it("no bytes make a session throw, answer or store", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 }), (chunks) => {
        const desk = accepted(registered(100))
          .receive(...chunks)
          .close();
        expect(desk.sent).toEqual([]);
        expect(desk.drafts).toEqual([]);
        expect(desk.ended).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  it("good envelopes with bytes changed before they are signed do not either", () => {
    const body = fromDevice(lightOn, 101).subarray(144);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.nat(255), fc.nat(255), (at, to, last) => {
        const payload = body.slice();
        payload[at] = to;
        payload[payload.length - 1] = last;
        const desk = accepted(registered(100)).receive(fromDevice(lightOn, 101, { payload }));
        expect(desk.sent.length === 1 || desk.refusals.length === 1).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("requests of ours are not made on a connection a device opened", () => {
    const desk = accepted().submit(command("light.status"));
    expect(desk.conclusion).toMatchObject({ end: "unsent", fault: { code: "oslp.command.misdirected" } });
  });
});

function answer(desk: Desk): OslpMessage {
  return fromPlatform(desk.sent.at(-1)).message;
}

function payload(bytes: Uint8Array | undefined): string {
  return toHex(decodeEnvelope(bytes ?? new Uint8Array(0)).payload, " ");
}
