import { describe, expect, it } from "vitest";
import { dataSchemas } from "../../../edge-agent/model/message.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { SimCrypto } from "../../io/sim/crypto.ts";
import type { Seams } from "../../kit/adapter.ts";
import { concat, fromHex, toHex, utf8 } from "../../kit/bytes.ts";
import type { DeviceMemory, SessionOutcome } from "../../kit/session.ts";
import type { Step } from "../../kit/step.ts";
import { SeededRandom } from "../../kit/random.ts";
import { later, toInstant } from "../../kit/time.ts";
import { checkLaws } from "../../kit/laws.ts";
import { NOW, tableDevice } from "../actions/table-meter.testing.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import type { DlmsData } from "../data/data.ts";
import type { DlmsDevice } from "../device.ts";
import { decodeFrame, encodeFrame } from "../hdlc/frame.ts";
import { AUTHENTICATED_ENCRYPTED } from "../security/control.ts";
import { sealApdu } from "../security/envelope.ts";
import { DLMS_DEFAULTS, type DlmsSettings } from "../settings.ts";
import { encodeWrapperPdu } from "../transport/wrapper.ts";
import { hdlcPushFrames } from "./hdlc-pushes.ts";
import { PushSession } from "./push-session.ts";

const ID = "KFM10000000000001";
const TITLE = fromHex("4b464d0000000001") ?? new Uint8Array();
const keys = new CipherKeys();
const encryption = keys.addSecret("enc", fromHex("000102030405060708090a0b0c0d0e0f") ?? new Uint8Array());
const authentication = keys.addSecret("auth", fromHex("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf") ?? new Uint8Array());
const DEVICE: DlmsDevice = {
  ...tableDevice("smr-5.5"),
  identification: ID,
  keys: { ...tableDevice("smr-5.5").keys, encryption, authentication },
};
const at = toInstant(0);

type Outcome = SessionOutcome<MessageDraft>;

class World {
  readonly memories = new Map<string, DeviceMemory>();
  readonly settings: DlmsSettings;
  readonly seams: Seams<DlmsDevice>;

  constructor(over: Partial<DlmsSettings> = {}) {
    this.settings = {
      ...DLMS_DEFAULTS,
      ciphers: keys,
      deviceOfTitle: (title) => (title === toHex(TITLE) ? DEVICE.uid : undefined),
      ...over,
    };
    this.seams = {
      random: new SeededRandom(1),
      crypto: new SimCrypto(),
      wall: () => NOW,
      registry: {
        byUid: (uid) => (uid === DEVICE.uid ? DEVICE : undefined),
        byProtocolId: (id) => (id === ID ? DEVICE : undefined),
        memory: (uid) => this.memories.get(uid),
        byMemory: () => undefined,
      },
    };
  }

  session(): PushSession {
    const session = new PushSession(this.settings, this.seams);
    session.open(at);
    return session;
  }
}

function draftsOf(step: Step<Outcome>): readonly MessageDraft[] {
  const drafts = step.outcomes.flatMap((one) => (one.kind === "store" ? one.drafts : []));
  for (const draft of drafts) expect(dataSchemas[draft.type].safeParse(draft.data).error).toBeUndefined();
  return drafts;
}

const codes = (step: Step<Outcome>) =>
  draftsOf(step).map((draft) =>
    draft.type === "busbar.event.v1" ? (draft.data as { code: string }).code : draft.type,
  );
const refusals = (step: Step<Outcome>) =>
  step.outcomes.flatMap((one) => (one.kind === "refused" ? [one.fault.code] : []));

const name: DlmsData = { kind: "octet-string", octets: utf8(ID) };
const obis = (hex: string): DlmsData => ({ kind: "octet-string", octets: fromHex(hex) ?? new Uint8Array() });
const u32 = (value: number): DlmsData => ({ kind: "double-long-unsigned", value });

function notification(elements: readonly DlmsData[], invoke = 1): Uint8Array {
  const body: DlmsData = { kind: "structure", elements };
  return encodeApdu({ kind: "data-notification", invoke, dateTime: new Uint8Array(0), body });
}

function wrapped(apdu: Uint8Array): Uint8Array {
  return encodeWrapperPdu({ source: 1, destination: 103, apdu });
}

