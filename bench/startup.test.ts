import { describe, expect, it } from "vitest";
import { bench } from "./startup.ts";

describe("the startup bench", () => {
  it("starts what it says", { timeout: 60_000 }, async () => {
    const rows: (readonly (string | number)[])[] = [];
    const figures = await bench.run(["--runs", "1", "--lights", "2"], {
      line: () => undefined,
      table: (table) => rows.push(...table),
    });
    const some = { wallMs: expect.any(Number), cpuMs: expect.any(Number) };
    expect(figures).toMatchObject({ runs: 1, listening: some, help: some, status: some });
    expect(rows).toHaveLength(4);
  });
});
