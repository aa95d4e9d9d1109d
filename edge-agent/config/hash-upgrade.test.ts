import { expect, it } from "vitest";
import { checkConfig } from "./check.ts";
import { configHash } from "./hash.ts";

const KEY =
  "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==";
const HEAD = `gateway: /site/gw
agents:
  a: { host: 10.0.0.1, link: 7420, ops: 127.0.0.1:7421, state: /var/lib/busbar }
  b: { host: 10.0.0.2, link: 7420, ops: 127.0.0.1:7421, state: /var/lib/busbar }
redis: { url: redis://10.0.0.10:6379 }
pair: { secret: { file: keys/pair.key } }
`;

const TEXTS: Readonly<Record<string, string>> = {
  oslp: `
oslp: { platformKey: { file: keys/platform.pem }, listen: [{ version: 0.6.1, port: 12122 }] }
devices:
  - { uid: d, protocol: oslp, identification: SSLD-0001, version: 0.6.1, publicKey: ${KEY} }
`,
  dlms: `
dlms: { keyFolder: keys/dlms }
devices:
  - { uid: d, protocol: dlms, identification: METER-1, address: 10.1.1.1 }
`,
  iec61850: `
iec61850: {}
devices:
  - { uid: d, protocol: iec61850, address: 10.1.1.2 }
`,
  mqtt: `
mqtt:
  brokers:
    plant: { addresses: [10.2.0.1:1883], subscriptions: ["+/measurement"] }
  mappings:
    default: [{ topic: "{device}/measurement", payload: json, points: [{ name: voltage.l1, at: /u/0, unit: V }] }]
devices:
  - { uid: d, protocol: mqtt, broker: plant }
`,
};

function hashOf(text: string, base: string): string {
  const { config, issues } = checkConfig("busbar.yaml", HEAD + text, base, { filesMustExist: false });
  if (config === undefined) throw new Error(issues.map(({ message }) => message).join("; "));
  return configHash(config);
}

// As earlier versions read these files. One that has become another: name what was added in `ProtocolSettings.added`, or
// tell in the changelog that a pair cannot be upgraded one agent at a time.
it.each([
  ["oslp", "e791bb35dfbb483ebd4173b73aadc5e2"],
  ["dlms", "d71ee0ef25397b7766be8b09280198a5"],
  ["iec61850", "45b8041b3ec37af8726e5dc9779fc245"],
  ["mqtt", "203ae66dda49188fb035cad3d919e2ec"],
])("an agent of an earlier version is followed by one of this: %s", (protocol, earlier) => {
  expect(hashOf(TEXTS[protocol] ?? "", "/etc/busbar")).toBe(earlier);
});

it.each([
  ["oslp", "openFor: 6s", TEXTS["oslp"]?.replace("listen:", "circuit: { openFor: 6s }, listen:")],
  ["iec61850", "backend: libiec61850", TEXTS["iec61850"]?.replace("{}", "{ backend: libiec61850 }")],
  ["dlms", "udp: true", TEXTS["dlms"]?.replace("address:", "udp: true, address:")],
])("what was added is agreed on where it is not what it was: %s, %s", (protocol, _what, text = "") => {
  expect(text).not.toBe(TEXTS[protocol]);
  expect(hashOf(text, "/etc/busbar")).not.toBe(hashOf(TEXTS[protocol] ?? "", "/etc/busbar"));
});

it.each<[string, string, string, string]>([
  [
    "the certificates of an IED",
    TEXTS["iec61850"] ?? "",
    "10.1.1.2 }",
    "10.1.1.2, tls: { ca: a.pem, cert: b.pem, key: c.pem } }",
  ],
  ["the keys of a meter", TEXTS["dlms"] ?? "", "10.1.1.1 }", "10.1.1.1, keys: { file: m.json } }"],
])("where an agent keeps %s is its own affair, that it has them is not", (_what, text, from, to) => {
  const secured = text.replace(from, to);
  expect(secured).not.toBe(text);
  expect(hashOf(secured, "/srv")).toBe(hashOf(secured, "/etc/busbar"));
  expect(hashOf(secured.replaceAll(/(\w+)\.(pem|json)/g, "other/$1.$2"), "/srv")).toBe(hashOf(secured, "/srv"));
  expect(hashOf(secured, "/srv")).not.toBe(hashOf(text, "/srv"));
});

it("where libiec61850 lies is each agent's own affair", () => {
  const at = (place: string): string => `\niec61850: { backend: libiec61850, library: ${place} }\n`;
  expect(hashOf(at("/usr/lib/libiec61850.so"), "/srv")).toBe(hashOf(at("/opt/libiec61850.so"), "/srv"));
});
