import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { comparePositions, type Position, positionText, readPosition } from "./position.ts";
import { ProgressBoard, progressKey } from "./progress-board.ts";

let server: PrivateRedis;
const opened: Redis[] = [];
const client = (): Redis => {
  const redis = new Redis(server.url);
  opened.push(redis);
  return redis;
};
beforeAll(async () => {
  server = await startPrivateRedis();
});
afterAll(async () => {
  for (const redis of opened) redis.disconnect();
  await server.stop();
});

describe("how far the cores are", () => {
  it("never goes back, whoever tells it and however it was written before", async () => {
    const redis = client();
    const board = new ProgressBoard(redis, "g");
    const position = fc.record({ epoch: fc.integer({ min: 1, max: 12 }), sequence: fc.integer({ min: 1, max: 120 }) });
    const devices = fc.constantFrom("d1", "d2", "d3");
    const told = fc.array(fc.tuple(devices, position), { minLength: 1, maxLength: 3 }).map((all) => new Map(all));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(devices, position), fc.array(told, { maxLength: 8 }), async (before, tellings) => {
        await redis.del(progressKey("g"));
        const furthest = new Map<string, Position>();
        for (const [device, { epoch, sequence }] of Object.entries(before)) {
          await redis.hset(progressKey("g"), device, `${epoch}:${sequence}`);
          furthest.set(device, { epoch, sequence });
        }
        for (const positions of tellings) {
          await board.advance(positions);
          for (const [device, at] of positions) {
            const known = furthest.get(device);
            if (known === undefined || comparePositions(at, known) > 0) furthest.set(device, at);
          }
        }
        expect(await board.fetch(["d1", "d2", "d3"])).toEqual(furthest);
      }),
      { numRuns: 100 },
    );
  });

  it("is heard by the other cores and not by the one that tells it", async () => {
    const [one, other] = [new ProgressBoard(client(), "h"), new ProgressBoard(client(), "h")];
    const heard: string[] = [];
    const [ours, theirs] = [client(), client()];
    one.watch(ours, (device, at) => heard.push(`one ${device} ${positionText(at)}`));
    const arrived = new Promise<void>((resolve) => {
      other.watch(theirs, (device, at) => {
        heard.push(`other ${device} ${at.epoch} ${at.sequence}`);
        if (device === "last") resolve();
      });
    });
    const admin = client();
    const listening = async (): Promise<number> => Number((await admin.pubsub("NUMSUB", progressKey("h")))[1]);
    while ((await listening()) < 2) await new Promise((resolve) => setImmediate(resolve));
    await one.advance(new Map([["a", { epoch: 2, sequence: 5 }]]));
    await one.advance(
      new Map([
        ["a", { epoch: 2, sequence: 4 }],
        ["b", { epoch: 1, sequence: 1 }],
      ]),
    );
    await one.advance(new Map([["last", { epoch: 1, sequence: 1 }]]));
    await arrived;
    expect(heard).toEqual(["other a 2 5", "other b 1 1", "other last 1 1"]);
    expect(readPosition(await admin.hget(progressKey("h"), "a"))).toEqual({ epoch: 2, sequence: 5 });
  });
});
