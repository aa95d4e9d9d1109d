import { describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";

/** Messages about one meter. */
function complaints(device: string): readonly { readonly message: string }[] {
  const text = [
    "gateway: /test/gw",
    "agents: { a: { host: 127.0.0.1 } }",
    "redis: { url: redis://127.0.0.1 }",
    "dlms: { keyFolder: keys }",
    `devices: [{ uid: m1, protocol: dlms, identification: E1, address: 10.0.0.1, ${device} }]`,
  ].join("\n");
  const { issues } = checkConfig("busbar.yaml", text, "/", { filesMustExist: false });
  return issues.filter(({ message }) => message.includes("m1"));
}

describe("what protects a meter's services", () => {
  it.each([
    ["authentication: hls-gmac, protection: both, generalCiphering: wrapped", []],
    ["authentication: hls-gmac, protection: both, suite: 1, generalCiphering: one-pass, signed: true", []],
    ["generalCiphering: identified", ["protection"]],
    ["signed: true, suite: 1", ["protection"]],
    ["protection: both, generalCiphering: static-unified", ["security suite 0"]],
    ["protection: both, signed: true", ["security suite 0"]],
  ])("%s", (device, words) => {
    const found = complaints(device);
    expect(found).toHaveLength(words.length);
    for (const [at, word] of words.entries()) expect(found[at]?.message).toContain(word);
  });
});
