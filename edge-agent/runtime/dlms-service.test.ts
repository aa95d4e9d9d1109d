import { createSocket } from "node:dgram";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
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

describe("other ways to a meter", () => {
  it.each([
    [
      "HDLC, no security",
      { carrier: "hdlc", mechanism: "lowest", policy: 0 },
      "hdlc: { physical: 17, information: 512 }, authentication: none, protection: none",
    ],
    ["a password", { mechanism: "low", policy: 0 }, "authentication: lls, protection: none"],
    [
      "HLS SHA-256, authenticated",
      { mechanism: "high-sha256", policy: 1 },
      "authentication: hls-sha256, protection: authenticated",
    ],
    [
      "HLS MD5, encrypted, a dedicated key",
      { mechanism: "high-md5", policy: 2 },
      "authentication: hls-md5, protection: encrypted, dedicatedKey: true",
    ],
    [
      "GMAC in suite 2, general ciphering",
      { mechanism: "high-gmac", policy: 3, suite: 2 },
      "authentication: hls-gmac, protection: both, suite: 2, generalProtection: true",
    ],
    ["GMAC over UDP", { carrier: "udp" }, "udp: true, authentication: hls-gmac, protection: both"],
    [
      "ECDSA in suite 1, keys agreed for every APDU, signed",
      { mechanism: "high-ecdsa", policy: 3, suite: 1 },
      "authentication: hls-ecdsa, protection: both, suite: 1, generalCiphering: one-pass, signed: true",
    ],
    [
      "GMAC in suite 0, a wrapped key for every APDU",
      { mechanism: "high-gmac", policy: 3 },
      "authentication: hls-gmac, protection: both, generalCiphering: wrapped",
    ],
    [
      "GMAC over HDLC in DSMR 4.2.2",
      { carrier: "hdlc", profile: "dsmr-4.2.2" },
      "hdlc: { physical: 17, information: 512 }, authentication: hls-gmac, protection: both",
    ],
  ] as const)("%s", async (_name, plan, device) => {
    const meters = await start({ plan, device });
    expect(await meters.send("readings.actual")).toMatchObject({ end: "succeeded", fault: undefined });
    expect(await meters.send("readings.periodic", { period: "interval" })).toMatchObject({ end: "succeeded" });
  });
});

describe("a meter whose own counter was set back", () => {
  const setBack = (meters: MeterBench): void => {
    const [member] = meters.fleet.members;
    if (member !== undefined) meters.fleet.meter(member).state.security.serverCounter = 1;
  };
  const alarms = (meters: MeterBench): number =>
    meters.drafts.filter((one) => "code" in one.data && one.data.code === "security.invocation-counter-decreased")
      .length;

  it("is refused", async () => {
    const meters = await start();
    expect(await meters.send("readings.actual")).toMatchObject({ end: "succeeded" });
    setBack(meters);
    expect(await meters.send("readings.actual")).toMatchObject({ fault: { code: "dlms.security.replayed" } });
  });

  it("is read on with an alarm for each time, where that is the setting", async () => {
    const meters = await start({ device: "counterDecrease: alarmed" });
    expect(await meters.send("readings.actual")).toMatchObject({ end: "succeeded" });
    for (const times of [1, 2]) {
      setBack(meters);
      expect(await meters.send("readings.actual")).toMatchObject({ end: "succeeded" });
      expect(await meters.send("readings.actual")).toMatchObject({ end: "succeeded" });
      expect(alarms(meters)).toBe(times);
    }
  });
});

describe("ACCESS", () => {
  const zone = { object: "0-0:1.0.0*255", attribute: "time-zone" };
  const requests = [
    { do: "write", ...zone, data: "long:-60" },
    { do: "read", ...zone },
    { do: "invoke", object: "0-0:1.0.0*255", method: "adjust-to-minute", data: "integer:0" },
    { do: "write", object: "1-0:1.8.0*255", data: "double-long-unsigned:0" },
    { do: "read", object: "0-0:42.0.0*255" },
  ];

  it("carries reads, writes and methods in one request, each with its result", async () => {
    const meters = await start();
    expect(await meters.send("access", { requests })).toMatchObject({
      end: "succeeded",
      result: {
        refused: 1,
        results: [
          { attribute: "time-zone" },
          { data: "long:-60" },
          { method: "adjust-to-minute" },
          { refused: "read-write-denied" },
          { data: expect.stringMatching(/^octet-string:/) },
        ],
      },
    });
  });

  it("ends at the first refusal where that is asked for, and is refused before a byte is sent", async () => {
    const meters = await start();
    const broken = await meters.send("access", { requests, breakOnError: true });
    expect(broken).toMatchObject({ end: "succeeded", result: { refused: 2 } });
    expect(await meters.send("access", { requests: [{ do: "fly", object: "0-0:1.0.0*255" }] })).toMatchObject({
      end: "rejected",
    });
    expect(await meters.send("access", { requests: [{ do: "write", ...zone }] })).toMatchObject({ end: "rejected" });
  });

  it("is not asked of a meter that does not know it", async () => {
    const meters = await start({ behaviours: ["offers-little"] });
    expect(await meters.send("access", { requests })).toMatchObject({
      end: "failed",
      fault: { code: "dlms.service.not-negotiated" },
    });
  });
});

