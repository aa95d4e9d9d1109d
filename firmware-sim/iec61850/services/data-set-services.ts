import type { ObjectName } from "../../../adapters/iec61850/mms/names.ts";
import type { RequestOf } from "../../../adapters/iec61850/mms/pdu.ts";
import type { Reply } from "../behaviour.ts";
import { DATA_SET_MEMBERS_MAX, membersOf, variableOf } from "../model/data-sets.ts";
import type { DataSet, IedModel } from "../model/ied-model.ts";
import { NO_ROOM, NON_EXISTENT, OBJECT_EXISTS, OBJECT_UNDEFINED } from "./refusals.ts";

/** Data sets clients may define, in one logical device and in one association. */
const DEFINED_MAX = 10;

/** What the data set services work on. */
export interface DataSetsInView {
  readonly model: IedModel;
  /** Those of the association, by item. */
  readonly own: Map<string, DataSet>;
  readonly isUsed: (dataSet: DataSet) => boolean;
}

export function findDataSet(view: Pick<DataSetsInView, "model" | "own">, name: ObjectName): DataSet | undefined {
  return setsOf(view, name)?.get(name.item);
}

export function defineDataSet(view: DataSetsInView, request: RequestOf<"define-named-variable-list">): Reply {
  const { name, variables } = request;
  const sets = setsOf(view, name);
  if (sets === undefined) return NON_EXISTENT;
  if (sets.has(name.item)) return OBJECT_EXISTS;
  const defined = [...sets.values()].filter(({ deletable }) => deletable).length;
  if (defined >= DEFINED_MAX || variables.length > DATA_SET_MEMBERS_MAX) return NO_ROOM;
  const members = membersOf(view.model, variables);
  if ("missing" in members || members.length === 0) return OBJECT_UNDEFINED;
  const domain = name.scope === "domain" ? name.domain : "";
  sets.set(name.item, { domain, item: name.item, members, deletable: true });
  return { kind: "answer", response: { service: "define-named-variable-list" } };
}

export function describeDataSet(view: DataSetsInView, name: ObjectName): Reply {
  const found = findDataSet(view, name);
  if (found === undefined) return NON_EXISTENT;
  const { deletable, members } = found;
  return {
    kind: "answer",
    response: { service: "get-named-variable-list-attributes", deletable, variables: members.map(variableOf) },
  };
}

/** What is configured, or what a report control block uses, is matched and not deleted. */
export function deleteDataSets(view: DataSetsInView, request: RequestOf<"delete-named-variable-list">): Reply {
  let matched = 0;
  let deleted = 0;
  for (const name of request.names) {
    const found = findDataSet(view, name);
    if (found === undefined) continue;
    matched += 1;
    if (!found.deletable || view.isUsed(found)) continue;
    setsOf(view, name)?.delete(name.item);
    deleted += 1;
  }
  return { kind: "answer", response: { service: "delete-named-variable-list", matched, deleted } };
}

function setsOf(view: Pick<DataSetsInView, "model" | "own">, name: ObjectName): Map<string, DataSet> | undefined {
  if (name.scope === "association") return view.own;
  return name.scope === "domain" ? view.model.domains.get(name.domain)?.dataSets : undefined;
}
