// A core instance in a process of its own, to be killed. Arguments: redis URL, group, file, `hang` or `work`.
// `hang`: writes the batch into the journal and never finishes the job, as if it died between effect and acknowledgement.
import { consume } from "../dist/core-client/consume.js";
import { Journal } from "../dist/core-client/journal.js";

const [redis, group, out, manner] = process.argv.slice(2);
const journal = new Journal(out);
const consumer = consume({
  redis,
  groups: [group],
  mode: "batch",
  // A job may be killed twice in a row, which takes longer than the usual 10 s.
  holdMs: 60_000,
  ...(manner === "work" ? { lockMs: 1_500, stalledCheckMs: 400 } : {}),
  handler: async (messages) => {
    const { written, repeats } = await journal.append(messages);
    process.stdout.write(`${JSON.stringify({ written, repeats })}\n`);
    if (manner === "hang") await new Promise(() => {});
  },
});
await consumer.ready();
