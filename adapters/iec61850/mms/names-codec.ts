import type { BerElement, BerReader } from "../../kit/ber-reader.ts";
import { sameTag, tagText, universal, UNIVERSAL } from "../../kit/ber-tag.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { decodeList } from "./data-codec.ts";
import { toCount, writeWhole } from "./integers.ts";
import type {
  AccessSelection,
  AlternateAccess,
  ObjectName,
  ObjectScope,
  VariableAccess,
  VariableSpecification,
} from "./names.ts";
import { toIdentifier, toLatin1 } from "./text.ts";

export const IDENTIFIER: ReturnType<typeof universal> = universal(UNIVERSAL.visibleString);
const SEQUENCE = universal(UNIVERSAL.sequence);

export function decodeName(element: BerElement): ObjectName {
  const { tag } = element;
  if (sameTag(tag, primitive(0))) return { scope: "vmd", item: toIdentifier(element) };
  if (sameTag(tag, primitive(2))) return { scope: "association", item: toIdentifier(element) };
  if (!sameTag(tag, constructed(1))) throw element.refuse(`${tagText(tag)} is no object name`);
  const inside = element.children();
  const domain = toIdentifier(inside.expect(IDENTIFIER));
  const item = toIdentifier(inside.expect(IDENTIFIER));
  inside.expectEnd();
  return { scope: "domain", domain, item };
}

export function writeName(writer: BerWriter, name: ObjectName): void {
  switch (name.scope) {
    case "vmd":
      writer.element(primitive(0), toLatin1(name.item));
      return;
    case "association":
      writer.element(primitive(2), toLatin1(name.item));
      return;
    case "domain":
      writer.constructed(constructed(1), (inside) =>
        inside.element(IDENTIFIER, toLatin1(name.domain)).element(IDENTIFIER, toLatin1(name.item)),
      );
  }
}

export function decodeScope(element: BerElement): ObjectScope {
  switch (element.tag.number) {
    case 0:
      return { scope: "vmd" };
    case 1:
      return { scope: "domain", domain: toIdentifier(element) };
    case 2:
      return { scope: "association" };
    default:
      throw element.refuse(`${tagText(element.tag)} is no scope of names`);
  }
}

export function writeScope(writer: BerWriter, scope: ObjectScope): void {
  switch (scope.scope) {
    case "vmd":
      writer.null(primitive(0));
      return;
    case "domain":
      writer.element(primitive(1), toLatin1(scope.domain));
      return;
    case "association":
      writer.null(primitive(2));
  }
}

/** `listOfVariable` or `variableListName`, as an element of whatever it is in. */
export function decodeSpecification(element: BerElement): VariableSpecification {
  if (sameTag(element.tag, constructed(0)))
    return { kind: "variables", variables: decodeList(element.children(), decodeVariable) };
  if (sameTag(element.tag, constructed(1))) return { kind: "list", list: decodeName(element.children().next()) };
  throw element.refuse(`${tagText(element.tag)} is no variable access specification`);
}

export function writeSpecification(writer: BerWriter, specification: VariableSpecification): void {
  if (specification.kind === "list") {
    writer.constructed(constructed(1), (inside) => writeName(inside, specification.list));
    return;
  }
  writer.constructed(constructed(0), (inside) => writeVariables(inside, specification.variables));
}

/** The elements of `listOfVariable`, one SEQUENCE each. */
export function decodeVariable(element: BerElement): VariableAccess {
  const inside = element.children();
  const variable = inside.next();
  if (!sameTag(variable.tag, constructed(0)))
    throw variable.refuse("a variable that is not named: addresses are not spoken here");
  const name = decodeName(variable.children().next());
  const access = inside.optional(constructed(5));
  inside.expectEnd();
  return access === undefined ? { name } : { name, access: decodeAccess(access.children()) };
}

export function writeVariables(writer: BerWriter, variables: readonly VariableAccess[]): void {
  for (const { name, access } of variables) {
    writer.constructed(SEQUENCE, (item) => {
      item.constructed(constructed(0), (inside) => writeName(inside, name));
      if (access !== undefined) item.constructed(constructed(5), (inside) => writeAccess(inside, access));
    });
  }
}

/**
 * The numbers of a selection's tags. The direct form counts from 1 and the nested one from 0: the same step has another
 * number where it goes on inside.
 */
const DIRECT = { component: 1, index: 2, range: 3, all: 4 } as const;
const NESTED = { component: 0, index: 1, range: 2, all: 3 } as const;

function decodeAccess(inside: BerReader): AlternateAccess {
  return decodeList(inside, decodeSelection);
}

function decodeSelection(element: BerElement): AccessSelection {
  const { tag } = element;
  if (sameTag(tag, constructed(0))) {
    const nested = element.children();
    const step = decodeStep(nested.next(), NESTED);
    return { ...step, inside: decodeAccess(nested.expect(SEQUENCE).children()) };
  }
  return decodeStep(element, DIRECT);
}

function decodeStep(element: BerElement, numbers: typeof DIRECT | typeof NESTED): AccessSelection {
  if (element.tag.class !== "context") throw element.refuse(`${tagText(element.tag)} is no alternate access`);
  switch (element.tag.number) {
    case numbers.component:
      return { select: "component", name: toIdentifier(element) };
    case numbers.index:
      return { select: "index", index: toCount(element) };
    case numbers.range: {
      const range = element.children();
      return { select: "range", low: toCount(range.expect(primitive(0))), count: toCount(range.expect(primitive(1))) };
    }
    case numbers.all:
      return { select: "all" };
    default:
      throw element.refuse(`${tagText(element.tag)} is no alternate access`);
  }
}

function writeAccess(writer: BerWriter, access: AlternateAccess): void {
  for (const selection of access) {
    const { inside } = selection;
    if (inside === undefined) {
      writeStep(writer, selection, DIRECT);
      continue;
    }
    writer.constructed(constructed(0), (nested) => {
      writeStep(nested, selection, NESTED);
      nested.constructed(SEQUENCE, (deep) => writeAccess(deep, inside));
    });
  }
}

function writeStep(writer: BerWriter, step: AccessSelection, numbers: typeof DIRECT | typeof NESTED): void {
  switch (step.select) {
    case "component":
      writer.element(primitive(numbers.component), toLatin1(step.name));
      return;
    case "index":
      writeWhole(writer, primitive(numbers.index), step.index);
      return;
    case "range":
      writer.constructed(constructed(numbers.range), (range) => {
        writeWhole(range, primitive(0), step.low);
        writeWhole(range, primitive(1), step.count);
      });
      return;
    case "all":
      writer.null(primitive(numbers.all));
  }
}
