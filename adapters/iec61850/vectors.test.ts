import { describe, expect, it } from "vitest";
import { toHex } from "../kit/bytes.ts";
import { SeededRandom } from "../kit/random.ts";
import { decodeFrame, decodeTsdu } from "./layers.ts";
import { encodeMms } from "./mms/encode.ts";
import { encodeAcse } from "./stack/acse.ts";
import { encodeCotp, TsduAssembler } from "./stack/cotp.ts";
import { encodePpdu, type Ppdu } from "./stack/presentation.ts";
import { encodeSpdu } from "./stack/session.ts";
import { encodeTpkt, tpktFramer } from "./stack/tpkt.ts";
import { faultOf, FRAMES, hex } from "./vectors.testing.ts";

/** What was sent to find out how a server takes it: each with the fault it is for us. */
const DELIBERATE: Readonly<Record<string, string>> = {
  "probe/indefinite-length-presentation-req0": "iec61850.presentation.indefinite-length",
  "probe/garbage-mms-req0": "mms.pdu.truncated",
  "probe/tpkt-version-2-req0": "iec61850.tpkt.malformed",
};
/** Halves of one TSDU: whole only together. */
const FRAGMENT = /cotp-two-fragments-req|files\/\d+-fileRead-big/;

const tpkts = FRAMES.filter((one) => one.hex !== "" && !one.name.startsWith("gxf-register/"));
const good = tpkts.filter((one) => DELIBERATE[one.name] === undefined && !FRAGMENT.test(one.name));

describe("the observed frames", () => {
  it("are all there, and five of them are not whole or not good", () => {
    expect(FRAMES.length).toBe(347);
    expect(tpkts.length - good.length).toBe(5);
  });

  it.each(good.map((one) => [one.name, one.hex] as const))(
    "%s decodes and encodes to the same bytes",
    (_name, text) => {
      const bytes = hex(text);
      const cotp = decodeFrame(bytes);
      if (cotp.kind !== "data") {
        expect(toHex(encodeTpkt(encodeCotp(cotp)))).toBe(text);
        return;
      }
      expect(cotp.last).toBe(true);
      expect(toHex(encodeTpkt(encodeCotp({ ...cotp, payload: reencoded(cotp.payload) })))).toBe(text);
    },
  );

  it.each(Object.entries(DELIBERATE))("%s is refused as %s", (name, code) => {
    const found = FRAMES.find((one) => one.name === name);
    expect(
      faultOf(() => {
        const cotp = decodeFrame(hex(found?.hex ?? ""));
        if (cotp.kind === "data") decodeTsdu(cotp.payload);
      }),
    ).toBe(code);
  });

  it("come out of the framer whole, byte by byte and cut anywhere", () => {
    const stream = hex(good.map((one) => one.hex).join(""));
    const random = new SeededRandom(61850);
    const cuts: readonly ((at: number) => number)[] = [() => stream.length, () => 1, () => random.between(1, 400)];
    for (const cut of cuts) {
      const framer = tpktFramer();
      const frames: string[] = [];
      for (let at = 0; at < stream.length; ) {
        const end = Math.min(stream.length, at + cut(at));
        const { frames: whole, fault } = framer.cut(stream.subarray(at, end));
        expect(fault).toBeUndefined();
        frames.push(...whole.map((one) => toHex(one)));
        at = end;
      }
      expect(frames).toEqual(good.map((one) => one.hex));
      expect(framer.pending).toBe(0);
    }
  });

  it("put fragments together", () => {
    const assembler = new TsduAssembler();
    const wholes = ["probe/cotp-two-fragments-req0", "probe/cotp-two-fragments-req1"].map((name) => {
      const cotp = decodeFrame(hex(FRAMES.find((one) => one.name === name)?.hex ?? ""));
      return cotp.kind === "data" ? assembler.take(cotp) : undefined;
    });
    expect(wholes[0]).toBeUndefined();
    expect(decodeTsdu(wholes[1] ?? new Uint8Array(0)).mms).toEqual({
      kind: "confirmed-request",
      invokeId: 2,
      request: { service: "status", extendedDerivation: false },
    });
  });

  it("are a fault wherever they are cut short inside a frame that says it is whole", () => {
    for (const one of good.slice(0, 60)) {
      const cotp = decodeFrame(hex(one.hex));
      if (cotp.kind !== "data") continue;
      for (let length = 1; length < cotp.payload.length; length++) {
        const code = faultOf(() => decodeTsdu(cotp.payload.subarray(0, length)));
        expect(code, `${one.name} cut to ${length}`).toMatch(/^(iec61850|mms)\./);
      }
    }
  });
});

/** Decodes every layer and builds the TSDU again from the values alone. */
function reencoded(tsdu: Uint8Array): Uint8Array {
  const { spdu, ppdu, acse, mms } = decodeTsdu(tsdu);
  if (ppdu === undefined) return encodeSpdu(spdu);
  return encodeSpdu({ ...spdu, userData: encodePpdu(rebuilt(ppdu, acse, mms)) } as typeof spdu);
}

function rebuilt(
  ppdu: Ppdu,
  acse: ReturnType<typeof decodeTsdu>["acse"],
  mms: ReturnType<typeof decodeTsdu>["mms"],
): Ppdu {
  if (!("pdvs" in ppdu)) return ppdu;
  const [pdv] = ppdu.pdvs;
  if (pdv === undefined) return ppdu;
  if (acse === undefined) return { ...ppdu, pdvs: [{ ...pdv, data: mms === undefined ? pdv.data : encodeMms(mms) }] };
  const inner =
    "userInformation" in acse && acse.userInformation !== undefined && mms !== undefined
      ? { ...acse, userInformation: { ...acse.userInformation, data: encodeMms(mms) } }
      : acse;
  return { ...ppdu, pdvs: [{ ...pdv, data: encodeAcse(inner) }] };
}
