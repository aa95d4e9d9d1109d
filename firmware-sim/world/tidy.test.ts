import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The rules of the house that a program can check. */
const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const ROOMS = ["adapters", "bench", "core-client", "edge-agent", "firmware-sim", "proto"];
const LINES_MAX = 400;

/** Longer than that, with the reason. */
const LONG: ReadonlyMap<string, string> = new Map([
  [
    "adapters/dlms/association/client-association.ts",
    "one machine over one association: what may come when, and what it does then, is decided in one place",
  ],
  ["adapters/mqtt/wire/listener.ts", "what the broker's library leaves open is decided beside it, in one place"],
  ["edge-agent/config/mqtt.ts", "one section of the file: devices, listeners, brokers and bridges name each other"],
  ["edge-agent/spool/spool.ts", "one class over one directory: what may be forgotten when is decided in one place"],
  ["edge-agent/ops/metric-table.ts", "one table of every metric, from which the documentation is made"],
  ["edge-agent/runtime/agent.ts", "puts the parts of an agent together: its length is that of their list"],
]);

/** Source that no test imports, even over other files, and where it is tried instead. */
const ELSEWHERE: readonly (readonly [path: string, where: string])[] = [
  ["adapters/io/node/end-process.ts", "ends the process: its test looks at one from outside"],
  ["adapters/iec61850/native/child.ts", "a process: the test of the room starts it"],
  ["adapters/iec61850/native/library", "lives in that process"],
  ["adapters/iec61850/client.ts", "driven by the probe, whose process has its test, and by the bench"],
  ["bench/", "measurements: run by hand and by CI, a figure is its own check"],
  ["edge-agent/cli/", "processes: started by the tests of the command line, of the demo and of the bed"],
  ["firmware-sim/bed/", "what process tests are made of"],
  ["firmware-sim/campaign/", "processes: started by CI"],
  ["firmware-sim/oslp/behaviours/", "chosen by name on the command line of the simulator"],
  ["firmware-sim/oslp/behaviour-mix.ts", "read from the command line of the simulator"],
  ["firmware-sim/world/main.ts", "the command itself: CI runs it"],
];

function walk(folder: string): string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...walk(path));
    else found.push(path);
  }
  return found;
}

const FILES: readonly string[] = ROOMS.flatMap(walk).filter((path) => !path.includes("/gen/"));
const CODE: readonly string[] = FILES.filter((path) => /\.(ts|mjs)$/.test(path) && !path.endsWith(".d.ts"));
const TEXTS: ReadonlyMap<string, string> = new Map(CODE.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));

function importsOf(path: string): string[] {
  const text = TEXTS.get(path) ?? "";
  const found = text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"|^import "(\.[^"]+)"/gm);
  return [...found].map(([, from, alone]) => normalize(join(dirname(path), from ?? alone ?? "")));
}

function reachedFrom(start: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...start];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path) || !TEXTS.has(path)) continue;
    reached.add(path);
    open.push(...importsOf(path));
  }
  return reached;
}

const isTest = (path: string): boolean => path.endsWith(".test.ts");
const isSource = (path: string): boolean =>
  path.endsWith(".ts") && !isTest(path) && !path.endsWith(".testing.ts") && !path.endsWith(".config.ts");

describe("the house is tidy", () => {
  it(`no file is longer than ${LINES_MAX} lines without a reason`, () => {
    const long = [...TEXTS]
      .filter(([path]) => isSource(path) && !LONG.has(path))
      .map(([path, text]) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it("every exception is still one", () => {
    const needless = [...LONG.keys()].filter((path) => (TEXTS.get(path) ?? "").split("\n").length - 1 <= LINES_MAX);
    const empty = ELSEWHERE.map(([path]) => path).filter((path) => !CODE.some((one) => one.startsWith(path)));
    expect({ needless: needless.filter((path) => TEXTS.get(path) === undefined), empty }).toEqual({
      needless: [],
      empty: [],
    });
  });

  it("every module is tried by a test: beside it, over others, or where the list says", () => {
    const tried = reachedFrom(CODE.filter(isTest));
    const untried = CODE.filter(
      (path) => isSource(path) && !tried.has(path) && !ELSEWHERE.some(([listed]) => path.startsWith(listed)),
    );
    expect(untried).toEqual([]);
  });

  it("every file of vectors names its sources", () => {
    const vectors = FILES.filter((path) => /\/vectors\/.*\.json$/.test(path));
    expect(vectors.length).toBeGreaterThan(0);
    for (const path of vectors) {
      const text = readFileSync(join(ROOT, path), "utf8");
      expect(/"source"\s*:\s*[{"]/.test(text), `${path} names no source`).toBe(true);
    }
  });

  it("nothing is left to be done later in a comment", () => {
    const words = ["TO" + "DO", "FIX" + "ME", "X" + "XX"];
    const left = [...TEXTS].filter(([, text]) => words.some((word) => new RegExp(`\\b${word}\\b`).test(text)));
    expect(left.map(([path]) => path)).toEqual([]);
  });

  it("a bed of its own: nobody imports the world", () => {
    const guests = CODE.filter((path) => !path.startsWith("firmware-sim/world/")).filter((path) =>
      importsOf(path).some((one) => one.startsWith("firmware-sim/world/")),
    );
    expect(guests).toEqual([]);
  });
});
