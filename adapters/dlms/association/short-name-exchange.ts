import { invariant } from "../../kit/invariant.ts";
import type { ActionOutcome } from "../apdu/action.ts";
import { conforms } from "../apdu/conformance.ts";
import type { AttributeReference, DataResult } from "../apdu/descriptor.ts";
import { resultFault } from "../apdu/results.ts";
import type { VariableSpecification } from "../apdu/short-name.ts";
import { dlmsFault } from "../codes.ts";
import { returnsSomething } from "../cosem/short-name-offsets.ts";
import { type DlmsData, NULL_DATA } from "../data/data.ts";
import { type Obis, obisText } from "../obis.ts";
import type { Exchange, ExchangeContext } from "./exchange.ts";
import { readExchange } from "./read-exchange.ts";
import type { AttributeWrite, MethodCall } from "./services.ts";
import { CURRENT_ASSOCIATION, namedObjects, OBJECT_LIST, type Resolved, type ShortNames } from "./short-names.ts";
import { writeExchange } from "./write-exchange.ts";

/**
 * The services of logical names by those of short names, as the SN_Mapper of IEC 62056-5-3 clause 9.5 has them: GET is a
 * READ, SET a WRITE, ACTION a WRITE, or a READ with the parameters where the method gives something back. Base names are
 * read from the association object before the first of them that needs one.
 */

/** What access to a method or attribute is given without parameters of its own. */
const NO_SELECTOR = 0;

export function* getByShortNames(
  context: ExchangeContext,
  references: readonly AttributeReference[],
): Exchange<readonly DataResult[]> {
  const names = yield* namesFor(context, references);
  const results = yield* eachNamed(
    references,
    (reference) => names.attribute(reference),
    (named) =>
      readExchange(
        context,
        named.map(({ item, name }) => variableOf(item, name)),
      ),
    (result): DataResult => ({ kind: "error", result }),
  );
  // The list that is read anyhow need not be read again for its names.
  references.forEach((reference, at) => {
    const result = results[at];
    if (isObjectList(reference) && result?.kind === "data") names.learn(namedObjects(result.data) ?? []);
  });
  return results;
}

export function* setByShortNames(
  context: ExchangeContext,
  writes: readonly AttributeWrite[],
): Exchange<readonly number[]> {
  const names = yield* namesFor(
    context,
    writes.map(({ reference }) => reference),
  );
  return yield* eachNamed(
    writes,
    ({ reference }) => names.attribute(reference),
    (named) =>
      writeExchange(
        context,
        named.map(({ item, name }) => ({ variable: variableOf(item.reference, name), data: item.data })),
      ),
    (result) => result,
  );
}

/** One after the other: methods have an order. */
export function* actByShortNames(
  context: ExchangeContext,
  calls: readonly MethodCall[],
): Exchange<readonly ActionOutcome[]> {
  const names = yield* namesFor(
    context,
    calls.map(({ method }) => method),
  );
  const outcomes: ActionOutcome[] = [];
  for (const { method, parameters } of calls) {
    const resolved = names.method(method);
    if (resolved.kind === "missing") outcomes.push({ result: resolved.result, returned: undefined });
    else outcomes.push(yield* act(context, method, resolved.name, parameters));
  }
  return outcomes;
}

function* act(
  context: ExchangeContext,
  { classId, instance, method }: MethodCall["method"],
  name: number,
  parameters: DlmsData = NULL_DATA,
): Exchange<ActionOutcome> {
  if (returnsSomething(classId, method)) {
    const [result] = yield* readExchange(context, [parameterized(name, NO_SELECTOR, parameters)]);
    invariant(result !== undefined, "one variable has one result");
    if (result.kind === "error") return { result: result.result, returned: undefined };
    return { result: 0, returned: { kind: "data", data: result.data } };
  }
  if (!conforms(context.conformance, "write")) {
    const what = `method ${method} of ${obisText(instance)}`;
    throw dlmsFault("dlms.service.not-negotiated", `the server confirms no writes: nothing would tell of ${what}`, {
      blame: "operator",
    });
  }
  const [result = 0] = yield* writeExchange(context, [{ variable: { kind: "variable-name", name }, data: parameters }]);
  return { result, returned: undefined };
}

/** The names, the object list read where one of these objects needs it. */
function* namesFor(context: ExchangeContext, objects: readonly { readonly instance: Obis }[]): Exchange<ShortNames> {
  const { shortNames } = context;
  invariant(shortNames !== undefined, "short names are for associations of short names");
  if (objects.every(({ instance }) => shortNames.knows(instance))) return shortNames;
  const list = shortNames.attribute(OBJECT_LIST);
  invariant(list.kind === "name", "the association object has a name");
  const [result] = yield* readExchange(context, [{ kind: "variable-name", name: list.name }]);
  if (result?.kind !== "data") throw resultFault("get", result?.result ?? 0, "read of the base names");
  const named = namedObjects(result.data);
  if (named === undefined) {
    throw dlmsFault("dlms.data.malformed", "the object list of the association is no list of base names");
  }
  shortNames.learn(named);
  return shortNames;
}

/** Carries out those that have a name together, and puts what has none back into its place. */
function* eachNamed<Item, Result>(
  items: readonly Item[],
  nameOf: (item: Item) => Resolved,
  together: (named: readonly { readonly item: Item; readonly name: number }[]) => Exchange<readonly Result[]>,
  missing: (result: number) => Result,
): Exchange<readonly Result[]> {
  const resolved = items.map((item) => ({ item, as: nameOf(item) }));
  const named = resolved.flatMap(({ item, as }) => (as.kind === "name" ? [{ item, name: as.name }] : []));
  const got = named.length === 0 ? [] : yield* together(named);
  let at = 0;
  return resolved.map(({ as }): Result => {
    if (as.kind === "missing") return missing(as.result);
    const result = got[at++];
    invariant(result !== undefined, "each name has a result");
    return result;
  });
}

function variableOf({ selection }: AttributeReference, name: number): VariableSpecification {
  if (selection === undefined) return { kind: "variable-name", name };
  return parameterized(name, selection.selector, selection.parameters);
}

export function parameterized(name: number, selector: number, parameters: DlmsData): VariableSpecification {
  return { kind: "parameterized-access", name, selection: { selector, parameters } };
}

function isObjectList({ classId, instance, attribute, selection }: AttributeReference): boolean {
  return (
    selection === undefined &&
    classId === CURRENT_ASSOCIATION.classId &&
    instance === CURRENT_ASSOCIATION.instance &&
    attribute === OBJECT_LIST.attribute
  );
}
