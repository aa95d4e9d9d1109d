import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { encodeBatch, encodeMessage } from "../edge-agent/model/batch.ts";
import { message } from "./messages.testing.ts";
import { UnfinishedJobs } from "./unfinished-jobs.ts";

let server: PrivateRedis;
let mover: Redis;
let redis: Redis;
beforeAll(async () => {
  server = await startPrivateRedis();
  mover = new Redis(server.url);
  redis = new Interrupted(server.url);
});
afterAll(async () => {
  redis.disconnect();
  mover.disconnect();
  await server.stop();
});

/** Before it reads a list another core gives the job back, or takes it. */
class Interrupted extends Redis {
  #turn: Promise<unknown> = Promise.resolve();

  override sendCommand(...args: Parameters<Redis["sendCommand"]>): ReturnType<Redis["sendCommand"]> {
    const [command, stream] = args;
    // What belongs to one transaction goes out together.
    if (stream !== undefined || command.name !== "lrange") return super.sendCommand(...args);
    this.#turn = this.#turn.then(move).then(() => super.sendCommand(...args));
    return command.promise;
  }
}

async function move(): Promise<void> {
  const taken = await mover.lmove(key("wait"), key("active"), "RIGHT", "LEFT");
  if (taken === null) await mover.lmove(key("active"), key("wait"), "RIGHT", "RIGHT");
}

const key = (part: string): string => `{g}:${part}`;

describe("unfinished jobs", () => {
  it("are found although another core gives them back or takes them meanwhile", async () => {
    const json = encodeBatch([encodeMessage(message("d", 2))]).json;
    await mover.hset(key("j"), { data: json, ats: "1" });
    await mover.lpush(key("wait"), "j");
    const unfinished = new UnfinishedJobs(redis, key);
    for (let look = 0; look < 20; look++) {
      if (look % 2 === 1) await move();
      const [job] = await unfinished.find({ has: () => false });
      expect(job?.id).toBe("j");
      expect(job?.earliest).toEqual(new Map([["d", { epoch: 1, sequence: 2 }]]));
    }
  });
});
