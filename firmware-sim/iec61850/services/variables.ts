import type { AccessResult, MmsData } from "../../../adapters/iec61850/mms/data.ts";
import type { ObjectName, VariableAccess, VariableSpecification } from "../../../adapters/iec61850/mms/names.ts";
import type { MmsResponse, RequestOf } from "../../../adapters/iec61850/mms/pdu.ts";
import type { Reply } from "../behaviour.ts";
import type { SimulatedIed } from "../ied.ts";
import { selected, single } from "../model/access.ts";
import { assignments, DENIED, type Denied } from "../model/fits.ts";
import { type DataSet, fcOf, findNode } from "../model/ied-model.ts";
import { type Node, readNode, typeOf } from "../model/node.ts";
import type { Client } from "../surroundings.ts";
import { findDataSet } from "./data-set-services.ts";
import { NON_EXISTENT } from "./refusals.ts";

/** Who asks, and what is his alone. */
export interface Asking {
  readonly ied: SimulatedIed;
  readonly client: Client;
  readonly own: Map<string, DataSet>;
}

type WriteResult = Extract<MmsResponse, { service: "write" }>["results"][number];

/** Functional constraints nobody writes (IEC 61850-8-1, table 34): what the process or the active group says. */
const READ_ONLY: readonly string[] = ["ST", "MX", "SG", "SR", "OR", "EX", ""];

export function readVariables(asking: Asking, request: RequestOf<"read">): Reply {
  const { specification, specificationWithResult } = request;
  const variables = variablesOf(asking, specification);
  if (variables === undefined) return NON_EXISTENT;
  const results = variables.map((one) => read(asking, one));
  const echo = specificationWithResult === true ? { specification } : {};
  return { kind: "answer", response: { service: "read", ...echo, results } };
}

export function writeVariables(asking: Asking, request: RequestOf<"write">): Reply {
  const variables = variablesOf(asking, request.specification);
  if (variables === undefined) return NON_EXISTENT;
  if (variables.length !== request.data.length) return { kind: "reject", reason: 4 };
  const results = variables.map((one, index): WriteResult => {
    const data = request.data[index];
    const denied = data === undefined ? DENIED.typeInconsistent : write(asking, one, data);
    return denied === undefined ? { ok: true } : { ok: false, error: denied };
  });
  return { kind: "answer", response: { service: "write", results } };
}

export function describeVariable({ ied }: Asking, name: ObjectName): Reply {
  const node = name.scope === "domain" ? findNode(ied.model, name.domain, name.item) : undefined;
  if (node === undefined) return NON_EXISTENT;
  const response = { service: "get-variable-access-attributes", deletable: false, type: typeOf(node) } as const;
  return { kind: "answer", response };
}

function variablesOf(asking: Asking, specification: VariableSpecification): readonly VariableAccess[] | undefined {
  if (specification.kind === "variables") return specification.variables;
  const found = findDataSet({ model: asking.ied.model, own: asking.own }, specification.list);
  return found?.members.map(({ domain, item, access }) => {
    const name = { scope: "domain", domain, item } as const;
    return access === undefined ? { name } : { name, access };
  });
}

function read({ ied, client }: Asking, { name, access }: VariableAccess): AccessResult {
  const node = name.scope === "domain" ? findNode(ied.model, name.domain, name.item) : undefined;
  if (node === undefined || name.scope !== "domain") return { type: "failure", error: DENIED.objectNonExistent };
  const fc = fcOf(name.item);
  if (fc === "CO" && node.name === "SBO" && node.parent?.kind === "branch") {
    // Reading the one attribute selects; reading what it is in does not.
    const value = ied.controlOf(node.parent)?.select(client);
    return value === undefined ? readNode(node) : { type: "visible-string", value };
  }
  if (fc === "SE" && ied.settingGroupsOf(name.domain)?.isEditing !== true)
    return { type: "failure", error: DENIED.objectAccessDenied };
  return selected(node, access);
}

function write(asking: Asking, { name, access }: VariableAccess, data: MmsData): Denied | undefined {
  const { ied, client } = asking;
  if (name.scope !== "domain") return DENIED.objectNonExistent;
  const found = findNode(ied.model, name.domain, name.item);
  const node = found === undefined ? undefined : single(found, access);
  if (node === undefined) return DENIED.objectNonExistent;
  const fc = fcOf(name.item);
  if (READ_ONLY.includes(fc)) return DENIED.objectAccessDenied;
  if (fc === "CO") return writeControl(asking, node, data);
  const values = assignments(node, data);
  if (typeof values === "number") return values;
  const denied = writeBlock(asking, name.domain, fc, node, data);
  if (denied === "no-block") ied.changeAll(values);
  else if (denied !== undefined) return denied;
  ied.log({ kind: "written", association: client.id, name: `${name.domain}/${name.item}`, value: data });
  return undefined;
}

/** The whole of Oper, SBOw or Cancel; a part of it says nothing. */
function writeControl({ ied, client }: Asking, node: Node, data: MmsData): Denied | undefined {
  const control = node.parent?.kind === "branch" ? ied.controlOf(node.parent) : undefined;
  return control === undefined ? DENIED.objectAccessDenied : control.write(node.name, data, client);
}

/** Control blocks are written attribute by attribute, and settings only by whoever edits them. */
function writeBlock(
  { ied, client }: Asking,
  domain: string,
  fc: string,
  node: Node,
  data: MmsData,
): Denied | "no-block" | undefined {
  const block = node.parent;
  if (fc === "RP" || fc === "BR") {
    const report = block?.kind === "branch" ? ied.reportOf(block) : undefined;
    return report === undefined ? DENIED.objectAccessDenied : report.write(node.name, data, client);
  }
  if (fc === "SP" && block?.name === "SGCB")
    return ied.settingGroupsOf(domain)?.write(node.name, data, client) ?? undefined;
  if (fc === "SE")
    return ied.settingGroupsOf(domain)?.isEditedBy(client) === true ? "no-block" : DENIED.objectAccessDenied;
  if (fc === "LG" && !["LogEna", "TrgOps", "IntgPd"].includes(node.name)) return DENIED.objectAccessDenied;
  return "no-block";
}
