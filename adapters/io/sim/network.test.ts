import { describe, expect, it } from "vitest";
import { concat } from "../../kit/bytes.ts";
import { SeededRandom } from "../../kit/random.ts";
import { SimClock } from "./clock.ts";
import type { SimTransport } from "./connection.ts";
import { SimHost } from "./host.ts";
import { SimNetwork, type SimNetworkSettings } from "./network.ts";
import { Trace } from "./trace.ts";

interface World {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly a: SimHost;
  readonly b: SimHost;
  readonly trace: Trace;
  pair(): Promise<{ near: SimTransport; far: SimTransport }>;
}

function start(settings: Partial<SimNetworkSettings> & { readonly seed?: number } = {}): World {
  const clock = new SimClock();
  const trace = new Trace(20);
  const network = new SimNetwork({
    clock,
    random: new SeededRandom(settings.seed ?? 1).of("net"),
    trace,
    delayMs: { min: 1, max: 1 },
    ...settings,
  });
  const [a, b] = [new SimHost({ clock, name: "a" }), new SimHost({ clock, name: "b" })];
  return {
    ...{ clock, network, a, b, trace },
    pair: async () => {
      const accepted: SimTransport[] = [];
      const listener = await network.listen(b, { port: 0, onTransport: (one) => accepted.push(one) });
      const near = await clock.runUntilSettled(network.dial(a, { host: "b", port: listener.port, timeoutMs: 1_000 }));
      const [far] = accepted;
      if (far === undefined) throw new Error("nobody came");
      return { near, far };
    },
  };
}

/** Reads to the end in the background. */
function collect(transport: SimTransport): {
  readonly chunks: Uint8Array[];
  readonly end: Promise<unknown>;
  bytes(): Uint8Array;
} {
  const chunks: Uint8Array[] = [];
  const reading = (async () => {
    for await (const chunk of transport) chunks.push(chunk);
    return "closed";
  })();
  return { chunks, end: reading.catch((fault: unknown) => fault), bytes: () => concat(chunks) };
}

const numbers = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);

