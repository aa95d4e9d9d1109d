import { describe, expect, it } from "vitest";
import { Status } from "../../proto/oslp/gen/types.ts";
import { oslpAdapter } from "./adapter.ts";
import { readMemory } from "./memory.ts";
import type { OslpMessage } from "./message.ts";
import {
  Desk,
  DEVICE,
  FOREIGN_KEY,
  fromDevice,
  fromPlatform,
  registered,
  registeredMemory,
  seams,
  SETTINGS,
  type TestRegistry,
} from "./platform.testing.ts";

const lightOn: OslpMessage = {
  member: "eventNotificationRequest",
  body: { notifications: [{ event: 2000, index: Uint8Array.of(1), description: "on", timestamp: "20160106135200" }] },
};

function waiting(registry: TestRegistry): Desk {
  const desk = new Desk(oslpAdapter.accept({ ...SETTINGS, takesTurns: true }, seams(registry)), registry);
  desk.hold = true;
  return desk.open();
}

describe("a conversation that waits for its turn", () => {
  it("says whose it is, and looks at what is remembered only when it has the turn", () => {
    const registry = registered(100);
    const desk = waiting(registry).receive(fromDevice(lightOn, 103));
    expect(desk.held).toMatchObject([{ device: DEVICE.uid, drafts: [], memory: undefined }]);
    expect(desk.sent).toEqual([]);

    // Meanwhile a command of ours used two numbers.
    registry.memories.set(DEVICE.uid, registeredMemory(102));
    desk.store();
    expect(desk.held).toMatchObject([{ drafts: [{ type: "busbar.event.v1" }] }]);
    desk.store();
    expect(fromPlatform(desk.sent[0]).message).toMatchObject({ body: { status: Status.OK } });
    expect(readMemory(registry.memory(DEVICE.uid)).active?.sequenceNumber).toBe(103);
  });

  it("has it for everything that follows on the connection", () => {
    const registry = registered(100);
    const desk = waiting(registry).receive(fromDevice(lightOn, 101), fromDevice(lightOn, 102));
    desk.hold = false;
    desk.store();
    expect(desk.sent.map((bytes) => fromPlatform(bytes).sequenceNumber)).toEqual([101, 102]);
    const turns = desk.outcomes.filter((one) => one.kind === "store" && one.drafts.length === 0);
    expect(turns).toHaveLength(1);
  });

  it("is not silent while it waits, and is answered although the device has closed its half", () => {
    const registry = registered(100);
    const desk = waiting(registry).receive(fromDevice(lightOn, 101));
    expect(desk.wakeAt).toBeUndefined();
    desk.close();
    expect(desk.ended).toBeUndefined();
    desk.store().store();
    expect([desk.sent.length, desk.ended]).toEqual([1, "done"]);
  });

  it("refuses in its turn what the memory of then does not allow", () => {
    const registry = registered(100);
    const desk = waiting(registry).receive(
      fromDevice({ member: "confirmRegisterDeviceRequest", body: { randomDevice: 1, randomPlatform: 2 } }, 101),
    );
    desk.store();
    expect([desk.refusals, desk.sent]).toEqual([["oslp.registration.randoms"], []]);
    expect(desk.ended).toMatchObject({ code: "oslp.registration.randoms" });
  });

  it("asks for no turn in a name it cannot sign for", () => {
    const desk = waiting(registered(100)).receive(fromDevice(lightOn, 101, { key: FOREIGN_KEY }));
    expect([desk.held, desk.refusals]).toEqual([[], ["oslp.signature.invalid"]]);
  });
});
