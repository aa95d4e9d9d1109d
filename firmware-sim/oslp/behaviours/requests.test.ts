import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS } from "../../../adapters/kit/time.ts";
import { Event, HistoryTermType, RelayType, Status } from "../../../proto/oslp/gen/types.ts";
import { Bench } from "../device.testing.ts";
import { tell } from "../events.ts";
import { hasFirmware } from "./has-firmware.ts";
import { keepsConfiguration } from "./keeps-configuration.ts";
import { measuresPower } from "./measures-power.ts";
import { reboots } from "./reboots.ts";
import { reportsStatus } from "./reports-status.ts";
import { setsEventMask } from "./sets-event-mask.ts";
import { switchesLights } from "./switches-lights.ts";
import { synchronizesTime } from "./synchronizes-time.ts";
import { takesVerificationKey } from "./takes-verification-key.ts";
import { tellsRefusals } from "./tells-refusals.ts";
import { tellsSwitching } from "./tells-switching.ts";
import { testsItself } from "./tests-itself.ts";
import { updatesCertificate } from "./updates-certificate.ts";

const numbers = (bench: Bench): number[] => bench.listen().map(({ event }) => event);

describe("SetEventNotifications", () => {
  it("leaves only events of the groups in the mask", () => {
    const bench = new Bench([setsEventMask()]).register();
    expect(bench.ask("setEventNotificationsRequest", { NotificationMask: 0b1000_0100 }).status).toBe(Status.OK);
    const all = [0, 1_000, 2_000, 2_999, 3_000, 5_000, 7_002, 8_000];
    for (const event of all) tell(bench.device.state, event, "x");
    // 8000 is of no group the contract has a bit for.
    expect(numbers(bench)).toEqual([2_000, 2_999, 7_002, 8_000]);
    expect(bench.notices.filter(({ kind }) => kind === "event-masked")).toHaveLength(4);
  });
});

describe("a self test", () => {
  it("lights all lamps and only those, and puts them out", () => {
    const bench = new Bench([testsItself(), tellsSwitching(1_000)]).register();
    expect(bench.ask("startSelfTestRequest", {}).status).toBe(Status.OK);
    expect(bench.lights).toEqual([
      [1, false, 100],
      [2, true, 100],
      [3, true, 100],
    ]);
    const stopped = bench.ask("stopSelfTestRequest", { present: true }).answer;
    expect(stopped.body).toEqual({ status: Status.OK, selfTestResult: Uint8Array.of(0) });
    expect(bench.lights.some(([, on]) => on)).toBe(false);
    bench.pass(1_000);
    const { MONITOR_EVENTS_TEST_RELAY_ON: on, MONITOR_EVENTS_TEST_RELAY_OFF: off } = Event;
    expect(numbers(bench)).toEqual([off, off, off, off].map((number, at) => (at < 2 ? on : number)));
  });
});

describe("SetReboot", () => {
  it("is answered first; then the device is away, and comes back to register", () => {
    const bench = new Bench([reboots(5_000), switchesLights()]).register();
    bench.ask("setLightRequest", { values: [{ on: true }] });
    expect(bench.ask("setRebootRequest", {}).status).toBe(Status.OK);
    expect(bench.device.state.poweredOn).toBe(true);
    bench.pass(100);
    expect(bench.device.state.poweredOn).toBe(false);
    expect(bench.device.next(bench.now)).toBeUndefined();
    expect(bench.device.answer().open(bench.now).ended).toBe("done");
    bench.pass(5_000);
    expect(bench.device.state).toMatchObject({ poweredOn: true, registration: "unregistered", startups: 2 });
    expect(bench.lights.some(([, on]) => on)).toBe(false);
    bench.register();
  });

  it("keeps its events, and tells them in order after it is back", () => {
    const bench = new Bench([reboots(5_000)]).register();
    for (const text of ["one", "two", "three"]) tell(bench.device.state, 0, text);
    bench.converse(() => undefined);
    bench.ask("setRebootRequest", {});
    bench.pass(6_000);
    bench.register();
    expect(bench.listen().map(({ description }) => description)).toEqual(["one", "two", "three"]);
  });
});

