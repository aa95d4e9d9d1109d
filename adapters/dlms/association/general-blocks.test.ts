import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { GeneralBlockTransfer } from "../apdu/general-block-transfer.ts";
import { hex } from "../vectors.testing.ts";
import { GeneralBlocks } from "./general-blocks.ts";

const LIMITS = { transferOctets: 10_000, blocks: 1_000, emptyBlocks: 3 };

function block(number: number, facts: Partial<GeneralBlockTransfer> = {}): GeneralBlockTransfer {
  return {
    kind: "general-block-transfer",
    last: false,
    streaming: false,
    window: 1,
    blockNumber: number,
    blockNumberAck: 0,
    blockData: Uint8Array.of(number & 0xff),
    ...facts,
  };
}

/** Sends through a wire that loses blocks; what is lost is confirmed no further, and sent again. */
function carried(
  octets: Uint8Array,
  blockOctets: number,
  window: number,
  lost: readonly boolean[],
): Uint8Array | undefined {
  const sender = new GeneralBlocks(1, { ...LIMITS, emptyBlocks: 100 });
  const receiver = new GeneralBlocks(window, { ...LIMITS, emptyBlocks: 100 });
  let wire = sender.begin(octets, blockOctets);
  for (let turn = 0; turn < 500; turn++) {
    const answers: GeneralBlockTransfer[] = [];
    for (const one of wire) {
      // The last block of a window is what the sender waits for: without timers it must arrive.
      if (one.streaming && lost[(turn + one.blockNumber) % lost.length] === true) continue;
      const { send, whole } = receiver.take(one);
      if (whole !== undefined) return whole;
      answers.push(...send);
    }
    wire = answers.flatMap((answer) => sender.take(answer).send);
  }
  return undefined;
}

describe("general block transfer", () => {
  it("whatever is lost inside a window, everything arrives once and in order", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 63 }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 17 }).filter((lost) => lost.includes(false)),
        (octets, blockOctets, window, lost) => {
          expect([...(carried(octets, blockOctets, window, lost) ?? [])]).toEqual([...octets]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("a block is confirmed as captured clients do it", () => {
    const { send } = new GeneralBlocks(1, LIMITS).take(block(1));
    expect(send).toEqual([block(1, { last: true, blockNumberAck: 1, blockData: hex("") })]);
  });

  it("a push streams without confirmations, the last block too", () => {
    const blocks = new GeneralBlocks(1, LIMITS);
    const push = { streaming: true, window: 0 };
    expect(blocks.take(block(1, push))).toEqual({ send: [], whole: undefined });
    expect(blocks.take(block(2, push))).toEqual({ send: [], whole: undefined });
    expect(blocks.take(block(3, { ...push, last: true }))).toEqual({ send: [], whole: hex("010203") });
  });

  it("a repeated block counts once, a missing one is asked for", () => {
    const blocks = new GeneralBlocks(1, LIMITS);
    blocks.take(block(1));
    expect(blocks.take(block(1)).send).toMatchObject([{ blockNumberAck: 1 }]);
    expect(blocks.take(block(3)).send).toMatchObject([{ blockNumberAck: 1 }]);
    expect(blocks.take(block(2, { last: true })).whole).toEqual(hex("0102"));
  });

  it.each([
    ["the same block for ever", () => block(1), "dlms.block.no-progress"],
    ["confirmations that confirm nothing", () => block(9, { blockData: hex("") }), "dlms.block.no-progress"],
    [
      "more octets than the limit",
      (turn: number) => block(turn, { blockData: new Uint8Array(2_000) }),
      "dlms.block.too-long",
    ],
  ])("%s", (_name, next, code) => {
    const blocks = new GeneralBlocks(1, LIMITS);
    const all = () => {
      for (let turn = 1; turn < 2_000; turn++) blocks.take(next(turn));
    };
    expect(all).toThrow(expect.objectContaining({ code }));
  });

  it("more blocks than the limit", () => {
    const blocks = new GeneralBlocks(1, { ...LIMITS, blocks: 4 });
    for (let n = 1; n <= 4; n++) blocks.take(block(n));
    expect(() => blocks.take(block(5))).toThrow(expect.objectContaining({ code: "dlms.block.too-long" }));
  });
});
