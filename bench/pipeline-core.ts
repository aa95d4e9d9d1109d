import { consume } from "../core-client/consume.ts";
import { positionOf } from "../core-client/position.ts";
import { SeenPositions } from "../core-client/seen-positions.ts";
import { BENCH_GROUP } from "./agent-path.ts";
import { answerAs, ownCpu, partSettings } from "./part-process.ts";
import type { SinkWords } from "./pipeline-words.ts";

export interface CorePartSettings {
  readonly url: string;
}

const { url } = partSettings<CorePartSettings>();
const seen = new SeenPositions();
let applied = 0;
let repeats = 0;

/** The least an effect can be: it counts, and what came before does not count again. */
const consumer = consume({
  redis: url,
  groups: [BENCH_GROUP],
  mode: "batch",
  handler: (messages) => {
    for (const message of messages) {
      const position = positionOf(message);
      if (seen.check(message.subject, position) === "seen") {
        repeats += 1;
        continue;
      }
      seen.mark(message.subject, position);
      applied += 1;
    }
  },
});

answerAs<SinkWords>(
  {
    applied: async () => {
      await consumer.ready();
      return { applied, repeats, cpu: ownCpu() };
    },
  },
  () => consumer.close(),
);