describe("firmware", () => {
  const settings = { downloadMs: 5_000, awayMs: 2_000 };
  const update = (path: string): Bench => {
    const bench = new Bench([hasFirmware(settings)]).register();
    const body = { firmwareDomain: "firmware.example", firmwareUrl: path };
    expect(bench.ask("updateFirmwareRequest", body).status).toBe(Status.OK);
    bench.pass(4_999);
    expect(numbers(bench)).toEqual([]);
    bench.pass(10_000);
    return bench;
  };
  const version = (bench: Bench): unknown => bench.ask("getFirmwareVersionRequest", {}).answer.body;

  it("is downloaded, activated and started", () => {
    const bench = update("/firmware/SSLD-V17.hex");
    expect(bench.device.state).toMatchObject({ startups: 2, registration: "unregistered" });
    bench.register();
    expect(numbers(bench)).toEqual([Event.FIRMWARE_EVENTS_ACTIVATING]);
    expect(version(bench)).toEqual({ firmwareVersion: "V17" });
  });

  it("is not found, or is none: the old one goes on", () => {
    for (const [path, event] of [
      ["/missing/V17.hex", Event.FIRMWARE_EVENTS_DOWNLOAD_NOTFOUND],
      ["/broken/V17.hex", Event.FIRMWARE_EVENTS_DOWNLOAD_FAILED],
    ] as const) {
      const bench = update(path);
      expect(numbers(bench)).toEqual([event]);
      expect(version(bench)).toEqual({ firmwareVersion: "R01" });
    }
  });

  it("of the other bank can be switched to, any other cannot", () => {
    const bench = update("/firmware/SSLD-V17.hex").register();
    expect(bench.ask("switchFirmwareRequest", { newFirmwareVersion: "V99" }).status).toBe(Status.FAILURE);
    expect(bench.ask("switchFirmwareRequest", { newFirmwareVersion: "R01" }).status).toBe(Status.OK);
    bench.pass(5_000);
    bench.register();
    expect(version(bench)).toEqual({ firmwareVersion: "R01" });
    expect(numbers(bench)).toEqual([Event.FIRMWARE_EVENTS_ACTIVATING, Event.FIRMWARE_EVENTS_ACTIVATING]);
  });
});

describe("configuration", () => {
  const empty = { switchingDelay: [], relayLinking: [] };

  it("is read as it was set, and survives a reboot", () => {
    const bench = new Bench([keepsConfiguration(), reboots(1_000)]).register();
    const set = { ...empty, astroGateSunSetOffset: -600, osgpPortNumber: 12_122, switchingDelay: [100, 200, 300, 400] };
    expect(bench.ask("setConfigurationRequest", set).status).toBe(Status.OK);
    bench.ask("setConfigurationRequest", { ...empty, communicationTimeout: 9 });
    bench.ask("setRebootRequest", {});
    bench.pass(2_000);
    bench.register();
    const { body } = bench.ask("getConfigurationRequest", {}).answer;
    expect(body).toMatchObject({ ...set, timeSyncFrequency: 86_400, status: Status.OK });
  });

  it("of 0.5.1 has the fields of 0.5.1 alone", () => {
    const bench = new Bench([keepsConfiguration()], { version: "0.5.1" }).register();
    const { body } = bench.ask("getConfigurationRequest", {}).answer;
    const given = Object.entries(body).filter(([, value]) => !Array.isArray(value) || value.length > 0);
    expect(given.map(([name]) => name)).toEqual([
      "status",
      "lightType",
      "relayConfiguration",
      "shortTermHistoryIntervalMinutes",
      "preferredLinkType",
    ]);
  });

  it("has two banks; the digits platforms send and the numbers of the contract choose one", () => {
    const bench = new Bench([keepsConfiguration(), reportsStatus({ full: true })]).register();
    bench.ask("setConfigurationRequest", { ...empty, communicationTimeout: 7 });
    const timeout = (): unknown =>
      Object.entries(bench.ask("getConfigurationRequest", {}).answer.body).find(
        ([name]) => name === "communicationTimeout",
      )?.[1];
    const banks: (readonly [number, number])[] = [
      [0x31, 20],
      [0x30, 7],
      [0x01, 20],
      [0x00, 7],
    ];
    for (const [byte, expected] of banks) {
      const body = { newConfigurationSet: Uint8Array.of(byte) };
      expect(bench.ask("switchConfigurationRequest", body).status).toBe(Status.OK);
      expect(timeout()).toBe(expected);
      expect(bench.ask("getStatusRequest", {}).answer.body).toMatchObject({
        currentConfigurationBackUsed: Uint8Array.of(byte & 1),
      });
    }
    expect(bench.ask("switchConfigurationRequest", { newConfigurationSet: Uint8Array.of(0x32) }).status).toBe(
      Status.FAILURE,
    );
    expect(numbers(bench)).toEqual(banks.map(() => Event.FIRMWARE_EVENTS_CONFIGURATION_CHANGED));
  });

  it("makes the relays those of its map", () => {
    const bench = new Bench([keepsConfiguration(), switchesLights()]).register();
    bench.ask("setLightRequest", { values: [{ index: Uint8Array.of(2), on: true }] });
    const map = (index: number, relayType: number) => ({
      index: Uint8Array.of(index),
      address: Uint8Array.of(index),
      relayType,
    });
    const addressMap = [map(1, RelayType.LIGHT), map(2, RelayType.LIGHT), map(4, RelayType.TARIFF)];
    bench.ask("setConfigurationRequest", { ...empty, relayConfiguration: { addressMap } });
    expect(bench.lights).toEqual([
      [1, false, 100],
      [2, true, 100],
      [4, false, 100],
    ]);
    expect(bench.ask("setLightRequest", { values: [{ index: Uint8Array.of(4), on: true }] }).status).toBe(
      Status.FAILURE,
    );
  });
});

