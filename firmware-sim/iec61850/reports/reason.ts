import type { Trigger } from "../model/node.ts";

/** Reason for inclusion (IEC 61850-8-1, 8.1.3.10): bits as text, the first reserved. */
export type Reason = string & { readonly reason: unique symbol };

const BIT: Readonly<Record<Trigger | "integrity" | "gi", number>> = { dchg: 1, qchg: 2, dupd: 3, integrity: 4, gi: 5 };

export function reasonOf(...why: readonly (keyof typeof BIT)[]): Reason {
  const bits = ["0", "0", "0", "0", "0", "0"];
  for (const one of why) bits[BIT[one]] = "1";
  return bits.join("") as Reason;
}

/** Both. */
export function joined(a: Reason | undefined, b: Reason): Reason {
  return (
    a === undefined ? b : [...b].map((bit, index) => (bit === "1" || a[index] === "1" ? "1" : "0")).join("")
  ) as Reason;
}
