import { describe, expect, it } from "vitest";
import { EXAMPLES } from "../model/examples.ts";
import { type SplitMessage, splitMessage } from "../model/shared-attributes.ts";
import { LastMessages } from "./last-messages.ts";

const [example] = Object.values(EXAMPLES);

function message(subject: string, sequence: number): SplitMessage {
  if (example === undefined) throw new Error("no example");
  return splitMessage({ ...example, subject, partitionkey: subject, sequence: String(sequence) });
}

describe("LastMessages", () => {
  it("keeps the last eight of a device, newest first", () => {
    const last = new LastMessages();
    const plain = JSON.parse(JSON.stringify(example));
    for (let i = 1; i <= 20; i++) last.note("lamp", [message("lamp", i)]);
    expect(last.of("lamp").map((one) => one.sequence)).toEqual(["20", "19", "18", "17", "16", "15", "14", "13"]);
    expect(last.of("lamp")[0]).toEqual({ ...plain, subject: "lamp", partitionkey: "lamp", sequence: "20" });
    expect(last.of("nobody")).toEqual([]);
  });

  it("is bounded over all devices; the one silent longest is forgotten first", () => {
    const last = new LastMessages();
    for (let i = 0; i < 40_000; i++) last.note(`lamp-${i}`, [message(`lamp-${i}`, 1)]);
    expect(last.characters).toBeLessThanOrEqual(2_097_152);
    expect(last.of("lamp-0")).toEqual([]);
    expect(last.of("lamp-39999")).toHaveLength(1);
  });
});
