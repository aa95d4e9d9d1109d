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

interface Node {
  readonly mesh: PairMesh;
  readonly forwarding: Forwarding;
}

/** Agents that are all linked with each other; what is carried to one of them is given to its `take`. */
async function agents(
  takes: Readonly<Record<string, ConstructorParameters<typeof Forwarding>[0]["take"]>>,
): Promise<ReadonlyMap<string, Node>> {
  const names = Object.keys(takes);
  const ports = new Map(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  const nodes = new Map<string, Node>();
  for (const agent of names) {
    const peers = names.filter((name) => name !== agent);
    const mesh: PairMesh = new PairMesh({
      options: { site: "/t", agent, peers, version: "1", configHash: "x", groups: ["g"], timing: DEFAULT_PAIR_TIMING },
      status: () => [],
      peers: peers.map((name) => ({ name, host: "127.0.0.1", port: ports.get(name) ?? 0 })),
      listen: { host: "127.0.0.1", port: ports.get(agent) ?? 0 },
      security: { server: undefined, client: undefined },
      timers,
      events: {
        opened: () => {},
        closed: (from) => forwarding.linkClosed(from),
        died: () => {},
        beat: () => {},
        word: () => {},
        other: (from, outcome) => forwarding.heard(from, outcome),
        refused: () => {},
      },
    });
    const take = takes[agent] ?? (() => {});
    const forwarding: Forwarding = new Forwarding({ mesh: () => mesh, take });
    nodes.set(agent, { mesh, forwarding });
    mesh.start();
    closing.push(() => mesh.stop());
  }
  const isLinked = (agent: string, { mesh }: Node): boolean =>
    names.every((name) => name === agent || mesh.isOpen(name));
  await until(() => [...nodes].every(([agent, node]) => isLinked(agent, node)));
  return nodes;
}

function forwardingOf(nodes: ReadonlyMap<string, Node>, name: string): Forwarding {
  const node = nodes.get(name);
  if (node === undefined) throw new Error(`there is no agent ${name}`);
  return node.forwarding;
}

/** Two ends of a pair link; what is carried from b to a is given to `serve`. */
async function pair(serve: (transport: Transport) => void): Promise<{ a: Forwarding; b: Forwarding; meshB: PairMesh }> {
  const nodes = await agents({
    a: (_listener, transport) => serve(transport),
    b: (_listener, transport) => transport.destroy(),
  });
  const meshB = nodes.get("b")?.mesh;
  if (meshB === undefined) throw new Error("there is no agent b");
  return { a: forwardingOf(nodes, "a"), b: forwardingOf(nodes, "b"), meshB };
}

async function standby(b: Forwarding, peers: readonly string[] = ["a"]): Promise<Listener> {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    maxConnections: 100,
    onTransport: (transport) => {
      if (!b.carry(peers, "OSLP 0.6.1", transport)) transport.destroy();
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

/** Reads what the device says first, and gives it back: it is of another group. */
async function notOurs(transport: Transport, mayReturn: boolean, heard: string[]): Promise<void> {
  let text = "";
  for await (const bytes of transport) {
    text += new TextDecoder().decode(bytes);
    if (text.length >= 5) break;
  }
  heard.push(text);
  if (!mayReturn) await transport.write(new TextEncoder().encode("who are you?"));
  transport.destroy();
}

describe("a device that reached an agent that does not serve it, where several others are active", () => {
  it("is carried to the one that does, with all it has said", async () => {
    const heard: string[] = [];
    const nodes = await agents({
      a: () => {},
      b: (_listener, transport, mayReturn) => void notOurs(transport, mayReturn, heard),
      c: (_listener, transport) => void echo(transport),
    });
    const a = forwardingOf(nodes, "a");
    const listener = await standby(a, ["b", "c"]);
    const device = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 1_000 });
    await device.write(new TextEncoder().encode("it is I"));
    expect(new TextDecoder().decode(await readAll(device, 7))).toBe("it is I");
    expect(heard).toEqual(["it is I"]);
    // And goes on as if it had come there: more than a window, both ways.
    const sent = new Uint8Array(200_000).map((_, i) => (i * 17) & 0xff);
    const [received] = await Promise.all([readAll(device, sent.length), device.write(sent)]);
    expect(Buffer.compare(received, sent)).toBe(0);
    await device.close();
    await until(() => [...nodes.values()].every(({ forwarding }) => forwarding.open === 0));
  });

  it("is answered by the last one that could have it, where nobody knows it", async () => {
    const heard: string[] = [];
    const refuses = (_listener: string, transport: Transport, mayReturn: boolean): void =>
      void notOurs(transport, mayReturn, heard);
    const nodes = await agents({ a: () => {}, b: refuses, c: refuses });
    const listener = await standby(forwardingOf(nodes, "a"), ["b", "c"]);
    const device = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 1_000 });
    await device.write(new TextEncoder().encode("stranger"));
    expect(new TextDecoder().decode(await readAll(device, 12))).toBe("who are you?");
    expect(heard).toEqual(["stranger", "stranger"]);
    await until(() => [...nodes.values()].every(({ forwarding }) => forwarding.open === 0));
  });

  it("is carried on where the first one asked is cut off", async () => {
    const nodes = await agents({ a: () => {}, b: () => {}, c: (_listener, transport) => void echo(transport) });
    const a = forwardingOf(nodes, "a");
    const listener = await standby(a, ["b", "c"]);
    const device = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 1_000 });
    await device.write(new TextEncoder().encode("hello"));
    await until(() => forwardingOf(nodes, "b").open === 1);
    nodes.get("b")?.mesh.drop("a");
    expect(new TextDecoder().decode(await readAll(device, 5))).toBe("hello");
    await device.close();
  });

  it("is not carried on once it was answered", async () => {
    const nodes = await agents({
      a: () => {},
      b: async (_listener, transport) => {
        for await (const _bytes of transport) break;
        await transport.write(Uint8Array.of(1));
        transport.destroy();
      },
      c: (_listener, transport) => void echo(transport),
    });
    const a = forwardingOf(nodes, "a");
    const listener = await standby(a, ["b", "c"]);
    const device = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 1_000 });
    await device.write(Uint8Array.of(9));
    const heard: number[] = [];
    try {
      for await (const bytes of device) heard.push(...bytes);
    } catch (_reset) {
      // A reset is an end too.
    }
    expect(heard.filter((byte) => byte !== 1)).toEqual([]);
    expect(forwardingOf(nodes, "c").open).toBe(0);
    await until(() => a.open === 0);
  });
});
