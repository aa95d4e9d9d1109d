import { describe, expect, it } from "vitest";
import { decodeCommand } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { CipherKeys } from "../io/node/cipher-keys.ts";
import { SimCrypto } from "../io/sim/crypto.ts";
import { concat, fromHex, toHex } from "../kit/bytes.ts";
import { checkLaws } from "../kit/laws.ts";
import type { ScriptInput } from "../kit/laws-play.ts";
import { SeededRandom } from "../kit/random.ts";
import type { CommandConclusion, DeviceMemory, SessionOutcome, StoreToken } from "../kit/session.ts";
import type { Step } from "../kit/step.ts";
import { type Instant, toInstant } from "../kit/time.ts";
import { NOW, tableDevice } from "./actions/table-meter.testing.ts";
import type { DlmsDevice } from "./device.ts";
import { DialSession } from "./dial-session.ts";
import { DLMS_DEFAULTS } from "./settings.ts";
import { decodeWrapperPdu, encodeWrapperPdu } from "./transport/wrapper.ts";

type Outcome = SessionOutcome<MessageDraft>;

const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array();
/** AARE accepted, conformance 00501F, APDUs of 500 octets (Green Book example). */
const ACCEPTED = bytes("6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f040000501f01f40007");
const at = toInstant(0);
const keys = new CipherKeys();
const encryption = keys.addSecret("enc", bytes("000102030405060708090a0b0c0d0e0f"));
const authentication = keys.addSecret("auth", bytes("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"));

class World {
  memory: DeviceMemory | undefined;
  readonly device: DlmsDevice;
  readonly session: DialSession;
  #waiting = new Map<StoreToken, DeviceMemory | undefined>();

  constructor(over: Partial<DlmsDevice> = {}, memory?: DeviceMemory) {
    this.memory = memory;
    this.device = { ...tableDevice("smr-5.5"), ...over };
    this.session = new DialSession({ ...DLMS_DEFAULTS, ciphers: keys }, this.device, {
      random: new SeededRandom(1),
      crypto: new SimCrypto(),
      wall: () => NOW,
      registry: {
        byUid: () => this.device,
        byProtocolId: () => undefined,
        memory: () => this.memory,
        byMemory: () => undefined,
      },
    });
  }

  seen(step: Step<Outcome>): Step<Outcome> {
    for (const one of step.outcomes) if (one.kind === "store") this.#waiting.set(one.token, one.memory);
    return step;
  }

  stored(token: StoreToken, now: Instant): Step<Outcome> {
    this.memory = this.#waiting.get(token) ?? this.memory;
    return this.seen(this.session.stored(token, now));
  }

  submit(
    action: string,
    over: { readonly value?: Record<string, string | number>; readonly deadline?: string } = {},
  ): Step<Outcome> {
    const command = decodeCommand({
      uid: "cmd-1",
      device: this.device.uid,
      action,
      value: over.value ?? { object: "0-0:1.0.0*255", attribute: 3 },
      deadline: over.deadline ?? "2026-11-21T13:00:00Z",
      issuedBy: "test",
    });
    return this.seen(this.session.submit(command, at));
  }
}

const conclusions = (step: Step<Outcome>): CommandConclusion[] =>
  step.outcomes.flatMap((one) => (one.kind === "concluded" ? [one.conclusion] : []));
const stores = (step: Step<Outcome>) => step.outcomes.filter((one) => one.kind === "store");
const apdus = (step: Step<Outcome>) => step.send.map((pdu) => toHex(decodeWrapperPdu(pdu).apdu));
const wrapped = (apdu: Uint8Array) => encodeWrapperPdu({ source: 1, destination: 1, apdu });
const answer = (request: string, rest: string) =>
  wrapped(bytes(`${request.slice(0, 2) === "c0" ? "c401" : "c501"}${request.slice(4, 6)}${rest}`));

