import type { TypeComponent, TypeDescription } from "../mms/types.ts";
import { type IedModel, typeText } from "../model/tree.ts";
import type { SclModel } from "./to-model.ts";

export interface ModelDifference {
  /** `BAY1CTRL`, `BAY1CTRL/CSWI1`, `BAY1CTRL/CSWI1$ST$Pos$stVal`. */
  readonly at: string;
  readonly kind: "missing" | "unexpected" | "type" | "order" | "members";
  /** As the file has it; empty where it has nothing there. */
  readonly file: string;
  /** As the IED has it; empty where it has nothing there. */
  readonly ied: string;
}

/** Reported at most: where a file belongs to another device, the first hundred say so as well as the first thousand. */
export const DIFFERENCES_MAX = 1_000;

/** Constraints of control blocks and services, which the file does not describe as data. */
const NOT_DATA: readonly string[] = ["RP", "BR", "LG", "GO", "GS", "MS", "US"];
/** The file describes the active values; what is edited has their types. */
const EDITED = "SE";

/**
 * What an IED has otherwise than its SCL file. Sizes of strings and enumerations do not count: stacks announce their own. What the
 * IED has besides is told down to the logical node only.
 */
export function differences(file: SclModel, ied: IedModel): readonly ModelDifference[] {
  const found: ModelDifference[] = [];
  for (const [domain, device] of file.devices) {
    const online = ied.devices.get(domain);
    if (online === undefined) {
      found.push({ at: domain, kind: "missing", file: "logical device", ied: "" });
      continue;
    }
    for (const [ln, constraints] of device.nodes) {
      const node = online.nodes.get(ln);
      if (node === undefined) found.push({ at: `${domain}/${ln}`, kind: "missing", file: "logical node", ied: "" });
      else
        for (const [fc, components] of constraints)
          found.push(...compare(`${domain}/${ln}$${fc}`, components, node.constraints.get(fc) ?? [], fc === "SP"));
    }
    for (const ln of online.nodes.keys())
      if (!device.nodes.has(ln))
        found.push({ at: `${domain}/${ln}`, kind: "unexpected", file: "", ied: "logical node" });
    for (const report of device.reports) {
      const [ln = "", fc = "", name = ""] = report.split("$");
      const blocks = online.nodes.get(ln)?.constraints.get(fc) ?? [];
      if (!blocks.some((one) => one.name === name))
        found.push({ at: `${domain}/${report}`, kind: "missing", file: "report control block", ied: "" });
    }
    for (const [item, members] of device.dataSets) {
      const set = online.dataSets.get(item);
      if (set === undefined) {
        found.push({ at: `${domain}/${item}`, kind: "missing", file: "data set", ied: "" });
        continue;
      }
      const there = set.members.map(({ ld, ln, fc, path }) => [`${ld}/${ln}`, fc, ...path].join("$"));
      if (there.join() !== members.join())
        found.push({ at: `${domain}/${item}`, kind: "members", file: members.join(" "), ied: there.join(" ") });
    }
  }
  for (const domain of ied.devices.keys())
    if (!file.devices.has(domain)) found.push({ at: domain, kind: "unexpected", file: "", ied: "logical device" });
  return found.slice(0, DIFFERENCES_MAX);
}

/** @param holdsMore control blocks stand beside what the file describes: SGCB under SP. */
function* compare(
  at: string,
  file: readonly TypeComponent[],
  ied: readonly TypeComponent[],
  holdsMore: boolean,
): Iterable<ModelDifference> {
  const fc = at.split("$")[1] ?? "";
  if (NOT_DATA.includes(fc) || fc === EDITED) return;
  const there = new Map(ied.map((one) => [one.name, one.type]));
  for (const { name, type } of file) {
    const online = there.get(name);
    const place = `${at}$${name ?? ""}`;
    if (online === undefined) yield { at: place, kind: "missing", file: typeText(type), ied: "" };
    else yield* compareTypes(place, type, online);
  }
  const known = new Set(file.map(({ name }) => name));
  if (!holdsMore)
    for (const { name, type } of ied)
      if (!known.has(name)) yield { at: `${at}$${name ?? ""}`, kind: "unexpected", file: "", ied: typeText(type) };
  const both = (list: readonly TypeComponent[], other: ReadonlySet<string | undefined>): string =>
    list.flatMap(({ name }) => (other.has(name) ? [name] : [])).join(" ");
  const [wanted, got] = [both(file, new Set(there.keys())), both(ied, known)];
  if (wanted !== got) yield { at, kind: "order", file: wanted, ied: got };
}

function* compareTypes(at: string, file: TypeDescription, ied: TypeDescription): Iterable<ModelDifference> {
  if (file.type === "structure" && ied.type === "structure") {
    yield* compare(at, file.components, ied.components, false);
  } else if (file.type === "array" && ied.type === "array" && file.count === ied.count) {
    yield* compareTypes(at, file.element, ied.element);
  } else if (!sameKind(file, ied)) {
    yield { at, kind: "type", file: typeText(file), ied: typeText(ied) };
  }
}

/** Edition 1 devices have enumerations of other sizes, and every stack its own lengths of strings. */
function sameKind(file: TypeDescription, ied: TypeDescription): boolean {
  if (file.type !== ied.type) return false;
  if (file.type === "float" && ied.type === "float") return file.width === ied.width;
  return file.type !== "array";
}