describe("a simulated connection", () => {
  it("brings every byte in order, cut and joined by seed, and then the end", async () => {
    const lengths = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const { clock, pair } = start({ seed, delayMs: { min: 0, max: 10 } });
      const { near, far } = await pair();
      const got = collect(far);
      const sent = numbers(600);
      for (let at = 0; at < 600; at += 100) await near.write(sent.subarray(at, at + 100));
      await near.close();
      expect(await clock.runUntilSettled(got.end)).toBe("closed");
      expect(got.bytes()).toEqual(sent);
      lengths.add(got.chunks.map((chunk) => chunk.length).join(" "));
    }
    expect(lengths.size).toBeGreaterThan(10);
  });

  it("is the same for the same seed, and another for another", async () => {
    const hashes: string[] = [];
    for (const seed of [7, 7, 8]) {
      const { clock, pair, trace } = start({ seed, delayMs: { min: 0, max: 5 }, resets: { times: 1, of: 40 } });
      const { near, far } = await pair();
      const got = collect(far);
      for (let i = 0; i < 30; i++) {
        near.write(numbers(i + 1)).catch(() => {});
        await clock.runFor(3);
      }
      near.destroy();
      await clock.runUntilSettled(got.end);
      await clock.runUntilIdle();
      hashes.push(trace.hash);
    }
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  it("holds the writer back when nobody reads, and lets it go on when somebody does", async () => {
    const { clock, pair } = start({ windowBytes: 1_000 });
    const { near, far } = await pair();
    await near.write(numbers(1_000));
    let written = false;
    const write = near.write(numbers(10)).then(() => {
      written = true;
    });
    await clock.runFor(10_000);
    expect(written).toBe(false);
    const got = collect(far);
    await clock.runUntilSettled(write);
    await near.close();
    await clock.runUntilSettled(got.end);
    expect(got.bytes().length).toBe(1_010);
  });

  it("copies what it is given, because the writer may use its buffer again", async () => {
    const { clock, pair } = start({ resplit: false });
    const { near, far } = await pair();
    const buffer = numbers(4);
    await near.write(buffer);
    buffer.fill(0xff);
    await near.close();
    const got = collect(far);
    await clock.runUntilSettled(got.end);
    expect(got.bytes()).toEqual(numbers(4));
  });

  it("is reset at both ends by what lies between, but not by what lies elsewhere", async () => {
    const { clock, network, pair } = start();
    const hit = await pair();
    const ends = [collect(hit.near), collect(hit.far)];
    network.reset({ a: "a", b: "elsewhere" });
    await hit.near.write(numbers(3));
    await clock.runFor(10);
    expect(ends[1]?.bytes().length).toBe(3);
    network.reset({ a: "b", b: "a" });
    for (const { end } of ends) expect(await clock.runUntilSettled(end)).toMatchObject({ code: "transport.reset" });
    await expect(hit.near.write(numbers(1))).rejects.toMatchObject({ code: "transport.reset" });
  });

  it("is closed for us once we closed it", async () => {
    const { clock, pair } = start();
    const { near, far } = await pair();
    const reading = collect(near);
    await near.close();
    await near.close();
    expect(await clock.runUntilSettled(reading.end)).toBe("closed");
    await expect(near.write(numbers(1))).rejects.toMatchObject({ code: "transport.closed" });
    await expect(far.write(numbers(1))).resolves.toBeUndefined();
  });

  it("ends in a reset for a peer whose bytes came too late", async () => {
    const { clock, pair } = start();
    const { near, far } = await pair();
    near.destroy();
    const got = collect(far);
    await clock.runUntilSettled(got.end);
    await far.write(numbers(3));
    await clock.runUntilIdle();
    await expect(far.write(numbers(3))).rejects.toMatchObject({ code: "transport.reset" });
  });

  it("breaks as often as told", async () => {
    const { clock, pair } = start({ resets: { times: 1, of: 1 } });
    const { near, far } = await pair();
    const ends = [collect(near).end, collect(far).end];
    await near.write(numbers(3));
    for (const end of ends) expect(await clock.runUntilSettled(end)).toMatchObject({ code: "transport.reset" });
  });
});

describe("dialling", () => {
  it("is refused where nobody listens, any more, or the firewall says so", async () => {
    const { clock, network, a, b } = start();
    const dial = (): Promise<unknown> =>
      clock.runUntilSettled(network.dial(a, { host: "b", port: 9, timeoutMs: 1_000 }));
    await expect(dial()).rejects.toMatchObject({ code: "transport.refused" });
    const listener = await network.listen(b, { port: 9, maxConnections: 1, onTransport: () => {} });
    await expect(network.listen(b, { port: 9, onTransport: () => {} })).rejects.toMatchObject({
      code: "transport.address-in-use",
    });
    network.refuse({ host: "b", port: 9 }, true);
    await expect(dial()).rejects.toMatchObject({ code: "transport.refused" });
    network.refuse({ host: "b", port: 9 }, false);
    await expect(dial()).resolves.toBeDefined();
    expect(listener.connections).toBe(1);
    await expect(dial()).rejects.toMatchObject({ code: "transport.refused" });
    await listener.close();
    await clock.runUntilIdle();
    expect(listener.connections).toBe(0);
    await expect(dial()).rejects.toMatchObject({ code: "transport.refused" });
  });

  it("times out into a partition, one-way too, and can be given up", async () => {
    const { clock, network, a, b } = start();
    await network.listen(b, { port: 9, onTransport: () => {} });
    const dial = (signal?: AbortSignal): Promise<unknown> =>
      network.dial(a, { host: "b", port: 9, timeoutMs: 500, signal });
    network.cut({ from: "b", to: "a" });
    const before = clock.now;
    await expect(clock.runUntilSettled(dial())).rejects.toMatchObject({ code: "transport.timeout" });
    expect(clock.now - before).toBe(500);
    const stop = new AbortController();
    const dialling = dial(stop.signal);
    stop.abort();
    await expect(clock.runUntilSettled(dialling)).rejects.toMatchObject({ code: "transport.aborted" });
    network.heal({ a: "a", b: "b" });
    await expect(clock.runUntilSettled(dial())).resolves.toBeDefined();
  });
});

describe("bad weather", () => {
  it("delays over a short partition, and keeps the order", async () => {
    const { clock, network, pair } = start({ delayMs: { min: 0, max: 5 } });
    const { near, far } = await pair();
    const got = collect(far);
    network.partition("a", "b");
    for (let i = 0; i < 10; i++) await near.write(numbers(50).subarray(5 * i, 5 * i + 5));
    await clock.runFor(5_000);
    expect(got.chunks).toEqual([]);
    network.heal();
    await near.close();
    expect(await clock.runUntilSettled(got.end)).toBe("closed");
    expect(got.bytes()).toEqual(numbers(50));
  });

  it("breaks the sender's side when a partition lasts, and leaves the other half open", async () => {
    const { clock, network, pair } = start({ giveUpMs: 1_000 });
    const { near, far } = await pair();
    const ours = collect(near).end;
    let theirs = "waiting";
    void collect(far).end.then(() => {
      theirs = "ended";
    });
    network.partition("a", "b");
    await near.write(numbers(5));
    expect(await clock.runUntilSettled(ours)).toMatchObject({ code: "transport.timeout" });
    await clock.runFor(60_000);
    expect(theirs).toBe("waiting");
  });

  it("passes one way where only the other is cut", async () => {
    const { clock, network, pair } = start();
    const { near, far } = await pair();
    const [atNear, atFar] = [collect(near), collect(far)];
    network.cut({ from: "a", to: "b" });
    await near.write(numbers(3));
    await far.write(numbers(4));
    await clock.runFor(100);
    expect([atNear.bytes().length, atFar.bytes().length]).toEqual([4, 0]);
  });

  it("says goodbye for a process that is killed, and not for a machine that loses power", async () => {
    const killed = start();
    const first = await killed.pair();
    const end = collect(first.near).end;
    killed.b.kill();
    expect(await killed.clock.runUntilSettled(end)).toBe("closed");

    const unpowered = start({ giveUpMs: 1_000 });
    const second = await unpowered.pair();
    unpowered.network.unplug("b");
    unpowered.b.kill();
    let heard = "nothing";
    void collect(second.near).end.then((how) => {
      heard = String(how);
    });
    await unpowered.clock.runFor(60_000);
    expect(heard).toBe("nothing");
    unpowered.network.plug("b");
    await second.near.write(numbers(1));
    await unpowered.clock.runUntilIdle();
    expect(heard).toContain("reset");
  });

  it("fills the kernel's buffers of a frozen process, which reads them when it is thawed", async () => {
    const { clock, b, pair } = start();
    const { near, far } = await pair();
    const got = collect(far);
    await clock.runUntilIdle();
    b.freeze();
    await near.write(numbers(5));
    await near.close();
    await clock.runFor(60_000);
    expect(got.chunks).toEqual([]);
    b.thaw();
    expect(await clock.runUntilSettled(got.end)).toBe("closed");
    expect(got.bytes()).toEqual(numbers(5));
  });
});
