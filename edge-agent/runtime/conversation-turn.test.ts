import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { ConversationTurn, LINGER_MS } from "./conversation-turn.ts";
import { DeviceTurns } from "./device-turns.ts";

function street() {
  const clock = new SimClock();
  const { timers } = new SimHost({ clock, name: "a" });
  const turns = new DeviceTurns(timers);
  return { clock, turns, turn: new ConversationTurn(timers), take: () => turns.take("lamp", 1_000) };
}

describe("the turn of a conversation a device opened", () => {
  it("lasts until the device hangs up", async () => {
    const { clock, turns, turn, take } = street();
    await turn.begin(take);
    await clock.runFor(60_000);
    expect(turns.isBusy("lamp")).toBe(true);
    turn.end();
    expect(turns.isBusy("lamp")).toBe(false);
  });

  it("lasts a moment longer than the last answer where it does not", async () => {
    const { clock, turns, turn, take } = street();
    await turn.begin(take);
    turn.answered();
    await clock.runFor(LINGER_MS - 1);
    turn.answered();
    await clock.runFor(LINGER_MS - 1);
    expect(turns.isBusy("lamp")).toBe(true);
    await clock.runFor(2);
    expect(turns.isBusy("lamp")).toBe(false);
  });

  it("is given back at once where it comes after the end, and is not needed to go on", async () => {
    const { clock, turns, turn, take } = street();
    const other = await turns.take("lamp", 0);
    const waiting = turn.begin(take);
    turn.end();
    other?.();
    await waiting;
    expect(turns.isBusy("lamp")).toBe(false);

    await turns.take("lamp", 0);
    const late = street();
    await late.turns.take("lamp", 0);
    const without = late.turn.begin(late.take);
    await late.clock.runUntilSettled(without);
    late.turn.answered();
    late.turn.end();
    expect(late.turns.isBusy("lamp")).toBe(true);
    expect(clock.now).toBe(0);
  });
});
