import type { Bed } from "../bed/bed.ts";
import type { Fault } from "./fault.ts";
import { HOST_FAULTS } from "./host-faults.ts";
import { LINK_FAULTS } from "./link-faults.ts";
import { PROCESS_FAULTS } from "./process-faults.ts";
import { REDIS_FAULTS } from "./redis-faults.ts";

/** Everything a campaign knows how to do. */
export const EVERY_FAULT: readonly Fault[] = [...PROCESS_FAULTS, ...REDIS_FAULTS, ...LINK_FAULTS, ...HOST_FAULTS];

/** The named faults, or all. Throws where a name is not one of ours. */
export function namedFaults(names: readonly string[] | undefined): readonly Fault[] {
  const known = EVERY_FAULT.map((fault) => fault.kind);
  const unknown = (names ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(", ")}; known: ${known.join(", ")}`);
  return EVERY_FAULT.filter((fault) => names === undefined || names.includes(fault.kind));
}

/** Those that can be done to this bed on this machine, and why the others cannot. Throws where none can. */
export function possibleFaults(
  bed: Bed,
  wanted: readonly Fault[],
): { readonly chosen: readonly Fault[]; readonly left: readonly { readonly kind: string; readonly why: string }[] } {
  const left = wanted.flatMap((fault) => {
    const why = fault.missing(bed);
    return why === undefined ? [] : [{ kind: fault.kind, why }];
  });
  const chosen = wanted.filter((fault) => fault.missing(bed) === undefined);
  if (chosen.length === 0) throw new Error("none of these faults can be done here");
  return { chosen, left };
}
