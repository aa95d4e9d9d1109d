import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { ended, idle, type Step } from "../../adapters/kit/step.ts";
import { type Command, decodeCommand } from "../model/command.ts";
import { CIRCUIT_RULES } from "./circuits.ts";
import { DeviceBook, type KnownDevice } from "./device-book.ts";
import { GroupWork } from "./group-work.ts";
import type { ProtocolService } from "./protocol-service.ts";
import type { DeviceOutcome, DeviceSession } from "./southbound.ts";

const LAMP: Command = decodeCommand({
  uid: "c1",
  device: "lamp",
  action: "light.set",
  value: true,
  deadline: "2026-11-21T00:00:00Z",
  issuedBy: "test",
});

/** Succeeds as soon as it is asked. */
function obedient(): DeviceSession {
  const none = (): Step<DeviceOutcome> => idle();
  return {
    open: none,
    receive: none,
    wake: none,
    close: () => ended("done"),
    stored: none,
    submit: (command) => ({
      send: [new Uint8Array(1)],
      outcomes: [
        {
          kind: "concluded",
          device: command.device,
          conclusion: { uid: command.uid, end: "succeeded", fault: undefined, result: {} },
        },
      ],
      wakeAt: undefined,
      ended: "done",
    }),
  };
}

function silent(): Transport {
  return {
    peer: "lamp:1",
    write: () => Promise.resolve(),
    close: () => Promise.resolve(),
    destroy: () => {},
    [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
  };
}

function street() {
  const clock = new SimClock();
  const { timers } = new SimHost({ clock, name: "a" });
  const lamp: KnownDevice = { uid: "lamp", protocolId: "lamp", group: "g" };
  const unused = (): never => {
    throw new Error("not in this test");
  };
  const device = { isThere: true, connects: 0 };
  const service: ProtocolService = {
    protocol: "oslp",
    takesTurns: true,
    book: new DeviceBook<KnownDevice>([lamp], []),
    listeners: [],
    expectEveryMs: () => undefined,
    accept: unused,
    dial: obedient,
    connect: () => {
      device.connects += 1;
      if (device.isThere) return Promise.resolve(silent());
      const message = "nobody listens";
      return Promise.reject(new EdgeError({ code: "transport.refused", blame: "network", retry: "backoff", message }));
    },
    describe: unused,
  };
  const work = new GroupWork({
    reign: { group: "g", holder: "a", epoch: 1, mayAct: () => true },
    gateway: "/t/gw",
    storekeeper: { begin: () => {}, settle: () => Promise.resolve(), end: () => {}, store: () => Promise.resolve() },
    services: [service],
    serviceOf: () => service,
    devices: ["lamp"],
    timers,
    refused: () => {},
    stored: () => {},
    note: () => {},
    broke: () => {},
  });
  const execute = () => work.execute(LAMP, () => Promise.resolve());
  return { clock, device, work, execute };
}

describe("a command and the device's own conversation", () => {
  it("wait for each other", async () => {
    const { clock, device, work, execute } = street();
    const endTurn = await work.turns.take("lamp", 0);
    const executing = execute();
    await clock.runFor(1_500);
    expect(device.connects).toBe(0);

    endTurn?.();
    expect(await clock.runUntilSettled(executing)).toMatchObject({ end: "succeeded" });
    expect([device.connects, work.turns.busy]).toEqual([1, 0]);
  });

  it("do not wait for ever: the command has not been sent and tries again, and nothing is wrong with the device", async () => {
    const { clock, device, work, execute } = street();
    work.heard("lamp");
    await work.turns.take("lamp", 0);
    expect(await clock.runUntilSettled(execute())).toMatchObject({
      end: "unsent",
      fault: { code: "command.device.busy", retry: "backoff" },
    });
    expect([device.connects, work.states.stateOf("lamp"), work.circuits.of("lamp")]).toEqual([0, "online", undefined]);
  });
});

describe("a device that cannot be reached", () => {
  it("is left alone for a while, and tried once after that", async () => {
    const { clock, device, work, execute } = street();
    device.isThere = false;
    for (let tries = 0; tries < CIRCUIT_RULES.failures; tries++) {
      expect(await clock.runUntilSettled(execute())).toMatchObject({
        end: "unsent",
        fault: { code: "transport.refused" },
      });
    }
    for (let tries = 0; tries < 5; tries++) {
      expect(await execute()).toMatchObject({
        end: "unsent",
        fault: { code: "command.circuit.open", retry: "backoff" },
      });
    }
    expect([device.connects, work.circuits.open, work.circuits.spared]).toEqual([3, 1, 5]);

    await clock.runFor(CIRCUIT_RULES.openMs);
    device.isThere = true;
    expect(await clock.runUntilSettled(execute())).toMatchObject({ end: "succeeded" });
    expect([device.connects, work.circuits.open]).toEqual([4, 0]);
  });

  it("is tried at once when it was heard", async () => {
    const { clock, device, work, execute } = street();
    device.isThere = false;
    for (let tries = 0; tries < CIRCUIT_RULES.failures; tries++) await clock.runUntilSettled(execute());
    device.isThere = true;
    work.heard("lamp");
    expect(await clock.runUntilSettled(execute())).toMatchObject({ end: "succeeded" });
  });
});
