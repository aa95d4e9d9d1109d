import { describe, expect, it } from "vitest";
import { importMosquitto } from "../../adapters/mqtt/mosquitto-conf.ts";
import { checkConfig } from "./check.ts";
import { configHash } from "./hash.ts";
import { printIssues } from "./issue.ts";

function check(mqtt: object) {
  const file = {
    gateway: "/s/g",
    agents: { a: { host: "127.0.0.1" } },
    redis: { url: "redis://127.0.0.1" },
    mqtt,
  };
  return checkConfig("busbar.yaml", JSON.stringify(file), "/etc/busbar", { filesMustExist: false });
}

const CONF = `connection centre
address 10.9.0.1:8883 10.9.0.2
bridge_protocol_version mqttv50
remote_username site42
remote_password secret
keepalive_interval 45
restart_timeout 10 30
bridge_cafile /etc/ca.pem
bridge_session_expiry_interval 3600
bridge_max_packet_size 65536
notification_topic bridges/site42
topic # out 1 plant/ site42/
topic cmd/# in 0 from/ site42/
connection plain
address 10.0.0.1
notifications false
topic a/# out 2
`;

describe("the mqtt section", () => {
  it("takes what was imported from a mosquitto.conf as it is", () => {
    const { bridges } = importMosquitto(CONF);
    const { config, issues } = check({
      bridges: Object.fromEntries(bridges.map(({ name, settings }) => [name, settings])),
    });
    expect(printIssues(issues.filter((issue) => issue.severity === "error"))).toBe("");
    expect(config?.protocols.mqtt?.bridges["centre"]).toMatchObject({
      addresses: [
        { host: "10.9.0.1", port: 8_883 },
        { host: "10.9.0.2", port: 1_883 },
      ],
      protocolVersion: 5,
      keepAliveS: 45,
      sessionExpiryS: 3_600,
      maxPacketBytes: 65_536,
      reconnect: { minMs: 10_000, maxMs: 30_000 },
      password: { kind: "file", path: "/etc/busbar/keys/centre.password" },
      tls: { ca: { kind: "file", path: "/etc/ca.pem" }, insecure: false },
    });
    expect(config?.protocols.mqtt?.bridges["plain"]).toMatchObject({ protocolVersion: 4, status: undefined });
  });

  it("complains about a broker or bridge of a group that is not there", () => {
    const { issues } = check({
      brokers: { plant: { addresses: ["10.0.0.9:1883"], group: "mian", subscriptions: ["a/+"] } },
      bridges: { centre: { addresses: ["10.0.0.9:1883"], group: "east", rules: [{ direction: "out" }] } },
    });
    const errors = issues.filter((issue) => issue.severity === "error");
    expect(errors.map(({ path, message, fix }) => [path, message, fix])).toEqual([
      ["mqtt.brokers.plant.group", "there is no group mian: no agent would ever connect", "did you mean main?"],
      ["mqtt.bridges.centre.group", "there is no group east: no agent would ever connect", "known groups: main"],
    ]);
  });

  it("takes a topic for the ends of commands that names the device, on both agents the same", () => {
    const bridge = (more: object) => ({
      bridges: { b: { addresses: ["h:1"], rules: [{ direction: "in" }], ...more } },
    });
    const good = check(bridge({ results: "site/{device}/{action}/result" }));
    expect(good.config?.protocols.mqtt?.bridges["b"]?.results).toBe("site/{device}/{action}/result");
    for (const results of ["site/result", "site/{device}/+", "site/{device}/{other}", "{device}/{"])
      expect(
        check(bridge({ results })).issues.map(({ path }) => path),
        results,
      ).toContain("mqtt.bridges.b.results");
    const [one, other] = [check(bridge({})).config, good.config];
    if (one === undefined || other === undefined) throw new Error("it does not check");
    expect(configHash(one)).not.toBe(configHash(other));
  });

  it("has one fingerprint wherever its secrets are", () => {
    const broker = (password: string) => ({
      brokers: {
        plant: {
          addresses: ["10.0.0.9:1883"],
          subscriptions: ["msr/+/data"],
          username: "u",
          password: { file: password },
        },
      },
    });
    const [one, other] = [check(broker("a")).config, check(broker("b")).config];
    if (one === undefined || other === undefined) throw new Error("it does not check");
    expect(configHash(one)).toBe(configHash(other));
  });

  it("has defaults that hold", () => {
    const { config } = check({ bridges: { b: { addresses: ["10.0.0.1:1883"], rules: [{ direction: "out" }] } } });
    expect(config?.protocols.mqtt).toMatchObject({
      access: {
        publish: ["{device}/#", "msr/{device}/#"],
        command: "{device}/command/{action}",
        reply: "{device}/reply",
      },
      limits: {
        clients: 10_000,
        messagesPerSecond: 1_000,
        payloadBytes: 65_536,
        topicLevels: 16,
        keepAliveS: undefined,
      },
      bridges: {
        b: {
          protocolVersion: 5,
          fallback: false,
          cleanStart: false,
          maxHops: 1,
          queue: { maxBytes: 268_435_456, maxAgeMs: 604_800_000, overflow: "drop-oldest", qos0: "keep" },
          status: { topic: undefined, retain: true },
        },
      },
    });
  });
});
