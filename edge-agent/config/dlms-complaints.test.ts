import { describe, expect, it } from "vitest";
import { checkConfig } from "./check.ts";

/** Messages about one meter. */
function complaints(device: string, place = "address: 10.0.0.1"): readonly { readonly message: string }[] {
  const text = [
    "gateway: /test/gw",
    "agents: { a: { host: 127.0.0.1 } }",
    "redis: { url: redis://127.0.0.1 }",
    "dlms: { keyFolder: keys }",
    `devices: [{ uid: m1, protocol: dlms, identification: E1, ${place}, ${device} }]`,
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

describe("how a meter is reached", () => {
  it.each([
    ["address: 10.0.0.1", "udp: true", []],
    ["serial: { path: /dev/ttyUSB0 }", "hdlc: {}", []],
    ["serial: { path: /dev/ttyUSB0, baudRate: 300, modeE: { deviceAddress: A17 } }", "hdlc: { physical: 17 }", []],
    ["serial: { path: /dev/ttyUSB0 }", "server: 1", ["without HDLC"]],
    ["address: 10.0.0.1, serial: { path: /dev/ttyUSB0 }", "hdlc: {}", ["not both"]],
    ["server: 1", "client: 1", ["needs an address"]],
    ["address: 10.0.0.1", "udp: true, hdlc: {}", ["do not go together"]],
  ])("%s, %s", (place, device, words) => {
    const found = complaints(device, place);
    expect(found).toHaveLength(words.length);
    for (const [at, word] of words.entries()) expect(found[at]?.message).toContain(word);
  });
});
