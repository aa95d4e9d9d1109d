import { afterEach, describe, expect, it } from "vitest";
import { dataSchemas } from "../model/message.ts";
import { MeterBench } from "./dlms-service.testing.ts";

let bench: MeterBench | undefined;

afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

async function start(options: Parameters<typeof MeterBench.start>[0] = {}): Promise<MeterBench> {
  bench = await MeterBench.start(options);
  return bench;
}

describe("a ciphered meter over TCP", () => {
  it("is read: actual values, gas, a day of its load profile, its clock, its objects", async () => {
    const meters = await start();
    const actual = await meters.send("readings.actual");
    expect(actual).toMatchObject({ end: "succeeded", fault: undefined });
    const gas = await meters.send("readings.actual-mbus", { channel: 1 });
    expect(gas).toMatchObject({ end: "succeeded", result: { values: [{ name: "gas.value", unit: "m3" }] } });
    const profile = await meters.send("readings.periodic", { period: "interval" });
    expect(profile.end).toBe("succeeded");
    expect(profile.result["rows"]).toBeGreaterThanOrEqual(95);
    const clock = await meters.send("clock.read");
    expect(Math.abs(Number(clock.result["differenceSeconds"]))).toBeLessThan(3);
    const objects = await meters.send("objects.list");
    expect(objects.result["count"]).toBeGreaterThan(60);
    const types = new Set(meters.drafts.map((draft) => draft.type));
    expect(types).toEqual(new Set(["busbar.reading.v1", "busbar.profile.v1"]));
    for (const draft of meters.drafts) expect(dataSchemas[draft.type].safeParse(draft.data).error).toBeUndefined();
  });

  it("uses no invocation counter twice over a takeover, and one that is in doubt is asked of the meter", async () => {
    const meters = await start();
    const ceilings: number[] = [];
    meters.onStore = (memory) => {
      if (typeof memory === "object" && memory !== null && "counter" in memory) ceilings.push(Number(memory.counter));
    };
    await meters.send("clock.read");
    await meters.takeOver();
    expect((await meters.send("clock.read")).end).toBe("succeeded");
    expect(ceilings).toEqual([...ceilings].sort((a, b) => a - b));
    // Somebody else has used the key since: ours is behind, the meter refuses it.
    const member = meters.members[0];
    if (member === undefined) throw new Error("no meter");
    const state = meters.fleet.meter(meters.fleet.members[0] ?? member).state;
    state.security.clientCounter = 1_000_000;
    const after = await meters.send("clock.read");
    expect(after).toMatchObject({ end: "succeeded" });
    expect(meters.service.book.memory(member.uid)?.["counter"]).toBeGreaterThan(1_000_000);
  });

  it("is written to and read back, its methods are invoked, many actions go in one association", async () => {
    const meters = await start();
    const set = await meters.send("administrative-status.set", { status: "off" });
    expect(set).toMatchObject({ end: "succeeded", result: { status: "off" } });
    const bundle = await meters.send("bundle", {
      actions: [
        { action: "clock.synchronize" },
        { action: "alarm-filter.set", value: { enable: ["clock-invalid"] } },
        { action: "attribute.read", value: { object: "1-0:99.99.99*255", class: 3 } },
        { action: "firmware.version" },
      ],
    });
    expect(bundle).toMatchObject({ end: "succeeded", fault: undefined });
    const refused = await meters.send("attribute.write", { data: "unsigned:1" }, { object: "1-0:1.8.0*255" });
    expect(refused.end).toBe("failed");
    const invoked = await meters.send(
      "method.invoke",
      { class: 8, method: "adjust-to-minute", data: "integer:0" },
      { object: "0-0:1.0.0*255" },
    );
    expect(invoked).toMatchObject({ end: "succeeded" });
  });

  it("rejects what is no command before it connects, and says so of a wrong key", async () => {
    const meters = await start();
    expect(await meters.send("readings.periodic", { period: "yearly" })).toMatchObject({
      end: "rejected",
      fault: { code: "dlms.command.invalid" },
    });
    const member = meters.members[0];
    if (member === undefined) throw new Error("no meter");
    const state = meters.fleet.meter(meters.fleet.members[0] ?? member).state;
    state.keys.encryption = new Uint8Array(16);
    const wrong = await meters.send("clock.read");
    expect(["failed", "unsent"]).toContain(wrong.end);
    expect(wrong.fault?.code).toMatch(/^dlms\./);
  });
});

describe("a meter in trouble", () => {
  it.each([
    ["falls-silent", "unsent", "dlms.association.unanswered"],
    ["spoils-tags", "failed", "dlms.security.deciphering-failed"],
  ])("that %s ends a command as %s", async (behaviour, end, code) => {
    const meters = await start({ behaviours: [behaviour], section: "retry: { attempts: 1 }" });
    const asked = await meters.send("clock.read");
    expect({ end: asked.end, code: asked.fault?.code }).toEqual({ end, code });
  });

  it("that hangs up now and then concludes every command", async () => {
    const meters = await start({ behaviours: ["hangs-up"] });
    const ends: string[] = [];
    for (let n = 0; n < 12; n++) ends.push((await meters.send("clock.read")).end);
    expect(ends.filter((end) => end === "succeeded").length).toBeGreaterThan(4);
    expect(ends.every((end) => ["succeeded", "unsent", "unanswered"].includes(end))).toBe(true);
  });
});

describe("one meter at a time", () => {
  it("has one association, whoever asks: a person before the others", async () => {
    const meters = await start({ plan: { count: 3 } });
    const all = await Promise.all([
      ...meters.members.flatMap((member) => [
        meters.send("clock.read", undefined, { member, priority: "bulk" }),
        meters.send("clock.read", undefined, { member, priority: "urgent" }),
      ]),
    ]);
    expect(all.map((one) => one.end)).toEqual(Array.from({ length: 6 }, () => "succeeded"));
  });
});

describe("a schedule", () => {
  it("reads every meter by itself, each slot once", async () => {
    const meters = await start({
      plan: { count: 4 },
      section: 'schedules: { minute: { cron: "* * * * *", jitter: 0s, action: readings.actual } }',
    });
    // The present minute is taken up: a new reign reads what the one before may not have.
    const until = Date.now() + 10_000;
    while (new Set(meters.drafts.map((draft) => draft.subject)).size < 4 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(new Set(meters.drafts.map((draft) => draft.subject)).size).toBe(4);
    expect(meters.drafts[0]?.data).toMatchObject({ cause: "periodic" });
  });
});