describe("a meter nobody described", () => {
  it("is read by its own object list, with its own scales", async () => {
    const meters = await start({ device: "authentication: hls-gmac, protection: both, profile: generic" });
    const actual = await meters.send("readings.actual");
    expect(actual).toMatchObject({
      end: "succeeded",
      result: { values: { "energy.active.import.t1": expect.any(Number) } },
    });
    expect(await meters.send("readings.periodic", { period: "interval" })).toMatchObject({ end: "succeeded" });
    expect(meters.drafts.at(-1)?.data).toMatchObject({ columns: [{ unit: "Wh" }, { unit: "Wh" }] });
    expect(
      await meters.send("attribute.read", { object: "0-0:96.3.10*255", attribute: "control-state" }),
    ).toMatchObject({ end: "succeeded" });
  });
});

describe("a takeover", () => {
  it("in the middle of a ciphered block transfer: a higher counter, and the reading ends once", async () => {
    const meters = await start({ behaviours: ["reboots-in-block-transfer"], device: "maxPdu: 400" });
    const counters = (): number => Number(meters.service.book.memory(meters.members[0]?.uid ?? "")?.["counter"] ?? 0);
    const ends: string[] = [];
    for (let n = 0; n < 4; n++) {
      const before = counters();
      ends.push((await meters.send("objects.list")).end);
      await meters.takeOver();
      // A meter that has not come back yet is unsent: nothing was used.
      if (ends.at(-1) !== "unsent") expect(counters()).toBeGreaterThan(before);
    }
    // One of them was broken off; whoever comes after does not use a counter of the block before.
    expect(ends).toContain("unanswered");
    expect(ends).toContain("succeeded");
  });
});

describe("keys and firmware", () => {
  it("are replaced: the next pair is used from then on, and by whoever takes over", async () => {
    const meters = await start({ nextKeys: true });
    expect(await meters.send("keys.replace")).toMatchObject({ end: "succeeded", fault: undefined });
    expect(await meters.send("clock.read")).toMatchObject({ end: "succeeded", fault: undefined });
    await meters.takeOver();
    expect(await meters.send("clock.read")).toMatchObject({ end: "succeeded", fault: undefined });
    expect(await meters.send("keys.replace")).toMatchObject({ end: "rejected" });
    // Forgotten, as after the loss of Redis: the pair that does not fit is tried once, then the other.
    const uid = meters.members[0]?.uid ?? "";
    const { keyMark: _mark, ...rest } = meters.service.book.memory(uid) ?? {};
    meters.service.book.remember(uid, rest);
    expect(await meters.send("clock.read")).toMatchObject({ end: "succeeded", fault: undefined });
  });

  it("goes in by blocks, verified and activated", async () => {
    const meters = await start({ section: "firmwareFolder: firmware" });
    meters.write("firmware/image.bin", Buffer.alloc(20_000, 7));
    expect(await meters.send("firmware.update", { image: "image.bin", activate: false })).toMatchObject({
      end: "succeeded",
      result: { bytes: 20_000, verified: true, activated: false },
    });
    expect(await meters.send("firmware.update", { image: "none" })).toMatchObject({ end: "rejected" });
  });
});

