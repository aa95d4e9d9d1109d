import type { RequestOf } from "../../../adapters/iec61850/mms/pdu.ts";
import { OBJECT_CLASS } from "../../../adapters/iec61850/mms/names.ts";
import type { Reply } from "../behaviour.ts";
import type { DataSet, Domain, IedModel } from "../model/ied-model.ts";
import type { Node } from "../model/node.ts";
import { NON_EXISTENT } from "./refusals.ts";

/** Octets of a get-name-list response besides its names, and of each name besides its letters. */
const OVERHEAD = 32;
const NAME_OVERHEAD = 4;

const variableNames = new WeakMap<Domain, readonly string[]>();

/** A page of names, sorted as MMS does: letters without regard to their case. */
export function nameList(
  model: IedModel,
  ownDataSets: ReadonlyMap<string, DataSet>,
  request: RequestOf<"get-name-list">,
  pduBytes: number,
): Reply {
  const names = namesOf(model, ownDataSets, request);
  if (names === undefined) return NON_EXISTENT;
  const { continueAfter } = request;
  const first = continueAfter === undefined ? 0 : names.findIndex((name) => compare(name, continueAfter) > 0);
  if (first < 0) return page([], false);
  let end = first;
  for (let room = pduBytes - OVERHEAD; end < names.length; end++) {
    room -= (names[end]?.length ?? 0) + NAME_OVERHEAD;
    if (room < 0) break;
  }
  return page(names.slice(first, end), end < names.length);
}

function page(names: readonly string[], moreFollows: boolean): Reply {
  return { kind: "answer", response: { service: "get-name-list", names, moreFollows } };
}

function namesOf(
  model: IedModel,
  ownDataSets: ReadonlyMap<string, DataSet>,
  { objectClass, scope }: RequestOf<"get-name-list">,
): readonly string[] | undefined {
  if (scope.scope === "association")
    return objectClass === OBJECT_CLASS.namedVariableList ? sorted(ownDataSets.keys()) : [];
  if (scope.scope === "vmd") return objectClass === OBJECT_CLASS.domain ? sorted(model.domains.keys()) : [];
  const domain = model.domains.get(scope.domain);
  if (domain === undefined) return undefined;
  switch (objectClass) {
    case OBJECT_CLASS.namedVariable: {
      const names =
        variableNames.get(domain) ?? sorted([...domain.lns.values()].flatMap(({ tree }) => below("", tree)));
      variableNames.set(domain, names);
      return names;
    }
    case OBJECT_CLASS.namedVariableList:
      return sorted(domain.dataSets.keys());
    case OBJECT_CLASS.journal:
      return sorted(domain.journals);
    default:
      return [];
  }
}

function below(prefix: string, node: Node): readonly string[] {
  const name = prefix + node.name;
  if (node.kind !== "branch") return [name];
  return [name, ...[...node.children.values()].flatMap((child) => below(`${name}$`, child))];
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...names].sort(compare);
}

function compare(a: string, b: string): number {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()];
  if (x !== y) return x < y ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
