import { describe, expect, it } from "vitest";
import { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import { encodeApdu } from "../../adapters/dlms/apdu/encode-apdu.ts";
import { LN_CONFORMANCE } from "../../adapters/dlms/apdu/conformance.ts";
import { clientAddress, serverAddress } from "../../adapters/dlms/hdlc/address.ts";
import { encodeFrame } from "../../adapters/dlms/hdlc/frame.ts";
import { withLlc } from "../../adapters/dlms/hdlc/llc.ts";
import { toObis } from "../../adapters/dlms/obis.ts";
import { encodeWrapperPdu } from "../../adapters/dlms/transport/wrapper.ts";
import { concat } from "../../adapters/kit/bytes.ts";
import { checkLaws } from "../../adapters/kit/laws.ts";
import type { LawSubject } from "../../adapters/kit/laws-play.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import { BEHAVIOURS, completeMeter } from "./behaviours/roster.ts";
import { HdlcCarrier } from "./carriers/hdlc-carrier.ts";
import { WrapperCarrier } from "./carriers/wrapper-carrier.ts";
import { Conversation, type ConversationOutcome } from "./conversation.ts";
import { SimulatedMeter } from "./meter.ts";
import { PUBLIC_CLIENT } from "./meter-client.ts";
import { MeterPost } from "./meter-post.ts";

/** The server's half under the laws every machine of ours is under. */

const START = toInstant(1_000);
const WALL = toWall(Date.UTC(2026, 5, 17, 10));

function conversation(seed: number, carrier: "tcp" | "hdlc", names: readonly string[]): Conversation {
  const faults = names.flatMap((name) => BEHAVIOURS[name]?.make({ eventEveryMs: 0 }) ?? []);
  const meter = new SimulatedMeter({
    identity: {
      uid: "m",
      equipment: "EBUS0000000000001",
      systemTitle: new Uint8Array(8),
      profile: "smr-5.0",
      phases: 1,
      mbus: [],
      logicalDevice: 1,
    },
    keys: {
      encryption: new Uint8Array(16),
      authentication: new Uint8Array(16),
      broadcast: new Uint8Array(16),
      master: new Uint8Array(16),
      secret: new Uint8Array(8),
    },
    security: { suite: 0, policy: 0 },
    clients: [PUBLIC_CLIENT],
    behaviours: [...faults, ...completeMeter({ eventEveryMs: 0 })],
    random: new SeededRandom(seed),
    ciphers: new CipherKeys(),
    wall: () => WALL,
  });
  meter.tick(START);
  const made = carrier === "tcp" ? new WrapperCarrier("stream") : new HdlcCarrier();
  return new Conversation({ post: new MeterPost([meter]), carrier: made });
}

const AARQ = encodeApdu({
  kind: "aarq",
  protocolVersion: undefined,
  applicationContextName: "2.16.756.5.8.1.1",
  calledApTitle: undefined,
  calledAeQualifier: undefined,
  calledApInvocationId: undefined,
  calledAeInvocationId: undefined,
  callingApTitle: undefined,
  callingAeQualifier: undefined,
  callingApInvocationId: undefined,
  callingAeInvocationId: undefined,
  authenticationRequired: false,
  mechanismName: undefined,
  callingAuthenticationValue: undefined,
  implementationInformation: undefined,
  userInformation: encodeApdu({
    kind: "initiate-request",
    dedicatedKey: undefined,
    responseAllowed: true,
    qualityOfService: undefined,
    dlmsVersion: 6,
    conformance: LN_CONFORMANCE,
    maxReceivePduSize: 200,
  }),
});
const GET = encodeApdu({
  kind: "get-request-normal",
  invoke: 0xc1,
  reference: { classId: 15, instance: toObis("0.0.40.0.0.255"), attribute: 2, selection: undefined },
});
const NEXT = encodeApdu({ kind: "get-request-next", invoke: 0xc1, blockNumber: 1 });
const RELEASE = encodeApdu({ kind: "rlrq", reason: 0, userInformation: undefined });

function overTcp(apdus: readonly Uint8Array[]): Uint8Array[] {
  return apdus.map((apdu) => encodeWrapperPdu({ source: 16, destination: 1, apdu }));
}

function overHdlc(apdus: readonly Uint8Array[]): Uint8Array[] {
  const [destination, source] = [serverAddress(1, 17), clientAddress(16)];
  const frame = { destination, source, segmented: false };
  const link = encodeFrame({ ...frame, control: { kind: "SNRM", poll: true }, information: new Uint8Array(0) });
  return [
    link,
    ...apdus.map((apdu, at) =>
      encodeFrame({
        ...frame,
        control: { kind: "I", sendNumber: at & 7, receiveNumber: 0, poll: true },
        information: withLlc("command", apdu),
      }),
    ),
  ];
}

function subject(carrier: "tcp" | "hdlc", names: readonly string[]): LawSubject<ConversationOutcome> {
  const chunks = (carrier === "tcp" ? overTcp : overHdlc)([AARQ, GET, NEXT, RELEASE]);
  return {
    make: (seed) => conversation(seed, carrier, names),
    script: chunks.flatMap((bytes) => [{ kind: "receive", bytes } as const, { kind: "pass", ms: 10 } as const]),
    start: START,
    mutations: 25,
    bound: {
      ceiling: 70_000,
      // A PDU, or a frame, that is announced and never ends.
      flood: () =>
        concat([
          carrier === "tcp" ? Uint8Array.of(0, 1, 0, 16, 0, 1, 0xff, 0xff) : Uint8Array.of(0x7e, 0xa7, 0xff),
          new Uint8Array(1_000),
        ]),
      held: (machine) => (machine instanceof Conversation ? machine.held : Number.POSITIVE_INFINITY),
    },
  };
}

describe("a conversation with a simulated meter", () => {
  it.each(
    (["tcp", "hdlc"] as const).flatMap((carrier) =>
      [
        [],
        ["dribbles"],
        ["answers-slowly"],
        ["loses-blocks"],
        ["garbles-line"],
        ["truncates-answers"],
        ["hangs-up"],
        ["falls-silent"],
        ["is-busy"],
      ].map((names) => ({ carrier, names })),
    ),
  )("keeps the laws over $carrier with $names", ({ carrier, names }) => {
    expect(checkLaws(subject(carrier, names))).toEqual([]);
  });
});
