import { describe, expect, it } from "vitest";
import { bench } from "./pipeline.ts";

const TINY = ["--seconds", "0.3", "--warm-up", "0.2", "--devices", "20", "--rounds", "1"];
const silent = { line: () => undefined, table: () => undefined };

describe("the pipeline bench", () => {
  it("carries messages from devices to an effect, beside jobs of one message", { timeout: 60_000 }, async () => {
    const figures = await bench.run([...TINY, "--part", "throughput", "--fsync", "everysec"], silent);
    for (const key of ["messagesPerSecond", "plainPerSecond", "ratioToPlain", "messagesPerJob"]) {
      expect(figures[key], key).toBeGreaterThan(0);
    }
    expect(figures).toMatchObject({ repeats: 0, cpuPercent: expect.anything(), spooled: expect.anything() });
  });

  it("says how long devices waited, and what the spool costs", { timeout: 60_000 }, async () => {
    const figures = await bench.run([...TINY, "--part", "latency", "--part", "slowdown", "--fsync", "always"], silent);
    expect(figures["ackMsAlways"]).toEqual({
      p50: expect.any(Number),
      p99: expect.any(Number),
      max: expect.any(Number),
    });
    expect(figures["appliedByCoreAlways"]).toBeGreaterThan(0);
    expect(figures["spoolSlowdownPercentAlways"]).toEqual(expect.any(Number));
  });

  it("says what a message costs, and what cannot be left out of that", { timeout: 60_000 }, async () => {
    const args = ["--devices", "50", "--messages", "400", "--part", "cost", "--fsync", "everysec"];
    const figures = await bench.run(args, silent);
    for (const costs of [figures["costMicros"], figures["floorMicros"]]) {
      expect(Object.values(Object(costs)).every((micros) => typeof micros === "number" && micros >= 0)).toBe(true);
    }
    expect(figures["costMicros"]).toMatchObject({ agent: expect.any(Number), core: expect.any(Number) });
    expect(figures["floorMicros"]).toMatchObject({ encode: expect.any(Number), carryInRedis: expect.any(Number) });
  });

  it("runs real devices", { timeout: 60_000 }, async () => {
    const figures = await bench.run([...TINY, "--part", "devices"], silent);
    expect(figures["oslpEventsPerSecond"]).toBeGreaterThan(0);
    expect(figures["oslpCpuPercent"]).toMatchObject({ active: expect.any(Number), devices: expect.any(Number) });
  });

  it("refuses a part it does not know", async () => {
    await expect(bench.run(["--part", "everything"], silent)).rejects.toThrow(/everything/);
  });
});
