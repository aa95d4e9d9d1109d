import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchId } from "../model/batch.ts";
import { quickBatchId } from "./batch-id.ts";

describe("the id of a batch", () => {
  it("is the one of the model, whoever makes it", () => {
    const ids = fc.array(
      fc.string({ unit: "binary" }).map((id) => ({ id })),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(ids, (messages) => {
        expect(quickBatchId(messages)).toBe(batchId(messages));
      }),
    );
    const long = Array.from({ length: 100 }, (_, at) => ({ id: `${"x".repeat(120)}-${at}` }));
    expect(quickBatchId(long)).toBe(batchId(long));
  });
});
