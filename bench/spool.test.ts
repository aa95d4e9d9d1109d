import { describe, expect, it } from "vitest";
import { bench } from "./spool.ts";

describe("the spool bench", () => {
  it("measures commits and a recovery on the real disk", { timeout: 120_000 }, async () => {
    const rows: (readonly (string | number)[])[] = [];
    const figures = await bench.run(["--rounds", "1", "--commits", "40", "--megabytes", "8"], {
      line: () => undefined,
      table: (table) => rows.push(...table),
    });
    for (const size of [1, 100]) {
      expect(figures[`commitsPerSecondBatch${size}`]).toBeGreaterThan(10);
      expect(figures[`ratioToRawBatch${size}`]).toBeGreaterThan(0.01);
    }
    expect(figures["recoveredRecords"]).toBeGreaterThan(20_000);
    expect(figures["recoverySeconds"]).toBeLessThan(10);
    expect(rows.map((row) => row[0])).toContain("write + fdatasync");
  });
});
