import { describe, expect, it } from "vitest";
import { toHex } from "../../kit/bytes.ts";
import { PrefixFramer } from "../../kit/framing.ts";
import { SeededRandom } from "../../kit/random.ts";
import { ended, idle, type Machine, type Step, StepBuilder } from "../../kit/step.ts";
import { type Instant, later } from "../../kit/time.ts";
import { Driver } from "../drive.ts";
import { SimClock } from "./clock.ts";
import { SimDisk } from "./disk.ts";
import { SimHost } from "./host.ts";
import { SimNetwork } from "./network.ts";
import { Trace } from "./trace.ts";

const FRAMING = {
  prefix: 1,
  lengthOf: ([length = 0]: Uint8Array) => Math.max(1, length),
  limit: 255,
  tooLong: "framing.too-long",
} as const;

/** Asks every 10 ms until it had its answers. */
class Asker implements Machine<string> {
  readonly #framer = new PrefixFramer(FRAMING);
  readonly #random: SeededRandom;
  #left: number;

  constructor(random: SeededRandom, questions: number) {
    this.#random = random;
    this.#left = questions;
  }

  open(now: Instant): Step<string> {
    return idle(later(now, 10));
  }

  wake(now: Instant): Step<string> {
    const length = this.#random.between(2, 40);
    return { ...idle(later(now, 10)), send: [Uint8Array.of(length, ...this.#random.bytes(length - 1))] };
  }

  receive(chunk: Uint8Array, now: Instant): Step<string> {
    const step = new StepBuilder<string>();
    for (const frame of this.#framer.cut(chunk).frames) step.outcomes.push(toHex(frame.subarray(0, 4)));
    this.#left -= step.outcomes.length;
    step.wakeAt = later(now, 10);
    if (this.#left <= 0) step.ended = "done";
    return step.build();
  }

  close(): Step<string> {
    return ended("done");
  }
}

/** Stores every question on its disk and answers it. */
class Answerer implements Machine<Uint8Array> {
  readonly #framer = new PrefixFramer(FRAMING);

  open(): Step<Uint8Array> {
    return idle();
  }

  wake(): Step<Uint8Array> {
    return idle();
  }

  receive(chunk: Uint8Array): Step<Uint8Array> {
    const { frames } = this.#framer.cut(chunk);
    return { ...idle(), send: frames, outcomes: frames };
  }

  close(): Step<Uint8Array> {
    return ended("done");
  }
}

interface Result {
  readonly hash: string;
  readonly events: number;
  readonly answers: number;
  readonly ends: readonly string[];
}

/** Twenty devices ask one server through bad weather: cuts, resets, a freeze, a full disk, a killed server. */
async function history(seed: number): Promise<Result> {
  const random = new SeededRandom(seed);
  const clock = new SimClock();
  const trace = new Trace();
  const network = new SimNetwork({
    clock,
    random: random.of("net"),
    trace,
    resets: { times: 1, of: 300 },
    giveUpMs: 400,
  });
  const server = new SimHost({ clock, name: "server", rate: 1.000_05 });
  const disk = new SimDisk({ random: random.of("disk"), quota: 4_096 });
  const file = disk.create("log", 4_096);
  const ends: string[] = [];
  let at = 0;
  let answers = 0;

  const serve = async (): Promise<void> => {
    await network.listen(server, {
      port: 1,
      onTransport: (transport) => {
        const take = async (frame: Uint8Array): Promise<void> => {
          if (at + frame.length > file.size) at = 0;
          file.writeAt(at, frame);
          at += frame.length;
          await new Promise<void>((resolve) => server.timers.at(later(server.timers.now(), 1), resolve));
          file.sync();
        };
        void new Driver({
          machine: new Answerer(),
          transport,
          timers: server.timers,
          permit: () => !server.frozen,
          take,
        }).run();
      },
    });
  };
  await serve();
  const device = async (number: number): Promise<void> => {
    const host = new SimHost({ clock, name: `device-${number}` });
    const dice = random.of(`device ${number}`);
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        const transport = await network.dial(host, { host: "server", port: 1, timeoutMs: 200 });
        const take = (answer: string): void => {
          answers += 1;
          trace.note(`${clock.now} ${number} hears ${answer}`);
        };
        const end = await new Driver({
          machine: new Asker(dice, 10),
          transport,
          timers: host.timers,
          permit: () => true,
          take,
        }).run();
        ends.push(`${number} ${end === "done" ? "done" : end.code}`);
        if (end === "done") return;
      } catch (fault) {
        ends.push(`${number} ${fault instanceof Error && "code" in fault ? fault.code : "?"}`);
      }
    }
  };
  const weather = random.of("weather");
  clock.after(weather.between(10, 60), () => network.partition("server", `device-${weather.below(20)}`));
  clock.after(weather.between(70, 900), () => network.heal());
  clock.after(weather.between(20, 100), () => server.freeze());
  clock.after(weather.between(101, 150), () => server.thaw());
  clock.after(weather.between(151, 200), () => {
    server.kill();
    disk.crash();
    clock.after(30, () => void serve());
  });
  clock.after(400, () => disk.failSyncs(1));
  await Promise.race([Promise.all(Array.from({ length: 20 }, (_, i) => device(i))), clock.runUntil(5_000)]);
  trace.note(toHex(disk.read("log") ?? new Uint8Array(0)));
  return { hash: trace.hash, events: clock.events, answers, ends };
}

describe("a simulated history", () => {
  it("is the same for the same seed, to the last event, and another for another", async () => {
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const [one, again] = [await history(seed), await history(seed)];
      expect(again, `seed ${seed}`).toEqual(one);
      expect(one.answers, `seed ${seed}`).toBeGreaterThan(0);
      hashes.add(one.hash);
    }
    expect(hashes.size).toBe(20);
  });

  it("meets the weather it was made for", async () => {
    const met = new Set<string>();
    for (let seed = 1; seed <= 20; seed++)
      for (const end of (await history(seed)).ends) met.add(end.split(" ")[1] ?? "");
    expect([...met]).toEqual(
      expect.arrayContaining(["done", "transport.reset", "transport.refused", "transport.timeout"]),
    );
  });
});
