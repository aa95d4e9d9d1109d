import { type AddressInfo, createConnection, createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { serverTls } from "../../io/node/tls.ts";
import { readUsers } from "../users.ts";
import { Certificates, type Issued } from "../../io/node/certificates.testing.ts";
import { ListenerBed, LIMITS } from "./listener.testing.ts";
import type { ListenerParts } from "./listener-settings.ts";
import { passwordLine, Passwords } from "./passwords.ts";
import { until } from "./until.testing.ts";

const beds: ListenerBed[] = [];

async function bed(parts: Partial<ListenerParts> = {}): Promise<ListenerBed> {
  const one = new ListenerBed(parts);
  beds.push(one);
  await one.listener.open();
  return one;
}

afterEach(async () => {
  for (const one of beds.splice(0)) await one.close();
});

const refusals = (one: ListenerBed) => one.refusals.map((fault) => fault.code);

describe("what devices publish", () => {
  it.each([1, 2] as const)("is acknowledged with QoS %s when it is durable, and not before", async (qos) => {
    const one = await bed();
    let release: (() => void) | undefined;
    one.durable = () => new Promise((resolve) => (release = resolve));
    const client = await one.client("d1");
    let acknowledged = false;
    const published = client.publishAsync("d1/m", "42", { qos }).then(() => (acknowledged = true));
    await until("the message has come", () => release !== undefined);
    // Another client's round trip is time enough for an acknowledgement that did not wait.
    await one.client("d2");
    expect(acknowledged).toBe(false);
    release?.();
    await published;
    expect(one.taken).toMatchObject([{ device: "uid-d1", topic: "d1/m", text: "42", qos }]);
    expect(one.released).toHaveLength(qos === 2 ? 1 : 0);
  });

  it("is not acknowledged where it could not be stored", async () => {
    const one = await bed();
    one.durable = () => Promise.reject(new Error("no longer ours"));
    const client = await one.client("d1");
    const published = client.publishAsync("d1/m", "42", { qos: 1 });
    await expect(
      Promise.race([published, new Promise((_r, reject) => client.once("close", () => reject(new Error("closed"))))]),
    ).rejects.toThrow("closed");
  });

  it("is not acknowledged when the reign has ended meanwhile", async () => {
    const one = await bed();
    one.durable = () => {
      one.permit = false;
      return Promise.resolve();
    };
    const client = await one.client("d1");
    const closed = new Promise<string>((resolve) => client.once("close", () => resolve("closed")));
    const published = client.publishAsync("d1/m", "42", { qos: 1 }).then(() => "acknowledged");
    expect(await Promise.race([published, closed])).toBe("closed");
  });

  it("keeps its order", async () => {
    const one = await bed();
    const client = await one.client("d1");
    await Promise.all(Array.from({ length: 200 }, (_, i) => client.publishAsync("d1/m", String(i), { qos: 1 })));
    expect(one.taken.map((taken) => Number(taken.text))).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it("takes a will for what its device says, and not when we end the connection", async () => {
    const one = await bed();
    const will = { topic: "d1/dead", payload: Buffer.from("gone"), qos: 1, retain: true } as const;
    const dying = await one.client("d1", { will });
    dying.stream.destroy();
    await until("the will", () => one.taken.length === 1);
    expect(one.taken).toMatchObject([{ topic: "d1/dead", text: "gone" }]);
    const foreign = await one.client("d2", { will: { ...will, topic: "d1/dead" } });
    foreign.stream.destroy();
    await until("the refusal", () => one.refusals.length === 1);
    expect(refusals(one)).toEqual(["mqtt.access.denied"]);
    await one.client("d3", { will: { ...will, topic: "d3/dead" } });
    await until("the connection", () => one.events.includes("uid-d3 connected"));
    one.listener.disconnect("handover", () => true);
    await until("the end", () => one.events.includes("uid-d3 gone: handover"));
    expect(one.taken).toHaveLength(1);
  });
});

describe("a port somebody else has", () => {
  it("is told, and taken as soon as it is free", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const one = await bed({ sockets: [{ kind: "tcp", host: "127.0.0.1", port, tls: undefined, anonymous: true }] });
    expect(one.listener.closedSockets()).toEqual([`MQTT (tcp) on 127.0.0.1:${port}`]);
    await new Promise<void>((resolve) => other.close(() => resolve()));
    await until("the port is ours", () => one.listener.closedSockets().length === 0);
    await one.client("d1");
  });
});

describe("who is let in", () => {
  let certificates: Certificates;
  let server: Issued;
  let d1: Issued;
  let stranger: Issued;
  beforeAll(() => {
    certificates = new Certificates();
    certificates.authority("ca");
    server = certificates.issue("server", "ca");
    d1 = certificates.issue("d1", "ca");
    certificates.authority("other");
    stranger = certificates.issue("d2", "other");
  });
  afterAll(() => certificates.remove());

  it("knows a device by its certificate, over TCP and WebSocket", async () => {
    for (const kind of ["tcp", "websocket"] as const) {
      const one = await bed({
        sockets: [{ kind, host: "127.0.0.1", port: 0, tls: serverTls(server, { mutual: true }), anonymous: false }],
      });
      const url = `${kind === "tcp" ? "mqtts" : "wss"}://127.0.0.1:${one.port}`;
      const tls = { ca: server.ca, cert: d1.cert, key: d1.key };
      const client = await one.client("d1", tls, url);
      await client.publishAsync("d1/m", "tls", { qos: 1 });
      expect(one.taken).toMatchObject([{ device: "uid-d1", text: "tls" }]);
      await expect(one.client("d2", tls, url)).rejects.toThrow();
      expect(refusals(one)).toEqual(["mqtt.client.theft"]);
      await expect(one.client("d2", { ca: server.ca, cert: stranger.cert, key: stranger.key }, url)).rejects.toThrow();
      await expect(one.client("d1", { ca: server.ca }, url)).rejects.toThrow();
      await until("they are counted", () => one.refusals.length === 3);
    }
  });

  it("knows a device by its password", async () => {
    const file = `${await passwordLine("d1", "right", 100)}\n${await passwordLine("stranger", "right", 100)}\n`;
    const sockets = [{ kind: "tcp", host: "127.0.0.1", port: 0, tls: undefined, anonymous: false }] as const;
    const one = await bed({ sockets, passwords: new Passwords(readUsers(file)) });
    await one.client("d1", { username: "d1", password: "right" });
    await one.client("d1", { username: "d1", password: "right" });
    await expect(one.client("d1", { username: "d1", password: "wrong" })).rejects.toThrow(/Bad username or password/);
    await expect(one.client("d2", { username: "d2", password: "right" })).rejects.toThrow(/Bad username or password/);
    await expect(one.client("d1", { username: "stranger", password: "right" })).rejects.toThrow(/Not authorized/);
    await expect(one.client("d2", { username: "d1", password: "right" })).rejects.toThrow(/Identifier rejected/);
    await expect(one.client("d1")).rejects.toThrow(/Not authorized/);
    expect(refusals(one)).toEqual([
      "mqtt.client.password",
      "mqtt.client.password",
      "mqtt.client.unknown",
      "mqtt.client.theft",
      "mqtt.client.unknown",
    ]);
  });

  it("refuses devices another agent serves, so that they try the other address", async () => {
    const one = await bed();
    one.served = false;
    await expect(one.client("d1")).rejects.toThrow(/Server unavailable/);
  });

  it("lets the newer connection replace the older, or refuses it", async () => {
    const one = await bed();
    const first = await one.client("d1");
    const closed = new Promise<void>((resolve) => first.once("close", () => resolve()));
    await one.client("d1");
    await closed;
    await until("the newer one is served", () => one.listener.clients === 1);
    const strict = await bed({ sameClientId: "refuse" });
    const kept = await strict.client("d1");
    await expect(strict.client("d1")).rejects.toThrow(/Identifier rejected/);
    await kept.publishAsync("d1/m", "still here", { qos: 1 });
  });

  it("has room for so many, and says so of the next", async () => {
    const one = await bed({ limits: { ...LIMITS, clients: 2 } });
    await one.client("d1");
    await one.client("d2");
    await expect(one.client("d3")).rejects.toThrow();
    expect(refusals(one)).toEqual(["mqtt.client.limit"]);
  });

  it("speaks no MQTT 5, and says it", async () => {
    const one = await bed();
    await expect(one.client("d1", { protocolVersion: 5 })).rejects.toThrow();
    expect(one.listener.clients).toBe(0);
  });

  it("asks for a keep-alive where there is a limit", async () => {
    const one = await bed({ limits: { ...LIMITS, keepAliveS: 60 } });
    await one.client("d1", { keepalive: 60 });
    await expect(one.client("d2", { keepalive: 0 })).rejects.toThrow();
    await expect(one.client("d2", { keepalive: 61 })).rejects.toThrow();
  });
});

describe("bad input", () => {
  const closes = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

  it("closes on topics of others, and on topics that are none", async () => {
    const one = await bed({ limits: { ...LIMITS, topicLevels: 4 } });
    for (const topic of ["d2/m", "d1/command/x", "d1/a/b/c/d/e"]) {
      const client = await one.client("d1");
      const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
      client.publish(topic, "x", { qos: 1 });
      await closed;
    }
    expect(refusals(one).slice(0, 2)).toEqual(["mqtt.access.denied", "mqtt.access.denied"]);
    expect(one.refusals).toHaveLength(3);
    expect(one.taken).toEqual([]);
  });

  it("grants no subscription but the device's own commands", async () => {
    const one = await bed();
    const client = await one.client("d1");
    for (const filter of ["#", "+/command/+", "d2/command/+", "$SYS/#", "d1/m"]) {
      await expect(client.subscribeAsync(filter)).rejects.toThrow();
    }
    const granted = await client.subscribeAsync("d1/command/+", { qos: 1 });
    expect(granted).toMatchObject([{ qos: 1 }]);
    expect(refusals(one)).toEqual(Array(5).fill("mqtt.access.denied"));
  });

  it("cuts off a packet that announces too much at its header", async () => {
    const one = await bed();
    const socket = createConnection({ host: "127.0.0.1", port: one.port });
    socket.on("error", () => {});
    // CONNECT with a Remaining Length of 268,435,455.
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await closes(socket);
    expect(refusals(one)).toEqual(["mqtt.client.packet-size"]);
    const client = await one.client("d1");
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    client.publish("d1/m", Buffer.alloc(5_000), { qos: 1 });
    await closed;
    expect(refusals(one)).toEqual(["mqtt.client.packet-size", "mqtt.client.packet-size"]);
  });

  it("survives what is no MQTT", async () => {
    const one = await bed();
    for (const bytes of [
      Buffer.from("GET / HTTP/1.1\r\n\r\n"),
      Buffer.from([0x30, 0x02, 0x00, 0x01]),
      Buffer.from([0x10, 0x05, 0, 4, 77, 81, 84]),
      Buffer.alloc(64, 0xff),
    ]) {
      const socket = createConnection({ host: "127.0.0.1", port: one.port });
      socket.on("error", () => {});
      socket.write(bytes);
      socket.end();
      await closes(socket);
    }
    await one.client("d1");
    await until("a client is served", () => one.listener.clients === 1);
  });

  it("holds a flood back without losing any of it, and ends one that cannot be held back", async () => {
    const one = await bed({ limits: { ...LIMITS, messagesPerSecond: 200, heldBackMs: 10_000 } });
    const client = await one.client("d1");
    await Promise.all(Array.from({ length: 250 }, (_, i) => client.publishAsync("d1/m", String(i), { qos: 1 })));
    expect(one.taken.map((taken) => Number(taken.text))).toEqual(Array.from({ length: 250 }, (_, i) => i));
    const strict = await bed({ limits: { ...LIMITS, messagesPerSecond: 10, heldBackMs: 100 } });
    const flood = await strict.client("d1");
    const closed = new Promise<void>((resolve) => flood.once("close", () => resolve()));
    for (let i = 0; i < 50; i++) flood.publish("d1/m", String(i), { qos: 0 });
    await closed;
    expect(refusals(strict)).toContain("mqtt.client.flood");
  });
});

describe("commands", () => {
  const command = {
    topic: "d1/command/read",
    payload: new TextEncoder().encode("now"),
    qos: 1,
    responseTopic: undefined,
  } as const;
  const d1 = { uid: "uid-d1", identification: "d1", served: true };

  it("reach a device that listens, and are done when it acknowledges", async () => {
    const one = await bed();
    const client = await one.client("d1", { clean: false });
    await client.subscribeAsync("d1/command/+", { qos: 1 });
    const heard: string[] = [];
    client.on("message", (topic, payload) => heard.push(`${topic} ${payload}`));
    let begun = 0;
    await one.listener.send(d1, command, async () => {
      begun += 1;
    });
    await one.listener.send(d1, { ...command, qos: 2 }, () => Promise.resolve());
    expect(begun).toBe(1);
    expect(heard).toEqual(["d1/command/read now", "d1/command/read now"]);
  });

  it("are not begun where nobody listens", async () => {
    const one = await bed();
    const begin = () => Promise.reject(new Error("it was begun"));
    await expect(one.listener.send(d1, command, begin)).rejects.toMatchObject({ code: "mqtt.command.offline" });
    await one.client("d1");
    await expect(one.listener.send(d1, command, begin)).rejects.toMatchObject({ code: "mqtt.command.offline" });
  });

  it("are unanswered where the device goes away before it acknowledges", async () => {
    const one = await bed();
    const client = await one.client("d1", { customHandleAcks: () => {} });
    await client.subscribeAsync("d1/command/+", { qos: 1 });
    const sent = one.listener.send(d1, command, () => Promise.resolve());
    client.once("packetreceive", () => client.stream.destroy());
    await expect(sent).rejects.toMatchObject({ code: "mqtt.command.unanswered" });
  });
});
