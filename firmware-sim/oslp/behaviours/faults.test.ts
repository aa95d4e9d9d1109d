import { describe, expect, it } from "vitest";
import { signatureOf } from "../../../adapters/oslp/signature.ts";
import { toKeyRef } from "../../../adapters/kit/adapter.ts";
import { decodeEnvelope, type Envelope } from "../../../adapters/oslp/envelope.ts";
import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { Bench } from "../device.testing.ts";
import { raise } from "../device-state.ts";
import { tell } from "../events.ts";
import { announcesTooMuch } from "./announces-too-much.ts";
import { answersAnotherMember } from "./answers-another-member.ts";
import { answersSlowly } from "./answers-slowly.ts";
import { dribbles } from "./dribbles.ts";
import { fallsSilent } from "./falls-silent.ts";
import { forgetsClock } from "./forgets-clock.ts";
import { hangsUp } from "./hangs-up.ts";
import { misnumbersAnswers } from "./misnumbers-answers.ts";
import { neverSpeaks } from "./never-speaks.ts";
import { notifiesPeriodically } from "./notifies-periodically.ts";
import { rebootsInConversation } from "./reboots-in-conversation.ts";
import { repeatsEvents } from "./repeats-events.ts";
import { replaysOldEnvelopes } from "./replays-old-envelopes.ts";
import { reportsStatus } from "./reports-status.ts";
import { signsBadly } from "./signs-badly.ts";
import { startsNearWrap } from "./starts-near-wrap.ts";
import { stutters } from "./stutters.ts";
import { switchesLights } from "./switches-lights.ts";
import { truncatesAnswers } from "./truncates-answers.ts";

const GOOD: readonly Behaviour[] = [switchesLights(), reportsStatus()];
const withFault = (fault: Behaviour): Bench => new Bench([fault, ...GOOD]).register();
const light = { values: [{ index: Uint8Array.of(2), on: true }] };
const isSigned = (bench: Bench, { securityKey, signedBytes }: Envelope): boolean =>
  bench.crypto.verify(toKeyRef("device.public"), signedBytes, signatureOf(securityKey));

describe("a device that answers badly", () => {
  it("falls silent: nothing comes, the connection stays", () => {
    const bench = withFault(fallsSilent());
    const asked = bench.ask("setLightRequest", light).wait(30_000);
    expect([asked.bytes.length, asked.ended]).toEqual([0, undefined]);
    expect(bench.executed).toEqual([]);
  });

  it("hangs up", () => {
    const asked = withFault(hangsUp()).ask("setLightRequest", light);
    expect([asked.bytes.length, asked.ended]).toEqual([0, "done"]);
  });

  it("answers slowly, the deed done at once", () => {
    const bench = withFault(answersSlowly(30_000));
    const asked = bench.ask("setLightRequest", light);
    expect(bench.lights[1]).toEqual([2, true, 100]);
    expect(asked.wait(29_999).bytes).toHaveLength(0);
    expect(asked.wait(1).status).toBe(Status.OK);
  });

  it("truncates its answers: an envelope that never ends", () => {
    const bench = withFault(truncatesAnswers());
    const asked = bench.ask("getStatusRequest", {});
    expect(asked.bytes.length).toBeGreaterThan(10);
    expect(() => asked.envelope).toThrow(/bytes/);
    // What it says of its own accord is whole: it could register.
    expect(bench.device.state.registration).toBe("registered");
  });

  it("misnumbers its answers, signed as they should be", () => {
    const bench = withFault(misnumbersAnswers());
    const number = bench.device.state.sequenceNumber;
    const { envelope } = bench.ask("setLightRequest", light);
    expect((envelope.sequenceNumber - number + 65_536) % 65_536).toBeGreaterThan(7);
    expect(isSigned(bench, envelope)).toBe(true);
    expect(bench.lights[1]).toEqual([2, true, 100]);
  });

  it("answers another member than the one that was asked for", () => {
    const asked = withFault(answersAnotherMember()).ask("setLightRequest", light);
    expect(asked.answer.member).toBe("setRebootResponse");
  });

  it("loses power before every third answer, the deed done, and comes back", () => {
    const bench = withFault(rebootsInConversation(3, 1_000));
    expect(bench.ask("getStatusRequest", {}).status).toBe(Status.OK);
    expect(bench.ask("getStatusRequest", {}).status).toBe(Status.OK);
    const third = bench.ask("setLightRequest", light);
    expect([third.bytes.length, third.ended]).toEqual([0, "done"]);
    expect(bench.executed.at(-1)).toBe("setLightRequest");
    bench.pass(500);
    expect(bench.device.state.poweredOn).toBe(false);
    bench.pass(1_000);
    bench.register();
    expect(bench.ask("getStatusRequest", {}).status).toBe(Status.OK);
  });
});

