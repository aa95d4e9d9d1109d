import { describe, expect, it } from "vitest";
import { type BookedMessage, type Books, type CommittedBatch, judge, type OwnerEntry } from "./accountant.ts";
import type { DeviceBook } from "./device-books.ts";

const LIGHT = "lamp";
const T0 = 1_700_000_000_000;

function event(number: number, more: Partial<BookedMessage> = {}): BookedMessage {
  return {
    id: `id-${number}`,
    source: "/bed/gw",
    type: "busbar.event.v1",
    subject: LIGHT,
    agent: "a",
    timesource: "ingest",
    epoch: "0000000001",
    sequence: String(number).padStart(16, "0"),
    data: { text: `L #${number}` },
    ...more,
  };
}

function result(uid: string, state: string): BookedMessage {
  return event(0, {
    id: `r-${uid}-${state}`,
    type: "busbar.command-result.v1",
    sequence: "9".padStart(16, "0"),
    data: { uid, state },
  });
}

function device(raised: number, acknowledged: number, executed: DeviceBook["executed"] = []): DeviceBook {
  const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `L #${index + 1}`);
  return { uid: LIGHT, raised: texts(raised), acknowledged: texts(acknowledged), retold: new Set(), executed };
}

function batch(atMs: number, ...messages: BookedMessage[]): CommittedBatch {
  return { streamId: `${T0 + atMs}-0`, job: `j-${atMs}`, messages };
}

function acquired(atMs: number, holder: string, epoch: number): OwnerEntry {
  return { streamId: `${T0 + atMs}-0`, event: "acquired", holder, epoch, reason: "first", at: T0 + atMs };
}

const COMMAND = { uid: "c1", device: LIGHT, deed: "transition 000001", repeatable: false, deadline: T0 + 10_000 };
const DONE = { at: T0 + 100, deed: COMMAND.deed };
const SUCCEEDED = { uid: "c1", state: "succeeded", attempt: 1, reason: undefined };

/** A run without fault: three events, one command, one takeover. */
function goodBooks(): Books {
  return {
    devices: [device(3, 3, [DONE])],
    journal: [event(1), event(2), event(3, { agent: "b", epoch: "0000000002" }), result("c1", "succeeded")],
    batches: [batch(10, event(1), event(2)), batch(500, event(3, { agent: "b", epoch: "0000000002" }))],
    owners: [acquired(0, "a", 1), acquired(400, "b", 2)],
    commands: [COMMAND],
    ledger: [SUCCEEDED],
    clocksBehindMs: 0,
  };
}

function violationsOf(change: Partial<Books>): Record<string, number> {
  return judge({ ...goodBooks(), ...change }).violations;
}

