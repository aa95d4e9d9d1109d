import { describe, expect, it } from "vitest";
import { importMosquitto } from "./mosquitto-conf.ts";

const CONF = `# site 42
listener 1883
max_queued_messages 5000
connection centre.main
address 10.9.0.1:8883 10.9.0.2
round_robin true
bridge_protocol_version mqttv50
remote_clientid site42
remote_username site42
remote_password s3cret
cleansession false
keepalive_interval 45
restart_timeout 10 30
try_private false
notifications true
notification_topic bridges/site42
bridge_cafile /etc/ca.pem
bridge_outgoing_retain false
topic # out 1 plant/ site42/
topic cmd/# in 2 "" site42/
topic "" out 0 alarm site42/alarm
local_clientid local
bridge_psk 0badc0de

connection old
address 10.0.0.1
topic a/#
`;

describe("the bridges of a mosquitto.conf", () => {
  const { bridges, notCarried } = importMosquitto(CONF);

  it("are said in our words", () => {
    expect(bridges).toEqual([
      {
        name: "centre-main",
        settings: {
          addresses: ["10.9.0.1:8883", "10.9.0.2:1883"],
          failover: "sticky",
          protocolVersion: 5,
          clientId: "site42",
          username: "site42",
          password: { file: "keys/centre-main.password" },
          cleanStart: false,
          keepAlive: "45s",
          reconnect: { min: "10s", max: "30s" },
          advertiseBridge: false,
          status: { topic: "bridges/site42" },
          tls: { ca: "/etc/ca.pem" },
          rules: [
            { direction: "out", filter: "#", qos: 1, localPrefix: "plant/", remotePrefix: "site42/", retain: "clear" },
            { direction: "in", filter: "cmd/#", qos: 1, remotePrefix: "site42/", retain: "keep" },
            {
              direction: "out",
              filter: "",
              qos: 0,
              localPrefix: "alarm",
              remotePrefix: "site42/alarm",
              retain: "clear",
            },
          ],
        },
      },
      {
        name: "old",
        settings: {
          addresses: ["10.0.0.1:1883"],
          protocolVersion: 4,
          rules: [{ direction: "out", filter: "a/#", qos: 0, retain: "keep" }],
        },
      },
    ]);
  });

  it("list what could not be carried, by line and without a secret", () => {
    expect(notCarried.map(({ line, text }) => `${line} ${text}`)).toEqual([
      "3 max_queued_messages 5000",
      "4 connection centre.main",
      "10 remote_password …",
      '20 topic cmd/# in 2 "" site42/',
      "22 local_clientid local",
      "23 bridge_psk …",
    ]);
    expect(JSON.stringify({ bridges, notCarried })).not.toMatch(/s3cret|0badc0de/);
  });
});
