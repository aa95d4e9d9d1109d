import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageSchema } from "../../edge-agent/model/message.ts";
import { concat } from "../kit/bytes.ts";
import { toWall } from "../kit/time.ts";
import { ACTIONS } from "./actions.ts";
import { oslpAdapter } from "./adapter.ts";
import { readMemory } from "./memory.ts";
import { decodeMessage, type OslpMessage } from "./message.ts";
import {
  command,
  Desk,
  DEVICE,
  FOREIGN_KEY,
  fromDevice,
  fromPlatform,
  registered,
  registeredMemory,
  seams,
  SETTINGS,
  TestRegistry,
  WALL,
} from "./platform.testing.ts";
import { oslpSettings } from "./settings.ts";
import { hex, vectorsOf, written } from "./vectors.testing.ts";

const ok = (member: string): OslpMessage => JSON.parse(JSON.stringify({ member, body: { status: 0 } }));
const alone = oslpSettings({ ...SETTINGS, resumeScheduleAfterSetLight: false, rebootAfterSetConfiguration: false });

function dialled(registry: TestRegistry = registered(100), settings = SETTINGS, device = DEVICE, wall = WALL): Desk {
  return new Desk(oslpAdapter.dial(settings, device, seams(registry, wall)), registry).open();
}

function number(registry: TestRegistry): number | undefined {
  return readMemory(registry.memory(DEVICE.uid)).active?.sequenceNumber;
}

describe("light.set", () => {
  it("sends the last number used, expects the next, and goes on with a ResumeSchedule over a new connection", () => {
    const registry = registered(65_535);
    const desk = dialled(registry).submit(command("light.set", { values: [{ index: 1, on: true, dimValue: 75 }] }));
    expect(fromPlatform(desk.sent[0])).toEqual({
      sequenceNumber: 65_535,
      message: {
        member: "setLightRequest",
        body: { values: [{ index: Uint8Array.of(1), on: true, dimValue: Uint8Array.of(75) }] },
      },
    });
    desk.receive(fromDevice(ok("setLightResponse"), 0));
    expect(desk.outcomes.at(-1)).toEqual({ kind: "reconnect", device: "dev_01" });
    expect(desk.ended).toBe("done");
    expect(desk.conclusion).toBeUndefined();

    desk.open();
    expect(desk.ended).toBeUndefined();
    expect(fromPlatform(desk.sent[1])).toEqual({
      sequenceNumber: 0,
      message: { member: "resumeScheduleRequest", body: { index: Uint8Array.of(0), immediate: false } },
    });
    desk.receive(fromDevice(ok("resumeScheduleResponse"), 1));
    expect(desk.conclusion).toEqual({
      uid: "cmd-1",
      end: "succeeded",
      fault: undefined,
      result: { status: "OK", answered: 2, exchanges: 2 },
    });
    expect(desk.ended).toBe("done");
    expect(number(registry)).toBe(1);
    expect(readMemory(registry.memory(DEVICE.uid)).requestUid).toBeUndefined();
  });

  it("without the follow-up where the settings or the command say so", () => {
    for (const desk of [
      dialled(registered(100), alone).submit(command("light.set", { on: false })),
      dialled().submit(command("light.set", { on: false, resumeSchedule: false })),
    ]) {
      desk.receive(fromDevice(ok("setLightResponse"), 101));
      expect(desk.conclusion).toMatchObject({ end: "succeeded", result: { exchanges: 1 } });
    }
  });

  it("takes a light as the target, alone or with a plain boolean", () => {
    const target = { scheme: "oslp", value: "light[2].on" };
    for (const value of [true, { on: true }]) {
      const desk = dialled().submit(command("light.set", value, { target }));
      expect(fromPlatform(desk.sent[0]).message.body).toEqual({ values: [{ index: Uint8Array.of(2), on: true }] });
    }
  });

  it("whose follow-up finds no connection may have happened", () => {
    const desk = dialled().submit(command("light.set", { on: true }));
    desk.receive(fromDevice(ok("setLightResponse"), 101)).close();
    expect(desk.conclusion).toMatchObject({
      end: "unanswered",
      fault: { code: "oslp.response.closed" },
      result: { answered: 1, exchanges: 2 },
    });
  });
});

