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
import { decodeApdu } from "../apdu/decode-apdu.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import type { DlmsData } from "../data/data.ts";
import type { DlmsDevice } from "../device.ts";
import { clientAddress, serverAddress } from "../hdlc/address.ts";
import { decodeFrame, encodeFrame } from "../hdlc/frame.ts";
import { AUTHENTICATED_ENCRYPTED } from "../security/control.ts";
import { sealApdu } from "../security/envelope.ts";
import { DLMS_DEFAULTS, type DlmsSettings } from "../settings.ts";
import { decodeWrapperPdu, encodeWrapperPdu } from "../transport/wrapper.ts";
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

describe("a push in general block transfer", () => {
  const push = notification(alarm(1));
  const confirmed = notification(alarm(1), 0x4000_0007);
  interface Cut {
    readonly octets?: number;
    readonly window?: number;
    readonly streaming?: boolean;
  }
  /** In the wrapper, one block each; what goes on by itself says so. */
  const cut = (apdu: Uint8Array, { octets = 16, window = 0, streaming = true }: Cut = {}): Uint8Array[] => {
    const count = Math.ceil(apdu.length / octets);
    return Array.from({ length: count }, (_, at) =>
      encodeApdu({
        kind: "general-block-transfer",
        last: at === count - 1,
        streaming: streaming && at < count - 1,
        window,
        blockNumber: at + 1,
        blockNumberAck: 0,
        blockData: apdu.subarray(at * octets, (at + 1) * octets),
      }),
    );
  };
  const inWrapper = (blocks: readonly Uint8Array[]): Uint8Array => concat(blocks.map(wrapped));
  const tokenOf = (step: Step<Outcome>) => step.outcomes.flatMap((one) => (one.kind === "store" ? [one.token] : []))[0];
  const said = (step: Step<Outcome>) => step.send.map((one) => decodeApdu(decodeWrapperPdu(one).apdu));

  it("is what it carries, plain and ciphered, in the wrapper and in HDLC", () => {
    const hdlc = (blocks: readonly Uint8Array[]) =>
      concat(
        blocks.flatMap((apdu) =>
          hdlcPushFrames("meter", { source: serverAddress(1), destination: clientAddress(102), apdu }, 16),
        ),
      );
    const sealed = decodeWrapperPdu(ciphered(push, 9)).apdu;
    for (const apdu of [push, sealed]) {
      for (const octets of [inWrapper(cut(apdu)), hdlc(cut(apdu)), inWrapper(cut(apdu, { octets: 1 }))]) {
        const step = new World({ hdlcPushes: true }).session().receive(octets, at);
        expect(codes(step)).toEqual(["clock.clock-invalid"]);
        expect(step.send).toEqual([]);
      }
    }
    // As `E0 40 0001 0000 …`, `E0 C0 0003 0000 …`, which are seen in the field: the last one says that more follow, too.
    const [first, second, third] = cut(push);
    expect(cut(push)).toHaveLength(3);
    expect(toHex(first ?? push).slice(0, 12)).toBe("e04000010000");
    const odd = third?.slice() ?? push;
    odd[1] = 0xc0;
    const step = new World().session().receive(inWrapper([first ?? push, second ?? push, odd]), at);
    expect(codes(step)).toEqual(["clock.clock-invalid"]);
  });

  it("of which a block is missing is refused, and nothing of it is stored", () => {
    const blocks = cut(push);
    for (const lost of [0, 1]) {
      const step = new World().session().receive(inWrapper(blocks.filter((_, i) => i !== lost)), at);
      expect(refusals(step)).toEqual(["dlms.block.out-of-order"]);
      expect(tokenOf(step)).toBeUndefined();
    }
    const session = new World().session();
    session.receive(inWrapper(blocks.slice(0, -1)), at);
    expect(refusals(session.wake(later(at, DLMS_DEFAULTS.timeouts.responseMs)))).toEqual(["dlms.push.stalled"]);
    const closing = new World().session();
    closing.receive(inWrapper(blocks.slice(0, -1)), at);
    expect(refusals(closing.close(at))).toEqual(["dlms.push.stalled"]);
  });

  it("is never mixed with the one before it, nor with that of another meter behind the same address", () => {
    const session = new World().session();
    const other = notification(alarm(2));
    const step = session.receive(inWrapper([...cut(push).slice(0, -1), ...cut(other)]), at);
    expect([refusals(step), codes(step)]).toEqual([["dlms.push.stalled"], ["hardware.replace-battery"]]);
    const whole = new World().session().receive(concat([...cut(push).slice(0, -1).map(wrapped), wrapped(other)]), at);
    expect([refusals(whole), codes(whole)]).toEqual([["dlms.push.stalled"], ["hardware.replace-battery"]]);
    const [first = push, ...rest] = cut(push);
    const elsewhere = rest.map((apdu) => encodeWrapperPdu({ source: 2, destination: 103, apdu }));
    const mixed = new World().session().receive(concat([wrapped(first), ...elsewhere]), at);
    expect(refusals(mixed)).toEqual(["dlms.block.out-of-order"]);
  });

  it("has limits of its own: octets, and blocks", () => {
    const limits = { ...DLMS_DEFAULTS.limits, pushBytes: 100, pushBlocks: 10 };
    const refused = (octets: number) => {
      const blocks = cut(new Uint8Array(200), { octets });
      return refusals(new World({ limits }).session().receive(inWrapper(blocks), at));
    };
    expect([refused(30), refused(5)]).toEqual([["dlms.block.too-long"], ["dlms.block.too-long"]]);
  });

  it("of many blocks may come while the one before it is being stored", () => {
    const session = new World().session();
    const step = session.receive(inWrapper([...cut(push, { octets: 1 }), ...cut(push, { octets: 1 })]), at);
    expect(refusals(step)).toEqual([]);
    const token = tokenOf(step);
    if (token === undefined) throw new Error("nothing to store");
    expect(codes(session.stored(token, at))).toEqual(["clock.clock-invalid"]);
  });

  it("is confirmed in the clear by a meter that takes no blocks, in a block by one that does; once it is stored", () => {
    for (const window of [0, 4]) {
      const session = new World().session();
      const step = session.receive(inWrapper(cut(confirmed, { window })), at);
      expect(step.send).toEqual([]);
      const token = tokenOf(step);
      if (token === undefined) throw new Error("nothing to store");
      const [answer] = said(session.stored(token, at));
      if (window === 0) expect(answer).toMatchObject({ kind: "data-notification-confirm", invoke: 0x4000_0007 });
      else {
        expect(answer).toMatchObject({ kind: "general-block-transfer", last: true, blockNumber: 1, blockNumberAck: 3 });
        const inside = answer?.kind === "general-block-transfer" ? answer.blockData : push;
        expect(decodeApdu(inside)).toMatchObject({ kind: "data-notification-confirm", invoke: 0x4000_0007 });
      }
    }
  });

  it("is told block by block what is here, asked again for what was lost, and told of its end when it is stored", () => {
    const session = new World().session();
    const [one = push, two = push, three = push] = cut(push, { window: 1, streaming: false });
    const send = (block: Uint8Array) => session.receive(wrapped(block), at);
    const acks = (step: Step<Outcome>) =>
      said(step).map((apdu) => (apdu.kind === "general-block-transfer" ? [apdu.blockNumber, apdu.blockNumberAck] : []));
    expect(acks(send(one))).toEqual([[1, 1]]);
    expect(acks(send(three))).toEqual([[2, 1]]);
    expect(acks(send(two))).toEqual([[3, 2]]);
    // It did not hear that: the same again.
    expect(acks(send(two))).toEqual([[4, 2]]);
    const step = send(three);
    expect([codes(step), step.send]).toEqual([["clock.clock-invalid"], []]);
    const token = tokenOf(step);
    if (token === undefined) throw new Error("nothing to store");
    expect(acks(session.stored(token, at))).toEqual([[5, 3]]);
  });

  it.each([1, 2, 3])("keeps the laws (seed %i)", (seed) => {
    const flood = inWrapper(cut(new Uint8Array(900), { octets: 300 }).slice(0, 1));
    const violations = checkLaws<Outcome>({
      make: () => {
        const world = new World();
        const registry = { ...world.seams.registry, byProtocolId: () => DEVICE, byMemory: () => DEVICE };
        return new PushSession({ ...world.settings, deviceOfTitle: () => DEVICE.uid }, { ...world.seams, registry });
      },
      script: [
        { kind: "receive", bytes: inWrapper([1, 2].flatMap((n) => cut(notification(alarm(n), 0x4000_0000 + n)))) },
        { kind: "pass", ms: 1_000 },
        { kind: "receive", bytes: inWrapper(cut(notification(alarm(5), 0x4000_0009))) },
      ],
      start: at,
      seed,
      bound: { ceiling: 2 * DLMS_DEFAULTS.limits.pushBytes, flood: () => flood },
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
