import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { type History, live } from "./history.ts";

/** Seeds given to a thread at once. */
const CHUNK = 20;
const SHOWN = 5;

interface Task {
  readonly from: number;
  readonly count: number;
  readonly agents: number | undefined;
  readonly tail: number;
}

interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly agents: number | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

const USAGE = `npm run simulate -- [--seeds N] [--from S] [--agents 2|3] [--json] [--verbose]

  --seeds N    histories to live through (100)
  --from S     the first seed (1)
  --agents K   agents in every history; without it the seed decides
  --json       one line of JSON per history
  --verbose    with one seed: the whole trace
`;

if (isMainThread) process.exitCode = await main(process.argv.slice(2));
else parentPort?.on("message", (task: Task) => void work(task));

async function work({ from, count, agents, tail }: Task): Promise<void> {
  // Faults are everyday here, and nobody reads where they were made.
  Error.stackTraceLimit = 0;
  const histories: History[] = [];
  for (let seed = from; seed < from + count; seed++) histories.push(await live(seed, { agents, tail }));
  parentPort?.postMessage(histories);
}

async function main(args: readonly string[]): Promise<number> {
  const options = read(args);
  if (options === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const startedAt = process.hrtime.bigint();
  const { seeds, from, json } = options;
  let broken = 0;
  let lasted = 0;
  let events = 0;
  const facts: Record<string, number> = {};
  await liveAll(options, (history) => {
    lasted += history.lasted;
    events += history.events;
    for (const [fact, count] of Object.entries(history.facts)) facts[fact] = (facts[fact] ?? 0) + count;
    if (json) process.stdout.write(`${JSON.stringify(history)}\n`);
    if (history.verdict === undefined) return;
    broken += 1;
    if (!json && broken <= SHOWN) process.stdout.write(report(history, options));
  });
  const seconds = Number((process.hrtime.bigint() - startedAt) / 1_000_000n) / 1_000;
  if (json) return broken === 0 ? 0 : 1;
  const what = Object.entries(facts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([fact, count]) => `${fact} ${count}`);
  process.stdout.write(
    `${seeds} histories from seed ${from}: ${broken} broken. ${Math.round(lasted / 1_000)} virtual seconds, ${events} events in ${seconds.toFixed(1)} s.\n  ${what.join(", ")}\n`,
  );
  return broken === 0 ? 0 : 1;
}

function read(args: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: "string", default: "100" },
        from: { type: "string", default: "1" },
        agents: { type: "string" },
        json: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
      },
    });
    const [seeds, from] = [Number(values.seeds), Number(values.from)];
    const agents = values.agents === undefined ? undefined : Number(values.agents);
    const sane = Number.isInteger(seeds) && seeds > 0 && Number.isInteger(from) && from >= 0;
    if (!sane || (agents !== undefined && agents !== 2 && agents !== 3)) return undefined;
    return { seeds, from, agents, json: values.json, verbose: values.verbose };
  } catch (_unknownOption) {
    return undefined;
  }
}

/** Lives all histories through on all cores, and hands them over in the order of their seeds. */
async function liveAll({ seeds, from, agents, verbose }: Options, take: (history: History) => void): Promise<void> {
  const tail = verbose ? Number.MAX_SAFE_INTEGER : 60;
  const waiting = new Map<number, readonly History[]>();
  let next = from;
  let handed = from;
  const end = from + seeds;
  const one = (): Task | undefined => {
    if (next >= end) return undefined;
    const task = { from: next, count: Math.min(CHUNK, end - next), agents, tail };
    next += task.count;
    return task;
  };
  const threads = Math.min(availableParallelism(), Math.ceil(seeds / CHUNK));
  await Promise.all(
    Array.from({ length: threads }, () =>
      employ(one, (first, histories) => {
        waiting.set(first, histories);
        for (let ready = waiting.get(handed); ready !== undefined; ready = waiting.get(handed)) {
          waiting.delete(handed);
          handed += ready.length;
          for (const history of ready) take(history);
        }
      }),
    ),
  );
}

/** One thread, from its first task to its last. */
function employ(
  next: () => Task | undefined,
  done: (first: number, histories: readonly History[]) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url));
    let task = next();
    const go = (): void => {
      if (task === undefined) void worker.terminate().then(() => resolve());
      else worker.postMessage(task);
    };
    worker.on("message", (histories: readonly History[]) => {
      if (task !== undefined) done(task.from, histories);
      task = next();
      go();
    });
    worker.on("error", reject);
    go();
  });
}

/** What broke, how it came to that, and how to see it again. */
function report({ seed, agents, verdict, hash }: History, { verbose }: Options): string {
  if (verdict === undefined) return "";
  return [
    `seed ${seed}, at ${verdict.at.toFixed(1)} ms: ${verdict.judge}`,
    `  ${verdict.text}`,
    ...verdict.tail.map((line) => `    ${line}`),
    `  trace ${hash}; again with: npm run simulate -- --from ${seed} --seeds 1 --agents ${agents}${verbose ? "" : " --verbose"}`,
    "",
    "",
  ].join("\n");
}
