import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat } from "../../adapters/kit/bytes.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Step } from "../../adapters/kit/step.ts";
import { toInstant } from "../../adapters/kit/time.ts";
import { decodeFrame, encodeFrame } from "./codec.ts";
import { FrameCutter } from "./frame-cutter.ts";
import { type GroupBeat, type Hello, PAIR_LIMITS, PAIR_PROTOCOL, type PairFrame } from "./frames.ts";
import { ordinaryFrame } from "./frames.testing.ts";
import { PairLink } from "./link.ts";
import { DEFAULT_PAIR_TIMING, type PairLinkOptions, type PairOutcome } from "./outcomes.ts";

const groupBeat: GroupBeat = {
  group: "g",
  role: "active",
  epoch: 3,
  health: "ok",
  highestEpoch: 3,
  configHash: "c1",
  able: true,
  hears: true,
  spoolBytes: 0,
};

function optionsOf(agent: string, peer: string, more: Partial<PairLinkOptions> = {}): PairLinkOptions {
  return {
    site: "/north/gw1",
    agent,
    peers: [peer],
    version: "0.1.0",
    configHash: "c1",
    groups: ["g"],
    timing: DEFAULT_PAIR_TIMING,
    status: () => [groupBeat],
    ...more,
  };
}

function framesIn(step: Step<PairOutcome>): PairFrame[] {
  return [...new FrameCutter().cut(concat(step.send))].map((frame) => decodeFrame(frame.slice()));
}

/** Two links joined by a wire without delay, on one virtual clock. */
class Wire {
  now = 0;
  readonly a: PairLink;
  readonly b: PairLink;
  readonly told: Record<"a" | "b", PairOutcome[]> = { a: [], b: [] };
  readonly wake: Record<"a" | "b", number | undefined> = { a: undefined, b: undefined };
  readonly ended: Record<"a" | "b", Step<PairOutcome>["ended"]> = { a: undefined, b: undefined };
  readonly deaf = new Set<"a" | "b">();
  readonly #wire: { to: "a" | "b"; bytes: Uint8Array }[] = [];
  #pumping = false;

  constructor(a: PairLinkOptions, b: PairLinkOptions) {
    this.a = new PairLink(a);
    this.b = new PairLink(b);
    const opened = [this.a.open(toInstant(0)), this.b.open(toInstant(0))] as const;
    for (const bytes of opened[0].send) this.#wire.push({ to: "b", bytes });
    this.wake.a = opened[0].wakeAt;
    this.take("b", opened[1]);
  }

  /** Bytes arrive in the order in which they were sent, in each direction. */
  take(side: "a" | "b", first: Step<PairOutcome>): void {
    const other = side === "a" ? "b" : "a";
    this.#note(side, first);
    for (const bytes of first.send) this.#wire.push({ to: other, bytes });
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#wire.shift(); next !== undefined; next = this.#wire.shift()) {
      const { to, bytes } = next;
      if (!this.deaf.has(to)) this.take(to, this[to].receive(bytes, toInstant(this.now)));
    }
    this.#pumping = false;
  }

  #note(side: "a" | "b", step: Step<PairOutcome>): void {
    this.told[side].push(...step.outcomes);
    this.wake[side] = step.wakeAt;
    this.ended[side] = step.ended;
  }

  run(forMs: number): void {
    const end = this.now + forMs;
    for (;;) {
      const next = (["a", "b"] as const).filter((side) => (this.wake[side] ?? Infinity) <= end);
      const [side] = next.sort((x, y) => (this.wake[x] ?? 0) - (this.wake[y] ?? 0));
      if (side === undefined) break;
      this.now = Math.max(this.now, this.wake[side] ?? 0);
      this.take(side, this[side].wake(toInstant(this.now)));
    }
    this.now = end;
  }

  kinds(side: "a" | "b"): string[] {
    return this.told[side].map(({ kind }) => kind);
  }
}

function greeted(
  peer: Partial<Hello> = {},
  options: Partial<PairLinkOptions> = {},
): { link: PairLink; step: Step<PairOutcome> } {
  const link = new PairLink(optionsOf("a", "b", options));
  link.open(toInstant(0));
  const hello: Hello = {
    kind: "hello",
    protocol: PAIR_PROTOCOL,
    site: "/north/gw1",
    agent: "b",
    version: "0.1.0",
    configHash: "c1",
    groups: ["g"],
    ...peer,
  };
  return { link, step: link.receive(encodeFrame(hello), toInstant(1)) };
}

function codeOf(step: Step<PairOutcome>): string | undefined {
  return step.ended instanceof EdgeError ? step.ended.code : step.ended;
}

