import { describe, expect, it } from "vitest";
import type { Behaviour } from "../../../firmware-sim/iec61850/behaviour.ts";
import {
  abortsMidReport,
  blocksTaken,
  replaysStorm,
} from "../../../firmware-sim/iec61850/behaviours/faults-of-reports.ts";
import { command, ied, Pair, plan } from "../pair.testing.ts";

const BREAKER = { scheme: "iec61850", value: "BAY1CTRL/CSWI1.Pos" } as const;
const REPORTS = [plan("BAY1LD0/LLN0.brcbPositions")];
const OURS = "BAY1LD0/LLN0$BR$brcbPositions01";

function pairWith(behaviours: readonly Behaviour[] = [], rest: Partial<Parameters<typeof plan>[1]> = {}): Pair {
  const reports = REPORTS.map((one) => ({ ...one, ...rest }));
  return new Pair({ device: ied({ reports }), behaviours });
}

let commands = 0;

function move(pair: Pair, closed: boolean): void {
  commands += 1;
  pair.run(command("operate", { uid: `move-${commands}`, target: BREAKER, value: closed }));
}

/** EntryIDs that came to be in the block, and distinct reports that were stored of it. */
function books(
  pair: Pair,
  block = OURS,
): { readonly entries: number; readonly stored: number; readonly twice: number } {
  const entries = new Set(
    pair.log.flatMap((line) => (line.kind === "entry" && line.rcb === block ? [line.entryId] : [])),
  );
  const ids = pair.messages("busbar.reading.v1").map((one) => one.id);
  return { entries: entries.size, stored: new Set(ids).size, twice: ids.length - new Set(ids).size };
}

describe("a buffered block", () => {
  it("loses nothing and repeats nothing over ten broken associations", () => {
    const pair = pairWith();
    for (let round = 0; round < 10; round++) {
      pair.open().pass(500);
      move(pair, round % 2 === 1);
      pair.pass(200);
      pair.cut();
      // Somebody at the bay goes on while nobody listens.
      pair.pass(300);
    }
    pair.open().pass(2_000);
    const { entries, stored, twice } = books(pair);
    expect(entries).toBeGreaterThan(20);
    expect(stored).toBe(entries);
    expect(twice).toBe(0);
  });

  it("is replayed from what is durable, when an agent dies before it has stored", () => {
    const pair = pairWith();
    pair.open().pass(500);
    pair.holdStores = true;
    move(pair, false);
    pair.pass(500);
    pair.cut();
    pair.holdStores = false;
    pair.open().pass(2_000);
    const { entries, stored, twice } = books(pair);
    expect(stored).toBe(entries);
    expect(twice).toBe(0);
    expect(pair.messages("busbar.reading.v1").some((one) => one.data.historical && one.data.cause === "replay")).toBe(
      true,
    );
  });

  it("that replays everything to everybody is recognised by its ids", () => {
    const pair = pairWith([replaysStorm()]);
    pair.open().pass(500);
    move(pair, false);
    pair.cut();
    pair.open().pass(2_000);
    const { entries, stored } = books(pair);
    expect(stored).toBe(entries);
  });

  it("survives a connection that breaks in the middle of reports", () => {
    const pair = pairWith([abortsMidReport(4)]);
    for (let round = 0; round < 8; round++) {
      pair.open().pass(500);
      if (pair.ended === undefined) move(pair, round % 2 === 1);
      pair.pass(500);
      if (pair.ended === undefined) pair.cut();
    }
    pair.ied.stopBehaving("aborts-mid-report");
    pair.open().pass(2_000);
    const { entries, stored, twice } = books(pair);
    expect(stored).toBe(entries);
    expect(twice).toBe(0);
  });

  it("of a device that lost its power begins anew, and says so", () => {
    const pair = pairWith();
    pair.open().pass(500);
    move(pair, false);
    pair.cut();
    pair.ied.restart();
    pair.open().pass(500);
    move(pair, true);
    pair.pass(1_000);
    const codes = pair.messages("busbar.event.v1").map((one) => one.data.code);
    expect(codes).toContain("report.resynchronized");
    expect(pair.registry.memories.get("ied_1")).toHaveProperty([`entry:${OURS}`]);
  });

  it("that is another client's is had as its next instance", () => {
    const pair = pairWith([blocksTaken()]).open().pass(1_000);
    const blocks = pair.run(command("report.status")).result["reports"];
    expect(Object.keys(Object(blocks))).toEqual(["BAY1LD0/LLN0$BR$brcbPositions02"]);
    expect(pair.refusals).toEqual([]);
  });

  it("we had before is waited for, and given up after a minute", () => {
    const pair = pairWith();
    pair.open().pass(500);
    pair.cut();
    for (const report of pair.ied.reports) if (report.reference === OURS) report.reservation.takenBy("somebody else");
    pair.open().pass(30_000);
    expect(pair.run(command("report.status", { uid: "s1" })).result["reports"]).toEqual({});
    expect(pair.refusals.map((one) => one.code)).toEqual(["iec61850.report.reserved"]);
    pair.pass(90_000);
    const blocks = pair.run(command("report.status", { uid: "s2" })).result["reports"];
    expect(Object.keys(Object(blocks))).toEqual(["BAY1LD0/LLN0$BR$brcbPositions02"]);
  });
});
