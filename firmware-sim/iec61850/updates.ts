import type { MmsData } from "../../adapters/iec61850/mms/data.ts";
import type { Leaf } from "./model/node.ts";

export type Change = readonly [leaf: Leaf, value: MmsData];

/** Whoever collects changes until the update is over. */
export interface Settling {
  settle(): void;
}

/** Changes of values, told to their watchers; what was stirred is settled once, when the outermost update is over. */
export class Updates {
  readonly #stirred = new Set<Settling>();
  #depth = 0;

  stirred(one: Settling): void {
    this.#stirred.add(one);
  }

  during(act: () => void): void {
    this.#depth += 1;
    try {
      act();
    } finally {
      this.#depth -= 1;
    }
    if (this.#depth > 0) return;
    for (const one of this.#stirred) {
      this.#stirred.delete(one);
      one.settle();
    }
  }

  /** An update of its own, or part of the one under way. */
  all(changes: Iterable<Change>): void {
    this.during(() => {
      for (const [leaf, value] of changes) this.change(leaf, value);
    });
  }

  change(leaf: Leaf, value: MmsData): void {
    const { dchg, qchg, dupd } = leaf.triggers;
    const isChanged = !sameValue(leaf.value, value);
    leaf.value = value;
    if (leaf.watchers.size === 0) return;
    const trigger = isChanged && dchg ? "dchg" : isChanged && qchg ? "qchg" : dupd ? "dupd" : undefined;
    if (trigger !== undefined) for (const watcher of leaf.watchers) watcher.triggered(trigger);
  }
}

function sameValue(a: MmsData, b: MmsData): boolean {
  if (a.type !== b.type) return false;
  if ("value" in a && "value" in b && typeof a.value !== "object") return Object.is(a.value, b.value);
  return JSON.stringify(a, plain) === JSON.stringify(b, plain);
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  return typeof value === "bigint" ? String(value) : value;
}
