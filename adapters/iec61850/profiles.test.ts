import { describe, expect, it } from "vitest";
import { lightsStreets } from "../../firmware-sim/iec61850/behaviours/lights-streets.ts";
import { seesDaylight } from "../../firmware-sim/iec61850/behaviours/sees-daylight.ts";
import { lightSensorIcd } from "../../firmware-sim/iec61850/models/light-sensor.ts";
import { streetLightIcd } from "../../firmware-sim/iec61850/models/street-light.ts";
import { presetParameters } from "./association/parameters.ts";
import { command, ied, Pair, plan } from "./pair.testing.ts";

const SETTINGS = { everyMs: 1_000, eventEveryMs: 2_000 };

function streetLight(): Pair {
  return new Pair({
    icd: streetLightIcd(),
    behaviours: [lightsStreets()],
    device: ied({
      protocolId: "KAI-0000000053",
      profile: "swdevice-010805",
      association: presetParameters("kaifa-ssld"),
      reports: [plan("SWDeviceGenericIO/LLN0.evn_rpn", { asConfigured: true })],
      position: { latitude: 52.1, longitude: 5.3 },
    }),
  });
}

describe("a street-light device", () => {
  it("is told to stop registering, and where it is", () => {
    const pair = streetLight().open().pass(1_000);
    expect(pair.refusals).toEqual([]);
    expect(pair.ied.find("SWDeviceGenericIO", "CSLC$CF$Reg$ntfEnb")?.value).toEqual({ type: "boolean", value: false });
    expect(pair.ied.find("SWDeviceGenericIO", "CSLC$CF$Atnm$lat")?.value).toMatchObject({ value: Math.fround(52.1) });
  });

  it("is switched although it says status-only, and reports the event", () => {
    const pair = streetLight().open().pass(1_000);
    const end = pair.run(command("light.set", { value: { values: [{ index: 2, on: true }] } }));
    expect(end).toMatchObject({ end: "succeeded", result: { switched: [2] } });
    pair.pass(2_000);
    const event = pair.messages("busbar.event.v1").find((one) => one.data.code === "light.on");
    expect(event?.data).toMatchObject({ category: "light", nativeCode: "2", index: 2 });
    const status = pair.run(command("light.status")).result;
    expect(status["lights"]).toContainEqual(expect.objectContaining({ index: 2, kind: "light", stVal: true }));
  });

  it("refuses what it does not have before a byte is sent", () => {
    const pair = streetLight().open().pass(1_000);
    const before = pair.sent;
    expect(pair.run(command("light.set", { value: { index: 9, on: true } })).end).toBe("rejected");
    expect(pair.run(command("notifications.set", { value: { mask: 2 ** 27 } })).end).toBe("rejected");
    expect(pair.sent).toBe(before);
  });

  it("takes a schedule field by field, and only what differs the second time", () => {
    const pair = streetLight().open().pass(1_000);
    const entries = [
      { index: 2, day: "ALL", kind: "FIXED", time: "19:30", on: true },
      { index: 2, day: "WEEKEND", kind: "ASTRONOMICAL", on: false },
    ];
    const first = pair.run(command("schedule.set", { value: { entries } }));
    expect(first).toMatchObject({ end: "succeeded", result: { relays: [2] } });
    expect(pair.ied.find("SWDeviceGenericIO", "XSWC2$CF$Sche$sche1$tOn")?.value).toMatchObject({ value: 1930 });
    const again = pair.run(command("schedule.set", { uid: "again", value: { entries } }));
    expect(again.result).toMatchObject({ written: 0 });
  });

  it("downloads firmware by its own clock", () => {
    const pair = streetLight().open().pass(1_000);
    const url = "https://localhost:443/firmware/fw.tgz";
    expect(pair.run(command("firmware.update", { value: { url } })).end).toBe("succeeded");
    expect(pair.ied.find("SWDeviceGenericIO", "CSLC$CF$FuncFwDw$url")?.value).toMatchObject({ value: url });
    expect(pair.run(command("configuration.get")).result).toHaveProperty("Clock");
  });
});

describe("a light sensor", () => {
  it("says dark and light with the time they came", () => {
    const pair = new Pair({
      icd: lightSensorIcd(),
      behaviours: [seesDaylight(SETTINGS.eventEveryMs)],
      device: ied({
        profile: "flexovl-540",
        association: presetParameters("abb-rtu560"),
        reports: [plan("*LD0/LLN0.rcb_A", { asConfigured: true })],
      }),
    });
    pair.open().pass(20_000);
    expect(pair.refusals).toEqual([]);
    const events = pair.messages("busbar.event.v1");
    expect(events.length).toBeGreaterThan(0);
    expect(events[0]).toMatchObject({ timesource: "ingest" });
    expect(events[0]?.data.code).toMatch(/^light\.sensor-(?:dark|light)$/);
  });
});
