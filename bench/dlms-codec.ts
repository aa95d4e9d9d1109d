import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Apdu } from "../adapters/dlms/apdu/apdu.ts";
import { decodeApdu } from "../adapters/dlms/apdu/decode-apdu.ts";
import { encodeApdu } from "../adapters/dlms/apdu/encode-apdu.ts";
import { type DlmsData, number, octetString, structure } from "../adapters/dlms/data/data.ts";
import { toObis } from "../adapters/dlms/obis.ts";
import { AUTHENTICATED_ENCRYPTED } from "../adapters/dlms/security/control.ts";
import { openApdu, sealToOctets, type SecurityMaterial } from "../adapters/dlms/security/envelope.ts";
import { CipherKeys } from "../adapters/io/node/cipher-keys.ts";
import { fromHex } from "../adapters/kit/bytes.ts";
import { invariant } from "../adapters/kit/invariant.ts";
import type { Bench } from "./bench.ts";
import { readOptions } from "./options.ts";
import { percentile, rounded } from "./statistics.ts";

const TITLE = Uint8Array.from([0x4d, 0x45, 0x54, 0, 0, 0, 0, 9]);
const ROUNDS = 31;
/** Of the rounds, from the fastest: what else the machine does makes some slower and none faster. */
const PERCENT = 10;
/** What a column of a round is divided into, so that the clock is not what is measured. */
const BATCH = 200;

/** The codec and the security of DLMS, one thread, nothing else. */
export const bench: Bench = {
  name: "dlms-codec",
  summary: "APDUs encoded and decoded per second, and ciphered ones against bare AES-GCM of the same octets",
  async run(args, out) {
    const values = readOptions(args, { ms: { type: "string", default: "400", about: "milliseconds for each figure" } });
    const ms = Number(values.ms);
    const figures: Record<string, unknown> = {};
    const codec: (string | number)[][] = [["APDU", "octets", "encode ns", "encode MB/s", "decode ns", "decode MB/s"]];
    for (const [name, apdu] of APDUS) {
      const octets = encodeApdu(apdu);
      const encode = nanoseconds(() => encodeApdu(apdu), ms);
      const decode = nanoseconds(() => decodeApdu(octets), ms);
      codec.push([
        name,
        octets.length,
        rounded(encode, 0),
        speed(octets, encode),
        rounded(decode, 0),
        speed(octets, decode),
      ]);
      figures[name] = { octets: octets.length, encodeNs: rounded(encode, 0), decodeNs: rounded(decode, 0) };
    }
    out.table(codec);
    const ciphered: (string | number)[][] = [
      ["ciphered", "octets", "seal ns", "bare ns", "ratio", "open ns", "bare ns", "ratio"],
    ];
    for (const [name, apdu] of APDUS) {
      const cost = cipheringCost(encodeApdu(apdu), ms);
      ciphered.push([name, ...Object.values(cost)]);
      figures[`ciphered ${name}`] = cost;
    }
    out.table(ciphered);
    return figures;
  },
};

