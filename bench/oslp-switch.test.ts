import { describe, expect, it } from "vitest";
import { bench } from "./oslp-switch.ts";

const SILENT = { line: () => undefined, table: () => undefined };

describe("the bench that switches lights", () => {
  it("switches every device once and says what it cost", { timeout: 60_000 }, async () => {
    const figures = await bench.run(["--devices", "12", "--resume"], SILENT);
    expect(figures).toMatchObject({
      devices: 12,
      exchanges: 2,
      devicesPerSecond: expect.any(Number),
      resultP99Ms: expect.any(Number),
      ratioToGxf: expect.any(Number),
      ratioToEcdsaLimit: expect.any(Number),
      cpuMicrosPerDevice: { agent: expect.any(Number), devices: expect.any(Number), all: expect.any(Number) },
      ends: { succeeded: 12 },
      executions: 12,
      violations: [],
    });
  });

  it("refuses arguments it does not know", async () => {
    await expect(bench.run(["--lamps", "3"], SILENT)).rejects.toThrow(/lamps/);
  });
});