describe("the pair link", () => {
  it("greets, tells who is there, and beats at once and then every interval", () => {
    const wire = new Wire(optionsOf("a", "b"), optionsOf("b", "a"));
    expect(wire.told.a[0]).toMatchObject({ kind: "opened", peer: { agent: "b" } });
    expect(wire.kinds("a").slice(1)).toEqual(["beat"]);
    wire.run(1_000);
    expect(wire.told.a.filter(({ kind }) => kind === "beat")).toHaveLength(21);
    expect(wire.told.a.at(-1)).toEqual({ kind: "beat", sequence: 21, groups: [groupBeat] });
  });

  it("refuses who should not be at the other end, and tells it why", () => {
    const cases: [Partial<Hello>, string][] = [
      [{ protocol: PAIR_PROTOCOL + 1 }, "link.hello.protocol"],
      [{ site: "/south/gw1" }, "link.hello.site"],
      [{ agent: "a" }, "link.hello.agent"],
      [{ agent: "c" }, "link.hello.agent"],
    ];
    for (const [hello, code] of cases) {
      const { step } = greeted(hello);
      expect(codeOf(step)).toBe(code);
      expect(framesIn(step)).toMatchObject([{ kind: "bye", reason: "refused" }]);
      expect(step.outcomes).toEqual([]);
    }
  });

  it("takes a goodbye instead of a greeting as the refusal it is", () => {
    const wire = new Wire(optionsOf("a", "b"), optionsOf("b", "a", { site: "/elsewhere" }));
    expect(wire.told).toEqual({ a: [], b: [] });
    expect(wire.ended.a).toBeInstanceOf(EdgeError);
    expect(wire.ended.b).toBeInstanceOf(EdgeError);
  });

  it("accepts nothing before hello, and hello only once", () => {
    const link = new PairLink(optionsOf("a", "b"));
    link.open(toInstant(0));
    const early = link.receive(encodeFrame({ kind: "replicated", stream: "s", position: 0 }), toInstant(1));
    expect(codeOf(early)).toBe("link.frame.unexpected");
    const { link: open } = greeted();
    const hello = encodeFrame({
      kind: "hello",
      protocol: 1,
      site: "",
      agent: "b",
      version: "",
      configHash: "",
      groups: [],
    });
    expect(codeOf(open.receive(hello, toInstant(2)))).toBe("link.frame.unexpected");
  });

  it("gives up on a peer that never says hello", () => {
    const link = new PairLink(optionsOf("a", "b"));
    const opened = link.open(toInstant(0));
    expect(opened.wakeAt).toBe(DEFAULT_PAIR_TIMING.helloWithinMs);
    expect(codeOf(link.wake(toInstant(1_999)))).toBeUndefined();
    expect(codeOf(link.wake(toInstant(2_000)))).toBe("link.hello.late");
  });

  it("tells silence, recovery and giving up apart", () => {
    const wire = new Wire(optionsOf("a", "b"), optionsOf("b", "a"));
    wire.run(500);
    wire.told.a.length = 0;
    wire.deaf.add("a");
    wire.run(299);
    expect(wire.told.a).toEqual([]);
    wire.run(1);
    expect(wire.told.a).toEqual([{ kind: "suspect", since: 500 }]);
    wire.run(200);
    wire.deaf.delete("a");
    wire.run(60);
    expect(wire.told.a[1]).toMatchObject({ kind: "recovered", silentMs: 550 });
    wire.deaf.add("a");
    wire.run(6_000);
    expect(wire.told.a.at(-1)).toEqual({ kind: "closed", how: "given-up" });
    // The other end is told, so that it does not take the closed connection for a dead process.
    expect(wire.told.b.at(-1)).toEqual({ kind: "closed", how: "given-up" });
  });

  it("does not suspect the peer for what it slept through itself", () => {
    const { link } = greeted();
    const late = link.wake(toInstant(10_000));
    expect(late.outcomes).toEqual([]);
    expect(late.ended).toBeUndefined();
    const due = link.wake(toInstant(10_050));
    expect(due.outcomes).toEqual([]);
  });

  it("tells a death from a goodbye", () => {
    expect(greeted().link.close(toInstant(5)).outcomes).toEqual([{ kind: "closed", how: "broken" }]);
    const wire = new Wire(optionsOf("a", "b"), optionsOf("b", "a"));
    wire.take("a", wire.a.leave("the agent stops", toInstant(1)));
    expect(wire.told.b.at(-1)).toEqual({ kind: "closed", how: "bye" });
    expect(wire.ended).toEqual({ a: "done", b: "done" });
    expect(wire.a.wake(toInstant(2))).toEqual({ send: [], outcomes: [], wakeAt: undefined, ended: "done" });
  });

  it("carries words only where somebody was greeted", () => {
    const link = new PairLink(optionsOf("a", "b"));
    link.open(toInstant(0));
    expect(link.say("g", { kind: "released", epoch: 1, successor: "" }, toInstant(1)).send).toEqual([]);
    const wire = new Wire(optionsOf("a", "b"), optionsOf("b", "a"));
    wire.take("a", wire.a.say("g", { kind: "promise-asked", ask: 1, epoch: 3 }, toInstant(1)));
    expect(wire.told.b.at(-1)).toEqual({ kind: "word", group: "g", word: { kind: "promise-asked", ask: 1, epoch: 3 } });
  });
});

