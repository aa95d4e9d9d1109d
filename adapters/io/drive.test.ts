import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EdgeError } from "../kit/edge-error.ts";
import { InvariantBroken } from "../kit/invariant.ts";
import type { Transport } from "../kit/ports.ts";
import { SeededRandom } from "../kit/random.ts";
import { toStoreToken } from "../kit/session.ts";
import { ended, idle, type Machine, type Step } from "../kit/step.ts";
import { type Instant, later } from "../kit/time.ts";
import { Driver, type DriverParts } from "./drive.ts";
import { listen } from "./node/listen.ts";
import { dial } from "./node/dial.ts";
import { NodeTimers } from "./node/clock.ts";
import { SimClock } from "./sim/clock.ts";
import type { SimTransport } from "./sim/connection.ts";
import { SimHost } from "./sim/host.ts";
import { SimNetwork } from "./sim/network.ts";
import type { Timers } from "./timers.ts";

const rejections: unknown[] = [];
const noteRejection = (reason: unknown): void => {
  rejections.push(reason);
};
beforeEach(() => process.on("unhandledRejection", noteRejection));
afterEach(() => {
  process.off("unhandledRejection", noteRejection);
  expect(rejections.splice(0)).toEqual([]);
});

type Give = (now: Instant) => Step<string>;

/** A machine whose every answer is given by the test. */
class Scripted implements Machine<string> {
  readonly heard: string[] = [];
  onOpen: Give = () => idle();
  onReceive: (text: string, now: Instant) => Step<string> = () => idle();
  onWake: Give = () => idle();
  onClose: Give = () => ended("done");

  open(now: Instant): Step<string> {
    return this.onOpen(now);
  }

  receive(chunk: Uint8Array, now: Instant): Step<string> {
    const text = new TextDecoder().decode(chunk);
    this.heard.push(text);
    return this.onReceive(text, now);
  }

  wake(now: Instant): Step<string> {
    this.heard.push(`wake ${now}`);
    return this.onWake(now);
  }

  close(now: Instant): Step<string> {
    this.heard.push("close");
    return this.onClose(now);
  }
}

function step(parts: {
  send?: string;
  outcomes?: readonly string[];
  wakeAt?: Instant;
  ended?: "done" | EdgeError;
}): Step<string> {
  return {
    send: parts.send === undefined ? [] : [new TextEncoder().encode(parts.send)],
    outcomes: parts.outcomes ?? [],
    wakeAt: parts.wakeAt,
    ended: parts.ended,
  };
}

interface Stage {
  readonly clock: SimClock;
  readonly host: SimHost;
  readonly machine: Scripted;
  readonly peer: SimTransport;
  readonly transport: SimTransport;
  drive(parts?: Partial<DriverParts<string>>): Driver<string>;
  /** What the peer reads until the end or the time. */
  peerHears(): Promise<string>;
}

