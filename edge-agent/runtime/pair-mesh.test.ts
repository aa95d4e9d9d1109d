import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import { listen } from "../../adapters/io/node/listen.ts";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { SimNetwork } from "../../adapters/io/sim/network.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { DEFAULT_PAIR_TIMING } from "../pair/outcomes.ts";
import { until } from "./agent-pair.testing.ts";
import { type Network, NODE_NETWORK } from "./network.ts";
import { PairMesh } from "./pair-mesh.ts";

const timers = new NodeTimers();
const meshes: PairMesh[] = [];
afterEach(async () => {
  for (const mesh of meshes.splice(0)) await mesh.stop();
});

function member(agent: string, peer: string, port: number, network: Network = NODE_NETWORK) {
  const ends: string[] = [];
  const refused: string[] = [];
  const mesh = new PairMesh({
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
    network,
    events: {
      opened: () => {},
      closed: (_peer, how) => ends.push(how),
      beat: () => {},
      word: () => {},
      other: () => {},
      refused: (_where, fault) => refused.push(fault.message),
    },
  });
  meshes.push(mesh);
  return { mesh, ends, refused };
}

describe("a link that is dropped", () => {
  it("is given up on both sides: nobody takes the other for dead", async () => {
    const port = await freePort();
    const [a, b] = [member("a", "b", port), member("b", "a", port)];
    b.mesh.start();
    a.mesh.start();
    await until(() => a.mesh.isOpen("b") && b.mesh.isOpen("a"));
    b.mesh.drop("a");
    await until(() => a.ends.length > 0 && b.ends.length > 0);
    expect([a.ends[0], b.ends[0]]).toEqual(["given-up", "given-up"]);
    await until(() => a.mesh.isOpen("b") && b.mesh.isOpen("a"));
  });
});

describe("a second process under a peer's name", () => {
  it("is turned away while the first is heard, and neither takes anybody for dead", async () => {
    const port = await freePort();
    const b = member("b", "a", port);
    const a = member("a", "b", port);
    b.mesh.start();
    a.mesh.start();
    await until(() => b.mesh.isOpen("a"));
    const twin = member("a", "b", port);
    twin.mesh.start();
    await until(() => twin.ends.length >= 3);
    expect(new Set(twin.ends)).toEqual(new Set(["given-up"]));
    expect([a.ends, b.ends, b.refused]).toEqual([
      [],
      [],
      ["another process is linked as agent a: stop one of the two"],
    ]);
    await a.mesh.stop();
    await until(() => b.mesh.isOpen("a") && twin.mesh.isOpen("b"));
  });
});

describe("a link with more to carry than the sockets take, both ways at once", () => {
  it("goes on hearing the other side: what is not written yet holds up no reading", async () => {
    const clock = new SimClock();
    const network = new SimNetwork({
      clock,
      random: new SeededRandom(1),
      delayMs: { min: 1, max: 1 },
      windowBytes: 65_536,
    });
    const hosts = new Map(["a", "b"].map((name) => [name, new SimHost({ clock, name })] as const));
    const heard = { a: 0, b: 0 };
    const silences: string[] = [];
    const make = (agent: "a" | "b", peer: "a" | "b"): PairMesh => {
      const host = hosts.get(agent);
      if (host === undefined) throw new Error("no such host");
      return new PairMesh({
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
        peers: [{ name: peer, host: peer, port: 1 }],
        listen: { host: agent, port: 1 },
        security: { server: undefined, client: undefined },
        timers: host.timers,
        network: {
          dial: (settings) => network.dial(host, settings),
          listen: (settings) => network.listen(host, settings),
        },
        events: {
          opened: () => {},
          closed: (_peer, how) => silences.push(how),
          beat: () => {},
          word: () => {},
          other: (from, outcome) => {
            if (outcome.kind === "suspect") silences.push("suspect");
            if (outcome.kind !== "replicate") return;
            heard[agent] += outcome.records.length;
            mesh[agent].use(from, (link, now) =>
              link.replicated(outcome.stream, outcome.position + outcome.records.length, now),
            );
          },
          refused: () => {},
        },
      });
    };
    const mesh = { a: make("a", "b"), b: make("b", "a") };
    mesh.b.start();
    mesh.a.start();
    await clock.runFor(500);
    expect([mesh.a.isOpen("b"), mesh.b.isOpen("a")]).toEqual([true, true]);
    const piece = new Uint8Array(32_768);
    for (const [agent, peer] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      for (let at = 0; at < 40; at++) {
        mesh[agent].use(peer, (link, now) => link.replicate(`own/${agent}`, at * piece.length, piece, now).step);
      }
    }
    await clock.runFor(4_000);
    expect(heard).toEqual({ a: 40 * piece.length, b: 40 * piece.length });
    expect(silences).toEqual([]);
  });
});

describe("a stopped mesh", () => {
  it("opens no link by a dial that was under way", async () => {
    let opened = 0;
    let closed = 0;
    const listener = await listen({
      host: "127.0.0.1",
      port: 0,
      maxConnections: 10,
      onTransport: async (transport) => {
        opened += 1;
        try {
          for await (const _bytes of transport);
        } catch (_reset) {
          // A reset is an end too.
        }
        closed += 1;
        transport.destroy();
      },
    });
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let dialled = 0;
    const slow: Network = {
      ...NODE_NETWORK,
      dial: async (settings) => {
        dialled += 1;
        await held;
        return dial(settings);
      },
    };
    const { mesh } = member("a", "b", listener.port, slow);
    mesh.start();
    await until(() => dialled === 1);
    await mesh.stop();
    letGo();
    await until(() => opened === 1 && closed === 1, 1_000);
    await listener.close();
  });
});
