import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileLock } from "./file-lock.ts";
import { Journal } from "./journal.ts";
import { message } from "./messages.testing.ts";

const here = dirname(fileURLToPath(import.meta.url));
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "busbar-journal-"));
  path = join(folder, "out.ndjson");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function idsIn(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => String(JSON.parse(line).id));
}

describe("a journal", () => {
  it("has each message once, also across being opened again", async () => {
    const first = new Journal(path);
    expect(await first.append([message("d", 1), message("d", 2), message("d", 1)])).toEqual({ written: 2, repeats: 1 });
    await first.close();
    const second = new Journal(path);
    expect(await second.append([message("d", 2), message("d", 3)])).toEqual({ written: 1, repeats: 1 });
    await second.close();
    expect(idsIn(path)).toEqual(["m-d-1-1", "m-d-1-2", "m-d-1-3"]);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it("knows what another one appended meanwhile", async () => {
    const [a, b] = [new Journal(path), new Journal(path)];
    await Promise.all([a.append([message("d", 1)]), b.append([message("d", 1)])]);
    expect(await a.append([message("d", 2)])).toEqual({ written: 1, repeats: 0 });
    expect(await b.append([message("d", 2), message("d", 3)])).toEqual({ written: 1, repeats: 1 });
    await Promise.all([a.close(), b.close()]);
    expect(idsIn(path)).toEqual(["m-d-1-1", "m-d-1-2", "m-d-1-3"]);
  });

  it("cuts off a line torn by a crash, and only that", async () => {
    const line = JSON.stringify(message("d", 1));
    for (const torn of ["{", JSON.stringify(message("d", 2)), JSON.stringify(message("d", 2)).slice(0, 40)]) {
      writeFileSync(path, `${line}\nnot json\n${torn}`);
      const journal = new Journal(path);
      expect(await journal.append([message("d", 1), message("d", 2)])).toEqual({ written: 1, repeats: 1 });
      expect(journal.counts).toEqual({ written: 1, repeats: 1, torn: 1, unreadable: 1 });
      await journal.close();
      expect(readFileSync(path, "utf8")).toBe(`${line}\nnot json\n${JSON.stringify(message("d", 2))}\n`);
    }
  });

  it("remembers a bounded number of names, the newest", async () => {
    const journal = new Journal(path, { names: 2 });
    await journal.append([message("d", 1), message("d", 2), message("d", 3)]);
    expect(await journal.append([message("d", 2), message("d", 3)])).toEqual({ written: 0, repeats: 2 });
    expect(await journal.append([message("d", 1)])).toEqual({ written: 1, repeats: 0 });
    await journal.close();
  });

  it("reads back only the end of a long file, from a whole line on", async () => {
    const lines = [1, 2, 3].map((n) => `${JSON.stringify(message("d", n))}\n`);
    writeFileSync(path, lines.join(""));
    const journal = new Journal(path, { readBackBytes: (lines[2] ?? "").length + 5 });
    expect(await journal.append([message("d", 3)])).toEqual({ written: 0, repeats: 1 });
    expect(await journal.append([message("d", 2)])).toEqual({ written: 1, repeats: 0 });
    await journal.close();
  });

  it("has each message once after its writers were killed again and again", { timeout: 60_000 }, async () => {
    const count = 3_000;
    const children: ChildProcess[] = [];
    const start = (): ChildProcess => {
      const child = spawn(process.execPath, [join(here, "append-forever.testing.mjs"), path, String(count)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      return child;
    };
    try {
      for (let round = 0; round < 6; round++) {
        const pair = [start(), start()];
        await Promise.all(pair.map((child) => new Promise((resolve) => child.stdout?.once("data", resolve))));
        const before = existsSync(path) ? readFileSync(path).length : 0;
        // Killed in the middle of its work: as soon as the file grows.
        while (readFileSync(path).length <= before && pair.some((child) => child.exitCode === null)) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        for (const child of pair) child.kill("SIGKILL");
        await Promise.all(pair.map((child) => ended(child)));
        appendFileSync(path, '{"id":"m-torn","sour');
      }
      const last = [start(), start()];
      expect(await Promise.all(last.map((child) => ended(child)))).toEqual([0, 0]);
      expect(idsIn(path)).toEqual(Array.from({ length: count }, (_, n) => `m-${n}`));
    } finally {
      for (const child of children) child.kill("SIGKILL");
    }
  });
});

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

describe("the lock", () => {
  it("is refused while a living process holds it", async () => {
    writeFileSync(join(folder, "l"), `${process.ppid} \n`);
    await expect(new FileLock(join(folder, "l")).hold(() => 1, 50)).rejects.toMatchObject({
      code: "core.journal.locked",
    });
  });

  it("is taken from a dead process, also from one whose pid lives again", async () => {
    const child = spawn("true");
    await ended(child);
    for (const owner of [`${child.pid} \n`, `${child.pid} 123\n`, `${process.pid} 1\n`, "garbage\n"]) {
      writeFileSync(join(folder, "l"), owner);
      expect(await new FileLock(join(folder, "l")).hold(() => 1, 1_000)).toBe(1);
    }
  });

  it("is taken where a power cut left it empty, and where somebody died while clearing", async () => {
    writeFileSync(join(folder, "l"), "");
    writeFileSync(join(folder, "l.clearing"), "garbage\n");
    expect(await new FileLock(join(folder, "l")).hold(() => 1, 1_000)).toBe(1);
  });

  it("is free again after work that threw", async () => {
    const lock = new FileLock(join(folder, "l"));
    await expect(
      lock.hold(() => {
        throw new Error("no");
      }, 100),
    ).rejects.toThrow("no");
    expect(await lock.hold(() => 1, 100)).toBe(1);
  });
});
