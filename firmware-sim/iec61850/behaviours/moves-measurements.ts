import { type MmsData, mmsFloat, mmsInteger } from "../../../adapters/iec61850/mms/data.ts";
import { type DurationMs, later } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { SimulatedIed } from "../ied.ts";
import { type Branch, descend, type Leaf, type Node } from "../model/node.ts";
import { utcTime } from "../times.ts";
import type { Change } from "../updates.ts";

/** Around what a measured value moves, by its data object; everything else around 100. */
const NOMINAL: Readonly<Record<string, number>> = {
  ...{ Hz: 50, PhV: 11_547, PPV: 20_000, A: 120, TotW: 2_400_000, TotVAr: 400_000, TotVA: 2_440_000, TotPF: 0.98 },
};
const DEVIATION = 0.02;

/** Measured values walk around what is usual, meters count: every so often, each in its own steps. */
export function movesMeasurements(everyMs: DurationMs): Behaviour {
  return {
    name: "moves-measurements",
    ticks: (ied, now) => {
      ied.changeAll(changes(ied));
      return later(now, everyMs);
    },
  };
}

function* changes(ied: SimulatedIed): Iterable<Change> {
  const now = utcTime(ied.wall);
  for (const domain of ied.model.domains.values()) {
    for (const { tree } of domain.lns.values()) {
      const measured = tree.children.get("MX");
      if (measured?.kind === "branch")
        for (const object of measured.children.values()) yield* moved(ied, object, object.name, now);
      const status = tree.children.get("ST");
      if (status?.kind === "branch") for (const object of status.children.values()) yield* counted(ied, object, now);
    }
  }
}

function* moved(ied: SimulatedIed, node: Node, object: string, now: MmsData): Iterable<Change> {
  if (node.kind === "array") {
    for (const item of node.items) yield* moved(ied, item, object, now);
    return;
  }
  // What is operated is where it was put.
  if (node.kind !== "branch" || node.children.has("mxVal")) return;
  for (const child of node.children.values()) {
    if (child.kind === "leaf" && child.name === "f") yield [child, mmsFloat(walk(ied, node, object))];
    else if (child.kind === "leaf" && child.name === "t") yield [child, now];
    else if (child.kind !== "leaf") yield* moved(ied, child, object, now);
  }
}

/** A phase angle is where its phase is; magnitudes are near what is usual. */
function walk(ied: SimulatedIed, node: Branch, object: string): number {
  if (node.name === "ang") return phaseOf(node) + (ied.random.below(200) - 100) / 100;
  const usual = NOMINAL[object] ?? 100;
  const deviation = object === "Hz" ? DEVIATION / 20 : DEVIATION;
  return usual * (1 + (deviation * (ied.random.below(2_001) - 1_000)) / 1_000);
}

function phaseOf(node: Node): number {
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) {
    if (at.name === "phsB") return -120;
    if (at.name === "phsC") return 120;
  }
  return 0;
}

function* counted(ied: SimulatedIed, object: Node, now: MmsData): Iterable<Change> {
  const actVal = descend(object, ["actVal"]);
  const t = descend(object, ["t"]);
  if (actVal?.kind !== "leaf" || actVal.value.type !== "integer") return;
  yield [actVal, mmsInteger(Number(actVal.value.value) + 1 + ied.random.below(20))];
  if (t?.kind === "leaf") yield [t as Leaf, now];
}