describe("the mirror of the spool", () => {
  const records = new Uint8Array(PAIR_LIMITS.recordsBytes);

  it("sends a window ahead of the peer's disk and no further", () => {
    const wire = new Wire(optionsOf("a", "b"), optionsOf("b", "a"));
    let position = 1_000;
    for (;;) {
      const { sent, step } = wire.a.replicate("s", position, records, toInstant(1));
      wire.take("a", step);
      if (!sent) break;
      position += records.length;
    }
    expect(position - 1_000).toBe(PAIR_LIMITS.replicationWindow);
    wire.take("b", wire.b.replicated("s", 1_000 + records.length, toInstant(2)));
    expect(wire.told.a.at(-1)).toEqual({ kind: "replicated", stream: "s", position: 1_000 + records.length });
    expect(wire.a.replicate("s", position, records, toInstant(3)).sent).toBe(true);
  });

  it("breaks with a peer that ignores the window, and with one of too many streams", () => {
    const { link } = greeted();
    let code: string | undefined;
    for (let i = 0; code === undefined && i < 100; i++) {
      const frame: PairFrame = { kind: "replicate", stream: "s", position: i * records.length, records };
      code = codeOf(link.receive(encodeFrame(frame), toInstant(2)));
    }
    expect(code).toBe("link.replicate.window");
    const { link: other } = greeted();
    const codes = Array.from({ length: PAIR_LIMITS.streams + 1 }, (_, i) =>
      codeOf(
        other.receive(
          encodeFrame({ kind: "replicate", stream: `s${i}`, position: 0, records: Uint8Array.of(1) }),
          toInstant(2),
        ),
      ),
    );
    expect(codes.at(-2)).toBeUndefined();
    expect(codes.at(-1)).toBe("link.replicate.window");
  });

  it("is deaf to acknowledgements of what was never sent", () => {
    const { link } = greeted();
    const early = link.receive(encodeFrame({ kind: "replicated", stream: "s", position: 5 }), toInstant(2));
    expect(early.outcomes).toEqual([]);
    expect(early.ended).toBeUndefined();
  });
});

