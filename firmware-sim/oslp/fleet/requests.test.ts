import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateP256, publicKeyText } from "../../../adapters/io/node/keys.ts";
import type { CommandConclusion } from "../../../adapters/kit/session.ts";
import { ACTIONS, type ActionName } from "../../../adapters/oslp/actions.ts";
import { completeDevice } from "../behaviours/roster.ts";
import { Street } from "./street.testing.ts";

/** Every request of the contract, made by the product's session over a socket, answered by a complete simulated device. */

const DEVICE = "ssld-00001";
const period = { startTime: "20260601000000", endTime: "20260601043000" };
const schedule = (count: number) =>
  Array.from({ length: count }, () => ({
    weekday: "ALL",
    actionTime: "ABSOLUTETIME",
    time: "070000",
    value: [{ index: 2, on: true }],
  }));

interface Row {
  readonly action: ActionName;
  readonly value?: unknown;
  /** What has to be in the result; `not-in-version` where the contract does not have it; `failure` where it is refused. */
  readonly "0.5.1": object | "not-in-version" | "failure";
  readonly "0.6.1": object | "not-in-version" | "failure";
}

const OK = { status: "OK" };
const both = (action: ActionName, value: unknown, result: object = OK): Row => ({
  action,
  value,
  "0.5.1": result,
  "0.6.1": result,
});
const newer = (action: ActionName, value: unknown): Row => ({ action, value, "0.5.1": "not-in-version", "0.6.1": OK });
const older = (action: ActionName, value: unknown, result: object): Row => ({
  action,
  value,
  "0.5.1": result,
  "0.6.1": "failure",
});

const ROWS: readonly Row[] = [
  both("light.set", { index: 2, on: true, dimValue: 40 }, { status: "OK", answered: 2 }),
  both("light.status", undefined, {
    value: [
      { index: 1, on: false, dimValue: 0 },
      { index: 2, on: true, dimValue: 40 },
      { index: 3, on: false, dimValue: 0 },
    ],
    eventNotificationMask: 255,
  }),
  both("schedule.set", { scheduleType: "LIGHT", schedules: schedule(12) }, { status: "OK", answered: 3 }),
  both("schedule.resume", { index: 0, immediate: true }),
  both("transition.set", { transitionType: "DAY_NIGHT" }),
  both("notifications.set", { NotificationMask: 255 }),
  both("configuration.get", undefined, {
    lightType: "RELAY",
    relayConfiguration: {
      addressMap: [
        { index: 1, address: 1, relayType: "TARIFF" },
        { index: 2, address: 2, relayType: "LIGHT" },
        { index: 3, address: 3, relayType: "LIGHT" },
      ],
    },
  }),
  newer("configuration.switch", { newConfigurationSet: "1" }),
  both("firmware.version", undefined, { firmwareVersion: "R01" }),
  both("firmware.update", { firmwareDomain: "firmware.example", firmwareUrl: "/missing/V2.hex" }),
  {
    action: "firmware.switch",
    value: { newFirmwareVersion: "V9" },
    "0.5.1": "not-in-version",
    // There is nothing in the other bank yet.
    "0.6.1": "failure",
  },
  newer("certificate.update", { certificateDomain: "certificates.example", certificateUrl: "/device.crt" }),
  newer("verification-key.set", { certificateChunk: publicKeyText(generateP256().publicKey) }),
  both("self-test.start", undefined),
  both("self-test.stop", undefined, { status: "OK", selfTestResult: 0 }),
  older("power-usage.actual", undefined, { status: "OK", powerUsageData: { meterType: "PULSE" } }),
  older("power-usage.history", { timePeriod: period, termType: "Short" }, { status: "OK", answered: 3, exchanges: 3 }),
  both("configuration.set", { lightType: "RELAY" }, { status: "OK", answered: 2 }),
  both("device.reboot", undefined),
];

describe.each(["0.5.1", "0.6.1"] as const)("every request of %s", (version) => {
  let street: Street;

  beforeAll(async () => {
    street = await Street.open({ version, behaviours: () => completeDevice({ notifyEveryMs: 3_600_000 }) });
    await street.until(() => street.registered(DEVICE), "the registration");
  });

  afterAll(() => street.close());

  it("is in the table", () => {
    expect(ROWS.map(({ action }) => action).sort()).toEqual(Object.keys(ACTIONS).sort());
  });

  it.each(ROWS)(
    "$action",
    async ({ action, value, [version]: expected }) => {
      // After a reboot the device is away for a while.
      if (action === "device.reboot") await street.until(() => restarts(street) === 1, "the reboot before");
      const conclusion = await street.ask(DEVICE, action, value);
      switch (expected) {
        case "not-in-version":
          expect(facts(conclusion)).toEqual(["rejected", "oslp.message.not-in-version"]);
          break;
        case "failure":
          expect(facts(conclusion)).toEqual(["failed", "oslp.response.failure"]);
          break;
        default:
          expect(facts(conclusion)).toEqual(["succeeded", undefined]);
          expect(conclusion.result).toMatchObject(expected);
      }
    },
    30_000,
  );

  it("leaves platform and device with one number, and nothing refused", async () => {
    expect(street.refusals).toEqual([]);
    expect(street.notices.filter(({ kind }) => kind === "refused")).toEqual([]);
  });
});

/** How often it has come back from a reboot and registered. */
function restarts(street: Street): number {
  return street.notices.filter(({ kind }) => kind === "registered").length - 1;
}

function facts({ end, fault }: CommandConclusion): (string | undefined)[] {
  return [end, fault?.code];
}
