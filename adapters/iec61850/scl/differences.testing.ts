import { buildModel } from "../../../firmware-sim/iec61850/model/build.ts";
import { type Branch, typeOf } from "../../../firmware-sim/iec61850/model/node.ts";
import { utf8 } from "../../kit/bytes.ts";
import type { TypeComponent } from "../mms/types.ts";
import { referenceOfVariable } from "../model/reference.ts";
import type { DataSet, IedModel, LogicalDevice, LogicalNode } from "../model/tree.ts";
import { readScl } from "./read.ts";

/** The model an IED made of that file tells over MMS, without the telling. */
export function discovered(icd: string): IedModel {
  const devices = new Map<string, LogicalDevice>();
  for (const domain of buildModel(readScl(utf8(icd), "online.icd")).domains.values()) {
    const nodes = new Map<string, LogicalNode>();
    for (const { name, tree } of domain.lns.values()) nodes.set(name, { constraints: constraintsOf(tree) });
    const dataSets = new Map<string, DataSet>();
    for (const set of domain.dataSets.values()) {
      const members = set.members.flatMap((member) => {
        const name = { scope: "domain", domain: member.domain, item: member.item } as const;
        return referenceOfVariable({ name }) ?? [];
      });
      dataSets.set(set.item, { deletable: set.deletable, members });
    }
    devices.set(domain.name, { nodes, dataSets, journals: domain.journals });
  }
  return { devices };
}

function constraintsOf(tree: Branch): ReadonlyMap<string, readonly TypeComponent[]> {
  return new Map(
    [...tree.children.values()].map((fc) => {
      const type = typeOf(fc);
      return [fc.name, type.type === "structure" ? type.components : []] as const;
    }),
  );
}
