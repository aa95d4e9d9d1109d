import { describe, expect, it } from "vitest";
import type { Behaviour } from "../../firmware-sim/oslp/behaviour.ts";
import { reportsStatus } from "../../firmware-sim/oslp/behaviours/reports-status.ts";
import { resumesSchedule } from "../../firmware-sim/oslp/behaviours/resumes-schedule.ts";
import { switchesLights } from "../../firmware-sim/oslp/behaviours/switches-lights.ts";
import { SimulatedDevice } from "../../firmware-sim/oslp/device.ts";
import { SeededRandom } from "../kit/random.ts";
import type { Machine } from "../kit/step.ts";
import { toInstant } from "../kit/time.ts";
import { oslpAdapter } from "./adapter.ts";
import { readMemory } from "./memory.ts";
import {
  command,
  Desk,
  DEVICE,
  DEVICE_ID,
  DEVICE_KEY,
  PLATFORM_KEY,
  seams,
  SETTINGS,
  TestCrypto,
  TestRegistry,
  WALL,
} from "./platform.testing.ts";

/** Our sessions against the simulated device, which shares the codec with them and nothing else. */
const NOW = toInstant(0);

class Pair {
  readonly registry = new TestRegistry();
  readonly executed: string[] = [];
  readonly device: SimulatedDevice;

  constructor(behaviours: readonly Behaviour[] = [switchesLights(), reportsStatus(), resumesSchedule()]) {
    this.device = new SimulatedDevice({
      identity: {
        identification: DEVICE.deviceIdentification,
        deviceId: DEVICE_ID,
        version: "0.6.1",
        kind: "SSLD",
        signKey: DEVICE_KEY,
        platformKey: PLATFORM_KEY,
        ipAddress: [127, 0, 0, 1],
      },
      behaviours,
      random: new SeededRandom(7),
      crypto: new TestCrypto(),
      wall: () => WALL,
      log: { acknowledged: () => {}, executed: ({ member }) => this.executed.push(member), note: () => {} },
    });
    this.device.tick(NOW);
  }

  /** Lets the device say what it wants to say next. */
  initiative(): Desk {
    const machine = this.device.next(NOW);
    if (machine === undefined) throw new Error("the device has nothing to say");
    const desk = new Desk(oslpAdapter.accept(SETTINGS, seams(this.registry)), this.registry).open();
    for (const bytes of machine.open(NOW).send) desk.receive(bytes);
    deliver(desk, machine);
    return desk;
  }

  request(action: string, value?: unknown): Desk {
    const desk = new Desk(oslpAdapter.dial(SETTINGS, DEVICE, seams(this.registry)), this.registry);
    for (let connection = 0; connection < 5 && desk.conclusion === undefined; connection++) {
      const machine = this.device.answer();
      machine.open(NOW);
      desk.open();
      if (connection === 0) desk.submit(command(action, value));
      deliver(desk, machine);
    }
    return desk;
  }
}

/** Carries what the desk sent to the machine, and its answers back, until both are silent. */
function deliver(desk: Desk, machine: Machine<unknown>): void {
  for (const bytes of desk.sent.splice(0)) {
    for (const answer of machine.receive(bytes, NOW).send) desk.receive(answer);
  }
}

describe("a simulated device and the platform", () => {
  it("agree on registration, events, lights and the number after each", () => {
    const pair = new Pair();
    pair.initiative();
    expect(pair.device.state.registration).toBe("confirming");
    pair.initiative();
    expect(pair.device.state.registration).toBe("registered");
    expect(ourNumber(pair)).toBe(pair.device.state.sequenceNumber);

    const set = pair.request("light.set", { index: 2, on: true, dimValue: 40 });
    expect(set.conclusion).toMatchObject({ end: "succeeded", result: { answered: 2 } });
    expect(pair.executed).toEqual(["setLightRequest", "resumeScheduleRequest"]);

    const status = pair.request("light.status");
    expect(status.drafts[0]?.data).toMatchObject({
      points: [
        { ref: { value: "light[1].on" }, value: false },
        { ref: { value: "light[2].on" }, value: true },
        { ref: { value: "light[2].dimValue" }, value: 40 },
        { ref: { value: "light[3].on" }, value: false },
      ],
    });
    expect(ourNumber(pair)).toBe(pair.device.state.sequenceNumber);
  });

  it("a tariff relay cannot be lit, and the device says so", () => {
    const pair = new Pair();
    pair.initiative();
    pair.initiative();
    const desk = pair.request("light.set", { index: 1, on: true });
    expect(desk.conclusion).toMatchObject({ end: "failed", fault: { code: "oslp.response.failure" } });
  });
});

function ourNumber(pair: Pair): number | undefined {
  return readMemory(pair.registry.memory(DEVICE.uid)).active?.sequenceNumber;
}
