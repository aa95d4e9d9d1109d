/**
 * SHA-256 (FIPS 180-4), in plain arithmetic: ids are made in rooms that have no `node:crypto`. It names things; it keeps
 * no secret, so its timing does not matter.
 *
 * Ids use the first 128 bits. Among 10^12 messages the odds that any two share them are n²/2^129 ≈ 1.5·10^-15, and a
 * device cannot construct a pair, as it could with FNV or CRC, to have one of its own events taken for a repeat.
 */
export type DigestPart = string | number | Uint8Array | undefined;

const ROUND = new Uint32Array([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19] as const;
const DIGITS = "0123456789abcdef";
const BLOCK = 64;
const encoder = new TextEncoder();
const CODES = encoder.encode(DIGITS);
/** Scratch of one synchronous digest; nothing of it outlives the call. Longer material gets an array of its own. */
const words = new Uint32Array(64);
const state = new Uint32Array(8);
const scratch = new Uint8Array(16 * 1_024);
const scratchView = new DataView(scratch.buffer);
/** UTF-8 bytes of one UTF-16 unit, at most. */
const UNIT_BYTES = 3;
/** What the padding adds, at most. */
const PADDING = BLOCK + 8;

/** 128 bits of SHA-256 as 32 hex digits, over parts that are kept apart: ("ab","c") and ("a","bc") differ. */
export function digest(parts: readonly DigestPart[]): string {
  let text = "";
  // Where the next text goes in the scratch, and how long it may all be.
  let at = 0;
  let room = scratch.length - PADDING;
  for (const part of parts) {
    if (part === undefined) text += "u;";
    else if (typeof part === "string") text += `s${part.length}:${part};`;
    else if (typeof part === "number") text += `n${part};`;
    else {
      text += "b";
      room -= text.length * UNIT_BYTES + part.length * 2;
      if (room < 0) return digestLong(parts);
      at += encoder.encodeInto(text, scratch.subarray(at)).written;
      for (const byte of part) {
        scratch[at++] = CODES[byte >>> 4] ?? 0;
        scratch[at++] = CODES[byte & 15] ?? 0;
      }
      text = ";";
    }
  }
  if (room < text.length * UNIT_BYTES) return digestLong(parts);
  hashScratch(at + encoder.encodeInto(text, at === 0 ? scratch : scratch.subarray(at)).written);
  return digits(4);
}

/** The same for material that is longer than the scratch. */
function digestLong(parts: readonly DigestPart[]): string {
  hash(encoder.encode(digestText(parts)));
  return digits(4);
}

/** What is hashed, for rooms that have a quicker SHA-256. */
export function digestText(parts: readonly DigestPart[]): string {
  let material = "";
  for (const part of parts) {
    if (part === undefined) material += "u;";
    else if (typeof part === "string") material += `s${part.length}:${part};`;
    else if (typeof part === "number") material += `n${part};`;
    else material += `b${toDigits(part)};`;
  }
  return material;
}

/** The whole digest, as 64 hex digits. */
export function sha256(bytes: Uint8Array): string {
  hash(bytes);
  return digits(8);
}

function hash(bytes: Uint8Array): void {
  if (bytes.length + PADDING <= scratch.length) {
    scratch.set(bytes);
    hashScratch(bytes.length);
    return;
  }
  const padded = new Uint8Array(bytes.length + PADDING);
  padded.set(bytes);
  hashPadded(new DataView(padded.buffer), bytes.length);
}

/** The first `length` bytes of the scratch; what is behind them may be of an earlier digest. */
function hashScratch(length: number): void {
  scratch.fill(0, length, length + PADDING);
  hashPadded(scratchView, length);
}

/** FIPS 180-4 §5.1.1: a one, zeros, and the length in bits to the end of a block. Zeros are there already. */
function hashPadded(view: DataView, length: number): void {
  const end = Math.ceil((length + 9) / BLOCK) * BLOCK;
  view.setUint8(length, 0x80);
  view.setUint32(end - 8, Math.floor(length / 0x2000_0000));
  view.setUint32(end - 4, (length << 3) >>> 0);
  state.set(START);
  for (let block = 0; block < end; block += BLOCK) compress(view, block);
}

/** The first words of the state, in hex. */
function digits(count: number): string {
  const codes = count === 4 ? short : new Array<number>(count * 8);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const word = state[i] ?? 0;
    for (let shift = 28; shift >= 0; shift -= 4) codes[at++] = DIGITS.charCodeAt((word >>> shift) & 15);
  }
  return String.fromCharCode.apply(null, codes);
}

/** Digits of the usual length; nothing of them outlives the call. */
const short: number[] = new Array<number>(32).fill(0);

/** FIPS 180-4 §6.2.2, one block. */
function compress(view: DataView, block: number): void {
  for (let i = 0; i < 16; i++) words[i] = view.getUint32(block + 4 * i);
  for (let i = 16; i < 64; i++) {
    const w15 = words[i - 15] ?? 0;
    const w2 = words[i - 2] ?? 0;
    const s0 = turn(w15, 7) ^ turn(w15, 18) ^ (w15 >>> 3);
    const s1 = turn(w2, 17) ^ turn(w2, 19) ^ (w2 >>> 10);
    words[i] = (words[i - 16] ?? 0) + s0 + (words[i - 7] ?? 0) + s1;
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND[i] ?? 0) + (words[i] ?? 0)) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  add(0, a);
  add(1, b);
  add(2, c);
  add(3, d);
  add(4, e);
  add(5, f);
  add(6, g);
  add(7, h);
}

function add(index: number, word: number): void {
  state[index] = (state[index] ?? 0) + word;
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function toDigits(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
