import { EdgeError } from "../../kit/edge-error.ts";
import { domainName } from "../mms/names.ts";
import type { MmsRequest } from "../mms/pdu.ts";
import type { TypeComponent } from "../mms/types.ts";
import type { DataSet, IedModel, LogicalDevice, LogicalNode } from "../model/tree.ts";
import { referenceOfVariable } from "../model/reference.ts";
import { type Procedure, services } from "../procedure.ts";
import { type NameList, nameList, nameLists } from "./name-lists.ts";

/** What one domain's lists say. */
interface Names {
  readonly domain: string;
  /** In MMS order, which is of no use for the order of a structure. */
  readonly variables: readonly string[];
  readonly dataSets: readonly string[];
  readonly journals: readonly string[];
}

interface Typed {
  readonly domain: string;
  /** `LN`, `LN$FC` or `LN$FC$DO`. */
  readonly item: string;
}

/**
 * Learns the whole model in as few round trips as the negotiated number of requests allows: all lists of all domains
 * together, then all types, then all data sets. A logical node too large for one PDU is asked for by functional
 * constraint, and what is still too large by data object.
 */
export function* discover(): Procedure<IedModel> {
  const domains = yield* nameList({ objectClass: "domain", scope: { scope: "vmd" } });
  const names = yield* namesOf(domains);
  const types = yield* typesOf(names);
  const sets = yield* dataSetsOf(names);
  const devices = new Map<string, LogicalDevice>();
  for (const one of names) {
    const nodes = new Map<string, LogicalNode>();
    for (const ln of nodesIn(one.variables)) nodes.set(ln, { constraints: constraintsOf(one, ln, types) });
    devices.set(one.domain, { nodes, dataSets: sets.get(one.domain) ?? new Map(), journals: one.journals });
  }
  return { devices };
}

function* namesOf(domains: readonly string[]): Procedure<readonly Names[]> {
  const classes = ["namedVariable", "namedVariableList", "journal"] as const;
  const lists = domains.flatMap((domain): NameList[] =>
    classes.map((objectClass) => ({ objectClass, scope: { scope: "domain", domain } })),
  );
  const answers = yield* nameLists(lists);
  return domains.map((domain, at) => {
    const [variables, dataSets, journals] = [0, 1, 2].map((n) => answers[3 * at + n]);
    if (variables instanceof EdgeError) throw variables;
    return { domain, variables: variables ?? [], dataSets: orNone(dataSets), journals: orNone(journals) };
  });
}

/** Types by `domain/item`, asked for in ever smaller pieces where the larger one was refused. */
function* typesOf(names: readonly Names[]): Procedure<ReadonlyMap<string, readonly TypeComponent[]>> {
  const found = new Map<string, readonly TypeComponent[]>();
  let wanted: Typed[] = names.flatMap(({ domain, variables }) =>
    nodesIn(variables).map((item): Typed => ({ domain, item })),
  );
  for (let depth = 1; depth <= 3 && wanted.length > 0; depth++) {
    const requests = wanted.map(
      ({ domain, item }): MmsRequest => ({
        service: "get-variable-access-attributes",
        name: domainName(domain, item),
      }),
    );
    const answers = yield* services(requests);
    const refused: Typed[] = [];
    for (const [n, one] of wanted.entries()) {
      const answer = answers[n];
      if (!(answer instanceof EdgeError) && answer?.service === "get-variable-access-attributes") {
        const { type } = answer;
        found.set(
          `${one.domain}/${one.item}`,
          type.type === "structure" ? type.components : [{ name: undefined, type }],
        );
      } else refused.push(...below(one, names));
    }
    wanted = refused;
  }
  return found;
}

/** The names one level below an item. */
function below({ domain, item }: Typed, names: readonly Names[]): Typed[] {
  const depth = item.split("$").length;
  const variables = names.find((one) => one.domain === domain)?.variables ?? [];
  return variables
    .filter((name) => name.startsWith(`${item}$`) && name.split("$").length === depth + 1)
    .map((name) => ({ domain, item: name }));
}

function constraintsOf(
  { domain, variables }: Names,
  ln: string,
  types: ReadonlyMap<string, readonly TypeComponent[]>,
): ReadonlyMap<string, readonly TypeComponent[]> {
  const constraints = new Map<string, readonly TypeComponent[]>();
  const whole = types.get(`${domain}/${ln}`);
  if (whole !== undefined) {
    for (const { name, type } of whole)
      if (name !== undefined && type.type === "structure") constraints.set(name, type.components);
    return constraints;
  }
  for (const { item } of below({ domain, item: ln }, [{ domain, variables, dataSets: [], journals: [] }])) {
    const fc = item.slice(ln.length + 1);
    const known = types.get(`${domain}/${item}`);
    if (known !== undefined) {
      constraints.set(fc, known);
      continue;
    }
    const objects = variables.filter((name) => name.startsWith(`${item}$`) && name.split("$").length === 3);
    const components = objects.flatMap((name): TypeComponent[] => {
      const inner = types.get(`${domain}/${name}`);
      return inner === undefined
        ? []
        : [{ name: name.slice(item.length + 1), type: { type: "structure", components: inner } }];
    });
    if (components.length > 0) constraints.set(fc, components);
  }
  return constraints;
}

function* dataSetsOf(names: readonly Names[]): Procedure<ReadonlyMap<string, ReadonlyMap<string, DataSet>>> {
  const wanted = names.flatMap(({ domain, dataSets }) => dataSets.map((item) => ({ domain, item })));
  const answers = yield* services(
    wanted.map(
      ({ domain, item }): MmsRequest => ({
        service: "get-named-variable-list-attributes",
        name: domainName(domain, item),
      }),
    ),
  );
  const found = new Map<string, Map<string, DataSet>>();
  for (const [n, { domain, item }] of wanted.entries()) {
    const answer = answers[n];
    if (answer === undefined || answer instanceof EdgeError) continue;
    if (answer.service !== "get-named-variable-list-attributes") continue;
    const members = answer.variables.flatMap((one) => referenceOfVariable(one) ?? []);
    const sets = found.get(domain) ?? new Map<string, DataSet>();
    sets.set(item, { deletable: answer.deletable, members });
    found.set(domain, sets);
  }
  return found;
}

/** Names without `$` are the logical nodes. */
function nodesIn(variables: readonly string[]): readonly string[] {
  return variables.filter((name) => !name.includes("$"));
}

/** Optional lists: a device without data sets or journals may refuse to list them. */
function orNone(names: readonly string[] | EdgeError | undefined): readonly string[] {
  return names === undefined || names instanceof EdgeError ? [] : names;
}
