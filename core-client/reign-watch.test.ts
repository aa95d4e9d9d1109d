import { describe, expect, it } from "vitest";
import { message } from "./messages.testing.ts";
import { LivenessWatch } from "./liveness-watch.ts";
import { ReignWatch } from "./reign-watch.ts";

describe("ReignWatch", () => {
  it("flags stragglers of an earlier reign, and not what was salvaged", () => {
    const watch = new ReignWatch();
    expect(watch.observe("g", message("d", 1, { epoch: 2 }))).toBe("current");
    expect(watch.observe("g", message("d", 9, { epoch: 1 }))).toBe("earlier");
    expect(watch.observe("g", message("d", 9, { epoch: 1, late: true }))).toBe("current");
    expect(watch.observe("g", message("d", 1, { epoch: 10 }))).toBe("current");
    expect(watch.observe("g", message("d", 1, { epoch: 9 }))).toBe("earlier");
    expect(watch.stale).toBe(2);
  });

  it("flags everything of an earlier reign where that is asked", () => {
    const watch = new ReignWatch("flag");
    watch.observe("g", message("d", 1, { epoch: 2 }));
    expect(watch.observe("g", message("d", 9, { epoch: 1, late: true }))).toBe("earlier");
  });

  it("keeps the groups of one gateway apart", () => {
    const watch = new ReignWatch();
    watch.observe("g", message("d", 1, { epoch: 9 }));
    expect(watch.observe("h", message("d", 1, { epoch: 2 }))).toBe("current");
  });
});

describe("LivenessWatch", () => {
  it("tells a stuck worker from an idle one by what waits", () => {
    const watch = new LivenessWatch(10_000, 0);
    expect(watch.isStuck(5, 9_999)).toBe(false);
    expect(watch.isStuck(0, 10_000)).toBe(false);
    expect(watch.isStuck(1, 10_000)).toBe(true);
    expect(watch.isStuck(1, 19_999)).toBe(false);
    watch.took(19_000);
    expect(watch.isStuck(1, 20_000)).toBe(false);
    expect(watch.isStuck(1, 29_000)).toBe(true);
  });
});
