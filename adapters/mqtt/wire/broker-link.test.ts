import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { Aedes } from "aedes";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NodeTimers } from "../../io/node/clock.ts";
import { NodeRandom } from "../../io/node/random.ts";
import { clientTls } from "../../io/node/tls.ts";
import { BrokerLink } from "./broker-link.ts";
import { Certificates } from "../../io/node/certificates.testing.ts";
import type { LinkMessage, LinkParts, LinkSettings, LinkState } from "./link-settings.ts";
import { findMosquitto, PrivateMosquitto } from "./private-mosquitto.ts";
import { until } from "./until.testing.ts";

const SETTINGS: LinkSettings = {
  addresses: [],
  failover: "prefer-first",
  transport: "tcp",
  path: "/mqtt",
  tls: undefined,
  clientId: "gateway",
  username: undefined,
  password: undefined,
  protocolVersion: 5,
  fallback: false,
  cleanStart: false,
  keepAliveS: 30,
  sessionExpiryS: 3_600,
  receiveMaximum: 50,
  maxPacketBytes: 1_048_576,
  connectTimeoutMs: 5_000,
  reconnect: { minMs: 20, maxMs: 100, jitter: 0 },
  advertiseBridge: false,
  will: undefined,
};

class LinkBed {
  readonly link: BrokerLink;
  readonly taken: LinkMessage[] = [];
  readonly states: LinkState[] = [];
  take: (message: LinkMessage) => Promise<void> = () => Promise.resolve();
  permit = true;

  constructor(settings: Partial<LinkSettings>, more: Partial<LinkParts> = {}) {
    this.link = new BrokerLink({
      settings: { ...SETTINGS, ...settings },
      subscriptions: [{ filter: "plant/#", qos: 1 }],
      timers: new NodeTimers(),
      random: new NodeRandom(),
      permit: () => this.permit,
      take: async (message) => {
        await this.take(message);
        this.taken.push(message);
      },
      changed: (state) => this.states.push(state),
      ...more,
    });
    this.link.start();
  }

  up(): Promise<void> {
    return until("the link is up", () => this.link.isUp);
  }

  texts(): string[] {
    return this.taken.map((message) => Buffer.from(message.payload).toString());
  }
}

