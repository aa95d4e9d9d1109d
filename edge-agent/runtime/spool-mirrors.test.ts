import { describe, expect, it } from "vitest";
import { entry, link, SimClock, SpoolSide } from "./spool-pair.testing.ts";

describe("a mirror that has no room for more", () => {
  it("is no reason to end the link: its owner stores alone, and is mirrored again when there is room", async () => {
    const clock = new SimClock();
    const a = new SpoolSide("a", clock, 1, { maxBytes: 4_194_304 });
    const b = new SpoolSide("b", clock, 1, { maxBytes: 196_608 });
    link(a, b);
    await clock.runFor(50);
    let stored = 0;
    for (let n = 1; n <= 800; n++) void a.spool.add(entry("d", n)).then(() => (stored += 1));
    await clock.runFor(5_000);
    expect(stored).toBe(800);
    expect(b.broken).toEqual([]);
    expect(a.spool.mirrors.state).not.toBe("mirrored");
    a.spool.own.trim(a.spool.own.last);
    a.spool.trimmed();
    await clock.runFor(5_000);
    expect(a.spool.mirrors.state).toBe("mirrored");
    const again = a.spool.add(entry("d", 801));
    await clock.runFor(100);
    await again;
    const [mirror] = [...b.spool.mirrors.spools()];
    expect(mirror?.last).toBe(a.spool.own.last);
    expect(b.broken).toEqual([]);
  });
});