describe("lights", () => {
  it("tell what they did, three seconds later, tariff relays that they are none", () => {
    const bench = new Bench([switchesLights(), tellsSwitching(3_000)]).register();
    const values = [
      { index: Uint8Array.of(2), on: true, dimValue: Uint8Array.of(40) },
      { index: Uint8Array.of(1), on: true },
    ];
    expect(bench.ask("setLightRequest", { values }).status).toBe(Status.FAILURE);
    expect(bench.lights).toEqual([
      [1, false, 100],
      [2, true, 40],
      [3, false, 100],
    ]);
    const said = bench.listen();
    expect(said.map(({ event, index }) => [event, index?.[0]])).toEqual([
      [Event.LIGHT_FAILURE_TARIFF_SWITCH_ATTEMPT, 1],
    ]);
    bench.pass(3_000);
    expect(bench.listen()).toEqual([
      {
        event: Event.LIGHT_EVENTS_LIGHT_ON,
        index: Uint8Array.of(2),
        description: "on 40 % by set-light",
        timestamp: "20260601120003",
      },
    ]);
  });

  it("say nothing where nothing changed", () => {
    const bench = new Bench([switchesLights(), tellsSwitching(0)]).register();
    bench.ask("setLightRequest", { values: [{ on: false }] });
    bench.pass(10);
    expect(bench.listen()).toEqual([]);
  });
});

describe("GetStatus", () => {
  it("has what 0.6.1 added, local time among it, and for 0.5.1 nothing of it", () => {
    const full = new Bench([reportsStatus({ full: true })]).register().ask("getStatusRequest", {}).answer.body;
    expect(full).toMatchObject({
      numberOfOutputs: 3,
      currentTime: "20260601140000",
      currentIp: "10.0.0.7",
      startupCounter: 1,
    });
    const old = new Bench([reportsStatus({ full: true })], { version: "0.5.1" }).register();
    expect(old.ask("getStatusRequest", {}).answer.body).not.toHaveProperty("numberOfOutputs");
  });
});

describe("SetDeviceVerificationKey", () => {
  // 91 bytes in the shape of a P-256 key.
  const der = Uint8Array.from([0x30, 0x59, ...Array.from({ length: 89 }, (_, at) => at)]);

  it.each([
    ["DER", der],
    ["Base64 of it", new TextEncoder().encode(Buffer.from(der).toString("base64"))],
  ])("as %s: both keys are good until the new one has been used", (_form, certificateChunk) => {
    const bench = new Bench([takesVerificationKey(), reportsStatus()]).register();
    expect(bench.ask("setDeviceVerificationKeyRequest", { certificateChunk }).status).toBe(Status.OK);
    expect(bench.ask("getStatusRequest", {}).status).toBe(Status.OK);
    const former = bench.platformKey;
    bench.platformKey = bench.crypto.addPrivate("next.private", "next platform");
    expect(bench.ask("getStatusRequest", {}).status).toBe(Status.OK);
    bench.platformKey = former;
    expect(bench.ask("getStatusRequest", {}).bytes).toHaveLength(0);
  });

  it("refuses what is no key", () => {
    const bench = new Bench([takesVerificationKey()]).register();
    const asked = bench.ask("setDeviceVerificationKeyRequest", { certificateChunk: Uint8Array.of(1, 2, 3) });
    expect(asked.status).toBe(Status.FAILURE);
  });
});

