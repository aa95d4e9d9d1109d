import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectRedis } from "../../../adapters/io/node/redis.ts";
import { redisSettingsOf } from "../../../adapters/io/node/redis-settings.ts";
import { toRfc3339, toWall } from "../../../adapters/kit/time.ts";
import { commandKey } from "../../model/ledger.ts";
import { command } from "../command.testing.ts";
import { RedisCommandEntry } from "./entry.ts";
import { type Rig, Rigs, until } from "./intake.testing.ts";

let rigs: Rigs;
let rig: Rig;
let entry: RedisCommandEntry;

beforeAll(async () => {
  rigs = await Rigs.start();
});
afterAll(() => rigs.close());
beforeEach(() => {
  rig = rigs.rig();
  entry = new RedisCommandEntry(rigs.connection.client, rig.group, () => Date.now());
});
afterEach(async () => {
  await entry.close();
  await rigs.closeRigs();
});

const HOLD = { holder: "a", epoch: 1 };
const soon = (ms: number = 60_000): number => Date.now() + ms;

describe("a command an agent was told itself", () => {
  it("waits in the queue of the cores with all that was said, and is carried out once", async () => {
    const reply = { bridge: "centre", topic: "answers/1", correlation: "00ff" };
    const one = { ...command({ uid: "c-1", deadline: soon(), priority: "urgent" }), reply };
    expect(await entry.isKnown("c-1")).toBe(false);
    expect(await entry.submit({ command: one, isDeadlineOurs: false })).toEqual({ kind: "waits" });
    expect(await entry.submit({ command: one, isDeadlineOurs: false })).toEqual({ kind: "waits" });
    expect(await entry.isKnown("c-1")).toBe(true);
    const [job, ...more] = await rig.queue.getJobs();
    expect(more).toEqual([]);
    expect(job?.data).toEqual(JSON.parse(JSON.stringify(one)));
    const agent = await rig.promote(HOLD);
    await until(async () => (await rig.state("c-1")) === "succeeded");
    await until(() => agent.told.length === 1);
    expect(agent.did).toEqual(["c-1"]);
    expect(await entry.submit({ command: one, isDeadlineOurs: false })).toMatchObject({
      kind: "ended",
      record: { uid: "c-1", state: "succeeded", attempt: 1 },
    });
    expect(agent.did).toEqual(["c-1"]);
  });

  it("is the same when it comes again, where the deadline was counted from its arrival", async () => {
    const first = command({ uid: "c-1", deadline: soon() });
    const again = command({ uid: "c-1", deadline: soon(90_000) });
    await entry.submit({ command: first, isDeadlineOurs: true });
    // While it waits its job says so, after that its record.
    expect(await entry.submit({ command: again, isDeadlineOurs: true })).toEqual({ kind: "waits" });
    expect(await entry.submit({ command: again, isDeadlineOurs: false })).toEqual({ kind: "reused" });
    await rig.promote(HOLD);
    await until(async () => (await rig.state("c-1")) === "succeeded");
    expect(await entry.submit({ command: again, isDeadlineOurs: true })).toMatchObject({ kind: "ended" });
    expect(await entry.submit({ command: again, isDeadlineOurs: false })).toEqual({ kind: "reused" });
    expect((await rig.record("c-1"))?.deadline).toBe(Date.parse(first.deadline));
  });

  it("is not carried out under the uid of another, nor one that was cancelled before it came", async () => {
    await entry.submit({ command: command({ uid: "c-1", deadline: soon() }), isDeadlineOurs: false });
    const other = command({ uid: "c-1", deadline: soon(), value: 2 });
    expect(await entry.submit({ command: other, isDeadlineOurs: true })).toEqual({ kind: "reused" });
    await rig.ledger.cancel("c-2", toWall(Date.now()));
    const cancelled = command({ uid: "c-2", deadline: soon() });
    expect(await entry.submit({ command: cancelled, isDeadlineOurs: true })).toMatchObject({
      kind: "ended",
      record: { state: "cancelled" },
    });
  });

  it("waits for its time", async () => {
    const at = Date.now() + 30_000;
    const later = { ...command({ uid: "c-1", deadline: soon() }), notBefore: toRfc3339(toWall(at)) };
    await entry.submit({ command: later, isDeadlineOurs: false });
    const [job] = await rig.queue.getDelayed();
    expect(job?.id).toBe("cmd-c-1");
    expect(job?.delay).toBeGreaterThan(20_000);
  });

  it("is refused for good where the record under its uid is none of ours, and for now where Redis does not answer", async () => {
    await rigs.connection.client.hset(commandKey(rig.group, "c-1"), "state", "no state");
    const one = command({ uid: "c-1", deadline: soon() });
    await expect(entry.submit({ command: one, isDeadlineOurs: false })).rejects.toMatchObject({
      code: "command.record.invalid",
      retry: "never",
    });
    const away = connectRedis(redisSettingsOf(rigs.redis.url), "effects");
    const unreachable = new RedisCommandEntry(away.client, rig.group, () => Date.now());
    await away.close();
    await expect(unreachable.isKnown("c-2")).rejects.toMatchObject({ retry: "backoff" });
    await expect(unreachable.submit({ command: one, isDeadlineOurs: false })).rejects.toMatchObject({
      retry: "backoff",
    });
    await unreachable.close();
  });
});
