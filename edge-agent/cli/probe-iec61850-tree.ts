import { leavesIn, typeText, type IedModel } from "../../adapters/iec61850/model/tree.ts";
import { referenceText } from "../../adapters/iec61850/model/reference.ts";
import type { TypeComponent, TypeDescription } from "../../adapters/iec61850/mms/types.ts";

/** A model as lines of a tree: devices, nodes, data objects with their functional constraints and leaves. */
export function treeLines(model: IedModel): readonly string[] {
  const lines: string[] = [];
  for (const [ld, device] of model.devices) {
    lines.push(ld);
    for (const [ln, node] of device.nodes) {
      lines.push(`  ${ln}`);
      for (const [fc, objects] of node.constraints) {
        for (const { name, type } of objects)
          lines.push(`    ${name ?? ""}[${fc}]  ${leaves(type, "").join(" ")}`.trimEnd());
      }
    }
    for (const [item, { members }] of device.dataSets) {
      lines.push(`  data set ${item.replace("$", ".")} (${members.length})`);
      for (const member of members) lines.push(`    ${referenceText(member)}`);
    }
    for (const journal of device.journals) lines.push(`  log ${journal.replace("$", ".")}`);
  }
  return lines;
}

/** The same for programs. */
export function treeJson(model: IedModel): unknown {
  return Object.fromEntries(
    [...model.devices].map(([ld, device]) => [
      ld,
      {
        nodes: Object.fromEntries(
          [...device.nodes].map(([ln, node]) => [
            ln,
            Object.fromEntries(
              [...node.constraints].map(([fc, objects]) => [
                fc,
                Object.fromEntries(objects.map((one) => [one.name ?? "", jsonOf(one.type)])),
              ]),
            ),
          ]),
        ),
        dataSets: Object.fromEntries(
          [...device.dataSets].map(([item, { deletable, members }]) => [
            item.replace("$", "."),
            { deletable, members: members.map(referenceText) },
          ]),
        ),
        logs: device.journals.map((one) => one.replace("$", ".")),
      },
    ]),
  );
}

/** How much there is, in one line. */
export function modelSummary(model: IedModel): string {
  let [nodes, attributes, sets] = [0, 0, 0];
  for (const device of model.devices.values()) {
    nodes += device.nodes.size;
    sets += device.dataSets.size;
    for (const node of device.nodes.values())
      for (const objects of node.constraints.values()) for (const { type } of objects) attributes += leavesIn(type);
  }
  return `${model.devices.size} logical devices, ${nodes} logical nodes, ${attributes} attributes, ${sets} data sets`;
}

function leaves(type: TypeDescription, path: string): readonly string[] {
  if (type.type !== "structure") return [path === "" ? typeText(type) : `${path}:${typeText(type)}`];
  return type.components.flatMap((one: TypeComponent) =>
    leaves(one.type, path === "" ? (one.name ?? "") : `${path}.${one.name ?? ""}`),
  );
}

function jsonOf(type: TypeDescription): unknown {
  if (type.type !== "structure") return typeText(type);
  return Object.fromEntries(type.components.map((one, at) => [one.name ?? String(at), jsonOf(one.type)]));
}