describe("a command in one association", () => {
  it("is asked after both sides agreed, stored before it is concluded, and released", () => {
    const world = new World();
    expect(apdus(world.session.open(at))).toEqual([]);
    expect(apdus(world.submit("attribute.read"))[0]).toMatch(/^60/);
    const [request = ""] = apdus(world.seen(world.session.receive(wrapped(ACCEPTED), at)));
    expect(request).toMatch(/^c001..00080000010000ff0300$/);
    const answered = world.seen(world.session.receive(answer(request, "0010ffc4"), at));
    expect(conclusions(answered)).toEqual([]);
    const [store] = stores(answered);
    if (store?.kind !== "store") throw new Error("nothing to store");
    expect(store.drafts).toHaveLength(1);
    const after = world.stored(store.token, at);
    expect(conclusions(after)).toMatchObject([{ end: "succeeded", result: { value: -60, data: "long:-60" } }]);
    expect(apdus(after)[0]).toMatch(/^62/);
    expect(world.session.receive(wrapped(bytes("6303800100")), at).ended).toBe("done");
  });

  it("is rejected before a byte is sent, and never begins after its deadline", () => {
    const world = new World();
    world.session.open(at);
    const wrong = world.submit("attribute.read", { value: { object: "nowhere" } });
    expect(wrong.send).toEqual([]);
    expect(conclusions(wrong)).toMatchObject([{ end: "rejected", fault: { code: "dlms.command.invalid" } }]);
    const late = new World();
    late.session.open(at);
    late.submit("attribute.read", { deadline: "2026-11-21T11:59:59Z" });
    const refused = late.seen(late.session.receive(wrapped(ACCEPTED), at));
    expect(apdus(refused).filter((apdu) => apdu.startsWith("c0"))).toEqual([]);
    const [store] = stores(refused);
    const said = store?.kind === "store" ? conclusions(late.stored(store.token, at)) : conclusions(refused);
    expect(said).toMatchObject([{ end: "unsent", fault: { code: "dlms.command.expired" } }]);
  });

  it("ends as what the meter says: refused is failed, nothing is unanswered", () => {
    const world = new World();
    world.session.open(at);
    world.submit("attribute.write", { value: { object: "0-0:1.0.0*255", attribute: 3, data: "long:60" } });
    const [request = ""] = apdus(world.seen(world.session.receive(wrapped(ACCEPTED), at)));
    const refused = world.seen(world.session.receive(answer(request, "03"), at));
    const [store] = stores(refused);
    const said = store?.kind === "store" ? conclusions(world.stored(store.token, at)) : [];
    expect(said).toMatchObject([{ end: "failed", fault: { code: "dlms.service.access-denied", native: 3 } }]);
    const silent = new World();
    silent.session.open(at);
    silent.submit("attribute.read");
    silent.seen(silent.session.receive(wrapped(ACCEPTED), at));
    expect(conclusions(silent.session.close(at))).toMatchObject([{ end: "unanswered" }]);
  });
});

