import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toWall } from "../../adapters/kit/time.ts";
import { COMMAND_STATES } from "../model/command-state.ts";
import type { EndedRecord, LedgerRecord, OpenRecord } from "../model/ledger.ts";
import { command, concluded, START } from "./command.testing.ts";
import { decideAfter, decideOnFinding, decideOnTake, mayFollow, type Situation, TAKEOVER_REPEATS } from "./life.ts";

const A = { holder: "a", epoch: 1 };
const B = { holder: "b", epoch: 2 };
const now = (ms = 0, verifiable = false): Situation => ({ now: toWall(START + ms), hold: B, verifiable });

const ACCEPTED: OpenRecord = {
  uid: "c1",
  state: "accepted",
  device: "dev_1",
  action: "set-light",
  digest: "d",
  idempotent: false,
  deadline: START + 60_000,
  attempt: 0,
  turn: 0,
  interrupted: 0,
  holder: undefined,
  epoch: 0,
  doubt: false,
  acceptedAt: START,
  sentAt: undefined,
  cancelledAt: undefined,
};
const SENT_BY_A: OpenRecord = { ...ACCEPTED, state: "sent", attempt: 1, turn: 1, ...A, sentAt: START };
const idempotent = command({ idempotent: true });

describe("decideOnTake", () => {
  it("runs what nobody has begun, also after a takeover", () => {
    expect(decideOnTake(ACCEPTED, command(), now())).toEqual({ kind: "run" });
    expect(decideOnTake({ ...ACCEPTED, ...A, turn: 3 }, command(), now())).toEqual({ kind: "run" });
  });

  it("waits for notBefore and never starts at or after the deadline", () => {
    const later = command({ notBefore: START + 10 });
    expect(decideOnTake(ACCEPTED, later, now(9))).toEqual({ kind: "wait", until: START + 10 });
    expect(decideOnTake(ACCEPTED, later, now(10))).toEqual({ kind: "run" });
    expect(decideOnTake(ACCEPTED, command(), now(59_999))).toEqual({ kind: "run" });
    expect(decideOnTake(ACCEPTED, command(), now(60_000))).toMatchObject({ ending: { state: "expired" } });
  });

  it("answers what has ended with its record", () => {
    const ending = { state: "failed", reason: "r", nativeCode: undefined, text: undefined, result: undefined } as const;
    const record: EndedRecord = { ...ACCEPTED, ...ending, endedAt: START };
    expect(decideOnTake(record, command(), now())).toEqual({ kind: "answer", record });
  });

  it("after a takeover repeats only what is idempotent, reads back what can be read, and else says unknown", () => {
    expect(decideOnTake(SENT_BY_A, idempotent, now())).toEqual({ kind: "run" });
    expect(decideOnTake(SENT_BY_A, command(), now(0, true))).toEqual({ kind: "verify" });
    const end = decideOnTake(SENT_BY_A, command(), now());
    expect(end).toMatchObject({ kind: "conclude", ending: { state: "unknown", reason: "command.outcome.unknown" } });
    expect(end.kind === "conclude" ? end.ending.text : "").toMatch(/attempt 1 .* by a in epoch 1 at 2026-11-21T00:00/);
  });

  it("stops repeating a command that has cost too many takeovers", () => {
    const costly = { ...SENT_BY_A, attempt: TAKEOVER_REPEATS + 1, interrupted: TAKEOVER_REPEATS };
    expect(decideOnTake(costly, idempotent, now())).toMatchObject({ ending: { state: "unknown" } });
  });

  it("does not repeat what was cancelled or is late, and does not call it undone either", () => {
    const cancelled = { ...SENT_BY_A, cancelledAt: START };
    expect(decideOnTake(cancelled, idempotent, now())).toMatchObject({ ending: { state: "unknown" } });
    expect(decideOnTake(SENT_BY_A, idempotent, now(60_000))).toMatchObject({ ending: { state: "unknown" } });
    const inDoubt = { ...ACCEPTED, attempt: 1, doubt: true, cancelledAt: START };
    expect(decideOnTake(inDoubt, idempotent, now())).toMatchObject({ ending: { state: "unknown" } });
  });
});