describe("forwarded connections", () => {
  it("carry bytes both ways within their windows", () => {
    const wire = new Wire(optionsOf("a", "b"), optionsOf("b", "a"));
    const now = toInstant(1);
    const { channel, step } = wire.b.forwardOpen("192.0.2.7:40112", "oslp", now);
    wire.take("b", step);
    expect(wire.told.a.at(-1)).toEqual({ kind: "forward-open", channel, remote: "192.0.2.7:40112", listener: "oslp" });
    if (channel === undefined) throw new Error("no channel");
    const much = new Uint8Array(PAIR_LIMITS.channelWindow + 10).fill(7);
    const first = wire.b.forwardSend(channel, much, now);
    wire.take("b", first.step);
    expect(first.taken).toBe(PAIR_LIMITS.channelWindow);
    expect(wire.b.forwardSend(channel, much.subarray(first.taken), now).taken).toBe(0);
    const arrived = wire.told.a.flatMap((outcome) => (outcome.kind === "forward-data" ? [outcome.bytes.length] : []));
    expect(arrived.reduce((sum, length) => sum + length, 0)).toBe(PAIR_LIMITS.channelWindow);
    wire.take("a", wire.a.forwardConsumed(channel, 10, now));
    expect(wire.told.b.at(-1)).toEqual({ kind: "forward-writable", channel });
    expect(wire.b.forwardSend(channel, much.subarray(first.taken), now).taken).toBe(10);
    wire.take("a", wire.a.forwardSend(channel, Uint8Array.of(1), now).step);
    expect(wire.told.b.at(-1)).toEqual({ kind: "forward-data", channel, bytes: Uint8Array.of(1) });
    wire.take("a", wire.a.forwardClose(channel, "end", now));
    wire.take("b", wire.b.forwardClose(channel, "end", now));
    expect(wire.told.a.at(-1)).toEqual({ kind: "forward-close", channel, how: "end" });
    expect(wire.b.forwardSend(channel, Uint8Array.of(1), now).taken).toBe(0);
  });

  it("are opened by both sides without colliding", () => {
    const wire = new Wire(optionsOf("a", "b"), optionsOf("b", "a"));
    const a = wire.a.forwardOpen("x", "oslp", toInstant(1));
    const b = wire.b.forwardOpen("y", "oslp", toInstant(1));
    expect(a.channel).toBe(1);
    expect(b.channel).toBe(2);
  });

  it("are limited in number on both sides", () => {
    const { link } = greeted();
    for (let i = 0; i < PAIR_LIMITS.channels; i++) {
      const frame: PairFrame = { kind: "forward-open", channel: 2 + 2 * i, remote: "x", listener: "oslp" };
      expect(link.receive(encodeFrame(frame), toInstant(2)).outcomes).toHaveLength(1);
    }
    const more: PairFrame = { kind: "forward-open", channel: 9_000, remote: "x", listener: "oslp" };
    expect(framesIn(link.receive(encodeFrame(more), toInstant(2)))).toEqual([
      { kind: "forward-close", channel: 9_000, how: "reset" },
    ]);
    expect(link.forwardOpen("x", "oslp", toInstant(3)).channel).toBeUndefined();
  });

  it("break the link where the peer breaks the rules", () => {
    const open: PairFrame = { kind: "forward-open", channel: 2, remote: "x", listener: "oslp" };
    const bad: [PairFrame[], string][] = [
      [[{ ...open, channel: 1 }], "link.forward.channel"],
      [[open, open], "link.forward.channel"],
      [[open, { kind: "forward-credit", channel: 2, bytes: 1 }], "link.forward.window"],
      [
        [
          open,
          { kind: "forward-close", channel: 2, how: "end" },
          { kind: "forward-data", channel: 2, bytes: Uint8Array.of(1) },
        ],
        "link.forward.window",
      ],
      [
        [
          open,
          ...Array.from(
            { length: 5 },
            (): PairFrame => ({ kind: "forward-data", channel: 2, bytes: new Uint8Array(PAIR_LIMITS.dataBytes) }),
          ),
        ],
        "link.forward.window",
      ],
    ];
    for (const [frames, code] of bad) {
      const { link } = greeted();
      expect(codeOf(link.receive(concat(frames.map(encodeFrame)), toInstant(2)))).toBe(code);
    }
  });
});

describe("the laws of machines", () => {
  it("never throws, whatever comes, and ends with a fault or goes on", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 80 }), ordinaryFrame.map(encodeFrame)), { maxLength: 12 }),
        fc.boolean(),
        (chunks, greet) => {
          const link = greet ? greeted().link : new PairLink(optionsOf("a", "b"));
          if (!greet) link.open(toInstant(0));
          let at = 2;
          for (const chunk of chunks) {
            const step = link.receive(chunk, toInstant(at++));
            if (step.ended !== undefined) expect(step.ended).toBeInstanceOf(EdgeError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is blind to how the stream is cut, faults included", () => {
    const stream = fc
      .tuple(fc.array(ordinaryFrame, { maxLength: 6 }), fc.uint8Array({ maxLength: 12 }))
      .map(([frames, tail]) => concat([...frames.map(encodeFrame), tail]));
    fc.assert(
      fc.property(stream, fc.infiniteStream(fc.integer({ min: 1, max: 60 })), (bytes, cuts) => {
        const now = toInstant(2);
        const whole = greeted().link.receive(bytes, now);
        const { link } = greeted();
        const outcomes: PairOutcome[] = [];
        const send: Uint8Array[] = [];
        let end: Step<PairOutcome>["ended"];
        let at = 0;
        for (const cut of cuts) {
          if (at >= bytes.length) break;
          const step = link.receive(bytes.subarray(at, at + cut), now);
          outcomes.push(...step.outcomes);
          send.push(...step.send);
          end = step.ended;
          at += cut;
        }
        expect(outcomes).toEqual(whole.outcomes);
        expect(concat(send)).toEqual(concat(whole.send));
        expect(String(end)).toBe(String(whole.ended));
      }),
      { numRuns: 300 },
    );
  });

  it("is timely: woken when it wants to be, it beats and waits", () => {
    const { link, step } = greeted();
    let { wakeAt } = step;
    for (let i = 0; i < 200 && wakeAt !== undefined; i++) {
      const before = wakeAt;
      ({ wakeAt } = link.wake(wakeAt));
      if (wakeAt !== undefined) expect(wakeAt).toBeGreaterThan(before);
    }
    expect(wakeAt).toBeUndefined();
  });
});
