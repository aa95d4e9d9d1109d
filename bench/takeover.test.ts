import { describe, expect, it } from "vitest";
import { bench } from "./takeover.ts";

describe("the takeover bench", () => {
  it("measures every kind, next to what others document", { timeout: 120_000 }, async () => {
    const rows: (readonly (string | number)[])[] = [];
    const figures = await bench.run(["--runs", "1", "--devices", "16"], {
      line: () => undefined,
      table: (table) => rows.push(...table),
    });
    for (const kind of ["kill", "freeze", "handover", "redisCrash"]) {
      expect(figures[kind], kind).toMatchObject({ n: 1, p50: expect.any(Number), max: expect.any(Number) });
    }
    // A dead agent cannot be replaced before it is missed, and a lease of 3 s is not waited for.
    expect(figures["kill"]).toMatchObject({ max: expect.toSatisfy((ms: number) => ms > 0 && ms < 2_500) });
    expect(figures).toMatchObject({ promisesKept: true, killFirstCommit: { n: 1 } });
    expect(rows.flat()).toContain("VDG Sense, keep-alive timeout");
  });

  it("refuses arguments it does not know", async () => {
    await expect(bench.run(["--turns", "3"], { line: () => undefined, table: () => undefined })).rejects.toThrow(
      /turns/,
    );
  });
});
