import { describe, expect, it } from "vitest";
import { mqttKills } from "./mqtt-kills.ts";

describe("a takeover under devices that publish", () => {
  it("loses nothing that was acknowledged, and stores QoS 1 with a time and QoS 2 once, in order", {
    timeout: 240_000,
  }, async () => {
    const result = await mqttKills({
      clients: 200,
      kills: 2,
      everyMs: 150,
      burners: 0,
      stallMs: 0,
      freezeMs: 0,
      keep: false,
      tell: () => {},
    });
    expect(result.broken).toEqual([]);
    // It was under load, of both qualities of service, and both agents have served.
    expect(result.delivered).toBeGreaterThan(1_000);
    expect(new Set(result.kills.map(({ agent }) => agent)).size).toBe(2);
  });
});
