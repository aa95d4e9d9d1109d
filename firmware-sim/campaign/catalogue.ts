import type { Bed } from "../bed/bed.ts";
import type { Fault } from "./fault.ts";
import { HOST_FAULTS } from "./host-faults.ts";
import { LINK_FAULTS } from "./link-faults.ts";
import { PROCESS_FAULTS } from "./process-faults.ts";
import { REDIS_FAULTS } from "./redis-faults.ts";

/** Everything a campaign knows how to do. */
export const EVERY_FAULT: readonly Fault[] = [...PROCESS_FAULTS, ...REDIS_FAULTS, ...LINK_FAULTS, ...HOST_FAULTS];

/**
 * The faults of a run: those that were named, or all; without those that cannot be done to this bed or on this machine,
 * which are said. Throws where a name is not one of ours.
 */
export function chooseFaults(
  bed: Bed,
  named: readonly string[] | undefined,
): { readonly chosen: readonly Fault[]; readonly left: readonly { readonly kind: string; readonly why: string }[] } {
  const unknown = (named ?? []).filter((name) => !EVERY_FAULT.some((fault) => fault.kind === name));
  if (unknown.length > 0) {
    throw new Error(
      `no such fault: ${unknown.join(", ")}; known: ${EVERY_FAULT.map((fault) => fault.kind).join(", ")}`,
    );
  }
  const wanted = EVERY_FAULT.filter((fault) => named === undefined || named.includes(fault.kind));
  const left = wanted.flatMap((fault) => {
    const why = fault.missing(bed);
    return why === undefined ? [] : [{ kind: fault.kind, why }];
  });
  const chosen = wanted.filter((fault) => fault.missing(bed) === undefined);
  if (chosen.length === 0) throw new Error("none of these faults can be done here");
  return { chosen, left };
}
