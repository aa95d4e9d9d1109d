import type { VariableAccess } from "../../../adapters/iec61850/mms/names.ts";
import { single } from "./access.ts";
import { type DataSet, findNode, type IedModel, type Member } from "./ied-model.ts";

/** Members of one data set: what a report can mark in its inclusion bits, and what fits a request. */
export const DATA_SET_MEMBERS_MAX = 1_000;

/** The members of a list of names; the name that leads nowhere otherwise. */
export function membersOf(
  model: IedModel,
  variables: readonly VariableAccess[],
): readonly Member[] | { readonly missing: string } {
  const members: Member[] = [];
  for (const { name, access } of variables) {
    const member = name.scope === "domain" ? memberOf(model, name.domain, name.item, access) : undefined;
    if (member === undefined) return { missing: name.item };
    members.push(member);
  }
  return members;
}

export function memberOf(
  model: IedModel,
  domain: string,
  item: string,
  access: VariableAccess["access"],
): Member | undefined {
  const found = findNode(model, domain, item);
  const node = found === undefined ? undefined : single(found, access);
  return node === undefined ? undefined : { domain, item, access, node };
}

/** As requests name it. */
export function variableOf({ domain, item, access }: Member): VariableAccess {
  const name = { scope: "domain", domain, item } as const;
  return access === undefined ? { name } : { name, access };
}

/** `LD/LN$name`, as report control blocks refer to it; `@name` for one of an association. */
export function referenceOf({ domain, item }: Pick<DataSet, "domain" | "item">): string {
  return domain === "" ? `@${item}` : `${domain}/${item}`;
}
