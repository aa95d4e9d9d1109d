import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import { DeviceTurns, type EndTurn } from "./device-turns.ts";

function street(perDevice?: number): { readonly clock: SimClock; readonly turns: DeviceTurns } {
  const clock = new SimClock();
  const { timers } = new SimHost({ clock, name: "a" });
  return { clock, turns: new DeviceTurns(timers, perDevice) };
}

describe("turns with devices", () => {
  it("lets one conversation at a time to a device, in the order they came, and others not wait for it", async () => {
    const { turns } = street();
    const first = await turns.take("lamp", 1_000);
    const came: string[] = [];
    const lines = ["second", "third"].map(async (name) => {
      const end = await turns.take("lamp", 1_000);
      came.push(name);
      end?.();
    });
    const other = await turns.take("other", 1_000);
    expect([came, turns.busy, turns.isBusy("lamp")]).toEqual([[], 2, true]);

    first?.();
    first?.();
    await Promise.all(lines);
    expect([came, turns.isBusy("lamp")]).toEqual([["second", "third"], false]);
    other?.();
    expect(turns.busy).toBe(0);
  });

  it("lets nobody wait longer than it wants to, and skips who has gone", async () => {
    const { clock, turns } = street();
    const first = await turns.take("lamp", 0);
    let waited: EndTurn | undefined | "open" = "open";
    void turns.take("lamp", 500).then((end) => {
      waited = end;
    });
    const patient = turns.take("lamp", 60_000);
    await clock.runFor(499);
    expect(waited).toBe("open");
    await clock.runFor(2);
    expect([waited, turns.missed]).toEqual([undefined, 1]);

    first?.();
    const last = await patient;
    expect(last).toBeDefined();
    last?.();
    expect(turns.isBusy("lamp")).toBe(false);
  });

  it("turns away at once who finds too many waiting", async () => {
    const { turns } = street(1);
    const first = await turns.take("lamp", 1_000);
    const second = turns.take("lamp", 1_000);
    expect(await turns.take("lamp", 1_000)).toBeUndefined();
    first?.();
    expect(await second).toBeDefined();
  });
});
