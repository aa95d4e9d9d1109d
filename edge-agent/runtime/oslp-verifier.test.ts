import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toWall } from "../../adapters/kit/time.ts";
import type { Behaviour } from "../../firmware-sim/oslp/behaviour.ts";
import { completeDevice } from "../../firmware-sim/oslp/behaviours/roster.ts";
import { Street } from "../../firmware-sim/oslp/fleet/street.testing.ts";
import { Begins } from "../commands/begins.ts";
import { carry } from "../commands/carry.ts";
import type { CarryPorts, Verifier } from "../commands/carry-ports.ts";
import type { Hold } from "../commands/ledger.ts";
import { MemoryLedger } from "../commands/memory-ledger.ts";
import { Slots } from "../commands/slots.ts";
import { type Command, decodeCommand } from "../model/command.ts";
import type { LedgerRecord } from "../model/ledger.ts";
import { oslpVerifier, TRUSTED_FOR_MS } from "./oslp-verifier.ts";

/** Against complete simulated devices over sockets: the first is good, the second dies before it can answer a SetLight. */
const GOOD = "ssld-00001";
const MUTE = "ssld-00002";

/** Does what SetLight says and hangs up instead of answering. */
const swallowsItsAnswer: Behaviour = {
  name: "swallows-its-answer",
  alters: (_state, reply, { member }) => (member === "setLightRequest" ? { kind: "hang-up" } : reply),
};

let street: Street;
let verifier: Verifier;

beforeAll(async () => {
  street = await Street.open({
    version: "0.6.1",
    count: 2,
    behaviours: (index) => [
      ...(index === 1 ? [swallowsItsAnswer] : []),
      ...completeDevice({ notifyEveryMs: 3_600_000 }),
    ],
  });
  verifier = oslpVerifier({
    read: (one) => street.carry(one),
    settings: street.settings,
    wall: () => street.timers.wall(),
  });
  await street.until(() => street.registered(GOOD) && street.registered(MUTE), "the registrations");
});

afterAll(() => street.close());

function commandOf(action: string, value: unknown, more: Partial<Command> = {}): Command {
  return decodeCommand({
    uid: `c-${action}`,
    device: GOOD,
    action,
    value,
    deadline: new Date(Date.now() + 60_000).toISOString(),
    issuedBy: "test",
    ...more,
  });
}

function sentRecord(command: Command, agoMs = 1_000): LedgerRecord {
  return {
    uid: command.uid,
    device: command.device,
    action: command.action,
    digest: undefined,
    idempotent: command.idempotent,
    deadline: Date.parse(command.deadline),
    attempt: 1,
    turn: 1,
    interrupted: 0,
    holder: "a",
    epoch: 1,
    doubt: false,
    acceptedAt: Date.now() - agoMs,
    sentAt: Date.now() - agoMs,
    cancelledAt: undefined,
    state: "sent",
  };
}

function find(command: Command, agoMs?: number): ReturnType<Verifier["verify"]> {
  return verifier.verify(command, sentRecord(command, agoMs), new AbortController().signal);
}