async function stage(): Promise<Stage> {
  const clock = new SimClock();
  const network = new SimNetwork({
    clock,
    random: new SeededRandom(3),
    delayMs: { min: 1, max: 1 },
    resplit: false,
    windowBytes: 100,
  });
  const [host, other] = [new SimHost({ clock, name: "us" }), new SimHost({ clock, name: "device" })];
  const accepted: SimTransport[] = [];
  await network.listen(host, { port: 1, onTransport: (transport) => accepted.push(transport) });
  const peer = await clock.runUntilSettled(network.dial(other, { host: "us", port: 1, timeoutMs: 100 }));
  const [transport] = accepted;
  if (transport === undefined) throw new Error("nobody came");
  const machine = new Scripted();
  return {
    ...{ clock, host, machine, peer, transport },
    drive: (parts) =>
      new Driver({ machine, transport, timers: host.timers, permit: () => true, take: () => {}, ...parts }),
    peerHears: async () => {
      let heard = "";
      const reading = (async () => {
        for await (const chunk of peer) heard += new TextDecoder().decode(chunk);
        heard += ".";
      })().catch((fault: EdgeError) => {
        heard += fault.code;
      });
      await clock.runUntilIdle();
      void reading;
      return heard;
    },
  };
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const malformed = new EdgeError({ code: "framing.broken", blame: "device", retry: "never", message: "no frame" });

describe("a driver", () => {
  it("opens, answers, and ends when the peer closes", async () => {
    const { clock, machine, peer, drive, peerHears } = await stage();
    machine.onOpen = () => step({ send: "hello " });
    machine.onReceive = (heard) => step({ send: heard.toUpperCase() });
    const running = drive().run();
    await peer.write(text("abc"));
    const hearing = peerHears();
    await peer.close();
    expect(await clock.runUntilSettled(running)).toBe("done");
    expect(machine.heard).toEqual(["abc", "close"]);
    await hearing;
  });

  it("still sends what the machine said last, fault or not, and then closes", async () => {
    for (const end of ["done", malformed] as const) {
      const { clock, machine, peer, drive, peerHears } = await stage();
      machine.onReceive = () => step({ send: "last words", ended: end });
      const running = drive().run();
      await peer.write(text("x"));
      expect(await clock.runUntilSettled(running)).toBe(end);
      expect(await peerHears()).toBe("last words.");
    }
  });

  it("reads on only when what the last chunk caused is taken", async () => {
    const { clock, machine, peer, drive } = await stage();
    machine.onReceive = (heard) => step({ outcomes: [heard] });
    let stored: () => void = () => {};
    const running = drive({
      take: () =>
        new Promise((resolve) => {
          stored = resolve;
        }),
    }).run();
    await peer.write(text("1"));
    await clock.runFor(10);
    await peer.write(text("2"));
    await clock.runFor(10_000);
    expect(machine.heard).toEqual(["1"]);
    stored();
    await clock.runFor(10);
    expect(machine.heard).toEqual(["1", "2"]);
    peer.destroy();
    await clock.runFor(10);
    stored();
    expect(await clock.runUntilSettled(running)).toBe("done");
  });

  it("lets the device feel a slow store: its writes come to a halt", async () => {
    const { clock, machine, peer, drive } = await stage();
    machine.onReceive = () => step({ outcomes: ["store"] });
    void drive({ take: () => new Promise(() => {}) }).run();
    let written = 0;
    const writing = (async () => {
      for (; written < 20; written++) await peer.write(new Uint8Array(50));
    })();
    await clock.runFor(10_000);
    expect(written).toBeLessThan(5);
    void writing;
  });

  it("reads on only when its own bytes are written", async () => {
    const { clock, machine, peer, drive } = await stage();
    machine.onReceive = () => step({ send: "x".repeat(150) });
    void drive().run();
    await peer.write(text("1"));
    await clock.runFor(5);
    await peer.write(text("2"));
    await clock.runFor(1_000);
    expect(machine.heard).toEqual(["1"]);
    for await (const _chunk of peer) break;
    await clock.runFor(1_000);
    expect(machine.heard).toEqual(["1", "2"]);
  });

  it("takes inputs from our side while a store is under way, and before it runs", async () => {
    const { clock, machine, peer, drive, peerHears } = await stage();
    machine.onReceive = () => step({ outcomes: ["store"] });
    const driver = drive({
      take: async () => {
        const token = toStoreToken(1);
        await Promise.resolve();
        driver.input(() => step({ send: `stored ${token}` }));
      },
    });
    driver.input(() => step({ send: "early " }));
    const running = driver.run();
    await peer.write(text("1"));
    expect(await peerHears()).toBe("early stored 1");
    await peer.close();
    await clock.runUntilSettled(running);
    driver.input(() => {
      throw new Error("an input after the end reaches nobody");
    });
  });

  it("asks for permission in the tick of every write, and cuts off at the first no", async () => {
    const { clock, machine, peer, transport, drive, peerHears } = await stage();
    let left = 2;
    const written: string[] = [];
    const watched: Transport = {
      peer: transport.peer,
      write: (bytes) => {
        written.push(`${new TextDecoder().decode(bytes)} with ${left} left`);
        return transport.write(bytes);
      },
      close: () => transport.close(),
      destroy: () => transport.destroy(),
      [Symbol.asyncIterator]: () => transport[Symbol.asyncIterator](),
    };
    machine.onReceive = () => ({ ...idle(), send: ["a", "b", "c", "d"].map(text) });
    const running = drive({ transport: watched, permit: () => left-- > 0 }).run();
    await peer.write(text("go"));
    expect(await clock.runUntilSettled(running)).toMatchObject({ code: "lease.deadline.passed" });
    expect(written).toEqual(["a with 1 left", "b with 0 left"]);
    expect(await peerHears()).toMatch(/^ab/);
  });

  it("wakes the machine when it asked for it, and only for the last it asked for", async () => {
    const { clock, host, machine, peer, drive } = await stage();
    machine.onOpen = (now) => step({ wakeAt: later(now, 50) });
    machine.onReceive = (_heard, now) => step({ wakeAt: later(now, 20) });
    machine.onWake = () => step({ ended: malformed });
    const running = drive().run();
    await peer.write(text("x"));
    const started = host.timers.now();
    expect(await clock.runUntilSettled(running)).toBe(malformed);
    expect(machine.heard).toEqual(["x", `wake ${started + 1 + 20}`]);
    const { events } = clock;
    await clock.runUntilIdle();
    expect(clock.now).toBeLessThan(started + 40);
    expect(clock.events - events).toBeLessThan(4);
  });

  it("wakes it later where every word moved its deadline, and sets one timer for many words", async () => {
    const { clock, host, machine, peer, drive } = await stage();
    let timers = 0;
    const counting: Timers = {
      now: () => host.timers.now(),
      wall: () => host.timers.wall(),
      at: (instant, callback) => {
        timers += 1;
        return host.timers.at(instant, callback);
      },
    };
    machine.onReceive = (_heard, now) => step({ wakeAt: later(now, 50) });
    machine.onWake = () => step({ ended: malformed });
    const running = drive({ timers: counting }).run();
    for (let word = 0; word < 40; word++) {
      await peer.write(text("x"));
      await clock.runUntilSettled(new Promise<void>((resolve) => host.timers.at(later(host.timers.now(), 5), resolve)));
    }
    const lastHeard = machine.heard.length;
    const before = host.timers.now();
    expect(await clock.runUntilSettled(running)).toBe(malformed);
    expect(machine.heard.slice(lastHeard)).toHaveLength(1);
    expect(host.timers.now() - before).toBeGreaterThan(40);
    expect(timers).toBeLessThan(10);
  });

  it("wakes it when an input asked for it that came while what it caused was taken", async () => {
    const { clock, host, machine, peer, drive } = await stage();
    machine.onReceive = (_heard, now) => step({ outcomes: ["told"], wakeAt: later(now, 5_000) });
    machine.onWake = () => step({ ended: malformed });
    const driver: Driver<string> = drive({
      take: () => driver.input((now) => step({ wakeAt: later(now, 20) })),
    });
    const running = driver.run();
    await peer.write(text("x"));
    const started = host.timers.now();
    expect(await clock.runUntilSettled(running)).toBe(malformed);
    expect(machine.heard).toEqual(["x", `wake ${started + 1 + 20}`]);
  });

  it.each([
    ["an invariant", new InvariantBroken("we know better")],
    ["an EdgeError, which blames the device", malformed],
  ])("ends with us to blame when a machine throws %s", async (_name, thrown) => {
    const { clock, machine, peer, drive } = await stage();
    machine.onReceive = () => {
      throw thrown;
    };
    const running = drive().run();
    await peer.write(text("x"));
    expect(await clock.runUntilSettled(running)).toMatchObject({
      code: "transport.machine.threw",
      blame: "us",
      cause: thrown,
    });
  });

  it("ends with the fault of a store that was refused, now or later", async () => {
    const fenced = new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message: "no longer ours" });
    const refusals = [
      () => Promise.reject(fenced),
      () => {
        throw fenced;
      },
    ];
    for (const take of refusals) {
      const { clock, machine, peer, drive, peerHears } = await stage();
      machine.onReceive = () => step({ outcomes: ["1", "2"] });
      const running = drive({ take }).run();
      await peer.write(text("x"));
      expect(await clock.runUntilSettled(running)).toBe(fenced);
      expect(await peerHears()).toMatch(/^(?:\.|transport.reset)$/);
    }
  });

  it("tells the machine when the connection broke, takes its last outcomes, and says why", async () => {
    const { clock, machine, transport, drive } = await stage();
    const taken: string[] = [];
    machine.onClose = () => step({ outcomes: ["unanswered"], ended: "done" });
    const running = drive({
      take: async (outcome) => {
        await new Promise<void>((resolve) => clock.after(30, resolve));
        taken.push(outcome);
      },
    }).run();
    await clock.runFor(1);
    transport.fail(new EdgeError({ code: "transport.reset", blame: "network", retry: "backoff", message: "reset" }));
    const end = await clock.runUntilSettled(running);
    expect(taken).toEqual(["unanswered"]);
    expect(end).toMatchObject({ code: "transport.reset" });
  });
});

describe("a driver on real sockets", () => {
  it("echoes a stream of any size and ends when the peer closes", async () => {
    const ends: Promise<"done" | EdgeError>[] = [];
    const listener = await listen({
      host: "127.0.0.1",
      port: 0,
      maxConnections: 10,
      onTransport: (transport) => {
        const machine: Machine<never> = {
          open: () => idle(),
          receive: (chunk) => ({ ...idle(), send: [chunk] }),
          wake: () => idle(),
          close: () => ended("done"),
        };
        ends.push(
          new Driver({ machine, transport, timers: new NodeTimers(), permit: () => true, take: () => {} }).run(),
        );
      },
    });
    const transport = await dial({ host: "127.0.0.1", port: listener.port, timeoutMs: 5_000 });
    const sent = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 256);
    let got = 0;
    const reading = (async () => {
      for await (const chunk of transport) {
        for (const byte of chunk) if (byte !== (got++ * 7) % 256) throw new Error(`byte ${got} is wrong`);
        if (got === sent.length) return;
      }
    })();
    await transport.write(sent);
    await reading;
    await transport.close();
    expect(await Promise.all(ends)).toEqual(["done"]);
    expect(listener.connections).toBe(0);
    await listener.close();
  });
});
