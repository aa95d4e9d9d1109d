import { describe, expect, it } from "vitest";
import { bench } from "./oslp-codec.ts";

describe("the bench of envelopes", () => {
  it("compares an envelope with the cryptography in it", async () => {
    const rows: (readonly (string | number)[])[] = [];
    const figures = await bench.run(["--operations", "20"], {
      line: () => undefined,
      table: (table) => rows.push(...table),
    });
    expect(figures["besidesCryptoPercent"]).toBeGreaterThan(0);
    for (const name of ["setLight", "eventNotification"]) {
      const one = figures[name];
      expect(one).toMatchObject({ signMicros: expect.any(Number), decodeAloneMicros: expect.any(Number) });
    }
    expect(rows.map((row) => row[0])).toContain("decode, verify");
  });
});
