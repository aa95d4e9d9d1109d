import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../kit/random.ts";
import { SimDisk } from "./disk.ts";

function disk(options: { readonly seed?: number; readonly quota?: number } = {}): SimDisk {
  return new SimDisk({
    random: new SeededRandom(options.seed ?? 1),
    ...(options.quota === undefined ? {} : { quota: options.quota }),
  });
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("a simulated disk", () => {
  it("keeps what was synced through any crash, and some of the rest, torn at sectors", () => {
    const fates = new Set<string>();
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const one = disk({ seed });
        const file = one.create("s", 4_096);
        file.writeAt(0, new Uint8Array(1_024).fill(1));
        file.sync();
        file.writeAt(1_000, new Uint8Array(2_000).fill(2));
        expect(file.readAt(1_000, 1)).toEqual(bytes(2));
        one.crash();
        const after = one.read("s") ?? bytes();
        expect(after.subarray(0, 1_000)).toEqual(new Uint8Array(1_000).fill(1));
        const kept = after.filter((value) => value === 2).length;
        fates.add(kept === 0 ? "lost" : kept === 2_000 ? "kept" : "torn");
        expect(kept === 0 || kept === 2_000 || (1_000 + kept) % 512 === 0).toBe(true);
        expect(after.subarray(3_000).every((value) => value === 0)).toBe(true);
      }),
      { numRuns: 60, seed: 1 },
    );
    expect([...fates].sort()).toEqual(["kept", "lost", "torn"]);
  });

  it("loses nothing when only the process dies", () => {
    const one = disk();
    one.create("s", 10).writeAt(0, bytes(1, 2, 3));
    one.forgetProcess();
    one.crash();
    expect(one.open("s").readAt(0, 3)).toEqual(bytes(1, 2, 3));
  });

  it("fills up at its quota, and has room again after a removal", () => {
    const one = disk({ quota: 1_000 });
    one.create("a", 600);
    expect(one.free()).toBe(400);
    expect(() => one.create("b", 401)).toThrow(expect.objectContaining({ code: "disk.full", retry: "backoff" }));
    expect(() => one.replace("c", new Uint8Array(401))).toThrow(expect.objectContaining({ code: "disk.full" }));
    one.remove("a");
    one.create("b", 1_000);
    one.setQuota(10);
    expect(one.free()).toBe(0);
    expect(one.list()).toEqual(["b"]);
  });

  it("fails a sync on demand, and never again says yes for that file", () => {
    const one = disk();
    const file = one.create("s", 10);
    one.failSyncs(1);
    file.writeAt(0, bytes(1));
    expect(() => file.sync()).toThrow(expect.objectContaining({ code: "disk.sync.failed" }));
    expect(() => file.sync()).toThrow(expect.objectContaining({ code: "disk.sync.failed" }));
    one.create("t", 10).sync();
  });

  it("rots on demand", () => {
    const one = disk();
    one.create("s", 10);
    one.rot("s", 3, 0x80);
    one.crash();
    expect(one.open("s").readAt(3, 1)).toEqual(bytes(0x80));
  });

  it("replaces a small file whole", () => {
    const one = disk();
    one.replace("cursor", bytes(1));
    one.replace("cursor", bytes(2, 3));
    one.crash();
    expect(one.read("cursor")).toEqual(bytes(2, 3));
    expect(one.read("nothing")).toBeUndefined();
  });

  it("knows what is missing and what is there already", () => {
    const one = disk();
    expect(() => one.open("s")).toThrow(expect.objectContaining({ code: "disk.missing" }));
    expect(() => one.remove("s")).toThrow(expect.objectContaining({ code: "disk.missing" }));
    const file = one.create("s", 1);
    expect(() => one.create("s", 1)).toThrow(expect.objectContaining({ code: "disk.exists" }));
    expect(() => file.writeAt(1, bytes(1))).toThrow("inside the preallocated file");
    file.close();
    expect(() => file.sync()).toThrow("closed file");
  });

  it("lets a test die before any change", () => {
    const changes: string[] = [];
    const one = new SimDisk({
      random: new SeededRandom(1),
      onChange: ({ kind, name }) => {
        changes.push(`${kind} ${name}`);
        if (changes.length === 3) throw new Error("the power is gone");
      },
    });
    const file = one.create("s", 4);
    file.writeAt(0, bytes(9));
    expect(() => file.sync()).toThrow("the power is gone");
    expect(changes).toEqual(["create s", "write s", "sync s"]);
  });
});
