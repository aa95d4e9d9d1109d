import { describe, expect, it } from "vitest";
import { findMosquitto } from "../adapters/mqtt/wire/private-mosquitto.ts";
import { bench } from "./mqtt-ingress.ts";

const TINY = ["--seconds", "0.3", "--warm-up", "0.2", "--clients", "4", "--window", "4", "--idle", "20"];

describe("the mqtt-ingress bench", () => {
  it("measures an agent beside aedes and a mosquitto bridge, and idle connections", { timeout: 60_000 }, async () => {
    const figures = await bench.run(TINY, { line: () => undefined, table: () => undefined });
    for (const key of ["messagesPerSecond", "aedesPerSecond", "ratioToAedes", "idleRssMegabytes"]) {
      expect(figures[key], key).toBeGreaterThan(0);
    }
    if (findMosquitto() !== undefined) expect(figures["ratioToMosquittoBridge"]).toBeGreaterThan(0);
  });
});