describe("firmware of an M-Bus device", () => {
  /** As its maker delivers it: for all devices of the simulation's maker on the gas. */
  function firmwareFile(): Buffer {
    const file = Buffer.alloc(35 + 5_000 + 16, 9);
    file.write("5RMS");
    file.writeUInt8(0, 4);
    file.writeUInt16LE(35, 5);
    file.writeUInt32LE(0x0040_0011, 7);
    file.writeUInt32LE(5_000, 11);
    file.writeUInt16LE(16, 15);
    file.set([2, 8, 1, 0x6d, 0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 3, 3, 0, 0, 0, 0, 0, 0], 17);
    return file;
  }

  it("goes through the meter to the device it is for, which runs it then", async () => {
    const meters = await start({ section: "firmwareFolder: firmware", plan: { mbus: ["gas"] } });
    meters.write("firmware/gas.bin", firmwareFile());
    expect(await meters.send("mbus.update-firmware", { channel: 1, image: "gas.bin" })).toMatchObject({
      end: "succeeded",
      result: {
        bytes: 5_051,
        identification: "10000000",
        manufacturer: "DSM",
        verified: false,
        activated: true,
        status: 6,
      },
    });
    // The version of the device in ASCII, and the meter's own as it was.
    expect(await meters.send("firmware.version", { channel: 1 })).toMatchObject({
      result: { simple: "3030343030303131" },
    });
    expect(await meters.send("firmware.version")).toMatchObject({ result: { active: "BUS-FW-1.0" } });
  });

  it("is refused where it is for others, or is none, before a block is sent", async () => {
    const meters = await start({ section: "firmwareFolder: firmware", plan: { mbus: ["water", "gas"] } });
    meters.write("firmware/gas.bin", firmwareFile());
    meters.write("firmware/meter.bin", Buffer.alloc(20_000, 7));
    const send = (channel: number, image: string) => meters.send("mbus.update-firmware", { channel, image });
    expect((await send(1, "gas.bin")).fault?.message).toContain("for device type 3, and there is one of type 7");
    expect((await send(1, "meter.bin")).fault?.message).toContain("does not begin with SMR5");
    expect((await send(2, "gas.bin")).fault?.code).toBe("dlms.command.key-missing");
  });
});

describe("a datagram", () => {
  it.each(["whole", "in blocks"])(
    "with an alarm arrives as its event, %s, from a known network alone",
    async (form) => {
      const port = await freePort();
      const meters = await start({ section: `udp: [{ address: 127.0.0.1, port: ${port} }], allow: [127.0.0.1]` });
      const identification = Buffer.from(meters.members[0]?.identity.equipment ?? "").toString("hex");
      const apdu = Buffer.from(`0f000000010002030911${identification}09060003190900ff0600000001`, "hex");
      const blocks = [apdu.subarray(0, 30), apdu.subarray(30)].map((part, at) =>
        Buffer.concat([Buffer.from([0xe0, at === 0 ? 0x40 : 0x80, 0, at + 1, 0, 0, part.length]), part]),
      );
      const pushes = (form === "whole" ? [apdu] : blocks).map((one) =>
        Buffer.concat([Buffer.from([0, 1, 0, 1, 0, 0x67, 0, one.length]), one]),
      );
      const socket = createSocket("udp4");
      const until = Date.now() + 10_000;
      // The first may be too early, or lost: the same one again is the same event.
      while (meters.drafts.length === 0 && Date.now() < until) {
        for (const push of pushes) socket.send(push, port, "127.0.0.1");
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      socket.close();
      expect(meters.drafts[0]?.data).toMatchObject({ code: "power.last-gasp", cause: "push" });
    },
  );
});

describe("a push", () => {
  it.each([
    [true, "wrapper"],
    [false, "wrapper"],
    [true, "HDLC"],
    [false, "HDLC"],
    [true, "blocks"],
    [false, "blocks"],
    [true, "blocks and HDLC"],
  ] as const)("of an alarm arrives as its event (ciphered: %s, in the %s)", async (protectsPushes, framing) => {
    const behaviours = [
      ...(framing.includes("HDLC") ? ["pushes-in-hdlc"] : []),
      ...(framing.includes("blocks") ? ["pushes-in-blocks"] : []),
    ];
    const meters = await start({ protectsPushes, behaviours, section: "allow: [127.0.0.1], hdlcPushes: true" });
    const member = meters.fleet.members[0];
    if (member === undefined) throw new Error("no meter");
    meters.fleet.raise(member, "fraud", 40);
    const until = Date.now() + 10_000;
    // The meter tells first that it has power.
    const fraud = () => meters.drafts.some(({ data }) => "code" in data && data.code === "tamper.fraud-attempt");
    while (!fraud() && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(meters.refused).toEqual([]);
    expect(meters.drafts.map((draft) => draft.data)).toContainEqual(
      expect.objectContaining({ code: "tamper.fraud-attempt", cause: "push" }),
    );
  });
});
