import { describe, expect, it } from "vitest";
import { toInstant } from "../../kit/time.ts";
import { ModeEHandover, type ModeEStep } from "./mode-e.ts";

const T0 = toInstant(0);
const text = (step: ModeEStep): string => step.send.map((octets) => String.fromCharCode(...octets)).join("");
const bytes = (line: string): Uint8Array => Uint8Array.from(line, (one) => one.charCodeAt(0));

describe("the hand-over of IEC 62056-21 mode E", () => {
  it("asks at 300 Bd, answers the identification, and changes to the meter's rate and eight bits", () => {
    const handover = new ModeEHandover();
    const asked = handover.open(T0);
    expect([text(asked), asked.lineBefore]).toEqual([
      "/?!\r\n",
      { baudRate: 300, dataBits: 7, parity: "even", stopBits: 1 },
    ]);
    const answered = handover.receive(bytes("/ISk5\\2ME372-0131\r\n"), T0);
    expect([text(answered), answered.line?.baudRate, answered.line?.dataBits]).toEqual(["\x06252\r\n", 9_600, 7]);
    const done = handover.receive(bytes("\x06252\r\n"), T0);
    expect(done).toMatchObject({
      line: { baudRate: 9_600, dataBits: 8, parity: "none" },
      done: { identification: "ISk5\\2ME372-0131", baudRate: 9_600 },
      wakeAt: undefined,
    });
  });

  it("takes octets one by one, with parity bits and an echo before them", () => {
    const handover = new ModeEHandover({ deviceAddress: "17", baudRateMax: 2_400, confirmation: "none" });
    expect(text(handover.open(T0))).toBe("/?17!\r\n");
    let last: ModeEStep | undefined;
    for (const octet of bytes("/?17!\r\n/LGZ5\\2ZMD\r\n")) last = handover.receive(Uint8Array.of(octet | 0x80), T0);
    expect([text(last as ModeEStep), last?.done?.baudRate]).toEqual(["\x06232\r\n", 2_400]);
  });

  it("asks again, and gives up a line without a meter", () => {
    const handover = new ModeEHandover({ retriesMax: 1, timeoutMs: 1_000 });
    handover.open(T0);
    expect(handover.wake(toInstant(999)).send).toEqual([]);
    expect(text(handover.wake(toInstant(1_000)))).toBe("/?!\r\n");
    const last = handover.wake(toInstant(2_000));
    expect([last.fault?.code, last.wakeAt]).toEqual(["hdlc.mode-e.unanswered", undefined]);
  });

  it("begins anew where the meter does not confirm", () => {
    const handover = new ModeEHandover({ timeoutMs: 1_000 });
    handover.open(T0);
    handover.receive(bytes("/ISk4\\2X\r\n"), T0);
    const again = handover.wake(toInstant(1_000));
    expect([text(again), again.lineBefore?.baudRate]).toEqual(["/?!\r\n", 300]);
  });

  it("refuses a meter without HDLC", () => {
    const handover = new ModeEHandover();
    handover.open(T0);
    expect(handover.receive(bytes("/ABC5METER\r\n"), T0).fault?.code).toBe("hdlc.mode-e.refused");
  });

  it("holds little of a line that never ends", () => {
    const handover = new ModeEHandover({ confirmation: "none" });
    handover.open(T0);
    for (let i = 0; i < 100; i++) handover.receive(new Uint8Array(1_000).fill(0x41), T0);
    expect(handover.receive(bytes("/ISk5\\2X\r\n"), T0).done).toBeDefined();
  });
});
