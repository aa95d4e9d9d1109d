import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endpoint, formatDuration, formatSize, host, parseDuration, parseSize } from "./scalars.ts";
import { nearest } from "./suggest.ts";

describe("durations and sizes", () => {
  it.each([
    ["400ms", 400],
    ["3s", 3_000],
    ["1.5s", 1_500],
    ["5min", 300_000],
    ["2h", 7_200_000],
    ["7d", 604_800_000],
    ["0ms", 0],
    [" 3 s ", 3_000],
    ["3", undefined],
    ["3S", undefined],
    ["-3s", undefined],
    ["1e3s", undefined],
    ["0.5ms", undefined],
    ["3s3", undefined],
    ["s", undefined],
    ["3constructor", undefined],
    ["", undefined],
  ])("%s is %s milliseconds", (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each([
    ["512B", 512],
    ["64KiB", 65_536],
    ["1.5GiB", 1_610_612_736],
    ["64KB", undefined],
    ["64", undefined],
  ])("%s is %s bytes", (text, expected) => {
    expect(parseSize(text)).toBe(expected);
  });

  it("read back what they write", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), (n) => {
        expect(parseDuration(formatDuration(n))).toBe(n);
        expect(parseSize(formatSize(n))).toBe(n);
      }),
    );
  });
});

describe("addresses", () => {
  it.each([
    [7411, { host: undefined, port: 7411 }],
    ["10.0.0.1:7411", { host: "10.0.0.1", port: 7411 }],
    ["[::1]:7411", { host: "::1", port: 7411 }],
    ["gw-b.example:1", { host: "gw-b.example", port: 1 }],
    ["::1:7411", undefined],
    ["[gw]:1", undefined],
    ["10.0.0.256:1", undefined],
    ["gw:0", undefined],
    ["gw:65536", undefined],
    [0, undefined],
    [1.5, undefined],
  ])("%s is %o", (written, expected) => {
    expect(endpoint().safeParse(written).data).toEqual(expected);
  });

  it.each([
    ["10.0.0.1", true],
    ["fe80::1", true],
    ["gw_b", true],
    ["a.b.example.", true],
    ["10.0.0", false],
    ["", false],
    ["a b", false],
    ["-a", false],
    [`${"a".repeat(64)}`, false],
  ])("%s as a host: %s", (written, expected) => {
    expect(host().safeParse(written).success).toBe(expected);
  });
});

describe("the word that was meant", () => {
  const KNOWN = ["maxBytes", "maxAge", "policy", "segmentBytes", "ttl"];
  it.each([
    ["maxbytes", "maxBytes"],
    ["max-bytes", "maxBytes"],
    ["polciy", "policy"],
    ["tll", "ttl"],
    ["segmentByte", "segmentBytes"],
    ["colour", undefined],
    ["x", undefined],
    ["", undefined],
    ["a".repeat(100_000), undefined],
  ])("%s is %s", (word, expected) => {
    expect(nearest(word, KNOWN)).toBe(expected);
  });
});