describe("what a broker does not confirm", () => {
  it("is given back when the connection ends, and not kept for ever", async () => {
    const sockets = new Set<Socket>();
    let came = 0;
    const aedes = await Aedes.createBroker({
      authorizePublish: () => {
        came += 1;
      },
    });
    const server = createServer((socket) => {
      sockets.add(socket);
      aedes.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const bed = new LinkBed({ addresses: [{ host: "127.0.0.1", port }], protocolVersion: 4 });
    try {
      await bed.up();
      const payload = Buffer.from("x");
      const sent = bed.link.publish({ topic: "a/b", payload, qos: 1, retain: false });
      sent.catch(() => {});
      await until("it has come", () => came === 1);
      for (const socket of sockets) socket.destroy();
      await expect(sent).rejects.toMatchObject({ code: "mqtt.broker.unreachable" });
      await until("the link is up again", () => bed.states.filter(({ kind }) => kind === "up").length === 2);
    } finally {
      bed.link.end();
      server.close();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    }
  });
});

describe.skipIf(findMosquitto() === undefined)("a link to a mosquitto", () => {
  let broker: PrivateMosquitto;
  const beds: LinkBed[] = [];
  const clients: MqttClient[] = [];
  beforeAll(async () => {
    broker = await PrivateMosquitto.start();
  });
  afterAll(() => broker.stop());
  afterEach(async () => {
    await Promise.all(beds.splice(0).map((one) => one.link.close()));
    for (const client of clients.splice(0)) client.end(true);
  });

  const at = () => ({ host: "127.0.0.1", port: broker.port });
  function bed(settings: Partial<LinkSettings> = {}, more: Partial<LinkParts> = {}): LinkBed {
    const one = new LinkBed(
      { addresses: [at()], clientId: `gateway-${beds.length}-${performance.now()}`, ...settings },
      more,
    );
    beds.push(one);
    return one;
  }
  async function plant(options: IClientOptions = {}): Promise<MqttClient> {
    const client = connect(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5, ...options });
    clients.push(client);
    await new Promise((resolve) => client.once("connect", resolve));
    return client;
  }

  it.each([4, 5] as const)("takes what it subscribed to and publishes, over version %s", async (protocolVersion) => {
    const one = bed({ protocolVersion });
    await one.up();
    const client = await plant();
    const heard: string[] = [];
    await client.subscribeAsync("out/#");
    client.on("message", (topic, payload, packet) =>
      heard.push(`${topic} ${payload} ${packet.properties?.userProperties?.["hops"]}`),
    );
    await client.publishAsync("plant/a", "42", {
      qos: 1,
      properties: { userProperties: { id: "m1", traceparent: "t" } },
    });
    await until("it is taken", () => one.taken.length === 1);
    expect(one.taken[0]).toMatchObject({ topic: "plant/a", qos: 1, id: protocolVersion === 5 ? "m1" : undefined });
    await one.link.publish({
      topic: "out/b",
      payload: Buffer.from("7"),
      qos: 1,
      retain: false,
      properties: { hops: "1" },
    });
    await until("it is heard", () => heard.length === 1);
    expect(heard).toEqual([`out/b 7 ${protocolVersion === 5 ? "1" : "undefined"}`]);
  });

  it("acknowledges many at a time, in order, and only what is durable", async () => {
    const one = bed({ receiveMaximum: 10 });
    const waiting: (() => void)[] = [];
    one.take = () => new Promise((resolve) => waiting.push(resolve));
    await one.up();
    const client = await plant();
    await Promise.all(Array.from({ length: 25 }, (_, i) => client.publishAsync("plant/a", String(i), { qos: 1 })));
    await until("a window is outstanding", () => waiting.length === 10);
    // The later half is durable first: nothing of it is acknowledged before the earlier half is.
    for (const release of waiting.slice(5)) release();
    await client.publishAsync("other", "a round trip", { qos: 1 });
    expect(waiting).toHaveLength(10);
    for (let at = 0; one.taken.length < 25; at = waiting.length) {
      for (const release of waiting) release();
      await until("more comes", () => one.taken.length === 25 || waiting.length > at);
    }
    expect(new Set(one.texts()).size).toBe(25);
  });

  it("gets from the broker what came while nobody was connected, and what was not acknowledged", async () => {
    const clientId = "gateway-takeover";
    const first = bed({ clientId });
    await first.up();
    const client = await plant();
    await client.publishAsync("plant/a", "1", { qos: 1 });
    await until("the first is taken", () => first.taken.length === 1);
    first.take = () => new Promise(() => {});
    await client.publishAsync("plant/a", "2", { qos: 1 });
    first.link.end();
    await client.publishAsync("plant/a", "3", { qos: 1 });
    const second = bed({ clientId });
    await until("both are taken", () => second.taken.length === 2);
    expect(second.texts()).toEqual(["2", "3"]);
    await second.up();
    expect(second.states[0]).toMatchObject({ kind: "up", sessionPresent: true });
  });

  it("ends the connection where a message cannot be stored, and gets it again", async () => {
    const one = bed();
    let refusals = 1;
    one.take = () => (refusals-- > 0 ? Promise.reject(new Error("no room")) : Promise.resolve());
    await one.up();
    const client = await plant();
    await client.publishAsync("plant/a", "again", { qos: 1 });
    await until("it is taken in the end", () => one.taken.length === 1);
    await one.up();
    expect(one.states.map((state) => state.kind)).toEqual(["up", "down", "up"]);
  });

  it("comes back when the broker does, and goes to the next address where the first is gone", async () => {
    const one = bed({ addresses: [{ host: "127.0.0.1", port: 1 }, at()] });
    await one.up();
    expect(one.states).toMatchObject([{ kind: "down" }, { kind: "up" }]);
    await broker.pause();
    await until("it is down", () => !one.link.isUp);
    await expect(
      one.link.publish({ topic: "x", payload: Buffer.from(""), qos: 1, retain: false }),
    ).rejects.toMatchObject({ code: "mqtt.broker.unreachable" });
    await broker.resume();
    await one.up();
  });

  it("does not connect while it may not", async () => {
    const one = bed();
    await one.up();
    one.permit = false;
    await broker.pause();
    await until("it is down", () => !one.link.isUp);
    await broker.resume();
    await plant();
    expect(one.link.isUp).toBe(false);
    one.permit = true;
    await one.up();
  });

  it("shares a subscription with another gateway", async () => {
    const subscriptions = [{ filter: "$share/gw/plant/#", qos: 1 as const }];
    const [one, other] = [bed({}, { subscriptions }), bed({}, { subscriptions })];
    await Promise.all([one.up(), other.up()]);
    const client = await plant();
    await Promise.all(Array.from({ length: 20 }, (_, i) => client.publishAsync("plant/a", String(i), { qos: 1 })));
    await until("all are taken", () => one.taken.length + other.taken.length >= 20);
    expect(new Set([...one.texts(), ...other.texts()]).size).toBe(20);
    expect(one.taken.length + other.taken.length).toBe(20);
  });

  it("shows its certificate, and believes only who is vouched for", async () => {
    const certificates = new Certificates();
    try {
      certificates.authority("ca");
      certificates.issue("broker", "ca");
      const ours = certificates.issue("gateway", "ca");
      const other = certificates.authority("other");
      const file = (name: string): string => join(certificates.dir, name);
      const strict = await PrivateMosquitto.start([
        `cafile ${file("ca.crt")}`,
        `certfile ${file("broker.crt")}`,
        `keyfile ${file("broker.key")}`,
        "require_certificate true",
      ]);
      try {
        const addresses = [{ host: "127.0.0.1", port: strict.port }];
        const one = bed({ addresses, tls: clientTls(ours) });
        await one.up();
        await one.link.publish({ topic: "plant/a", payload: Buffer.from("1"), qos: 1, retain: false });
        const strangers = [
          bed({ addresses, tls: clientTls({ ca: ours.ca }) }),
          bed({ addresses, tls: clientTls({ ...ours, ca: other }) }),
        ];
        for (const stranger of strangers) {
          await until("it is refused", () => stranger.states.length > 0);
          expect(stranger.states[0]).toMatchObject({ kind: "down", fault: { code: "mqtt.broker.unreachable" } });
        }
        await Promise.all(beds.splice(0).map((each) => each.link.close()));
      } finally {
        await strict.stop();
      }
    } finally {
      certificates.remove();
    }
  });

  it("says that a certificate cannot be read, and goes on trying", async () => {
    const one = bed({ tls: { cert: "no certificate", key: "no key" } });
    await until("it has tried twice", () => one.states.length > 1);
    expect(one.states[0]).toMatchObject({ kind: "down" });
  });

  it("falls back to 3.1.1 where it may", async () => {
    const old = await import("aedes");
    const { createServer } = await import("node:net");
    const aedes = await old.Aedes.createBroker();
    const server = createServer(aedes.handle);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const bound = server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    try {
      const one = bed({ addresses: [{ host: "127.0.0.1", port }], fallback: true });
      await one.up();
      expect(one.states.at(-1)).toMatchObject({ kind: "up", protocolVersion: 4 });
      await one.link.close();
      const strict = bed({ addresses: [{ host: "127.0.0.1", port }] });
      await until("it is refused", () => strict.states.length > 0);
      expect(strict.states[0]).toMatchObject({ kind: "down" });
    } finally {
      aedes.close();
      server.close();
    }
  });
});