describe("invocation counters", () => {
  const ciphered: Partial<DlmsDevice> = {
    authentication: "hls-gmac",
    protection: "both",
    keys: { ...tableDevice("smr-5.5").keys, encryption, authentication },
  };

  it("are asked of the public client where nothing is known, and leave only when a ceiling above them is durable", () => {
    const world = new World(ciphered);
    world.session.open(at);
    expect(apdus(world.submit("attribute.read"))[0]).toMatch(/^601da1/);
    const [asked = ""] = apdus(world.seen(world.session.receive(wrapped(ACCEPTED.slice()), at)));
    // The public client has wPort 16.
    expect(asked).toBe("");
    const accepted = encodeWrapperPdu({ source: 1, destination: 16, apdu: ACCEPTED });
    const [read = ""] = apdus(world.seen(world.session.receive(accepted, at)));
    expect(read).toMatch(/^c001..000100002b0100ff0200$/);
    const told = encodeWrapperPdu({ source: 1, destination: 16, apdu: bytes(`c401${read.slice(4, 6)}000600001000`) });
    const reconnects = world.seen(world.session.receive(told, at));
    expect(reconnects.ended).toBe("done");
    const [learnt] = stores(reconnects);
    expect(learnt).toMatchObject({ memory: { counter: 0x1001, meterCounter: 0x1000 } });
    if (learnt?.kind === "store") world.stored(learnt.token, at);
    const opened = world.seen(world.session.open(at));
    // Not a byte before the ceiling is durable.
    expect(opened.send).toEqual([]);
    const [reserve] = stores(opened);
    if (reserve?.kind !== "store") throw new Error("nothing reserved");
    expect(reserve.memory).toMatchObject({ counter: 0x1001 + DLMS_DEFAULTS.counterBlock });
    const [aarq = ""] = apdus(world.stored(reserve.token, at));
    // The first of the block, in the ciphered InitiateRequest.
    expect(aarq).toContain("3000001001");
  });

  it("of the meter that went down are an alarm, and ours stay where they are", () => {
    const world = new World(ciphered, { counter: 9_000, meterCounter: 8_000 });
    world.session.open(at);
    const begun = world.submit("attribute.read");
    const [reserve] = stores(begun);
    if (reserve?.kind !== "store") throw new Error("nothing reserved");
    world.stored(reserve.token, at);
    // The meter hangs up: is it the counter?
    const doubt = world.seen(world.session.receive(wrapped(bytes("d8010600000001")), at));
    expect(doubt.outcomes.some((one) => one.kind === "reconnect")).toBe(true);
    world.seen(world.session.open(at));
    const accepted = encodeWrapperPdu({ source: 1, destination: 16, apdu: ACCEPTED });
    const [read = ""] = apdus(world.seen(world.session.receive(accepted, at)));
    const told = encodeWrapperPdu({ source: 1, destination: 16, apdu: bytes(`c401${read.slice(4, 6)}000600000005`) });
    const after = world.seen(world.session.receive(told, at));
    const [store] = stores(after);
    expect(store).toMatchObject({
      drafts: [{ data: { code: "security.invocation-counter-decreased", severity: "alarm" } }],
    });
    expect(store?.kind === "store" ? store.memory?.["counter"] : 0).toBeGreaterThanOrEqual(9_200);
    expect(conclusions(after)).toMatchObject([{ fault: { code: "dlms.service.counter-rejected" } }]);
  });
});

describe("a connection we opened", () => {
  it.each([1, 2, 3])("keeps the laws (seed %i)", (seed) => {
    const dry = new World();
    dry.session.open(at);
    dry.submit("attribute.read");
    const [request = ""] = apdus(dry.session.receive(wrapped(ACCEPTED), at));
    const worlds = new WeakMap<object, World>();
    const give = (machine: object, now: Instant): Step<Outcome> =>
      worlds.get(machine)?.submit("attribute.read") ?? dry.session.wake(now);
    const script: ScriptInput<Outcome>[] = [
      { kind: "give", give },
      { kind: "receive", bytes: wrapped(ACCEPTED) },
      { kind: "receive", bytes: answer(request, "0010ffc4") },
      { kind: "receive", bytes: wrapped(bytes("6303800100")) },
    ];
    const violations = checkLaws<Outcome>({
      make: () => {
        const world = new World();
        worlds.set(world.session, world);
        return world.session;
      },
      script,
      start: at,
      seed,
      bound: {
        ceiling: 0x1_0010,
        before: script.slice(0, 1),
        flood: (fed) => {
          const noise = new Uint8Array(4_096).fill(0x30);
          if (fed === 0) noise.set([0, 1, 0, 1, 0, 1, 0xff, 0xff]);
          return noise;
        },
      },
      store: {
        tokenOf: (outcome) => (outcome.kind === "store" ? outcome.token : undefined),
        stored: (machine, token, now) => worlds.get(machine)?.stored(token, now) ?? machine.wake(now),
        // The release says that we have what we came for: only when it is durable.
        acknowledgements: (sent) => (toHex(concat([sent])).match(/0001000100010005620380/g) ?? []).length,
        expected: 1,
      },
    });
    expect(violations).toEqual([]);
  });
});
