import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { dial } from "./dial.ts";
import { type Listener, listen } from "./listen.ts";
import { freePort } from "./private-redis.ts";
import { toTransportFault } from "./socket-fault.ts";
import type { SocketTransport } from "./transport.ts";

const listeners: Listener[] = [];
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close();
});

interface Pair {
  readonly near: SocketTransport;
  readonly far: SocketTransport;
  readonly listener: Listener;
}

async function pair(): Promise<Pair> {
  const accepted: SocketTransport[] = [];
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    maxConnections: 100,
    onTransport: (one) => accepted.push(one),
  });
  listeners.push(listener);
  const near = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 5_000 });
  await expect.poll(() => accepted.length).toBe(1);
  const [far] = accepted;
  if (far === undefined) throw new Error("nobody came");
  return { near, far, listener };
}

async function read(transport: SocketTransport): Promise<string> {
  let text = "";
  for await (const chunk of transport) text += new TextDecoder().decode(chunk);
  return text;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a socket as a transport", () => {
  it("brings bytes both ways, knows who is there, and ends when the peer closes", async () => {
    const { near, far, listener } = await pair();
    expect(near.peer).toBe(`127.0.0.1:${listener.port}`);
    expect(far.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect([near.local, far.local]).toEqual(["127.0.0.1", "127.0.0.1"]);
    await near.write(bytes("hello "));
    await near.write(bytes("there"));
    const answer = read(near);
    const reading = read(far);
    const closing = near.close();
    expect(await reading).toBe("hello there");
    await far.close();
    await closing;
    expect(await answer).toBe("");
    await expect.poll(() => listener.connections).toBe(0);
  });

  it("still answers a peer that closed its half and listens, however late", async () => {
    const accepted: SocketTransport[] = [];
    const listener = await listen({
      host: "127.0.0.1",
      port: 0,
      maxConnections: 100,
      onTransport: (one) => accepted.push(one),
    });
    listeners.push(listener);
    const peer = connect({ host: "127.0.0.1", port: listener.port, allowHalfOpen: true });
    peer.end("request");
    await expect.poll(() => accepted.length).toBe(1);
    const [far] = accepted;
    if (far === undefined) throw new Error("nobody came");
    expect(await read(far)).toBe("request");
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    await far.write(bytes("answer"));
    await far.close();
    let answer = "";
    for await (const chunk of peer) answer += String(chunk);
    expect(answer).toBe("answer");
    await expect.poll(() => listener.connections).toBe(0);
  });

  it("does not read what nobody asks for: the peer's writes stop", async () => {
    const { near, far } = await pair();
    let written = 0;
    const block = new Uint8Array(1024 * 1024);
    const writing = (async () => {
      for (; written < 200; written++) await near.write(block);
    })().catch(() => {});
    await expect.poll(() => stalled(() => written), { timeout: 10_000 }).toBe(true);
    expect(written).toBeLessThan(50);
    let got = 0;
    for await (const chunk of far) {
      got += chunk.length;
      if (got === 200 * block.length) break;
    }
    await writing;
    expect(written).toBe(200);
  });

  it("can be left in the middle of reading and still written and closed", async () => {
    const { near, far } = await pair();
    await near.write(bytes("request"));
    for await (const _chunk of far) break;
    await far.write(bytes("answer"));
    await near.write(bytes("more than was read"));
    const closing = far.close();
    expect(await read(near)).toBe("answer");
    await near.close();
    await closing;
  });

  it("closes within a second and a half of a peer that neither reads nor closes", async () => {
    const hung: Socket[] = [];
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => hung.push(socket));
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const transport = await dial({ host: "127.0.0.1", port, timeoutMs: 5_000 });
    const unwritten = transport
      .write(new Uint8Array(32 * 1024 * 1024))
      .catch((fault: unknown) => toTransportFault(fault, "x").code);
    const before = performance.now();
    await Promise.all([transport.close(), transport.close()]);
    expect(performance.now() - before).toBeLessThan(1_500);
    expect(await unwritten).toBe("transport.closed");
    for (const socket of hung) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it("says what broke it, to the reader and to the next writer", async () => {
    const { near, far } = await pair();
    const raw = read(near).catch((fault: unknown) => fault);
    far.destroy();
    expect(await raw).toMatchObject({ code: "transport.reset", native: "ECONNRESET", retry: "backoff" });
    await expect(near.write(bytes("x"))).rejects.toMatchObject({ code: "transport.reset" });
    await expect(far.write(bytes("x"))).rejects.toMatchObject({ code: "transport.closed" });
    far.destroy();
    await far.close();
  });

  it("simply ends for a reader whose own side destroyed it", async () => {
    const { near } = await pair();
    const reading = read(near);
    near.destroy();
    expect(await reading).toBe("");
  });
});

/** Whether it has not grown for 100 ms. */
async function stalled(value: () => number): Promise<boolean> {
  const before = value();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return value() > 0 && value() === before;
}

describe("dialling", () => {
  it("is refused where nobody listens, fails on unknown names, and can be given up", async () => {
    const port = await freePort();
    await expect(dial({ host: "127.0.0.1", port, timeoutMs: 5_000 })).rejects.toMatchObject({
      code: "transport.refused",
      native: "ECONNREFUSED",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    await expect(dial({ host: "no-such-host.invalid", port, timeoutMs: 5_000 })).rejects.toMatchObject({
      code: "transport.name-unknown",
    });
    const signal = AbortSignal.abort(new Error("stepping down"));
    await expect(dial({ host: "127.0.0.1", port, timeoutMs: 5_000, signal })).rejects.toMatchObject({
      code: "transport.aborted",
      blame: "us",
    });
  });

  it("gives up after its time where nobody answers, in the handshake too", async () => {
    // A listener that takes the connection and never speaks TLS.
    const silent = createServer(() => {});
    const port = await freePort();
    await new Promise<void>((resolve) => silent.listen(port, "127.0.0.1", resolve));
    const before = performance.now();
    await expect(dial({ host: "127.0.0.1", port, timeoutMs: 100, tls: {} })).rejects.toMatchObject({
      code: "transport.timeout",
    });
    expect(performance.now() - before).toBeLessThan(2_000);
    const stop = new AbortController();
    const dialling = dial({ host: "127.0.0.1", port, timeoutMs: 60_000, tls: {}, signal: stop.signal });
    stop.abort();
    await expect(dialling).rejects.toMatchObject({ code: "transport.aborted" });
    silent.close();
  });
});

describe("listening", () => {
  it("turns away more than it may hold, and takes others again when there is room", async () => {
    const away: string[] = [];
    const taken: SocketTransport[] = [];
    const listener = await listen({
      ...{ host: "127.0.0.1", port: 0, maxConnections: 1 },
      onTransport: (one) => taken.push(one),
      onTurnedAway: (peer, why) => away.push(`${peer} ${why}`),
    });
    listeners.push(listener);
    const first = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 5_000 });
    await expect.poll(() => listener.connections).toBe(1);
    const second = connect(listener.port, "127.0.0.1");
    await new Promise((resolve) => second.once("error", resolve).once("close", resolve));
    expect(away).toEqual(["127.0.0.1 overfull"]);
    first.destroy();
    taken[0]?.destroy();
    await expect.poll(() => listener.connections).toBe(0);
    const third = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 5_000 });
    await expect.poll(() => taken.length).toBe(2);
    third.destroy();
  });

  it("frees its port at once when it is closed, twice too, and cuts what is open", async () => {
    const { near, listener } = await pair();
    const reading = read(near).catch((fault: unknown) => toTransportFault(fault, "x").code);
    await Promise.all([listener.close(), listener.close()]);
    expect(["", "transport.reset"]).toContain(await reading);
    const again = await listen({ host: "127.0.0.1", port: listener.port, maxConnections: 1, onTransport: () => {} });
    await expect(
      listen({ host: "127.0.0.1", port: again.port, maxConnections: 1, onTransport: () => {} }),
    ).rejects.toMatchObject({
      code: "transport.address-in-use",
      blame: "operator",
    });
    await again.close();
  });
});
