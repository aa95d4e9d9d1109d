import { describe, expect, it } from "vitest";
import { toWall } from "../../adapters/kit/time.ts";
import { MemoryInbox } from "../../core-client/inbox.ts";
import type { Gap } from "../spool/gap.ts";
import { announceGaps } from "./announce-gaps.ts";

const reign = { group: "g", holder: "a", epoch: 3, mayAct: () => true };
const at = toWall(1_800_000_000_000);

function gaps(of: string, count: number): Gap[] {
  return Array.from({ length: count }, (_, n) => ({
    device: `${of}${n}`,
    reason: "evicted",
    records: 1,
    messages: 1,
    from: { epoch: 3, sequence: 1 },
    to: { epoch: 3, sequence: 1 },
    since: at,
    until: at,
  }));
}

describe("announcements of what was dropped", () => {
  it("that follow each other within milliseconds all count at the core", async () => {
    const inbox = new MemoryInbox();
    const effects: string[] = [];
    for (const [of, later] of [
      ["x", 0],
      ["y", 3],
      ["z", 6],
    ] as const) {
      const entry = announceGaps(gaps(of, 20), { gateway: "/t/gw", reign, at: toWall(at + later) });
      for (const message of entry.messages) {
        await inbox.once(undefined, message, () => {
          effects.push(message.id);
        });
      }
    }
    expect(effects).toHaveLength(60);
  });

  it("have the ids they had when they are said again", () => {
    const [first, again] = [0, 700].map((later) =>
      announceGaps(gaps("x", 60), { gateway: "/t/gw", reign, at: toWall(at + later) }),
    );
    expect(again?.messages.map((one) => one.id)).toEqual(first?.messages.map((one) => one.id));
  });
});
