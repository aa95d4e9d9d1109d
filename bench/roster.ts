import type { Bench } from "./bench.ts";
import { bench as commit } from "./commit.ts";

/** Every bench there is. */
export const benches: readonly Bench[] = [commit];
