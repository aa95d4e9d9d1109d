// A process that appends the same messages as its siblings to one journal until it is killed. Arguments: file, count.
import { Journal } from "../dist/core-client/journal.js";

const [path, count] = [process.argv[2], Number(process.argv[3])];
const journal = new Journal(path);
process.stdout.write("ready\n");
for (let from = 0; from < count; from += 7) {
  const messages = [];
  for (let n = from; n < Math.min(count, from + 7); n++)
    messages.push({ id: `m-${n}`, source: "/s/gw", text: "x".repeat(500) });
  await journal.append(messages);
}
await journal.close();
process.stdout.write("done\n");