/** Sealing and opening a whole APDU, against the same octets through `node:crypto` and nothing else. */
function cipheringCost(plain: Uint8Array, ms: number): Record<string, number> {
  const ciphers = new CipherKeys();
  const ek = fromHex("000102030405060708090a0b0c0d0e0f") ?? new Uint8Array(16);
  const ak = fromHex("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf") ?? new Uint8Array(16);
  const material: SecurityMaterial = {
    suite: 0,
    encryptionKey: ciphers.addSecret("ek", ek),
    authenticationKey: ciphers.addSecret("ak", ak),
  };
  let counter = 1;
  const protection = AUTHENTICATED_ENCRYPTED;
  // Written out: a copy of an object by spreading costs a third of the ciphering, and would be the bench's own.
  const sealing = () =>
    sealToOctets(
      ciphers,
      { form: "general", key: "global", protection, systemTitle: TITLE, material, counter: counter++ },
      plain,
    );
  const sealed = sealing();
  const opening = () => {
    const apdu = decodeApdu(sealed);
    invariant(apdu.kind === "general-glo-ciphering", "what was sealed is opened");
    return openApdu(ciphers, { material, peerTitle: TITLE }, apdu);
  };
  const iv = new Uint8Array(12);
  const aad = new Uint8Array(17);
  const bareSeal = () => {
    const cipher = createCipheriv("aes-128-gcm", ek, iv, { authTagLength: 12 });
    cipher.setAAD(aad);
    const ciphertext = cipher.update(plain);
    cipher.final();
    return { ciphertext, tag: cipher.getAuthTag() };
  };
  const { ciphertext, tag } = bareSeal();
  const bareOpen = () => {
    const decipher = createDecipheriv("aes-128-gcm", ek, iv, { authTagLength: 12 });
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    const plaintext = decipher.update(ciphertext);
    decipher.final();
    return plaintext;
  };
  const [seal, bare] = nanosecondsInTurn([sealing, bareSeal], ms);
  const [open, bareOpened] = nanosecondsInTurn([opening, bareOpen], ms);
  return {
    octets: plain.length,
    sealNs: rounded(seal ?? 0, 0),
    bareSealNs: rounded(bare ?? 0, 0),
    sealRatio: rounded((seal ?? 0) / (bare ?? 1), 2),
    openNs: rounded(open ?? 0, 0),
    bareOpenNs: rounded(bareOpened ?? 0, 0),
    openRatio: rounded((open ?? 0) / (bareOpened ?? 1), 2),
  };
}

function nanoseconds(act: () => unknown, ms: number): number {
  return nanosecondsInTurn([act], ms)[0] ?? 0;
}

/**
 * Many short rounds in turn, so that what else the machine does meets all of them alike, and of each the fast ones: a
 * neighbour that empties the caches is not what is measured. Processor time of this process, collecting garbage included:
 * a busy machine makes it wait, and waiting is not what is measured either.
 */
function nanosecondsInTurn(acts: readonly (() => unknown)[], ms: number): number[] {
  const samples = acts.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    acts.forEach((act, i) => {
      const begun = process.cpuUsage();
      let times = 0;
      let spent = 0;
      while (spent * ROUNDS < ms * 1e3) {
        for (let n = 0; n < BATCH; n++) kept = act();
        times += BATCH;
        const { user, system } = process.cpuUsage(begun);
        spent = user + system;
      }
      // The first round warms up.
      if (round > 0) samples[i]?.push((spent * 1e3) / times);
    });
  }
  invariant(kept !== undefined, "what was measured was done");
  return samples.map((values) => percentile(values, PERCENT));
}

/** So that nothing measured can be left out. */
let kept: unknown;

function speed(octets: Uint8Array, ns: number): number {
  return rounded((octets.length * 1e3) / ns, 1);
}

const REGISTER = { classId: 3, instance: toObis("1-0:1.8.0*255"), attribute: 2, selection: undefined };
const CLOCK = octetString(Uint8Array.from([0x07, 0xea, 0x0b, 0x15, 0x06, 0, 0x11, 0x33, 0, 0, 0, 0]));
/** A day of quarter hours: clock, status and two registers. */
const DAY: DlmsData = {
  kind: "array",
  elements: Array.from({ length: 96 }, (_, i) =>
    structure(
      CLOCK,
      number("unsigned", 0),
      number("double-long-unsigned", 123_456 + i),
      number("double-long-unsigned", i),
    ),
  ),
};
const APDUS: readonly (readonly [string, Apdu])[] = [
  ["get-request-normal", { kind: "get-request-normal", invoke: 0xc1, reference: REGISTER }],
  [
    "get-response-normal",
    { kind: "get-response-normal", invoke: 0xc1, result: { kind: "data", data: number("double-long-unsigned", 1) } },
  ],
  [
    "get-response-with-list",
    {
      kind: "get-response-with-list",
      invoke: 0xc1,
      results: Array.from({ length: 8 }, () => ({ kind: "data", data: CLOCK })),
    },
  ],
  ["profile of a day", { kind: "get-response-normal", invoke: 0xc1, result: { kind: "data", data: DAY } }],
];
