import { describe, expect, it } from "vitest";
import { toHex } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { toObis } from "../obis.ts";
import { hex, vector, vectorsOf } from "../vectors.testing.ts";
import { decodeApdu, decodeLeniently } from "./decode-apdu.ts";
import { encodeApdu } from "./encode-apdu.ts";

const KINDS: Readonly<Record<string, string>> = {
  A01: "aarq",
  A02: "aare",
  A03: "aarq",
  A04: "aare",
  A05: "aarq",
  A08: "rlrq",
  X01: "get-request-normal",
  X02: "get-response-normal",
  X03: "get-response-normal",
  X04: "get-response-normal",
  X06: "get-response-with-list",
  X07: "get-request-normal",
  X08: "get-request-normal",
  X09: "get-response-normal",
  X11: "get-request-next",
  X12: "get-response-with-datablock",
  X13: "set-request-normal",
  X15: "set-request-with-list",
  X16: "set-response-with-list",
  X18: "set-request-with-datablock",
  X19: "set-response-datablock",
  X20: "set-response-last-datablock",
  X21: "action-request-normal",
  X23: "action-request-normal",
  X24: "action-response-normal",
  X25: "action-response-next-pblock",
  X27: "exception-response",
  X28: "confirmed-service-error",
  X29: "data-notification",
  X31: "general-block-transfer",
  X32: "general-block-transfer",
  X34: "access-response",
  S01: "service-ciphered",
  S02: "service-ciphered",
  S03: "service-ciphered",
  S04: "service-ciphered",
  S06: "general-glo-ciphering",
  S07: "general-glo-ciphering",
  S09: "service-ciphered",
  S10: "service-ciphered",
  S12: "general-ded-ciphering",
};

describe("the vectors of the APDU layer", () => {
  it.each(vectorsOf("apdu").map((one) => [one.id, one] as const))(
    "%s decodes and encodes to the same octets",
    (id, one) => {
      const apdu = decodeApdu(hex(one.hex));
      expect(apdu.kind).toBe(KINDS[id]);
      expect(toHex(encodeApdu(apdu)).toUpperCase()).toBe(one.hex);
    },
  );

  it.each(vectorsOf("apdu").map((one) => [one.id, one] as const))("%s cut short anywhere is refused", (_id, one) => {
    const octets = hex(one.hex);
    for (let length = 0; length < octets.length; length++) {
      // A counter error may leave out the counter.
      if (one.id === "X27" && length >= 3) continue;
      expect(() => decodeApdu(octets.subarray(0, length)), `${length} octets`).toThrow(EdgeError);
    }
  });
});

describe("what they say", () => {
  it("AARQ with a password", () => {
    expect(decodeApdu(hex(vector("A01").hex))).toMatchObject({
      applicationContextName: "2.16.756.5.8.1.1",
      authenticationRequired: true,
      mechanismName: "2.16.756.5.8.2.1",
      callingAuthenticationValue: hex("3132333435363738"),
      userInformation: hex("01000000065F1F0400007E1F04B0"),
    });
    expect(decodeApdu(hex("01000000065F1F0400007E1F04B0"))).toEqual({
      kind: "initiate-request",
      dedicatedKey: undefined,
      responseAllowed: true,
      qualityOfService: undefined,
      dlmsVersion: 6,
      conformance: 0x007e1f,
      maxReceivePduSize: 1200,
    });
  });

  it("AARE that wants the third pass", () => {
    expect(decodeApdu(hex(vector("A04").hex))).toMatchObject({
      result: 0,
      diagnosticSource: "service-user",
      diagnostic: 14,
      mechanismName: "2.16.756.5.8.2.5",
      respondingAuthenticationValue: hex("503677524A323146"),
    });
  });

  it("a profile by range", () => {
    expect(decodeApdu(hex(vector("X08").hex))).toMatchObject({
      invoke: 0xc1,
      reference: {
        classId: 7,
        instance: toObis("1-0:99.1.0*255"),
        attribute: 2,
        selection: { selector: 1, parameters: { kind: "structure", elements: { length: 4 } } },
      },
    });
  });

  it("an exception with the expected counter, and one that does not say it", () => {
    expect(decodeApdu(hex(vector("X27").hex))).toMatchObject({ stateError: 1, serviceError: 6, expectedCounter: 148 });
    expect(decodeApdu(hex("D80106"))).toMatchObject({ serviceError: 6, expectedCounter: undefined });
  });

  it("blocks of a general block transfer", () => {
    expect(decodeApdu(hex(vector("X32").hex))).toEqual({
      kind: "general-block-transfer",
      last: true,
      streaming: false,
      window: 1,
      blockNumber: 2,
      blockNumberAck: 1,
      blockData: hex("120000"),
    });
  });
});

describe("what is not quite an APDU", () => {
  it("octets behind it are refused, or counted where servers in the field send them", () => {
    const stray = hex(`${vector("X19").hex}000000`);
    expect(() => decodeApdu(stray)).toThrow(expect.objectContaining({ code: "dlms.apdu.trailing", offset: 7 }));
    expect(decodeLeniently(stray)).toMatchObject({ apdu: { blockNumber: 1 }, trailing: 3 });
    const aare = hex(`${vector("A02").hex}0000`);
    expect(() => decodeApdu(aare)).toThrow(expect.objectContaining({ code: "dlms.apdu.trailing" }));
    expect(decodeLeniently(aare)).toMatchObject({ apdu: { result: 0 }, trailing: 2 });
  });

  it.each([
    ["an unknown tag", "FF00", "dlms.apdu.unknown-tag"],
    ["nothing", "", "dlms.apdu.truncated"],
    ["a GET of an unknown kind", "C009C1", "dlms.apdu.malformed"],
    ["an optional flag that is none", "C001C1000100002A0000FF0205", "dlms.apdu.malformed"],
    ["a list of 2^32 - 1 references", "C003C184FFFFFFFF", "dlms.apdu.truncated"],
    ["a list of 2^32 - 1 data", "C401C1000184FFFFFFFF00", "dlms.data.truncated"],
    ["octets of 2^32 - 1", "C401C1000984FFFFFFFF00", "dlms.apdu.truncated"],
    ["a length in 5 octets", "C401C100098500000000FF", "dlms.axdr.length-too-long"],
    ["a conformance of 16 bits", "01000000065F1F0300007E1F04B0", "dlms.apdu.malformed"],
    ["an AARQ of 2^32 - 1 octets", "6084FFFFFFFF", "dlms.acse.truncated"],
    ["an AARQ without an end", "6080A109060760857405080101", "dlms.acse.indefinite-length"],
  ])("%s is refused", (_name, text, code) => {
    expect(() => decodeApdu(hex(text))).toThrow(expect.objectContaining({ code }));
  });

  it("the conformance block of old meters, its tag in one octet", () => {
    expect(decodeApdu(hex("01000000065F0400007E1F04B0"))).toMatchObject({ conformance: 0x7e1f });
  });

  it("lengths longer than they need to be", () => {
    expect(decodeApdu(hex("C401C10009820002ABCD"))).toMatchObject({
      result: { kind: "data", data: { kind: "octet-string", octets: hex("ABCD") } },
    });
  });
});
