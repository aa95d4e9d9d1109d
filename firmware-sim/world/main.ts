import { live } from "./history.ts";

const seed = Number(process.argv[2] ?? 1);
const n = Number(process.argv[3] ?? 1);
const started = process.cpuUsage().user;
for (let s = seed; s < seed + n; s++) {
  const h = await live(s, { agents: 2, tail: 80 });
  if (n === 1) process.stdout.write(JSON.stringify({ ...h, verdict: undefined }) + "\n");
  if (h.verdict !== undefined) process.stdout.write(`${s} ${h.verdict.at} ${h.verdict.judge}: ${h.verdict.text}\n`);
  if (h.verdict !== undefined && n === 1) process.stdout.write(h.verdict.tail.join("\n") + "\n");
}
process.stdout.write(`${(process.cpuUsage().user - started) / 1000 / n} ms each\n`);
