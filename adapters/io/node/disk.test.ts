import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { execFileSync, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeDisk, toDiskFault } from "./disk.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "busbar-disk-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("a directory", () => {
  it("is made where it is missing, and lists plain files", () => {
    const dir = join(root, "made/deep");
    const disk = new NodeDisk(dir);
    expect(disk.list()).toEqual([]);
    disk.create("b.seg", 10).close();
    disk.replace("a.cursor", bytes(1));
    writeFileSync(join(dir, "a.cursor.unfinished"), "half");
    writeFileSync(join(dir, ".hidden"), "");
    expect(disk.list()).toEqual(["a.cursor", "b.seg"]);
    disk.remove("b.seg");
    expect(disk.list()).toEqual(["a.cursor"]);
    expect(disk.free()).toBeGreaterThan(0);
  });

  it("preallocates a file: its blocks are there before anything is written", () => {
    const disk = new NodeDisk(join(root, "pre"));
    const size = 3 * 1024 * 1024 + 17;
    const file = disk.create("s", size);
    const { size: there, blocks } = statSync(join(root, "pre/s"));
    expect(there).toBe(size);
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
    expect(file.readAt(size - 5, 5)).toEqual(bytes(0, 0, 0, 0, 0));
    expect(() => disk.create("s", 1)).toThrow(expect.objectContaining({ code: "disk.exists", blame: "us" }));
    file.close();
  });

  it("keeps what was written, and shows it again when opened", () => {
    const disk = new NodeDisk(join(root, "keep"));
    const file = disk.create("s", 100);
    file.writeAt(90, bytes(1, 2, 3));
    file.sync();
    expect(file.readAt(90, 3)).toEqual(bytes(1, 2, 3));
    expect(() => file.writeAt(99, bytes(1, 2))).toThrow("inside the preallocated file");
    expect(() => file.readAt(99, 2)).toThrow("inside the file");
    file.close();
    file.close();
    expect(() => file.sync()).toThrow("closed file");
    const again = disk.open("s");
    expect([again.size, again.readAt(89, 4)]).toEqual([100, bytes(0, 1, 2, 3)]);
    again.close();
  });

  it("replaces a small file whole, and takes a half-written one away", () => {
    const dir = join(root, "replace");
    const disk = new NodeDisk(dir);
    expect(disk.read("cursor")).toBeUndefined();
    disk.replace("cursor", bytes(1, 2, 3));
    writeFileSync(join(dir, "cursor.unfinished"), "a crash left this, and it is longer");
    disk.replace("cursor", bytes(4));
    expect(disk.read("cursor")).toEqual(bytes(4));
    expect(readdirSync(dir)).toEqual(["cursor"]);
    expect([...readFileSync(join(dir, "cursor"))]).toEqual([4]);
  });

  it("says what is missing, and never leaves its directory", () => {
    const disk = new NodeDisk(join(root, "missing"));
    expect(() => disk.open("s")).toThrow(expect.objectContaining({ code: "disk.missing", native: "ENOENT" }));
    expect(() => disk.remove("s")).toThrow(expect.objectContaining({ code: "disk.missing" }));
    for (const name of ["../s", "a/b", "", ".s", "s.unfinished"])
      expect(() => disk.create(name, 1)).toThrow("plain segment");
  });
});

describe("trouble", () => {
  it("is a full disk where the kernel says so", () => {
    const error = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    expect(toDiskFault("s", error, "disk.io")).toMatchObject({
      code: "disk.full",
      blame: "operator",
      retry: "backoff",
      native: "ENOSPC",
    });
  });

  it("is told apart by errno, and a failed sync is final", () => {
    const by = (code: string, otherwise: "disk.io" | "disk.sync.failed"): string =>
      toDiskFault("s", Object.assign(new Error(code), { code }), otherwise).code;
    expect(["EIO", "EROFS", "EACCES", "EDQUOT"].map((code) => by(code, "disk.io"))).toEqual([
      "disk.io",
      "disk.denied",
      "disk.denied",
      "disk.full",
    ]);
    expect(by("EIO", "disk.sync.failed")).toBe("disk.sync.failed");
    expect(by("ENOSPC", "disk.sync.failed")).toBe("disk.sync.failed");
  });

  const mayMount = spawnSync("unshare", ["-m", "true"]).status === 0;
  it.runIf(mayMount)("fills a real file system: the unfinished segment is taken away and the old ones stay", () => {
    const module = join(import.meta.dirname, "../../../dist/adapters/io/node/disk.js");
    const dir = join(root, "small");
    const script = `import { NodeDisk } from ${JSON.stringify(module)};
      const disk = new NodeDisk(${JSON.stringify(dir)});
      const file = disk.create("first", 600 * 1024);
      let code = "none";
      try { disk.create("second", 600 * 1024); } catch (fault) { code = fault.code; }
      file.writeAt(0, Uint8Array.of(1)); file.sync();
      console.log(JSON.stringify({ code, list: disk.list(), free: disk.free() }));`;
    writeFileSync(join(root, "fill.mjs"), script);
    const shell = `mkdir -p ${dir} && mount -t tmpfs -o size=1m tmpfs ${dir} && ${process.execPath} ${join(root, "fill.mjs")}`;
    const said = execFileSync("unshare", ["-m", "sh", "-c", shell], { encoding: "utf8" });
    const { code, list, free } = JSON.parse(said);
    expect({ code, list }).toEqual({ code: "disk.full", list: ["first"] });
    expect(free).toBeGreaterThan(300 * 1024);
  });
});
