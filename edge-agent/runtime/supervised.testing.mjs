// An agent as its supervisor sees one. Arguments: a file every start is written to, then what each life does, in order;
// the last one is repeated.
import { appendFileSync, readFileSync } from "node:fs";

const [file, ...lives] = process.argv.slice(2);
appendFileSync(file, `${process.pid}\n`);
const starts = readFileSync(file, "utf8").trim().split("\n").length;
const life = lives[Math.min(starts, lives.length) - 1];

process.on("disconnect", () => process.exit(1));
const beat = () => setInterval(() => process.send("beat"), 20);

switch (life) {
  case "live":
    beat();
    process.on("SIGTERM", () => process.exit(0));
    break;
  case "ignore-term":
    beat();
    process.on("SIGTERM", () => {});
    break;
  case "hang":
    beat();
    setTimeout(() => {
      for (;;);
    }, 150);
    break;
  case "freeze":
    beat();
    setTimeout(() => process.kill(process.pid, "SIGSTOP"), 150);
    break;
  case "crash":
    beat();
    setTimeout(() => process.exit(70), 100);
    break;
  case "refuse":
    beat();
    process.send({ refused: "the Redis loses data" });
    setTimeout(() => process.exit(1), 50);
    break;
  case "usage":
    process.exit(2);
    break;
  case "status":
    beat();
    process.send({ status: "active for main in epoch 7" });
    process.on("SIGTERM", () => process.exit(0));
    break;
}