describe("decideOnFinding", () => {
  it("concludes what is done, runs what is not, and expires what is not and late", () => {
    const done = { found: "done", result: { on: true } } as const;
    expect(decideOnFinding(SENT_BY_A, command(), done, now(90_000))).toMatchObject({
      ending: { state: "succeeded", result: { on: true } },
    });
    const undone = { found: "not-done" } as const;
    expect(decideOnFinding(SENT_BY_A, command(), undone, now())).toEqual({ kind: "run" });
    expect(decideOnFinding(SENT_BY_A, command(), undone, now(60_000))).toMatchObject({ ending: { state: "expired" } });
  });

  it("falls back to the rules without reading where reading tells nothing", () => {
    const unclear = { found: "unclear", fault: undefined } as const;
    expect(decideOnFinding(SENT_BY_A, idempotent, unclear, now(0, true))).toEqual({ kind: "run" });
    expect(decideOnFinding(SENT_BY_A, command(), unclear, now(0, true))).toMatchObject({
      ending: { state: "unknown" },
    });
  });
});

describe("decideAfter", () => {
  const sent: OpenRecord = { ...SENT_BY_A, ...B };

  it("takes the device's word", () => {
    expect(decideAfter(sent, command(), concluded("c1", "succeeded"), now())).toMatchObject({
      ending: { state: "succeeded", reason: undefined, result: { on: true } },
    });
    expect(decideAfter(sent, command(), concluded("c1", "failed"), now())).toMatchObject({
      ending: { state: "failed", reason: "transport.test", nativeCode: "7" },
    });
    expect(decideAfter(ACCEPTED, command(), concluded("c1", "rejected"), now())).toMatchObject({
      ending: { state: "rejected" },
    });
  });

  it("tries again what did not reach the device, unless that can never help", () => {
    expect(decideAfter(sent, command(), concluded("c1", "unsent"), now())).toEqual({ kind: "again" });
    expect(decideAfter(sent, command(), concluded("c1", "unsent", "never"), now())).toMatchObject({
      ending: { state: "failed" },
    });
  });

  it("repeats an unanswered one only if it is idempotent, as often as it allows", () => {
    const unanswered = concluded("c1", "unanswered");
    const twice = command({ idempotent: true, maxAttempts: 2 });
    expect(decideAfter(sent, twice, unanswered, now())).toEqual({ kind: "again" });
    expect(decideAfter({ ...sent, attempt: 2 }, twice, unanswered, now())).toMatchObject({
      ending: { state: "unknown" },
    });
    expect(decideAfter(sent, command({ maxAttempts: 2 }), unanswered, now())).toMatchObject({
      ending: { state: "unknown", reason: "transport.test" },
    });
    expect(decideAfter(sent, command(), unanswered, now(0, true))).toEqual({ kind: "verify" });
  });

  it("never claims that nothing happened while an earlier attempt is in doubt", () => {
    const doubtful: LedgerRecord = { ...sent, doubt: true };
    for (const end of ["failed", "rejected"] as const) {
      expect(decideAfter(doubtful, idempotent, concluded("c1", end), now())).toMatchObject({
        ending: { state: "unknown" },
      });
    }
    expect(decideAfter(doubtful, idempotent, concluded("c1", "succeeded"), now())).toMatchObject({
      ending: { state: "succeeded" },
    });
  });
});

describe("mayFollow", () => {
  it("lets nothing follow an end", () => {
    const ends = COMMAND_STATES.filter((state) => !["accepted", "selected", "sent", "acknowledged"].includes(state));
    const states = fc.constantFrom("accepted", "sent", ...ends) as fc.Arbitrary<LedgerRecord["state"]>;
    fc.assert(
      fc.property(states, states, (from, to) => {
        const open = from === "accepted" || from === "sent";
        expect(mayFollow(from, to)).toBe(open && !(from === "accepted" && to === "accepted"));
      }),
    );
  });
});
