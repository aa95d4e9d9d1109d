import type { Bench } from "./bench.ts";
import { bench as commit } from "./commit.ts";
import { bench as pipeline } from "./pipeline.ts";
import { bench as spool } from "./spool.ts";

/** Every bench there is. */
export const benches: readonly Bench[] = [commit, pipeline, spool];
