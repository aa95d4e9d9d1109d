import type { World } from "../world.ts";
import { bounds } from "./bounds.ts";
import { delivery } from "./delivery.ts";
import { epochs } from "./epochs.ts";
import { once } from "./once.ts";
import { order } from "./order.ts";
import { remembered } from "./remembered.ts";
import { service } from "./service.ts";
import { storedFirst } from "./stored-first.ts";
import { writes } from "./writes.ts";

/** Seats every judge. The result counts what they saw, to show that a history was worth living. */
export function seatJudges(world: World): () => Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  world.court.seat({
    name: "clerk",
    see: ({ kind }) => {
      counts[kind] = (counts[kind] ?? 0) + 1;
    },
  });
  world.court.seat(storedFirst(world), epochs(world), writes(world), remembered(world), delivery(world));
  world.court.seat(once(world), order(world), service(world), bounds(world));
  return () => counts;
}