describe("store, then act", () => {
  it("no byte leaves before the memory names the command", () => {
    const desk = dialled();
    desk.hold = true;
    desk.submit(command("light.status"));
    expect(desk.sent).toEqual([]);
    expect(desk.held[0]).toMatchObject({
      device: "dev_01",
      drafts: [],
      memory: { requestUid: "cmd-1", sequenceNumber: 100 },
    });
    desk.store();
    expect(desk.sent).toHaveLength(1);
  });

  it("the command is concluded only when the answer's number is stored", () => {
    const desk = dialled();
    desk.submit(command("self-test.start"));
    desk.hold = true;
    desk.receive(fromDevice(ok("startSelfTestResponse"), 101));
    expect(desk.conclusion).toBeUndefined();
    expect(desk.held[0]?.memory).toEqual(registeredMemory(101));
    desk.store();
    expect(desk.conclusion).toMatchObject({ end: "succeeded" });
  });

  it("a command that could not be reserved is unsent", () => {
    const desk = dialled();
    desk.hold = true;
    desk.submit(command("light.status")).close();
    expect(desk.sent).toEqual([]);
    expect(desk.conclusion).toMatchObject({ end: "unsent", fault: { code: "oslp.response.closed" } });
  });

  it("an event stored while the answer was under way is not turned back", () => {
    const registry = registered(100);
    const desk = dialled(registry).submit(command("light.status"));
    registry.memories.set(DEVICE.uid, { ...registeredMemory(103), requestUid: "cmd-1" });
    desk.receive(fromDevice(ok("startSelfTestResponse"), 101));
    expect(number(registry)).toBe(103);
  });

  it("a registration confirmed while the answer was under way keeps its own number", () => {
    const registry = registered(100);
    const desk = dialled(registry, alone).submit(command("light.set", { on: true }));
    registry.memories.set(DEVICE.uid, { ...registeredMemory(99), registeredAt: 5 });
    desk.receive(fromDevice(ok("setLightResponse"), 101));
    expect(desk.conclusion?.end).toBe("succeeded");
    expect(number(registry)).toBe(99);
  });
});

describe("light.status", () => {
  const answers = vectorsOf<{ name: string; hex: string }>("messages").vectors.filter((one) =>
    one.name.startsWith("getStatusResponse"),
  );

  it("yields the lights as a reading, stored with the number", () => {
    const relays = answers.find((one) => one.name.includes("minimal"));
    const desk = dialled().submit(command("light.status"));
    desk.receive(fromDevice(decodeMessage(hex(relays?.hex ?? "")), 101));
    expect(desk.conclusion).toMatchObject({
      end: "succeeded",
      result: {
        status: "OK",
        value: [{ index: 2, on: true, dimValue: 100 }],
        actualLinktype: "GPRS",
        lightType: "RELAY",
      },
    });
    expect(desk.drafts).toMatchObject([
      {
        type: "busbar.reading.v1",
        correlationid: "cmd-1",
        data: {
          cause: "request",
          points: [
            { ref: { value: "light[2].on" }, value: true, type: "bool" },
            { ref: { value: "light[2].dimValue" }, value: 100, unit: "%" },
          ],
        },
      },
    ]);
  });

  it("tells everything the newer contract has", () => {
    const full = answers.find((one) => one.name.includes("full"));
    const desk = dialled().submit(command("light.status"));
    desk.receive(fromDevice(decodeMessage(hex(full?.hex ?? "")), 101));
    expect(desk.conclusion?.result).toMatchObject({
      macAddress: "D8-80-39-46-17-4E",
      serialNumber: "313233343536373839313233343536373839",
      currentConfigurationBackUsed: 0,
      currentIp: "192.168.178.16",
    });
    const draft = desk.drafts[0];
    const stamped = {
      ...draft,
      specversion: "1.0",
      source: "/site/gw",
      time: "2016-01-06T13:52:10.000Z",
      recordedtime: "2016-01-06T13:52:10.000Z",
      partitionkey: draft?.subject,
      sequence: "0000000000000001",
      epoch: "0000000001",
      agent: "a",
      dataschema: "https://busbar.example/schema/reading.v1.json",
      datacontenttype: "application/json",
    };
    expect(messageSchema.safeParse(stamped).error?.issues).toBeUndefined();
  });
});

