import { describe, expect, it } from "vitest";
import { SimDisk } from "../../adapters/io/sim/disk.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { EpochFile } from "./epoch-file.ts";

function disk(): SimDisk {
  return new SimDisk({ random: new SeededRandom(1), quota: 4_096 });
}

describe("EpochFile", () => {
  it("remembers the highest epoch over a power failure", () => {
    const of = disk();
    const file = new EpochFile(of, "g");
    file.note(7);
    file.note(3);
    of.crash();
    expect(new EpochFile(of, "g").highest).toBe(7);
  });

  it("starts at 0 where the file is missing or says nothing", () => {
    const of = disk();
    expect(new EpochFile(of, "g").highest).toBe(0);
    of.replace("epoch-g", new TextEncoder().encode("seven"));
    expect(new EpochFile(of, "g").highest).toBe(0);
  });

  it("goes on without a disk that takes nothing, and says so until it takes again", () => {
    const of = disk();
    const file = new EpochFile(of, "g");
    of.setQuota(0);
    file.note(4);
    expect(file.highest).toBe(4);
    expect(file.fault?.code).toBe("disk.full");
    of.setQuota(4_096);
    file.note(5);
    expect(file.fault).toBeUndefined();
    expect(new EpochFile(of, "g").highest).toBe(5);
  });
});