describe("what a device did can be read back", () => {
  it("one light, its dim value where it was asked for", async () => {
    await street.ask(GOOD, "light.set", { index: 2, on: true, dimValue: 40 });
    expect(await find(commandOf("light.set", { index: 2, on: true, dimValue: 40 }))).toMatchObject({
      found: "done",
      result: { verified: true, unverified: ["resumeScheduleRequest"] },
    });
    expect(await find(commandOf("light.set", { index: 2, on: true }))).toMatchObject({ found: "done" });
    expect(await find(commandOf("light.set", { index: 2, on: true, dimValue: 41 }))).toEqual({ found: "not-done" });
    expect(await find(commandOf("light.set", { index: 2, on: false }))).toEqual({ found: "not-done" });
    expect(await find(commandOf("light.set", { index: 5, on: true }))).toMatchObject({ found: "unclear" });
    const target = { scheme: "oslp", value: "light[2]" } as const;
    expect(await find(commandOf("light.set", true, { target }))).toMatchObject({ found: "done" });
  });

  it("all lights: which relays are lights, the configuration says", async () => {
    await street.ask(GOOD, "light.set", { on: true });
    // Relay 1 is a tariff relay and off.
    expect(await find(commandOf("light.set", { on: true }))).toMatchObject({ found: "done" });
    await street.ask(GOOD, "light.set", { index: 3, on: false });
    expect(await find(commandOf("light.set", { on: true }))).toEqual({ found: "not-done" });
    await street.ask(GOOD, "light.set", { on: false });
    expect(await find(commandOf("light.set", { on: false }))).toMatchObject({ found: "done" });
  });

  it("mask, configuration, its bank, and firmware", async () => {
    await street.ask(GOOD, "notifications.set", { NotificationMask: 129 });
    expect(await find(commandOf("notifications.set", { NotificationMask: 129 }))).toMatchObject({ found: "done" });
    expect(await find(commandOf("notifications.set", { NotificationMask: 128 }))).toEqual({ found: "not-done" });
    expect(await find(commandOf("configuration.switch", { newConfigurationSet: "0" }))).toMatchObject({
      found: "done",
    });
    expect(await find(commandOf("configuration.switch", { newConfigurationSet: "1" }))).toEqual({ found: "not-done" });
    expect(await find(commandOf("firmware.switch", { newFirmwareVersion: "R01" }))).toMatchObject({ found: "done" });
    expect(await find(commandOf("firmware.switch", { newFirmwareVersion: "R02" }))).toEqual({ found: "not-done" });
    const set = {
      communicationTimeout: 20,
      deviceFixIpValue: "127.0.0.1",
      netMask: "255.255.255.0",
      gateWay: "127.0.0.254",
    };
    expect(await find(commandOf("configuration.set", set))).toMatchObject({
      found: "done",
      result: { unverified: ["setRebootRequest"] },
    });
    expect(await find(commandOf("configuration.set", { ...set, communicationTimeout: 21 }))).toEqual({
      found: "not-done",
    });
    // A field this device does not tell.
    expect(await find(commandOf("configuration.set", { communicationTimeout: 20, meterType: "P1" }))).toMatchObject({
      found: "unclear",
    });
  });

  it("and is not called undone when a schedule may have changed it since", async () => {
    const wrong = commandOf("light.set", { index: 2, on: true });
    expect(await find(wrong, TRUSTED_FOR_MS + 1_000)).toEqual({ found: "unclear", fault: undefined });
    const right = commandOf("light.set", { index: 2, on: false });
    expect(await find(right, TRUSTED_FOR_MS + 1_000)).toMatchObject({ found: "done" });
  });

  it("and what leaves no trace cannot", async () => {
    for (const action of ["transition.set", "schedule.set", "device.reboot", "firmware.update", "toString"]) {
      expect(verifier.verifiable({ ...commandOf("light.set", true), action })).toBe(false);
    }
  });

  it("a device that cannot be reached leaves it unclear, with the fault", async () => {
    const elsewhere = oslpVerifier({
      read: async ({ uid }) => ({ uid, end: "unsent", fault: undefined, result: {} }),
      settings: street.settings,
      wall: () => street.timers.wall(),
    });
    const one = commandOf("light.set", { index: 2, on: true });
    expect(await elsewhere.verify(one, sentRecord(one), new AbortController().signal)).toMatchObject({
      found: "unclear",
      fault: { code: "command.verify.broken" },
    });
  });
});

describe("a takeover in the middle of a SetLight that is not idempotent", () => {
  const ports = (ledger: MemoryLedger, hold: Hold, withVerifier: boolean): CarryPorts => ({
    ledger,
    reign: { group: "main", ...hold, mayAct: () => true },
    wall: () => toWall(Date.now()),
    pause: () => Promise.resolve(),
    begins: new Begins(),
    quiet: () => Promise.resolve(),
    random: new SeededRandom(1),
    backoff: { firstMs: 1, maxMs: 10, factor: 2, jitter: 0 },
    slots: new Slots(10),
    execute: async (one, attempt) => {
      await attempt.begin();
      return street.carry(one);
    },
    verifier: withVerifier ? verifier : undefined,
    stopping: new AbortController().signal,
    ending: new AbortController().signal,
    onFault: () => {},
  });
  const executed = (): number =>
    street.executed.filter(({ device, member }) => device === MUTE && member === "setLightRequest").length;

  /** The first agent lets the request go and dies before it can write down how it ended. */
  async function takenOver(uid: string, value: unknown, reaches: boolean, withVerifier = true) {
    const command = decodeCommand({ ...commandOf("light.set", value), uid, device: MUTE });
    const ledger = new MemoryLedger();
    ledger.lease = { holder: "a", epoch: 1 };
    await ledger.accept(ledger.lease, command, toWall(Date.now()));
    await ledger.begin(ledger.lease, uid, {
      basis: { state: "accepted", turn: 0 },
      now: toWall(Date.now()),
      verified: false,
    });
    if (reaches) await street.carry(command);
    const before = executed();
    const second: Hold = { holder: "b", epoch: 2 };
    ledger.lease = second;
    const carried = await carry(command, ports(ledger, second, withVerifier));
    return { carried, again: executed() - before };
  }

  it("is succeeded where the light is as it should be, and not done twice", async () => {
    const { carried, again } = await takenOver("t1", { index: 2, on: true, dimValue: 30 }, true);
    expect(carried).toMatchObject({
      kind: "ended",
      first: true,
      record: { state: "succeeded", result: { verified: true } },
    });
    expect(again).toBe(0);
  });

  it("is done now where it is not, and read back once more because the device keeps its answer", async () => {
    const { carried, again } = await takenOver("t2", { index: 2, on: true, dimValue: 70 }, false);
    expect(carried).toMatchObject({ kind: "ended", record: { state: "succeeded", result: { verified: true } } });
    expect(again).toBe(1);
  });

  it("ends as unknown without a verifier", async () => {
    const { carried } = await takenOver("t3", { index: 2, on: false }, true, false);
    expect(carried).toMatchObject({ kind: "ended", record: { state: "unknown" } });
  });
});