describe("a device that writes badly", () => {
  it("flips a bit in every signature", () => {
    const bench = new Bench([signsBadly(), ...GOOD]);
    const good: boolean[] = [];
    bench.converse((_message, envelope) => {
      good.push(isSigned(bench, envelope));
      return undefined;
    });
    expect(good).toEqual([false]);
  });

  it("dribbles: byte by byte, and the same bytes", () => {
    const asked = withFault(dribbles()).ask("setLightRequest", light);
    expect(asked.pieces.every((piece) => piece.length === 1)).toBe(true);
    expect(asked.status).toBe(Status.OK);
  });

  it("stutters: every envelope twice in one write", () => {
    const bench = new Bench([stutters(), ...GOOD]);
    const sent = bench.device.next(bench.now)?.open(bench.now).send ?? [];
    const [once = new Uint8Array()] = sent;
    expect(sent).toHaveLength(1);
    expect(once.subarray(0, once.length / 2)).toEqual(once.subarray(once.length / 2));
    expect(decodeEnvelope(once.subarray(0, once.length / 2)).payload.length).toBeGreaterThan(0);
  });

  it("announces a longer payload than it sends", () => {
    const sent = new Bench([announcesTooMuch(), ...GOOD]).device.next(new Bench([]).now)?.open(new Bench([]).now)
      .send[0];
    expect(() => decodeEnvelope(sent ?? new Uint8Array())).toThrow(/announced/);
  });

  it("sends its first request again instead of every fifth", () => {
    const bench = withFault(replaysOldEnvelopes(5));
    for (let count = 0; count < 5; count++) tell(bench.device.state, 0, `#${count}`);
    const heard: string[] = [];
    const numbers: number[] = [];
    for (let count = 0; count < 4; count++) {
      bench.converse((message, { sequenceNumber }) => {
        numbers.push(sequenceNumber);
        heard.push(
          message.member === "eventNotificationRequest"
            ? (message.body.notifications[0]?.description ?? "")
            : message.member,
        );
        return { member: "eventNotificationResponse", body: { status: Status.OK } };
      });
    }
    // Two requests went before: the registration and its confirmation.
    expect(heard).toEqual(["#0", "#1", "registerDeviceRequest", "#2"]);
    // What was not answered is told again, with the number it had.
    expect(numbers[3]).toBe(((numbers[1] ?? 0) + 1) % 65_536);
  });
});

describe("a device with an odd mind", () => {
  it("never speaks, and answers", () => {
    const bench = new Bench([neverSpeaks(), ...GOOD]);
    expect(bench.device.next(bench.now)).toBeUndefined();
    expect(bench.ask("getStatusRequest", {}).status).toBe(Status.OK);
  });

  it("has no clock: month 00 of the year 2000, and the time it runs", () => {
    const bench = new Bench([forgetsClock(), notifiesPeriodically(60_000, 0)]).register();
    bench.pass(130_000);
    const stamps = bench.listen().map(({ timestamp }) => timestamp);
    expect(stamps[0]).toBe("20000000000000");
    expect(stamps.length).toBeGreaterThanOrEqual(3);
    for (const stamp of stamps) expect(stamp).toMatch(/^200000000000\d\d$|^2000000000\d{4}$/);
  });

  it("tells every fourth event again, the same to the second, under a new number", () => {
    const bench = withFault(repeatsEvents(4));
    for (let count = 1; count <= 4; count++) tell(bench.device.state, 0, `#${count}`);
    const numbers: number[] = [];
    const events: unknown[] = [];
    for (let count = 0; count < 6; count++) {
      bench.converse((message, { sequenceNumber }) => {
        if (message.member !== "eventNotificationRequest") return undefined;
        numbers.push(sequenceNumber);
        events.push(message.body.notifications[0]);
        return { member: "eventNotificationResponse", body: { status: Status.OK } };
      });
    }
    expect(events).toHaveLength(5);
    expect(events[4]).toEqual(events[3]);
    expect(new Set(numbers).size).toBe(5);
  });

  it("passes 65535 at once, and nothing is lost over it", () => {
    const bench = withFault(startsNearWrap());
    for (let count = 0; count < 4; count++) tell(bench.device.state, 0, `#${count}`);
    const numbers: number[] = [];
    while (
      bench.converse((_message, { sequenceNumber }) => {
        numbers.push(sequenceNumber);
        return { member: "eventNotificationResponse", body: { status: Status.OK } };
      }) !== undefined
    );
    expect(numbers).toEqual([65_535, 0, 1, 2]);
    expect(bench.ask("getStatusRequest", {}).envelope.sequenceNumber).toBe(3);
  });
});

describe("events while nobody listens", () => {
  it("wait, are told in order, and a repeat of one has the number it had", () => {
    const bench = withFault(notifiesPeriodically(1_000, 0));
    const numbers: number[] = [];
    for (let round = 0; round < 3; round++) {
      bench.pass(1_000);
      bench.converse((_message, { sequenceNumber }) => {
        numbers.push(sequenceNumber);
        return undefined;
      });
    }
    expect(new Set(numbers).size).toBe(1);
    const told = bench.listen().map(({ description }) => description);
    expect(told).toEqual(told.map((_, at) => `SSLD-7 #${at + 1}`));
    expect(told.length).toBeGreaterThanOrEqual(3);
  });

  it("are given up from the oldest when there are too many", () => {
    const bench = withFault(switchesLights());
    for (let count = 0; count < 1_005; count++) raise(bench.device.state, { event: 0, description: `#${count}` });
    expect(bench.notices.filter(({ kind }) => kind === "event-dropped")).toHaveLength(5);
    expect(bench.listen()[0]?.description).toBe("#5");
  });

  it("are told with a new number after the platform has refused one", () => {
    const bench = withFault(switchesLights());
    tell(bench.device.state, 0, "refused first");
    const refused = bench.converse(() => ({ member: "eventNotificationResponse", body: { status: Status.REJECTED } }));
    expect(refused?.kind).toBe("refused");
    expect(bench.device.state.registration).toBe("unregistered");
    bench.register();
    expect(bench.listen().map(({ description }) => description)).toEqual(["refused first"]);
  });
});
