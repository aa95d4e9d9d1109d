import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PrivateSentinels, startSentinels } from "../../adapters/io/node/private-redis-sentinel.ts";
import type { RedisSettings } from "../config/config.ts";
import { openRedis } from "./redis-links.ts";

let sentinels: PrivateSentinels;
beforeAll(async () => {
  sentinels = await startSentinels();
}, 60_000);
afterAll(() => sentinels.stop());

function settings(): RedisSettings {
  return {
    target: sentinels.target,
    database: 0,
    username: undefined,
    password: undefined,
    tls: undefined,
    commandTimeoutMs: 400,
    wait: "none",
    allowLossySettings: false,
  };
}

describe("the links of an agent", () => {
  it("leave a primary that was replaced by hand at once, long before it is told so itself", async () => {
    const links = openRedis(settings(), "a", () => {});
    try {
      await links.effects.ready({ timeoutMs: 5_000 });
      const former = await sentinels.primary();
      const portOf = async (): Promise<string | undefined> =>
        /tcp_port:(\d+)/.exec(await links.effects.client.info("server").catch(() => ""))?.[1];
      expect(await portOf()).toBe(`${former.port}`);
      const next = sentinels.failover();
      const switchedIn = await new Promise<number>((resolve, reject) => {
        const begun = performance.now();
        const look = async (): Promise<void> => {
          const port = await portOf();
          if (port !== undefined && port !== `${former.port}`) return resolve(performance.now() - begun);
          if (performance.now() - begun > 30_000) return reject(new Error("still at the former primary"));
          setTimeout(() => void look(), 5);
        };
        void look();
      });
      const toldIn = await (async () => {
        const begun = performance.now();
        const server = await next;
        expect(await portOf()).toBe(`${server.port}`);
        return performance.now() - begun;
      })();
      console.info(
        `failover by hand: at the new primary after ${Math.round(switchedIn)} ms; the former one was told ${Math.round(toldIn)} ms later`,
      );
      expect(switchedIn).toBeLessThan(8_000);
    } finally {
      await links.close();
    }
  }, 60_000);
});
