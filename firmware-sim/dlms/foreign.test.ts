import { describe, expect, it } from "vitest";
import { decodeApdu } from "../../adapters/dlms/apdu/decode-apdu.ts";
import { decodeFrame } from "../../adapters/dlms/hdlc/frame.ts";
import { decodeWrapperPdu, encodeWrapperPdu } from "../../adapters/dlms/transport/wrapper.ts";
import { fromHex, toHex, utf8 } from "../../adapters/kit/bytes.ts";
import { type Bond, Pair } from "./pair.testing.ts";
import { HdlcCarrier } from "./carriers/hdlc-carrier.ts";
import { Conversation } from "./conversation.ts";

/**
 * Octets that other clients really sent (Gurux, the examples of the Green Book), put to a simulated meter as they are. What it
 * answers is compared with what servers of others answered, or read field by field.
 */

function bytes(hex: string): Uint8Array {
  const octets = fromHex(hex);
  if (octets === undefined) throw new Error(`not hex: ${hex}`);
  return octets;
}

/** A meter to talk to in APDUs over the wrapper, in hex. */
function meter(bond: Bond, client = 1) {
  const pair = new Pair(bond);
  pair.conversation.open(pair.now);
  return {
    pair,
    say: (hex: string): string => {
      const pdu = encodeWrapperPdu({ source: client, destination: 1, apdu: bytes(hex) });
      const { send } = pair.conversation.receive(pdu, pair.now);
      return send
        .map((octets) => toHex(decodeWrapperPdu(octets).apdu))
        .join(" ")
        .toUpperCase();
    },
  };
}

const keys = { ...new Pair({}).meter.state.keys, secret: utf8("12345678") };
const PLAIN_AARQ = "601DA109060760857405080101BE10040E01000000065F1F0400621E5DFFFF";

