// Fuzzes a protocol's sessions from seeds: npm run fuzz -- oslp --n 1000000 --seed 1
// Starts from the vectors of the protocol and breaks them. A failure prints the line that replays it.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  // What is not known is answered with the usage, below.
  strict: false,
  options: { n: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const unknown = Object.keys(values).some((option) => option !== "n" && option !== "seed");
const targets = {
  dlms: { module: "adapters/dlms/fuzz.js", vectors: "adapters/dlms/vectors/dlms.json" },
  iec61850: { module: "adapters/iec61850/fuzz.js", vectors: "adapters/iec61850/vectors/frames.json" },
  mqtt: { module: "adapters/mqtt/fuzz.js" },
  oslp: { module: "adapters/oslp/fuzz.js", vectors: "adapters/oslp/vectors/messages.json" },
};
const name = positionals[0] ?? "";
const target = targets[name];
const runs = Number(values.n);
const first = Number(values.seed);
if (unknown || target === undefined || !Number.isSafeInteger(runs) || !Number.isSafeInteger(first)) {
  process.stderr.write(`usage: npm run fuzz -- <${Object.keys(targets).join("|")}> [--n runs] [--seed first]\n`);
  process.exit(2);
}

const { fuzzRun } = await import(join(root, "dist", target.module));
const { SeededRandom } = await import(join(root, "dist/adapters/kit/random.js"));
// What MQTT devices say is written by the fuzzer itself.
const { vectors } =
  target.vectors === undefined ? { vectors: [] } : JSON.parse(readFileSync(join(root, target.vectors), "utf8"));
const payloads = vectors
  .filter(({ hex }) => hex !== undefined)
  .map((vector) => Uint8Array.from(Buffer.from(vector.hex.replaceAll(" ", ""), "hex")));

const verdicts = new Map();
const begun = process.hrtime.bigint();
for (let seed = first; seed < first + runs; seed++) {
  try {
    const verdict = fuzzRun(payloads, new SeededRandom(seed));
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  } catch (thrown) {
    process.stderr.write(`${thrown.stack}\n\nreplay: npm run fuzz -- ${name} --seed ${seed} --n 1\n`);
    process.exit(1);
  }
}
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
const heap = Math.round(process.memoryUsage().heapUsed / 1e6);
for (const [verdict, times] of [...verdicts].sort(([, a], [, b]) => b - a)) {
  process.stdout.write(`${String(times).padStart(10)}  ${verdict}\n`);
}
process.stdout.write(`${runs} runs in ${seconds.toFixed(1)} s, heap ${heap} MB\n`);