function ciphered(plain: Uint8Array, counter: number): Uint8Array {
  const material = { suite: 0, encryptionKey: encryption, authenticationKey: authentication } as const;
  const sealing = {
    form: "general",
    key: "global",
    protection: AUTHENTICATED_ENCRYPTED,
    systemTitle: TITLE,
    counter,
    material,
  } as const;
  return wrapped(encodeApdu(sealApdu(keys, sealing, plain)));
}

const alarm = (...registers: number[]) => [name, obis("0001190900ff"), ...registers.map(u32)];

describe("a push", () => {
  it("of SMR 5 names the alarms of both registers", () => {
    expect(codes(new World().session().receive(wrapped(notification(alarm(1, 0x101))), at))).toEqual([
      "clock.clock-invalid",
      "power.voltage-sag-in-phase-detected-l1",
      "power.thd-overlimit-in-phase-l1",
    ]);
  });

  it("of SMR 5.5 over UDP is the third register, and of a wake-up none", () => {
    expect(
      codes(new World().session().receive(wrapped(notification([name, obis("0003190900ff"), u32(1)])), at)),
    ).toEqual(["power.last-gasp"]);
    expect(codes(new World().session().receive(wrapped(notification([name, obis("0000020200ff")])), at))).toEqual([
      "comms.wake-up",
    ]);
  });

  it("of the DSMR 4 form ends with silence, a close, or its sixth octet", () => {
    const world = new World();
    const short = concat([utf8(ID), fromHex("2c04200000") ?? new Uint8Array()]);
    const session = world.session();
    const step = session.receive(short, at);
    expect(step.outcomes).toEqual([]);
    expect(codes(session.wake(step.wakeAt ?? at))).toHaveLength(2);
    const closing = world.session();
    closing.receive(short, at);
    expect(codes(closing.close(at))).toEqual([
      "tamper.fraud-attempt-m-bus-channel-2",
      "comms.new-m-bus-device-discovered-channel-3",
    ]);
    const long = concat([utf8(ID), fromHex("2c0000020300ff") ?? new Uint8Array()]);
    expect(codes(world.session().receive(long, at))).toEqual(["comms.wake-up"]);
  });

  it("of the MX382 is a last gasp", () => {
    // A 16-octet identifier, as its firmware sends it.
    const world = new World();
    const id = "4b464d3130303030303030303030303031";
    const apdu = fromHex(`c2010c07e70706040a362600ff88800001808080808000020911${id}`) ?? new Uint8Array();
    const step = world.session().receive(wrapped(apdu), at);
    expect(codes(step)).toEqual(["power.last-gasp"]);
    expect(draftsOf(step)[0]).toMatchObject({ time: "2023-07-06T08:54:38.000Z", timesource: "device" });
  });

  it("of any other meter is a reading of its values", () => {
    const [draft] = draftsOf(new World().session().receive(wrapped(notification([name, u32(5), u32(6)])), at));
    expect(draft).toMatchObject({ type: "busbar.reading.v1", data: { cause: "push" } });
  });

  it("is confirmed where the meter asks for it, once it is stored and not before", () => {
    const session = new World().session();
    const step = session.receive(wrapped(notification(alarm(1), 0x4000_0007)), at);
    expect(step.send).toEqual([]);
    const token = step.outcomes.flatMap((one) => (one.kind === "store" ? [one.token] : []))[0];
    if (token === undefined) throw new Error("nothing to store");
    expect(session.stored(token, at).send.map((bytes) => toHex(bytes))).toEqual(["00010067000100061040000007" + "00"]);
    expect(session.stored(token, at).send).toEqual([]);
  });
});

