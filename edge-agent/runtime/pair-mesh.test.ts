import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import { listen } from "../../adapters/io/node/listen.ts";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { SimNetwork } from "../../adapters/io/sim/network.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
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

/** Where each of the two listens. */
interface Ports {
  readonly a: number;
  readonly b: number;
}

async function freePorts(): Promise<Ports> {
  return { a: await freePort(), b: await freePort() };
}

function member(agent: "a" | "b", ports: Ports, network: Network = NODE_NETWORK) {
  const made = makeMember(agent, { timers, network, addressOf: (name) => ({ host: "127.0.0.1", port: ports[name] }) });
  meshes.push(made.mesh);
  return made;
}

interface Ground {
  readonly timers: Timers;
  readonly network: Network;
  readonly addressOf: (agent: "a" | "b") => { readonly host: string; readonly port: number };
}

function makeMember(agent: "a" | "b", { timers, network, addressOf }: Ground) {
  const peer = agent === "a" ? "b" : "a";
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
    peers: [{ name: peer, ...addressOf(peer) }],
    listen: addressOf(agent),
    security: { server: undefined, client: undefined },
    timers,
    network,
    events: {
      opened: () => {},
      closed: (_peer, how) => ends.push(how),
      died: () => ends.push("died"),
      beat: () => {},
      word: () => {},
      other: () => {},
      refused: (_where, fault) => refused.push(fault.message),
    },
  });
  return { mesh, ends, refused };
}

describe("a link that is dropped", () => {
  it("is given up on both sides: nobody takes the other for dead", async () => {
    const ports = await freePorts();
    const [a, b] = [member("a", ports), member("b", ports)];
    b.mesh.start();
    a.mesh.start();
    await until(() => a.mesh.isOpen("b") && b.mesh.isOpen("a"));
    b.mesh.drop("a");
    await until(() => a.ends.length > 0 && b.ends.length > 0);
    expect([a.ends[0], b.ends[0]]).toEqual(["given-up", "given-up"]);
    await until(() => a.mesh.isOpen("b") && b.mesh.isOpen("a"));
  });
});

/** A network the connections of which can be cut as a firewall does it, both ends living. */
function cuttable(): { readonly network: Network; readonly cut: () => void } {
  const open: Transport[] = [];
  const network: Network = {
    ...NODE_NETWORK,
    dial: async (settings) => {
      const transport = await dial(settings);
      open.push(transport);
      return transport;
    },
  };
  return {
    network,
    cut: () => {
      for (const transport of open.splice(0)) transport.destroy();
    },
  };
}

describe("a link that breaks without a word", () => {
  it("between two that live, is no death: both are asked, and a new link is made", async () => {
    const ports = await freePorts();
    const { network, cut } = cuttable();
    const [a, b] = [member("a", ports, network), member("b", ports)];
    b.mesh.start();
    a.mesh.start();
    for (let times = 1; times <= 3; times++) {
      await until(() => a.mesh.isOpen("b") && b.mesh.isOpen("a"));
      cut();
      await until(() => a.ends.length >= times && b.ends.length >= times);
    }
    await until(() => a.mesh.isOpen("b") && b.mesh.isOpen("a"));
    expect([a.ends, b.ends]).toEqual([
      ["broken", "broken", "broken"],
      ["broken", "broken", "broken"],
    ]);
  });

  it.each(["a", "b"] as const)("by the death of %s, is told as that, whoever dialled", async (dead) => {
    const clock = new SimClock();
    const sim = new SimNetwork({ clock, random: new SeededRandom(1), delayMs: { min: 1, max: 1 } });
    const make = (agent: "a" | "b") => {
      const host = new SimHost({ clock, name: agent });
      const network: Network = {
        dial: (settings) => sim.dial(host, settings),
        listen: (settings) => sim.listen(host, settings),
      };
      const addressOf = (name: string) => ({ host: name, port: 1 });
      return { host, ...makeMember(agent, { timers: host.timers, network, addressOf }) };
    };
    const two = { a: make("a"), b: make("b") };
    two.b.mesh.start();
    two.a.mesh.start();
    await clock.runFor(500);
    const alive = dead === "a" ? two.b : two.a;
    expect(alive.mesh.isOpen(dead)).toBe(true);
    two[dead].host.kill();
    await clock.runFor(5);
    expect(alive.ends).toEqual(["broken", "died"]);
  });
});

describe("a second process under a peer's name", () => {
  it("is turned away while the first is heard, and neither takes anybody for dead", async () => {
    const ports = await freePorts();
    const b = member("b", ports);
    const a = member("a", ports);
    b.mesh.start();
    a.mesh.start();
    await until(() => b.mesh.isOpen("a"));
    const twin = member("a", ports);
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
          died: () => silences.push("died"),
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
    const { mesh } = member("a", { a: await freePort(), b: listener.port }, slow);
    mesh.start();
    await until(() => dialled === 1);
    await mesh.stop();
    letGo();
    await until(() => opened === 1 && closed === 1, 1_000);
    await listener.close();
  });
});
