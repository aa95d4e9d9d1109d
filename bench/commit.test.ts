import { describe, expect, it } from "vitest";
import { bench } from "./commit.ts";

describe("the commit bench", () => {
  it("measures every variant under both settings, and says so", async () => {
    const said: string[] = [];
    const rows: (readonly (string | number)[])[] = [];
    const figures = await bench.run(["--rounds", "1", "--calls", "3"], {
      line: (text) => said.push(text),
      table: (table) => rows.push(...table),
    });
    for (const suffix of ["", "Always"]) {
      expect(figures[`ratioToAddBulk${suffix}`]).toBeGreaterThan(0.1);
      for (const variant of ["addBulk", "fenced", "envelope"]) {
        expect(figures[`${variant}PerSecond${suffix}`]).toBeGreaterThan(100);
        expect(Number(figures[`${variant}P99Ms${suffix}`])).toBeGreaterThanOrEqual(
          Number(figures[`${variant}P50Ms${suffix}`]),
        );
      }
    }
    expect(rows.map((row) => row[0])).toEqual(
      ["everysec", "always"].flatMap((fsync) => [`appendfsync ${fsync}`, "addBulk", "fenced", "envelope"]),
    );
  });

  it("refuses arguments it does not know", async () => {
    await expect(bench.run(["--turns", "3"], { line: () => undefined, table: () => undefined })).rejects.toThrow(
      /turns/,
    );
  });
});