describe("a ciphered push", () => {
  it("is its meter's by its system title, and never accepted twice", () => {
    const world = new World({ plainPush: "refused" });
    const push = ciphered(notification(alarm(2)), 17);
    const step = world.session().receive(push, at);
    expect(codes(step)).toEqual(["hardware.replace-battery"]);
    const stored = step.outcomes.find((one) => one.kind === "store");
    if (stored?.kind !== "store" || stored.memory === undefined) throw new Error("nothing to store");
    expect(stored.memory).toMatchObject({ pushed: 17 });
    world.memories.set(DEVICE.uid, stored.memory);
    expect(refusals(world.session().receive(push, at))).toEqual(["dlms.security.replayed"]);
    expect(refusals(world.session().receive(ciphered(notification(alarm(2)), 18), at))).toEqual([]);
  });

  it("is refused with another key, a changed octet, an unknown title", () => {
    const push = ciphered(notification(alarm(2)), 1);
    const changed = push.slice();
    changed[changed.length - 20] = (changed[changed.length - 20] ?? 0) ^ 1;
    expect(refusals(new World().session().receive(changed, at))).toEqual(["dlms.security.deciphering-failed"]);
    const stranger = new World({ deviceOfTitle: () => undefined });
    expect(refusals(stranger.session().receive(push, at))).toEqual(["dlms.device.unknown"]);
  });
});

describe("a push in HDLC", () => {
  const meter = { source: { size: 1, upper: 1, lower: 0 }, destination: { size: 1, upper: 103, lower: 0 } } as const;
  const framed = (apdu: Uint8Array, informationMax?: number): Uint8Array =>
    concat(hdlcPushFrames("meter", { ...meter, apdu }, informationMax));

  it("is taken where it is configured, whole and in segments, with noise before it", () => {
    const push = notification(alarm(1));
    for (const octets of [framed(push), framed(push, 20), concat([fromHex("7e7e") ?? push, framed(push)])]) {
      expect(codes(new World({ hdlcPushes: true }).session().receive(octets, at))).toEqual(["clock.clock-invalid"]);
      expect(refusals(new World().session().receive(octets, at))).toEqual(["dlms.push.malformed"]);
    }
    // As the line of a converter loses octets: the frame that is whole is taken.
    const noisy = concat([framed(push).subarray(0, 20), framed(push)]);
    expect(codes(new World({ hdlcPushes: true }).session().receive(noisy, at))).toEqual(["clock.clock-invalid"]);
  });

  it("leaves nothing to wait for behind it, and is stalled in the middle", () => {
    const push = framed(notification(alarm(1)), 20);
    const done = new World({ hdlcPushes: true }).session();
    expect(refusals(done.receive(push, at))).toEqual([]);
    expect(refusals(done.close(at))).toEqual([]);
    // After a whole frame with more to come, where nothing of a next one is there.
    const first = hdlcPushFrames("meter", { ...meter, apdu: notification(alarm(1)) }, 20)[0] ?? push;
    const begun = new World({ hdlcPushes: true }).session();
    const step = begun.receive(first, at);
    expect(step.outcomes).toEqual([]);
    expect(refusals(begun.wake(later(at, DLMS_DEFAULTS.timeouts.responseMs)))).toEqual(["dlms.push.stalled"]);
  });

  it("is confirmed in a UI frame back, once it is stored", () => {
    const session = new World({ hdlcPushes: true }).session();
    const step = session.receive(framed(notification(alarm(1), 0x4000_0007)), at);
    expect(step.send).toEqual([]);
    const token = step.outcomes.flatMap((one) => (one.kind === "store" ? [one.token] : []))[0];
    if (token === undefined) throw new Error("nothing to store");
    const [answer = new Uint8Array()] = session.stored(token, at).send;
    expect(decodeFrame(answer.slice(1, -1))).toMatchObject({
      source: meter.destination,
      destination: meter.source,
      control: { kind: "UI" },
      information: fromHex("e6e600" + "1040000007" + "00"),
    });
  });

  it("ends the connection where it sets up a link, or has no LLC octets", () => {
    const frame = { ...meter, segmented: false, information: new Uint8Array(0) } as const;
    const link = encodeFrame({ ...frame, control: { kind: "SNRM", poll: true } });
    const bare = encodeFrame({
      ...frame,
      control: { kind: "UI", poll: false },
      information: notification(alarm(1)),
    });
    const refused = (bytes: Uint8Array) => refusals(new World({ hdlcPushes: true }).session().receive(bytes, at));
    expect(refused(link)).toEqual(["dlms.push.unexpected"]);
    expect(refused(bare)).toEqual(["hdlc.llc.malformed"]);
  });

  it.each([1, 2, 3])("keeps the laws (seed %i)", (seed) => {
    const flood = hdlcPushFrames("meter", { ...meter, apdu: new Uint8Array(1_000) }, 500)[0] ?? new Uint8Array();
    const violations = checkLaws<Outcome>({
      make: () => {
        const world = new World({ hdlcPushes: true });
        const registry = { ...world.seams.registry, byProtocolId: () => DEVICE, byMemory: () => DEVICE };
        return new PushSession({ ...world.settings, deviceOfTitle: () => DEVICE.uid }, { ...world.seams, registry });
      },
      script: [
        { kind: "receive", bytes: concat([1, 2].map((n) => framed(notification(alarm(n), 0x4000_0000 + n), 20))) },
        { kind: "pass", ms: 1_000 },
        { kind: "receive", bytes: framed(notification(alarm(5), 0x4000_0009)) },
      ],
      start: at,
      seed,
      // The octets around the segments are not kept.
      bound: { ceiling: 2 * DLMS_DEFAULTS.limits.pushBytes, flood: () => flood },
      store: {
        tokenOf: (outcome) => (outcome.kind === "store" ? outcome.token : undefined),
        stored: (machine, token, now) =>
          machine instanceof PushSession ? machine.stored(token, now) : machine.wake(now),
        acknowledgements: (sent) => Math.floor(sent.length / 19),
      },
    });
    expect(violations).toEqual([]);
  });
});

