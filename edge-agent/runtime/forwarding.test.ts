import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import { type Listener, listen } from "../../adapters/io/node/listen.ts";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { DEFAULT_PAIR_TIMING } from "../pair/outcomes.ts";
import { Forwarding } from "./forwarding.ts";
import { PairMesh } from "./pair-mesh.ts";

const timers = new NodeTimers();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function until(met: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!met()) {
    if (performance.now() > deadline) throw new Error("the condition was not met within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Two ends of a pair link; what is carried from b to a is given to `serve`. */
async function pair(serve: (transport: Transport) => void): Promise<{ a: Forwarding; b: Forwarding; meshB: PairMesh }> {
  const port = await freePort();
  const make = (agent: string, peer: string, forwarding: () => Forwarding): PairMesh =>
    new PairMesh({
      options: {
        site: "/t",
        agent,
        peers: [peer],
        version: "1",
        configHash: "x",
        groups: ["g"],
        timing: DEFAULT_PAIR_TIMING,
      },
      status: () => [],
      peers: [{ name: peer, host: "127.0.0.1", port }],
      listen: { host: "127.0.0.1", port },
      security: { server: undefined, client: undefined },
      timers,
      events: {
        opened: () => {},
        closed: (from) => forwarding().linkClosed(from),
        beat: () => {},
        word: () => {},
        other: (from, outcome) => forwarding().heard(from, outcome),
        refused: () => {},
      },
    });
  const meshA: PairMesh = make("a", "b", () => a);
  const meshB: PairMesh = make("b", "a", () => b);
  const a: Forwarding = new Forwarding({ mesh: () => meshA, take: (_listener, transport) => serve(transport) });
  const b: Forwarding = new Forwarding({ mesh: () => meshB, take: (_listener, transport) => transport.destroy() });
  meshB.start();
  meshA.start();
  closing.push(
    () => meshA.stop(),
    () => meshB.stop(),
  );
  await until(() => meshA.isOpen("b") && meshB.isOpen("a"));
  return { a, b, meshB };
}

async function standby(b: Forwarding): Promise<Listener> {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    maxConnections: 100,
    onTransport: (transport) => {
      if (!b.carry("a", "OSLP 0.6.1", transport)) transport.destroy();
    },
  });
  closing.push(() => listener.close());
  return listener;
}

async function echo(transport: Transport): Promise<void> {
  try {
    for await (const bytes of transport) await transport.write(bytes.slice());
    await transport.close();
  } catch (_gone) {
    transport.destroy();
  }
}

async function readAll(transport: Transport, length: number): Promise<Uint8Array> {
  const whole = new Uint8Array(length);
  let at = 0;
  for await (const bytes of transport) {
    whole.set(bytes, at);
    at += bytes.length;
    if (at >= length) break;
  }
  return whole.subarray(0, at);
}

describe("a device that reached the standby", () => {
  it("is served by the active agent, a megabyte both ways through the windows of the link", async () => {
    const { a, b } = await pair((transport) => void echo(transport));
    const listener = await standby(b);
    const device = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 1_000 });
    const sent = new Uint8Array(1_000_000).map((_, i) => (i * 31) & 0xff);
    const [received] = await Promise.all([readAll(device, sent.length), device.write(sent)]);
    expect(Buffer.compare(received, sent)).toBe(0);
    await device.close();
    await until(() => a.open === 0 && b.open === 0);
    expect(b.carried).toBe(1);
  });

  it("is cut off when the link breaks, so that it tries another address", async () => {
    const { b, meshB } = await pair(() => {});
    const listener = await standby(b);
    const device = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 1_000 });
    await until(() => b.open === 1);
    meshB.drop("a");
    let ended = false;
    void (async () => {
      try {
        for await (const _bytes of device);
      } catch (_reset) {
        // A reset is an end too.
      }
      ended = true;
    })();
    await until(() => ended && b.open === 0);
  });

  it("leaves no channel behind when it says more than anybody reads", async () => {
    const { a, b } = await pair(async (transport) => {
      // The active agent reads a little, does not believe it, and closes.
      for await (const _bytes of transport) break;
      await transport.close();
    });
    const listener = await standby(b);
    const device = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 1_000 });
    device.write(new Uint8Array(4_000_000)).catch(() => {});
    await until(() => b.carried === 1);
    await until(() => a.open === 0 && b.open === 0);
    device.destroy();
  });

  it("may close its half and listen", async () => {
    const { a, b } = await pair(async (transport) => {
      let heard = 0;
      for await (const bytes of transport) heard += bytes.length;
      await transport.write(Uint8Array.of(heard));
      await transport.close();
    });
    const listener = await standby(b);
    const socket = connect({ host: "127.0.0.1", port: listener.port, allowHalfOpen: true });
    socket.end(Uint8Array.of(1, 2, 3));
    const heard: Buffer[] = [];
    for await (const bytes of socket) heard.push(bytes);
    expect([...Buffer.concat(heard)]).toEqual([3]);
    await until(() => a.open === 0 && b.open === 0);
  });

  it("leaves no channel behind when it ends its half and is gone before the answer", async () => {
    let heardEnd = false;
    let isGone = false;
    const { a, b } = await pair(async (transport) => {
      for await (const _bytes of transport);
      heardEnd = true;
      await until(() => isGone);
      try {
        for (;;) await transport.write(new Uint8Array(10_000));
      } catch (_gone) {
        transport.destroy();
      }
    });
    const listener = await standby(b);
    const socket = connect({ host: "127.0.0.1", port: listener.port, allowHalfOpen: true });
    socket.on("error", () => {});
    socket.end();
    await until(() => heardEnd);
    socket.resetAndDestroy();
    isGone = true;
    await until(() => a.open === 0 && b.open === 0);
  });

  it("is told apart from the others: a hundred at once get their own bytes back", async () => {
    const { b } = await pair((transport) => void echo(transport));
    const listener = await standby(b);
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const device = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 5_000 });
        await device.write(Uint8Array.of(i, 255 - i));
        const answer = await readAll(device, 2);
        await device.close();
        return [...answer];
      }),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, i) => [i, 255 - i]));
  });
});
