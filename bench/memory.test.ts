import { describe, expect, it } from "vitest";
import { bench } from "./memory.ts";

describe("the memory bench", () => {
  it("runs an agent with few and with more devices", { timeout: 60_000 }, async () => {
    const rows: (readonly (string | number)[])[] = [];
    const figures = await bench.run(["--devices", "3", "--devices", "20", "--seconds", "0.4"], {
      line: () => undefined,
      table: (table) => rows.push(...table),
    });
    const idle = { rssMegabytes: expect.any(Number), promoteMs: expect.any(Number), cpuPercent: expect.any(Number) };
    expect(figures).toMatchObject({ devices3: idle, devices20: idle, bytesPerDevice: expect.any(Number) });
    expect(rows.map((row) => row[0])).toEqual(["devices", 3, 20]);
  });
});
