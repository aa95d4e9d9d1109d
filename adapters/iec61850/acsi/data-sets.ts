import { refusedData } from "../association/refusal.ts";
import { iec61850Fault } from "../codes.ts";
import type { AccessResult } from "../mms/data.ts";
import { domainName, type ObjectName } from "../mms/names.ts";
import { type Reference, referenceOfVariable, variableOf } from "../model/reference.ts";
import type { DataSet } from "../model/tree.ts";
import { type Procedure, service } from "../procedure.ts";

/**
 * The MMS name of a data set: `LD/LN.name`, `LD/LN$name`, or `@name` for one that lives as long as the association.
 * Throws an operator's fault where it is none of these.
 */
export function dataSetName(text: string): ObjectName {
  if (/^@[A-Za-z0-9_]{1,64}$/.test(text)) return { scope: "association", item: text.slice(1) };
  const match = /^([A-Za-z0-9_]{1,64})\/([A-Za-z0-9_]{1,64})[.$]([A-Za-z0-9_$]{1,64})$/.exec(text);
  const [, ld, ln, name] = match ?? [];
  if (ld === undefined || ln === undefined || name === undefined)
    throw iec61850Fault(
      "iec61850.model.reference",
      `"${text.slice(0, 129)}" is no data set; write LD/LN.name or @name`,
      {
        blame: "operator",
      },
    );
  return domainName(ld, `${ln}$${name}`);
}

/** GetDataSetDirectory. */
export function* dataSetDirectory(name: ObjectName): Procedure<DataSet> {
  const { deletable, variables } = yield* service({ service: "get-named-variable-list-attributes", name });
  return { deletable, members: variables.flatMap((one) => referenceOfVariable(one) ?? []) };
}

/** GetDataSetValues: one result for each member, in their order. */
export function* dataSetValues(name: ObjectName): Procedure<readonly AccessResult[]> {
  const response = yield* service({ service: "read", specification: { kind: "list", list: name } });
  return response.results;
}

/** CreateDataSet. */
export function* createDataSet(name: ObjectName, members: readonly Reference[]): Procedure<void> {
  yield* service({ service: "define-named-variable-list", name, variables: members.map(variableOf) });
}

/** DeleteDataSet. A set of the configuration is matched and not deleted, and the answer is positive: that is a refusal. */
export function* deleteDataSet(name: ObjectName): Procedure<void> {
  const { matched, deleted } = yield* service({ service: "delete-named-variable-list", scope: 0, names: [name] });
  if (deleted > 0) return;
  throw matched > 0
    ? refusedData(3, "the data set is part of the device's configuration")
    : refusedData(10, "the data set");
}
