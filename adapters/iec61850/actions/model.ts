import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { discover } from "../acsi/discover.ts";
import { type IedModel, typeText } from "../model/tree.ts";
import { referenceText } from "../model/reference.ts";
import type { TypeComponent, TypeDescription } from "../mms/types.ts";
import { service } from "../procedure.ts";
import { type Action, invalid } from "./action.ts";

/** Text of one logical device's list of nodes. */
const TEXT_LIMIT = 16_000;

/** Without a target the devices, nodes and data sets; with `LD/LN` everything below that node. */
export const MODEL_GET: Action = {
  idempotent: true,
  *run({ command }) {
    const model = yield* discover();
    const target = command.target?.value;
    return { result: target === undefined ? overview(model) : nodeTree(model, target) };
  },
};

export const IDENTIFY: Action = {
  idempotent: true,
  *run() {
    const { vendor, model, revision } = yield* service({ service: "identify" });
    return { result: { vendor, model, revision } };
  },
};

function overview(model: IedModel): { readonly [key: string]: Json } {
  return Object.fromEntries(
    [...model.devices].map(([name, device]) => [
      name,
      {
        nodes: [...device.nodes.keys()].join(" ").slice(0, TEXT_LIMIT),
        dataSets: [...device.dataSets.keys()].join(" ").slice(0, TEXT_LIMIT),
        logs: device.journals.join(" ").slice(0, TEXT_LIMIT),
      },
    ]),
  );
}

function nodeTree(model: IedModel, target: string): { readonly [key: string]: Json } {
  const [ld = "", ln = ""] = target.split("/");
  const node = model.devices.get(ld)?.nodes.get(ln);
  if (node === undefined) throw invalid(`${target} is not in the device's model`);
  const tree: Record<string, Json> = {};
  for (const [fc, objects] of node.constraints)
    for (const { name, type } of objects) tree[`${name ?? ""}[${fc}]`] = leavesText(type).slice(0, TEXT_LIMIT);
  const sets = [...(model.devices.get(ld)?.dataSets ?? [])].filter(([item]) => item.startsWith(`${ln}$`));
  for (const [item, set] of sets)
    tree[`dataset ${item.slice(ln.length + 1)}`] = set.members.map(referenceText).join(" ").slice(0, TEXT_LIMIT);
  return tree;
}

/** `mag.f:FLOAT32 q:BITS(13) t:Timestamp`. */
export function leavesText(type: TypeDescription): string {
  return leaves(type, "").join(" ");
}

function leaves(type: TypeDescription, path: string): readonly string[] {
  if (type.type !== "structure") return [path === "" ? typeText(type) : `${path}:${typeText(type)}`];
  return type.components.flatMap((one: TypeComponent) =>
    leaves(one.type, path === "" ? (one.name ?? "") : `${path}.${one.name ?? ""}`),
  );
}