describe("an answer that is not believed fails the command at once", () => {
  const good = ok("getFirmwareVersionResponse");
  const version: OslpMessage = { member: "getFirmwareVersionResponse", body: { firmwareVersion: "R01" } };
  it.each<[string, Uint8Array, string]>([
    ["another key", fromDevice(version, 101, { key: FOREIGN_KEY }), "oslp.signature.invalid"],
    ["no signature", concat([new Uint8Array(128), fromDevice(version, 101).subarray(128)]), "oslp.signature.malformed"],
    ["another device id", fromDevice(version, 101, { deviceId: new Uint8Array(12) }), "oslp.response.foreign"],
    ["the number of the request: an answer of earlier", fromDevice(version, 100), "oslp.sequence.out-of-window"],
    ["a number behind", fromDevice(version, 97), "oslp.sequence.out-of-window"],
    ["a number too far ahead", fromDevice(version, 108), "oslp.sequence.out-of-window"],
    [
      "a request",
      fromDevice({ member: "eventNotificationRequest", body: { notifications: [] } }, 101),
      "oslp.response.unexpected",
    ],
    ["a broken payload", fromDevice(version, 101, { payload: hex("a2 01 ff") }), "oslp.payload.malformed"],
    ["an answer without its field", fromDevice(good, 101, { payload: hex("a2 01 00") }), "oslp.payload.field-missing"],
    ["an overlong envelope", new Uint8Array(144).fill(0xff), "oslp.envelope.overlong"],
  ])("%s", (_what, bytes, code) => {
    const registry = registered(100);
    const desk = dialled(registry).submit(command("firmware.version")).receive(bytes);
    expect(desk.refusals).toEqual([code]);
    expect(desk.conclusion).toMatchObject({ end: "unanswered", fault: { code } });
    expect(desk.ended).toMatchObject({ code });
    expect(number(registry)).toBe(100);
  });

  it.each([101, 107])("a number up to the window ahead is taken: %i", (received) => {
    const registry = registered(100);
    const desk = dialled(registry).submit(command("firmware.version")).receive(fromDevice(version, received));
    expect(desk.conclusion).toMatchObject({ end: "succeeded", result: { firmwareVersion: "R01" } });
    expect(number(registry)).toBe(received);
  });

  it("bytes before any request are none", () => {
    const desk = dialled().receive(fromDevice(version, 101));
    expect(desk.refusals).toEqual(["oslp.message.unexpected"]);
  });

  it("whatever bytes come, the command ends, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), (chunks) => {
        const desk = dialled()
          .submit(command("firmware.version"))
          .receive(...chunks);
        if (desk.ended === undefined) desk.wake();
        expect(desk.conclusion?.end).toBe("unanswered");
        expect(desk.outcomes.filter((one) => one.kind === "concluded")).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a device that answers no, or not", () => {
  it.each([
    [1, "oslp.response.failure"],
    [2, "oslp.response.rejected"],
    [9, "oslp.response.failure"],
  ])("status %i", (status, code) => {
    const registry = registered(100);
    const desk = dialled(registry).submit(command("light.set", { on: true }));
    desk.receive(fromDevice({ member: "setLightResponse", body: { status } }, 101));
    expect(desk.conclusion).toMatchObject({ end: "failed", fault: { code, native: status } });
    expect(desk.outcomes.some((one) => one.kind === "reconnect")).toBe(false);
    expect(number(registry)).toBe(101);
  });

  it("an answer to something else", () => {
    const desk = dialled().submit(command("light.set", { on: true }));
    desk.receive(fromDevice(ok("setScheduleResponse"), 101));
    expect(desk.conclusion).toMatchObject({ end: "failed", fault: { code: "oslp.response.unexpected" } });
  });

  it("silence, in the time the settings give", () => {
    const desk = dialled().submit(command("light.status"));
    expect(desk.wakeAt).toBe(20_000);
    desk.wake();
    expect(desk.conclusion).toMatchObject({
      end: "unanswered",
      fault: { code: "oslp.response.timeout", retry: "backoff" },
    });
  });

  it("a closed connection", () => {
    const desk = dialled()
      .submit(command("light.status"))
      .receive(fromDevice(ok("getStatusResponse"), 101, { payload: hex("62 00") }).subarray(0, 100));
    desk.close();
    expect(desk.conclusion).toMatchObject({ end: "unanswered", fault: { code: "oslp.response.closed" } });
  });

  it("nothing to do on a connection ends it", () => {
    expect(dialled().wake().ended).toBe("done");
  });
});

describe("refused before a byte is sent", () => {
  it.each<[string, string, unknown, string]>([
    ["an unknown action", "light.dance", undefined, "oslp.command.unknown-action"],
    ["no lights", "light.set", { values: [] }, "oslp.command.invalid"],
    [
      "seven lights",
      "light.set",
      { values: Array.from({ length: 7 }, (_, index) => ({ index, on: true })) },
      "oslp.command.invalid",
    ],
    ["light 7", "light.set", { index: 7, on: true }, "oslp.command.invalid"],
    ["a dim value of 0", "light.set", { on: true, dimValue: 0 }, "oslp.command.invalid"],
    ["a dim value of 101", "light.set", { on: true, dimValue: 101 }, "oslp.command.invalid"],
    ["a dim value without light", "light.set", { on: false, dimValue: 50 }, "oslp.command.invalid"],
    [
      "one light twice",
      "light.set",
      {
        values: [
          { index: 1, on: true },
          { index: 1, on: false },
        ],
      },
      "oslp.command.invalid",
    ],
    ["a colour", "light.set", { on: true, colour: "red" }, "oslp.command.invalid"],
    ["a text", "light.set", "on", "oslp.command.invalid"],
    ["no immediate", "schedule.resume", { index: 1 }, "oslp.command.invalid"],
    ["a mask of nine bits", "notifications.set", { NotificationMask: 256 }, "oslp.command.invalid"],
    ["a date for a time", "transition.set", { transitionType: "DAY_NIGHT", time: "20230828" }, "oslp.command.invalid"],
    [
      "two of three addresses",
      "configuration.set",
      { deviceFixIpValue: "10.0.0.1", netMask: "255.0.0.0" },
      "oslp.command.invalid",
    ],
    ["an address that is none", "configuration.set", { ospgIpAddress: "10.0.0.256" }, "oslp.command.invalid"],
    ["bank 2", "configuration.switch", { newConfigurationSet: "2" }, "oslp.command.invalid"],
    [
      "a scheme in a domain",
      "firmware.update",
      { firmwareDomain: "http://x", firmwareUrl: "/f" },
      "oslp.command.invalid",
    ],
    ["a relative path", "firmware.update", { firmwareDomain: "x", firmwareUrl: "f" }, "oslp.command.invalid"],
    ["an empty schedule", "schedule.set", { scheduleType: "LIGHT", schedules: [] }, "oslp.command.invalid"],
    [
      "a schedule for nothing",
      "schedule.set",
      { scheduleType: "RT_NOT_SET", schedules: [entry({})] },
      "oslp.command.invalid",
    ],
    ["30 February", "schedule.set", light(entry({ startDay: "20230230" })), "oslp.command.invalid"],
    [
      "a start after the end",
      "schedule.set",
      light(entry({ startDay: "20230202", endDay: "20230201" })),
      "oslp.command.invalid",
    ],
    ["an absolute day without a day", "schedule.set", light(entry({ weekday: "ABSOLUTEDAY" })), "oslp.command.invalid"],
    ["an absolute time without a time", "schedule.set", light(entry({ time: undefined })), "oslp.command.invalid"],
    [
      "an absolute time with a trigger",
      "schedule.set",
      light(entry({ triggerType: "ASTRONOMICAL" })),
      "oslp.command.invalid",
    ],
    ["a sunset with a time", "schedule.set", light(entry({ actionTime: "SUNSET" })), "oslp.command.invalid"],
    [
      "a light trigger without a window",
      "schedule.set",
      light(entry({ actionTime: "SUNSET", time: undefined, triggerType: "LIGHT_TRIGGER" })),
      "oslp.command.invalid",
    ],
    ["an unknown weekday", "schedule.set", light(entry({ weekday: "SOMEDAY" })), "oslp.command.invalid"],
    ["a key too long", "verification-key.set", { certificateChunk: "x".repeat(139) }, "oslp.command.invalid"],
  ])("%s", (_what, action, value, code) => {
    const desk = dialled().submit(command(action, JSON.parse(JSON.stringify(value ?? null))));
    expect(desk.conclusion).toMatchObject({ end: "rejected", fault: { code, blame: "operator" } });
    expect(desk.sent).toEqual([]);
    expect(desk.outcomes).toHaveLength(1);
    expect(desk.ended).toBe("done");
  });

  it("what the older contract lacks", () => {
    const older = { ...DEVICE, version: "0.5.1" } as const;
    const desk = dialled(registered(100), SETTINGS, older);
    desk.submit(command("firmware.switch", { newFirmwareVersion: "R02" }));
    expect(desk.conclusion).toMatchObject({ end: "rejected", fault: { code: "oslp.message.not-in-version" } });
    const page = dialled(registered(100), SETTINGS, older);
    page.submit(
      command("schedule.set", light(...Array.from({ length: 6 }, () => entry({})), entry({ isEnabled: true }))),
    );
    expect(page.conclusion).toMatchObject({ end: "rejected", fault: { code: "oslp.message.not-in-version" } });
  });

  it("a device that never registered may do so later", () => {
    const desk = dialled(new TestRegistry()).submit(command("light.status"));
    expect(desk.conclusion).toMatchObject({
      end: "unsent",
      fault: { code: "oslp.device.unregistered", retry: "backoff" },
    });
  });

  it("a deadline that passed while the command waited", () => {
    const desk = dialled(registered(100), SETTINGS, DEVICE, toWall(WALL + 3_600_000));
    desk.submit(command("light.status"));
    expect(desk.sent).toEqual([]);
    expect(desk.conclusion).toMatchObject({ end: "unsent", fault: { code: "oslp.command.expired" } });
  });

  it("a second command on a busy connection", () => {
    const desk = dialled().submit(command("light.status"));
    desk.submit(command("light.status", undefined, { uid: "cmd-2" }));
    expect(desk.conclusion).toMatchObject({ uid: "cmd-2", end: "unsent", fault: { code: "oslp.command.busy" } });
  });
});

describe("lists in pages", () => {
  it("a schedule of twelve goes as three pages, each after the one before was OK", () => {
    const schedules = Array.from({ length: 12 }, (_, at) => entry({ time: `0${at % 10}0000` }));
    const registry = registered(100);
    const desk = dialled(registry).submit(command("schedule.set", light(...schedules)));
    const pages: unknown[] = [];
    for (let page = 0; page < 3; page++) {
      const { message, sequenceNumber } = fromPlatform(desk.sent.at(-1));
      expect(sequenceNumber).toBe(100 + page);
      if (message.member !== "setScheduleRequest") throw new Error(message.member);
      pages.push([message.body.pageInfo, message.body.schedules.length]);
      desk.receive(fromDevice(ok("setScheduleResponse"), 101 + page));
      if (page < 2) desk.open();
    }
    expect(pages).toEqual([
      [{ currentPage: 1, pageSize: 5, totalPages: 3 }, 5],
      [{ currentPage: 2, pageSize: 5, totalPages: 3 }, 5],
      [{ currentPage: 3, pageSize: 5, totalPages: 3 }, 2],
    ]);
    expect(desk.conclusion).toMatchObject({ end: "succeeded", result: { answered: 3 } });
    expect(readMemory(registry.memory(DEVICE.uid)).active?.hasSchedule).toBe(true);
  });

  it("stop at the first page that is not OK", () => {
    const desk = dialled().submit(command("schedule.set", light(...Array.from({ length: 6 }, () => entry({})))));
    desk.receive(fromDevice({ member: "setScheduleResponse", body: { status: 1 } }, 101));
    expect(desk.conclusion).toMatchObject({ end: "failed", result: { answered: 0, exchanges: 2 } });
    expect(desk.sent).toHaveLength(1);
  });

  it("a history is fetched page by page, as many as the first answer says", () => {
    const record = {
      recordTime: "20140405220000",
      meterType: 1,
      totalConsumedEnergy: 2n ** 60n,
      actualConsumedPower: 48,
    };
    const desk = dialled().submit(
      command("power-usage.history", {
        timePeriod: { startTime: "20140405220000", endTime: "20140406220000" },
        termType: "Short",
      }),
    );
    for (let page = 1; page <= 3; page++) {
      const answer: OslpMessage = {
        member: "getPowerUsageHistoryResponse",
        body: { status: 0, powerUsageData: [record], pageInfo: { currentPage: page, pageSize: 1, totalPages: 3 } },
      };
      desk.receive(fromDevice(answer, 100 + page));
      if (page < 3) desk.open();
    }
    expect(desk.sent.map((bytes) => written(fromPlatform(bytes).message.body))).toMatchObject([
      {},
      { page: 2 },
      { page: 3 },
    ]);
    expect(desk.conclusion?.result["powerUsageData"]).toHaveLength(3);
    expect(desk.conclusion?.result["powerUsageData"]).toMatchObject([
      { totalConsumedEnergy: "1152921504606846976", meterType: "P1" },
      {},
      {},
    ]);
  });
});

describe("every request of the contract", () => {
  const values: Readonly<Record<string, unknown>> = {
    "light.set": { on: true },
    "schedule.resume": { index: 1, immediate: true },
    "schedule.set": light(entry({})),
    "transition.set": { transitionType: "NIGHT_DAY", time: "075501" },
    "notifications.set": { NotificationMask: 63 },
    "configuration.set": { preferredLinkType: "ETHERNET", switchingDelay: [1, 2, 3, 4], summerTimeDetails: "0360100" },
    "configuration.switch": { newConfigurationSet: "1" },
    "firmware.update": { firmwareDomain: "files.example", firmwareUrl: "/SSLD-V17.hex" },
    "firmware.switch": { newFirmwareVersion: "R02" },
    "certificate.update": { certificateDomain: "files.example", certificateUrl: "/c.pem" },
    "verification-key.set": { certificateChunk: "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE" },
    "power-usage.history": {
      timePeriod: { startTime: "20140405220000", endTime: "20140406220000" },
      termType: "Short",
    },
  };
  const status = { status: 0, preferredLinktype: 0, actualLinktype: 0, lightType: 0, eventNotificationMask: 0 };
  const usage = { recordTime: "20140405220000", meterType: 1, totalConsumedEnergy: 1n, actualConsumedPower: 48 };
  const bodies: Readonly<Record<string, object>> = {
    "light.status": { ...status, value: [] },
    "firmware.version": { firmwareVersion: "R01" },
    "self-test.stop": { status: 0, selfTestResult: Uint8Array.of(0) },
    "power-usage.actual": { status: 0, powerUsageData: usage },
    "power-usage.history": { status: 0, powerUsageData: [usage] },
  };

  it.each(Object.keys(ACTIONS))("%s is sent, answered and told", (action) => {
    const desk = dialled(registered(100), alone).submit(command(action, values[action]));
    const { member } = fromPlatform(desk.sent[0]).message;
    const response = member.replace(/Request$/, "Response");
    const answer = { member: response, body: bodies[action] ?? { status: 0 } } as OslpMessage;
    desk.receive(fromDevice(answer, 101));
    expect(desk.conclusion).toMatchObject({ uid: "cmd-1", end: "succeeded", fault: undefined });
    expect(JSON.parse(JSON.stringify(desk.conclusion?.result))).toEqual(desk.conclusion?.result);
  });

  it("configuration.set is followed by a reboot where the settings say so", () => {
    const desk = dialled().submit(command("configuration.set", { lightType: "RELAY" }));
    desk.receive(fromDevice(ok("setConfigurationResponse"), 101)).open();
    expect(fromPlatform(desk.sent[1]).message).toEqual({ member: "setRebootRequest", body: {} });
  });
});

function entry(more: Record<string, unknown>) {
  return { weekday: "ALL", actionTime: "ABSOLUTETIME", time: "070000", value: [{ index: 1, on: true }], ...more };
}

function light(...schedules: readonly object[]) {
  return { scheduleType: "LIGHT", schedules: JSON.parse(JSON.stringify(schedules)) };
}