describe("UpdateDeviceSslCertification", () => {
  it("is accepted, and a certificate that is none is told afterwards", () => {
    const bench = new Bench([updatesCertificate(1_000)]).register();
    const body = { certificateDomain: "certificates.example", certificateUrl: "/broken/device.crt" };
    expect(bench.ask("updateDeviceSslCertificationRequest", body).status).toBe(Status.OK);
    bench.ask("updateDeviceSslCertificationRequest", { ...body, certificateUrl: "/good/device.crt" });
    bench.pass(1_000);
    expect(numbers(bench)).toEqual([Event.SECURITY_EVENTS_INVALID_CERTIFICATE]);
  });
});

describe("power usage", () => {
  it("is what the lamps burned: two of 100 W for three hours", () => {
    const bench = new Bench([measuresPower(), switchesLights()], { version: "0.5.1" });
    bench.pass(0);
    bench.register();
    bench.ask("setLightRequest", { values: [{ on: true }] });
    bench.pass(3 * HOUR_MS);
    const { body } = bench.ask("getActualPowerUsageRequest", {}).answer;
    expect(body).toMatchObject({
      status: Status.OK,
      powerUsageData: {
        totalConsumedEnergy: 600n,
        actualConsumedPower: 200,
        recordTime: "20260601150000",
        ssldData: {
          relayData: [{ totalLightingMinutes: 0 }, { totalLightingMinutes: 180 }, { totalLightingMinutes: 180 }],
        },
      },
    });
  });

  it("has a history in pages of two, newest first, by the hour or the day", () => {
    const bench = new Bench([measuresPower()], { version: "0.5.1" }).register();
    const timePeriod = { startTime: "20260601000000", endTime: "20260601043000" };
    const times = (page: number, termType: number): unknown => {
      const { body } = bench.ask("getPowerUsageHistoryRequest", { timePeriod, page, termType }).answer;
      if (!("powerUsageData" in body) || !("pageInfo" in body)) return undefined;
      return [body.pageInfo?.totalPages, ...body.powerUsageData.map(({ recordTime }) => recordTime.slice(6))];
    };
    expect(times(1, HistoryTermType.Short)).toEqual([3, "01040000", "01030000"]);
    expect(times(3, HistoryTermType.Short)).toEqual([3, "01000000"]);
    expect(times(1, HistoryTermType.Long)).toEqual([1, "01000000"]);
  });

  it("is refused by 0.6.1, not with silence", () => {
    const bench = new Bench([measuresPower()]).register();
    expect(bench.ask("getActualPowerUsageRequest", {}).status).toBe(Status.FAILURE);
    const body = {
      timePeriod: { startTime: "20260601000000", endTime: "20260602000000" },
      termType: HistoryTermType.Short,
    };
    expect(bench.ask("getPowerUsageHistoryRequest", body).status).toBe(Status.FAILURE);
  });
});

describe("what a device did not do", () => {
  it("is told: out of sequence, not signed, unknown", () => {
    const bench = new Bench([tellsRefusals(), reportsStatus()]).register();
    const number = bench.device.state.sequenceNumber;
    expect(bench.ask("getStatusRequest", {}, (number + 100) % 65_536).ended).toBe("done");
    bench.ask("setRebootRequest", {});
    const former = bench.platformKey;
    bench.platformKey = bench.crypto.addPrivate("foreign", "somebody else");
    expect(bench.ask("getStatusRequest", {}).bytes).toHaveLength(0);
    bench.platformKey = former;
    expect(numbers(bench)).toEqual([
      Event.SECURITY_EVENTS_OUT_OF_SEQUENCE,
      Event.DIAG_EVENTS_UNKNOWN_MESSAGE_TYPE,
      Event.SECURITY_EVENTS_OSLP_VERIFICATION_FAILED,
    ]);
    expect(bench.executed).toEqual([]);
  });
});

describe("time", () => {
  it("is synchronized by registering every timeSyncFrequency, once each time", () => {
    const bench = new Bench([synchronizesTime(), keepsConfiguration()]).register();
    bench.pass(DAY_MS - 1_000);
    expect(bench.device.state.registration).toBe("registered");
    bench.pass(1_000);
    expect(bench.device.state.registration).toBe("unregistered");
    bench.register();
    bench.ask("setConfigurationRequest", { timeSyncFrequency: 60, switchingDelay: [], relayLinking: [] });
    bench.pass(DAY_MS);
    expect(bench.device.state.registration).toBe("unregistered");
    bench.register();
    bench.pass(59_000);
    expect(bench.device.state.registration).toBe("registered");
    bench.pass(1_000);
    expect(bench.device.state.registration).toBe("unregistered");
  });
});
