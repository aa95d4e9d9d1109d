import { describe, expect, it } from "vitest";
import { concat } from "../../kit/bytes.ts";
import { SeededRandom } from "../../kit/random.ts";
import { toInstant } from "../../kit/time.ts";
import { hex, vector, vectorsOf } from "../vectors.testing.ts";
import { decodeWrapperPdu, encodeWrapperPdu, WrapperLink, wrapperFramer } from "./wrapper.ts";

const now = toInstant(0);
const apdus = vectorsOf("apdu").map((one) => hex(one.hex));
const stream = concat(apdus.map((apdu) => encodeWrapperPdu({ source: 1, destination: 16, apdu })));

function link(carrier: "stream" | "datagram" = "stream", apduOctetsMax = 65_535): WrapperLink {
  const made = new WrapperLink({ clientWport: 16, serverWport: 1, carrier, apduOctetsMax });
  made.open(now);
  return made;
}

describe("the wrapper", () => {
  it("W01 decodes and encodes to the same octets", () => {
    const octets = hex(vector("W01").hex);
    const pdu = decodeWrapperPdu(octets);
    expect(pdu).toMatchObject({ source: 16, destination: 1, apdu: { length: 31 } });
    expect(encodeWrapperPdu(pdu)).toEqual(octets);
  });

  it("every vector, whole, byte by byte and cut at random", () => {
    const random = new SeededRandom(3);
    for (const next of [() => stream.length, () => 1, () => random.between(1, 60)]) {
      const one = link();
      const received: Uint8Array[] = [];
      for (let at = 0; at < stream.length; ) {
        const take = next();
        received.push(...one.receive(stream.subarray(at, at + take), now).apdus);
        at += take;
      }
      expect(received).toEqual(apdus);
    }
  });

  it.each([
    ["another version", "0002000100100001C0", "dlms.wrapper.version"],
    ["more than is accepted", "0001000100100101C0", "dlms.wrapper.too-long"],
  ])("a stream with %s ends, and what was whole before it counts", (_name, text, code) => {
    const one = link("stream", 256);
    const [first = new Uint8Array(0)] = apdus;
    const good = encodeWrapperPdu({ source: 1, destination: 16, apdu: first });
    const step = one.receive(concat([good, hex(text)]), now);
    expect(step).toMatchObject({ apdus: [first], state: "closed", fault: { code } });
    expect(one.receive(good, now)).toMatchObject({ apdus: [], state: "closed", fault: { code } });
  });

  it("a bad datagram is dropped, and the next one counts", () => {
    const one = link("datagram");
    const good = hex("0001000100100001C0");
    for (const bad of [hex("0002000100100001C0"), good.subarray(0, 8), concat([good, good]), new Uint8Array(0)]) {
      expect(one.receive(bad, now)).toMatchObject({ apdus: [], state: "open", fault: undefined });
    }
    expect(one.receive(good, now).apdus).toEqual([hex("C0")]);
  });

  it("PDUs of other wPorts are dropped, turned ones are not", () => {
    const one = link();
    const of = (source: number, destination: number) => encodeWrapperPdu({ source, destination, apdu: hex("C0") });
    expect(one.receive(of(1, 102), now).apdus).toEqual([]);
    expect(one.receive(of(2, 16), now).apdus).toEqual([]);
    expect(one.receive(of(16, 1), now).apdus).toHaveLength(1);
    expect(one.receive(of(1, 16), now).apdus).toHaveLength(1);
  });

  it("the longest APDU passes and one octet more does not", () => {
    expect(encodeWrapperPdu({ source: 1, destination: 1, apdu: new Uint8Array(65_535) })).toHaveLength(65_543);
    expect(() => encodeWrapperPdu({ source: 1, destination: 1, apdu: new Uint8Array(65_536) })).toThrow(
      expect.objectContaining({ code: "dlms.wrapper.too-long", blame: "us" }),
    );
    expect(
      wrapperFramer(300).push(encodeWrapperPdu({ source: 1, destination: 1, apdu: new Uint8Array(300) })),
    ).toHaveLength(1);
  });
});
