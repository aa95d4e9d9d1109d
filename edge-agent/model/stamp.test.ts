import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MessageDraft } from "./draft.ts";
import { messageSchema } from "./message.ts";
import { compareOrder, markLate, padEpoch, padSequence, stamp } from "./stamp.ts";

const DRAFT: MessageDraft<"busbar.state.v1"> = {
  id: "state-dev_1-0",
  type: "busbar.state.v1",
  subject: "dev_1",
  time: undefined,
  timesource: "device",
  protocol: "gateway",
  data: { state: "online", since: "2026-11-21T00:00:00.000Z" },
};
const BY = { source: "/s/gw", agent: "a", epoch: 3, sequence: 9, recordedtime: "2026-11-21T00:00:01.000Z" };

describe("stamp", () => {
  it("takes the time of ingest where the device gave none, and says so", () => {
    const message = stamp(DRAFT, BY);
    expect(message.time).toBe(BY.recordedtime);
    expect(message.timesource).toBe("ingest");
    expect(messageSchema.safeParse(message).error).toBeUndefined();
  });

  it("keeps the device's time and whose it is", () => {
    const message = stamp({ ...DRAFT, time: "2026-11-20T23:59:00.000Z" }, BY);
    expect(message.time).toBe("2026-11-20T23:59:00.000Z");
    expect(message.timesource).toBe("device");
  });

  it("leaves absent attributes out of the JSON", () => {
    const json = JSON.parse(JSON.stringify(stamp(DRAFT, BY)));
    for (const absent of ["late", "devicetype", "correlationid", "traceparent"])
      expect(json).not.toHaveProperty(absent);
    expect(JSON.parse(JSON.stringify(stamp(DRAFT, { ...BY, late: false })))).not.toHaveProperty("late");
  });

  it("marks what was salvaged and changes nothing else", () => {
    const message = stamp(DRAFT, BY);
    expect(markLate(message)).toEqual({ ...message, late: true });
    expect(stamp(DRAFT, { ...BY, late: true })).toEqual(markLate(message));
  });

  it("orders texts of epochs and sequences as the numbers", () => {
    const point = fc.tuple(fc.nat({ max: 9_999_999_999 }), fc.nat({ max: Number.MAX_SAFE_INTEGER }));
    const pair = fc.oneof(
      fc.tuple(point, point),
      fc.tuple(fc.constant(7), fc.nat(), fc.nat()).map(
        ([e, a, b]) =>
          [
            [e, a],
            [e, b],
          ] as const,
      ),
    );
    fc.assert(
      fc.property(pair, ([[e1, s1], [e2, s2]]) => {
        const numeric = Math.sign(e1 - e2 || s1 - s2);
        const a = { epoch: padEpoch(e1), sequence: padSequence(s1) };
        const b = { epoch: padEpoch(e2), sequence: padSequence(s2) };
        expect(Math.sign(compareOrder(a, b))).toBe(numeric);
        expect(a.epoch + a.sequence < b.epoch + b.sequence).toBe(numeric < 0);
      }),
    );
  });
});