describe("a client of somebody else", () => {
  it("of Gurux, without authentication, is accepted in the octets of Gurux's own server but for what is negotiated", () => {
    const { say } = meter({}, 16);
    expect(say(PLAIN_AARQ)).toBe(
      // 04B0: the longest APDU of this meter.
      `6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F0400${negotiated(0x621e5d)}04B00007`,
    );
  });

  it("with the password of the Green Book is accepted, and with another refused", () => {
    const aarq =
      "6036A1090607608574050801018A0207808B0760857405080201AC0A80083132333435363738BE10040E01000000065F1F0400007E1F04B0";
    const { say } = meter({ mechanism: "low", meter: { keys } });
    expect(decodeApdu(bytes(say(aarq)))).toMatchObject({ kind: "aare", result: 0, diagnostic: 0 });
    const refused = meter({ mechanism: "low", meter: { keys } }).say(aarq.replace("3132", "3232"));
    expect(decodeApdu(bytes(refused))).toMatchObject({ kind: "aare", result: 1, diagnostic: 13 });
  });

  it("with the GMAC request of the Green Book is asked to prove itself, but for the system title that it lacks", () => {
    const aarq =
      "6036A1090607608574050801018A0207808B0760857405080205AC0A80084B35366956616759BE10040E01000000065F1F0400007E1F04B0";
    expect(decodeApdu(bytes(meter({ mechanism: "high-gmac" }).say(aarq)))).toMatchObject({
      kind: "aare",
      result: 1,
      diagnostic: 3,
    });
    expect(decodeApdu(bytes(meter({ mechanism: "high-sha1" }).say(aarq)))).toMatchObject({
      result: 1,
      diagnostic: 11,
    });
  });

  it("of Gurux, ciphered, is deciphered, and answered ciphered with a challenge", () => {
    const aarq =
      "605DA109060760857405080103A60A040847757275783132338A0207808B0760857405080205AC12801037204037792068627069011F4919764FBE230421211F3000000001EA138F2D9AF42F0EC634AA87FE116736C0C257675316A15FA336";
    const { pair, say } = meter({ mechanism: "high-gmac", policy: 3 });
    const aare = decodeApdu(bytes(say(aarq)));
    expect(aare).toMatchObject({
      kind: "aare",
      result: 0,
      diagnostic: 14,
      applicationContextName: "2.16.756.5.8.1.3",
      mechanismName: "2.16.756.5.8.2.5",
      authenticationRequired: true,
    });
    const initiate = aare.kind === "aare" ? toHex(aare.userInformation ?? new Uint8Array(0)) : "";
    // glo-initiate-response, authenticated and encrypted, with the meter's first counter.
    expect(initiate.slice(0, 14)).toBe("281f3000000001");
    expect(pair.meter.state.security.clientCounter).toBe(2);
    // The same request again is a replay, and the meter tells which counter it wants.
    expect(say(aarq)).toBe("D8010600000002");
  });

  it.each([
    ["reads the logical device name", "C001C1000100002A0000FF0200", /^C401C1000910/],
    [
      "reads two rows of a profile by number",
      "C001C100070100630100FF020102020406000000010600000002120001120000",
      /^C401C1000102020409/,
    ],
    [
      "reads a profile by time, none of which is there",
      "C001C100070100630100FF0201010204020412000809060000010000FF0F02120000090C07EA0B1405000000FF000000090C07EA0B1607000000FF0000000100",
      /^C401C1000100$/,
    ],
    ["sets the clock", "C101C100080000010000FF0200090C07EA0B150600113300000000", /^C501C100$/],
    [
      "sets clock and zone in a list",
      "C104C10200080000010000FF020000080000010000FF030002090C07EA0B15060011330000000010003C",
      /^C505C1020000$/,
    ],
    ["adjusts the clock to the quarter", "C301C100080000010000FF01010F00", /^C701C10000$/],
    ["asks for a block of nothing", "C002C100000001", /^C402C101000000010110$/],
    ["sends a last block of nothing", "C103C1010000000203000000", /^C503C11200000002$/],
    ["asks for what nobody knows", "C001C1000100002A0001FF0200", /^C401C10104$/],
    ["asks in short names", "050102FA00", /^D80202$/],
    ["says nonsense", "FF010203", /^D80202$/],
    ["stops in the middle", "C001C10001", /^D80103$/],
  ])("%s", (_what, request, answer) => {
    const { say } = meter({});
    say("601DA109060760857405080101BE10040E01000000065F1F0400FFFFFFFFFF");
    expect(say(request)).toMatch(answer);
  });

  it("that did not associate is not served, and releases what it never had", () => {
    const { say } = meter({});
    expect(say("C001C1000100002A0000FF0200")).toBe("D80101");
    expect(say("6203800100")).toBe("6303800100");
  });

  it("of Gurux on HDLC gets its link, its association and its first value", () => {
    const pair = new Pair({});
    const line = new Conversation({ post: pair.post, carrier: new HdlcCarrier() });
    line.open(pair.now);
    const say = (hex: string): string =>
      line
        .receive(bytes(hex), pair.now)
        .send.map((frame) => toHex(frame))
        .join("")
        .toUpperCase();
    // UA with the defaults, as Gurux's server has it.
    expect(say("7EA0070321930F017E")).toBe("7EA01E210373C37A818012050180060180070400000001080400000001533B7E");
    const aare = bytes(
      say("7EA02B032110FBAFE6E600601DA109060760857405080101BE10040E01000000065F1F0400621E5DFFFF88557E"),
    );
    const frame = decodeFrame(aare.slice(1, -1));
    expect([frame.control, toHex(frame.information.subarray(0, 4))]).toEqual([
      { kind: "I", sendNumber: 0, receiveNumber: 1, poll: true },
      "e6e70061",
    ]);
    expect(decodeFrame(bytes(say("7EA00703215303C77E")).slice(1, -1)).control).toEqual({ kind: "UA", poll: true });
  });
});

/** The conformance block that this meter agrees to of what is proposed, in hex. */
function negotiated(proposed: number): string {
  const { conformance } = new Pair({}).meter.state;
  return (conformance & proposed).toString(16).padStart(6, "0").toUpperCase();
}