describe("the accountant", () => {
  it("finds nothing wrong with good books", () => {
    expect(judge(goodBooks())).toMatchObject({
      ok: true,
      acknowledged: 3,
      received: 3,
      committed: 3,
      epochs: 2,
      commands: { succeeded: 1 },
      violations: {},
      examples: [],
    });
  });

  it("misses what was acknowledged and is nowhere", () => {
    const verdict = judge({ ...goodBooks(), journal: [event(1), event(3), result("c1", "succeeded")] });
    expect(verdict).toMatchObject({ ok: false, acknowledged: 3, received: 2, violations: { "event.lost": 1 } });
    expect(verdict.examples).toEqual([{ kind: "event.lost", of: LIGHT, detail: "L #2" }]);
  });

  it("does not miss what was never acknowledged", () => {
    expect(violationsOf({ devices: [device(4, 3, [DONE])] })).toEqual({});
  });

  it("sees an effect that was applied twice, under one id or under two", () => {
    const { journal } = goodBooks();
    expect(violationsOf({ journal: [...journal, event(3)] })).toEqual({ "message.duplicated": 1 });
    expect(violationsOf({ journal: [...journal, event(2, { id: "other" })] })).toEqual({ "event.duplicated": 1 });
  });

  it("lets an event without a time be told again as another one, if the device says it was refused", () => {
    const again = (timesource: string): Partial<Books> => ({
      devices: [{ ...device(3, 3, [DONE]), retold: new Set(["L #2"]) }],
      journal: [...goodBooks().journal, event(2, { id: "other", timesource })],
    });
    expect(violationsOf(again("ingest"))).toEqual({});
    expect(violationsOf(again("device"))).toEqual({ "event.duplicated": 1 });
  });

  it("sees events out of their order, unless they are marked late", () => {
    const swapped = (more: Partial<BookedMessage>): Books["journal"] => [
      event(1),
      event(3),
      event(2, more),
      result("c1", "succeeded"),
    ];
    expect(violationsOf({ journal: swapped({}) })).toEqual({ "event.out-of-order": 1 });
    expect(violationsOf({ journal: swapped({ late: true }) })).toEqual({});
  });

  it("sees what no device raised", () => {
    const { journal } = goodBooks();
    expect(violationsOf({ journal: [...journal, event(7)] })).toEqual({ "event.invented": 1 });
    expect(violationsOf({ journal: [...journal, event(1, { id: "x", subject: "ghost" })] })).toEqual({
      "event.invented": 1,
    });
  });

  it("sees a commit of an epoch that is over, unless it is marked late or came within the same millisecond", () => {
    const { batches } = goodBooks();
    const straggler = (atMs: number, more: Partial<BookedMessage> = {}): Books["batches"] => [
      ...batches.slice(0, 1),
      batch(atMs, event(3, more)),
    ];
    expect(violationsOf({ batches: straggler(401) })).toEqual({ "epoch.stale": 1 });
    expect(violationsOf({ batches: straggler(400) })).toEqual({});
    expect(violationsOf({ batches: straggler(401, { late: true }) })).toEqual({});
  });

  it("sees two writers of one epoch, and one who never held it", () => {
    const { batches } = goodBooks();
    const written = (more: Partial<BookedMessage>): Books["batches"] => [...batches, batch(600, event(4, more))];
    expect(violationsOf({ batches: written({ agent: "a", epoch: "0000000002" }) })).toEqual({ "epoch.shared": 1 });
    expect(violationsOf({ batches: written({ agent: "b", epoch: "0000000003" }) })).toEqual({ "epoch.ungranted": 1 });
  });

  it("sees epochs that do not grow", () => {
    const owners = [acquired(0, "a", 1), acquired(400, "b", 2), acquired(700, "a", 2)];
    expect(violationsOf({ owners })).toMatchObject({ "epoch.not-greater": 1 });
  });

  it("sees a place of a device that goes back, and lets repeats and late ones pass", () => {
    const { batches } = goodBooks();
    const newer = { agent: "b", epoch: "0000000002" };
    const more = (...messages: BookedMessage[]): Books["batches"] => [...batches, batch(600, ...messages)];
    expect(violationsOf({ batches: more(event(2, { ...newer, id: "new" })) })).toEqual({ "message.went-back": 1 });
    expect(violationsOf({ batches: more(event(3, newer)) })).toEqual({});
    expect(violationsOf({ batches: more(event(2, { ...newer, id: "new", late: true })) })).toEqual({});
  });

  describe("of commands", () => {
    const ended = (state: string, attempt = 1): Partial<Books> => ({
      ledger: [{ ...SUCCEEDED, state, attempt }],
      journal: [...goodBooks().journal.slice(0, 3), result("c1", state)],
    });
    const did = (...executed: DeviceBook["executed"]): Partial<Books> => ({ devices: [device(3, 3, executed)] });

    it("wants exactly one terminal state", () => {
      expect(violationsOf({ ...ended("sent") })).toMatchObject({ "command.unsettled": 1 });
      expect(violationsOf({ ledger: [] })).toMatchObject({ "command.unsettled": 1 });
      expect(violationsOf({ ledger: [{ ...SUCCEEDED, state: "unknown" }] })).toEqual({ "command.two-ends": 1 });
      const both = [...goodBooks().journal, result("c1", "failed")];
      expect(violationsOf({ journal: both })).toEqual({ "command.two-ends": 1 });
    });

    it("believes the device about what was done", () => {
      expect(violationsOf({ ...did() })).toEqual({ "command.not-done": 1 });
      expect(violationsOf({ ...ended("expired"), ...did() })).toEqual({});
      for (const state of ["expired", "cancelled", "rejected"]) {
        expect(violationsOf({ ...ended(state) }), state).toEqual({ "command.done-secretly": 1 });
      }
      expect(violationsOf({ ...ended("unknown") })).toEqual({});
    });

    it("lets nothing happen twice that may not, and the rest no more often than it was attempted", () => {
      expect(violationsOf(did(DONE, DONE))).toEqual({ "command.done-again": 1 });
      expect(violationsOf({ ...did(DONE, DONE), ...ended("unknown", 2) })).toEqual({ "command.done-again": 1 });
      const commands = [{ ...COMMAND, repeatable: true }];
      expect(violationsOf({ ...did(DONE, DONE), commands, ...ended("succeeded", 2) })).toEqual({});
      expect(violationsOf({ ...did(DONE, DONE, DONE), commands, ...ended("succeeded", 2) })).toEqual({
        "command.done-again": 1,
      });
    });

    it("wants none to begin after its deadline", () => {
      const late = did({ ...DONE, at: COMMAND.deadline + 60_000 });
      expect(violationsOf(late)).toEqual({ "command.late": 1 });
      expect(violationsOf({ ...late, clocksBehindMs: 60_000 })).toEqual({});
    });

    it("sees what nobody asked for", () => {
      expect(violationsOf(did(DONE, { at: T0, deed: "transition 235959" }))).toEqual({ "command.invented": 1 });
    });
  });
});
