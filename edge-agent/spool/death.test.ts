import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimDisk } from "../../adapters/io/sim/disk.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { openSpool, readAll, record } from "./fixture.testing.ts";
import type { SpoolPolicy } from "./settings.ts";
import type { Spool } from "./spool.ts";

const RUNS = Number(process.env["SPOOL_RUNS"] ?? 150);

class Death extends Error {}

/** One life after another on one disk, each ended by the power in the middle of some change to the disk. */
class Lives {
  readonly disk: SimDisk;
  readonly #policy: SpoolPolicy;
  readonly #random: SeededRandom;
  readonly synced = new Set<number>();
  #unsynced: number[] = [];
  #changesLeft = Number.MAX_SAFE_INTEGER;
  #tag = 0;
  trimmed = 0;

  constructor(policy: SpoolPolicy, seed: number) {
    this.#policy = policy;
    this.#random = new SeededRandom(seed);
    const onChange = (): void => {
      if (this.#changesLeft-- <= 0) throw new Death();
    };
    this.disk = new SimDisk({ random: this.#random.of("disk"), onChange });
  }

  /** Opens, appends and now and then trims, until the power goes. */
  live(changes: number): void {
    this.#unsynced = [];
    this.#changesLeft = changes;
    try {
      const spool = openSpool(this.disk, { policy: this.#policy });
      for (let turn = 0; turn < 400; turn++) this.#turn(spool);
    } catch (thrown) {
      if (!(thrown instanceof Death)) throw thrown;
    }
    this.#changesLeft = Number.MAX_SAFE_INTEGER;
    this.disk.crash();
  }

  #turn(spool: Spool): void {
    const tag = ++this.#tag;
    this.#unsynced.push(tag);
    spool.append([record(tag, { bytes: this.#random.below(2_500), class: tag % 8 === 0 ? "event" : "reading" })]);
    if (this.#random.chance({ times: 1, of: 20 })) this.disk.failSyncs(1);
    if (this.#random.chance({ times: 1, of: 3 })) {
      spool.sync();
      for (const one of this.#unsynced.splice(0)) this.synced.add(one);
    }
    if (this.#random.chance({ times: 1, of: 60 })) {
      const read = spool.read({ maxRecords: this.#random.between(1, 30), maxBytes: 1e9 });
      const last = read.at(-1);
      if (last === undefined) return;
      this.trimmed = Math.max(this.trimmed, last.sequence);
      spool.trim(last.position);
    }
  }
}

describe("a spool that dies in the middle of things", () => {
  it("has everything that was durable, or has counted it, whatever it was doing", { timeout: 120_000 }, () => {
    const policies = fc.constantFrom<SpoolPolicy>("drop-oldest", "by-priority");
    const lives = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(policies, fc.integer(), lives, (policy, seed, deaths) => {
        const all = new Lives(policy, seed);
        let announced = 0;
        for (const changes of deaths) {
          all.live(changes);
          const spool = openSpool(all.disk, { policy });
          const found = readAll(spool);
          expect([...found].sort((a, b) => a - b)).toEqual(found);
          expect(new Set(found).size).toBe(found.length);
          const gone = [...all.synced].filter((tag) => tag > all.trimmed && !found.includes(tag));
          const { dropped } = spool.status();
          expect(dropped.damaged).toBe(0);
          expect(gone.length).toBeLessThanOrEqual(dropped.evicted);
          if (policy === "by-priority") expect(gone.filter((tag) => tag % 8 === 0)).toEqual([]);
          for (let gaps = spool.takeGaps(); gaps.length > 0; gaps = spool.takeGaps()) {
            announced += gaps.reduce((sum, gap) => sum + gap.messages, 0);
            spool.gapsForwarded();
          }
          expect(announced).toBe(dropped.evicted);
          spool.close();
        }
      }),
      {
        numRuns: RUNS,
        examples: [
          // A segment whose every write was lost, before one that kept some: it must not be written again as the newest.
          ["drop-oldest", -304928358, [293, 4]],
          // A fresh segment whose records were all lost, after one that was abandoned and kept some of the same.
          ["drop-oldest", -1733694302, [82, 137]],
          // Lifted records delivered before the power went, their file not yet removed.
          ["by-priority", 2147418109, [684, 198, 1]],
        ],
      },
    );
  });
});