describe("what is no push", () => {
  it.each([
    [
      "an unknown meter",
      wrapped(
        notification([{ kind: "octet-string", octets: utf8("ANOTHER0000000001") }, obis("0001190900ff"), u32(1)]),
      ),
      "dlms.device.unknown",
    ],
    ["a request", wrapped(fromHex("c001c1000100002a0000ff0200") ?? new Uint8Array()), "dlms.push.unexpected"],
    ["noise", new Uint8Array(24).fill(0x30), "dlms.push.malformed"],
    ["another version", fromHex("0002006700010001ff") ?? new Uint8Array(), "dlms.push.stalled"],
  ])("is refused: %s", (_what, bytes, code) => {
    const session = new World().session();
    const steps = [session.receive(bytes, at), session.close(at)];
    const refused = steps.flatMap(refusals);
    expect(refused).toHaveLength(1);
    expect([code, "dlms.push.malformed"]).toContain(refused[0]);
    expect(steps.flatMap((step) => step.send)).toEqual([]);
  });

  it("and a plain one where only ciphered ones are wanted", () => {
    const world = new World({ plainPush: "refused" });
    expect(refusals(world.session().receive(wrapped(notification(alarm(1))), at))).toEqual(["dlms.push.unprotected"]);
  });
});

describe("a connection a meter opened", () => {
  it.each([1, 2, 3])("keeps the laws (seed %i)", (seed) => {
    const violations = checkLaws<Outcome>({
      make: () => {
        const world = new World();
        // Whatever a name became, it is the one meter: whether broken octets made it is not to be known.
        const registry = { ...world.seams.registry, byProtocolId: () => DEVICE, byMemory: () => DEVICE };
        return new PushSession({ ...world.settings, deviceOfTitle: () => DEVICE.uid }, { ...world.seams, registry });
      },
      script: [
        { kind: "receive", bytes: concat([1, 2, 3].map((n) => wrapped(notification(alarm(n), 0x4000_0000 + n)))) },
        { kind: "pass", ms: 1_000 },
        { kind: "receive", bytes: ciphered(notification(alarm(5), 0x4000_0009), 20) },
      ],
      start: at,
      seed,
      bound: {
        ceiling: DLMS_DEFAULTS.limits.pushBytes + 8,
        flood: (fed) => {
          const bytes = new Uint8Array(4_096).fill(0x30);
          if (fed === 0) bytes.set([0, 1, 0, 1, 0, 103, 0xff, 0xff]);
          return bytes;
        },
      },
      store: {
        tokenOf: (outcome) => (outcome.kind === "store" ? outcome.token : undefined),
        stored: (machine, token, now) =>
          machine instanceof PushSession ? machine.stored(token, now) : machine.wake(now),
        acknowledgements: (sent) => Math.floor(sent.length / 14),
      },
    });
    expect(violations).toEqual([]);
  });
});
