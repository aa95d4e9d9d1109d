import { availableParallelism, loadavg } from "node:os";
import process from "node:process";
import { endProcess } from "../adapters/io/node/end-process.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { BenchUsage } from "./options.ts";
import { benches } from "./roster.ts";

/**
 * `npm run bench -- NAME [--json] [its own arguments]`. People read the table; with `--json` the last line is one JSON
 * object with the figures.
 */
async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv.filter((argument) => argument !== "--json");
  const bench = benches.find((one) => one.name === name);
  if (bench === undefined) {
    const known = benches.map((one) => `  ${one.name.padEnd(16)}${one.summary}`).join("\n");
    const complaint = name === undefined ? "" : `there is no bench ${name}\n\n`;
    process.stderr.write(`${complaint}npm run bench -- NAME [--json]\n\n${known}\n`);
    return name === undefined ? 0 : 2;
  }
  const before = loadNow();
  let figures: Record<string, unknown>;
  try {
    figures = await run(bench, rest);
  } catch (thrown) {
    if (!(thrown instanceof BenchUsage)) throw thrown;
    (thrown.exitCode === 0 ? process.stdout : process.stderr).write(`${thrown.message}\n`);
    return thrown.exitCode;
  }
  const machine = { cores: availableParallelism(), node: process.version, loadBefore: before, loadAfter: loadNow() };
  process.stdout.write(
    `${machine.cores} cores, Node ${machine.node}, load average ${before} before and ${machine.loadAfter} after\n`,
  );
  if (argv.includes("--json")) process.stdout.write(`${JSON.stringify({ bench: bench.name, ...figures, machine })}\n`);
  return 0;
}

/** Of the last minute; what others do on the machine is in every figure. */
function loadNow(): number {
  return Number((loadavg()[0] ?? 0).toFixed(1));
}

function run(bench: Bench, args: readonly string[]): Promise<Record<string, unknown>> {
  const out: BenchOutput = {
    line: (text) => process.stdout.write(`${text}\n`),
    table: (rows) => process.stdout.write(`${aligned(rows)}\n`),
  };
  out.line(`${bench.name}: ${bench.summary}`);
  return bench.run(args, out);
}

/** The first column to the left, all others to the right. */
function aligned(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map(String));
  const widths = (texts[0] ?? []).map((_, at) => Math.max(...texts.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join("  ");
  return texts.map(line).join("\n");
}

main(process.argv.slice(2)).then(endProcess, (thrown: unknown) => {
  process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
  return endProcess(1);
});
