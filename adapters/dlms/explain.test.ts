import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CipherKeys } from "../io/node/cipher-keys.ts";
import { concat } from "../kit/bytes.ts";
import { explain, type ExplainKeys } from "./explain.ts";
import { hex, vector, vectorsOf } from "./vectors.testing.ts";

function keysOf(id: string): ExplainKeys {
  const one = vector(id);
  return {
    ciphers: new CipherKeys(),
    material: {
      suite: 0,
      encryptionKey: hex(one.encryption_key),
      authenticationKey: hex(one.authentication_key),
    },
    systemTitle: hex(one.system_title),
  };
}

function text(octets: Uint8Array, keys?: ExplainKeys): string {
  const { lines, faults } = explain(octets, keys);
  expect(faults).toEqual([]);
  return lines.map(({ depth, name, value }) => `${"  ".repeat(depth)}${name}: ${value}`).join("\n");
}

describe("explanations", () => {
  it.each(
    (["hdlc", "wrapper", "apdu"] as const).flatMap((layer) => vectorsOf(layer)).map((one) => [one.id, one] as const),
  )("%s has no fault", (_id, one) => {
    expect(explain(hex(one.hex))).toMatchObject({ octets: one.hex.length / 2, faults: [] });
  });

  it("a frame, the AARQ in it, the request in that", () => {
    const said = text(hex(vector("H06").hex));
    expect(said).toContain("HDLC frame: I N(S)=0 N(R)=0 P/F=1");
    expect(said).toContain("APDU: aarq");
    expect(said).toContain("context: logical-name, no ciphering");
    expect(said).toMatch(/APDU: initiate-request/);
    expect(said).toMatch(/conformance: \d+ {2}general-protection general-block-transfer/);
  });

  it("a push in a UI frame, opened", () => {
    const said = text(hex(vector("H12").hex), keysOf("S06"));
    expect(said).toContain("HDLC frame: UI");
    expect(said).toContain("APDU: general-glo-ciphering");
    expect(said).toContain("system title: GRX 0000000001");
    expect(said).toContain("security control: suite 0, authenticated and encrypted");
    expect(said).toContain("APDU: data-notification");
    expect(said).toContain('"GRX0000000123456"');
    expect(said).toContain("double-long-unsigned 123456789");
  });

  it("a protected AARQ says its title for what follows", () => {
    const { systemTitle: _said, ...keys } = keysOf("A05");
    const said = text(hex(vector("A05").hex), { ...keys, systemTitle: undefined });
    expect(said).toContain("max receive pdu size: 65535");
  });

  it("what it reads and writes", () => {
    expect(text(hex(vector("X07").hex))).toContain("instance: 1-0:99.1.0*255");
    expect(text(hex(vector("X04").hex))).toContain("result: 3  read-write-denied");
    expect(text(hex(vector("X13").hex))).toContain("2026-11-21");
    expect(text(hex(vector("X27").hex))).toContain("service error: 6  invocation-counter-error");
  });

  it("a wrong key, no key, octets missing, octets too many", () => {
    const wrong = { ...keysOf("S01"), material: { ...keysOf("S01").material, authenticationKey: new Uint8Array(16) } };
    expect(explain(hex(vector("S01").hex), wrong).faults).toEqual([expect.stringContaining("deciphering-failed")]);
    expect(text(hex(vector("S01").hex))).toContain("25 octets; give the keys to open them");
    expect(explain(hex("C401C100")).faults).toEqual([expect.stringContaining("dlms.apdu.truncated")]);
    expect(explain(hex(`${vector("X19").hex}00`)).faults).toEqual(["1 octets follow the set-response-datablock"]);
    expect(explain(hex(vector("H06").hex).subarray(0, 20)).faults).toHaveLength(1);
    expect(explain(hex("00010010000100FF60")).faults).toEqual([expect.stringContaining("dlms.wrapper.truncated")]);
  });

  it("another suite with keys of the same size", () => {
    const ciphered = hex("C8122101234567411312FF935A47566827C467BC");
    expect(text(ciphered, keysOf("S02"))).toContain("APDU: get-request-normal");
  });

  it("two PDUs one after the other", () => {
    const one = hex(vector("W01").hex);
    expect(text(concat([one, one])).match(/APDU: aarq/g)).toHaveLength(2);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.constantFrom("H06", "W01", "S06", "X31", "A05"), fc.nat(), fc.nat(255), (id, at, octet) => {
        const octets = hex(vector(id).hex);
        octets[at % octets.length] = octet;
        explain(octets, keysOf("S06"));
      }),
      { numRuns: 2_000 },
    );
  });
});
