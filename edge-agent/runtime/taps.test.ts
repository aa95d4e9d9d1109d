import { describe, expect, it } from "vitest";
import { EXAMPLES } from "../model/examples.ts";
import type { Message } from "../model/message.ts";
import { QUEUED_PER_TAP, Taps } from "./taps.ts";

const examples: readonly Message[] = Object.values(EXAMPLES);

describe("Taps", () => {
  it("shows what passes the filter, from the first question on", async () => {
    const taps = new Taps();
    const [one] = examples;
    if (one === undefined) throw new Error("no example");
    const tap = taps.open({ device: one.subject, type: one.type });
    const first = tap.next();
    taps.show(examples);
    expect(await first).toEqual({ done: false, value: { kind: "message", message: one } });
    await tap.return(undefined);
    expect(taps.size).toBe(0);
  });

  it("tells a slow reader how much it missed, and holds nobody up", async () => {
    const taps = new Taps();
    const [one] = examples;
    if (one === undefined) throw new Error("no example");
    const tap = taps.open({});
    const first = tap.next();
    for (let i = 0; i < QUEUED_PER_TAP + 5; i++) taps.show([one]);
    expect((await first).value).toMatchObject({ kind: "dropped", count: 5 });
    expect((await tap.next()).value).toMatchObject({ kind: "message" });
  });

  it("ends at the signal although nothing happens", async () => {
    const taps = new Taps();
    const ending = new AbortController();
    const next = taps.open({}, ending.signal).next();
    ending.abort();
    expect((await next).done).toBe(true);
    expect((await taps.open({}, ending.signal).next()).done).toBe(true);
    expect(taps.size).toBe(0);
  });
});
