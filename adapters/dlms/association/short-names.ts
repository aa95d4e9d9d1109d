import { VAA_SHORT_NAMES } from "../apdu/initiate.ts";
import type { AttributeDescriptor, MethodDescriptor } from "../apdu/descriptor.ts";
import { attributeOffset, methodOffset } from "../cosem/short-name-offsets.ts";
import { type DlmsData, elementsOf, numberOf } from "../data/data.ts";
import { type Obis, obisFromOctets, toObis } from "../obis.ts";

/** One object of the object list of an association of short names (class 12, attribute 2). */
export interface NamedObject {
  /** The short name of its logical name: 0 to 65,535. */
  readonly baseName: number;
  readonly classId: number;
  readonly version: number;
  readonly instance: Obis;
}

/** Objects of one list; meters have some hundreds. */
const OBJECTS_MAX = 10_000;
const NAMES_MAX = 0x1_0000;
const CLASS_ASSOCIATION_SN = 12;

/** What must be known before anything was read: the association itself. */
export const CURRENT_ASSOCIATION: NamedObject = {
  baseName: VAA_SHORT_NAMES,
  classId: CLASS_ASSOCIATION_SN,
  version: 0,
  instance: toObis("0.0.40.0.0.255"),
};
export const OBJECT_LIST: AttributeDescriptor = {
  classId: CLASS_ASSOCIATION_SN,
  instance: CURRENT_ASSOCIATION.instance,
  attribute: 2,
};

/** data-access-results of what has no short name here. */
const OBJECT_UNDEFINED = 4;
const CLASS_INCONSISTENT = 9;

export type Resolved =
  | { readonly kind: "name"; readonly name: number }
  /** There is no such thing: the data-access-result that says so. */
  | { readonly kind: "missing"; readonly result: number };

/** Base names of an object list; `undefined` where it is none. Entries that are not objects are left out. */
export function namedObjects(list: DlmsData): readonly NamedObject[] | undefined {
  const entries = elementsOf(list);
  if (entries === undefined || entries.length > OBJECTS_MAX) return undefined;
  return entries.flatMap((entry) => {
    const [base, classId, version, name] = elementsOf(entry) ?? [];
    const [number, id, edition] = [base, classId, version].map((one) =>
      one === undefined ? undefined : numberOf(one),
    );
    if (number === undefined || id === undefined || edition === undefined) return [];
    if (name?.kind !== "octet-string" || name.octets.length !== 6) return [];
    // A long: names above 0x7FFF are below zero.
    return [{ baseName: number & 0xffff, classId: id, version: edition, instance: obisFromOctets(name.octets) }];
  });
}

/**
 * The short names of the server, as its own object list has them, for as long as one association: with other firmware they
 * may be others.
 */
export class ShortNames {
  #objects: ReadonlyMap<Obis, readonly NamedObject[]> | undefined;

  /** Whether the names of an object can be told, or the object list has to be read first. */
  knows(instance: Obis): boolean {
    return this.#objects !== undefined || instance === CURRENT_ASSOCIATION.instance;
  }

  learn(objects: readonly NamedObject[]): void {
    const byName = new Map<Obis, NamedObject[]>();
    for (const one of objects) {
      const same = byName.get(one.instance);
      if (same === undefined) byName.set(one.instance, [one]);
      else same.push(one);
    }
    this.#objects = byName;
  }

  attribute({ classId, instance, attribute }: AttributeDescriptor): Resolved {
    return this.#resolve({ classId, instance }, ({ version }) => attributeOffset(classId, version, attribute));
  }

  method({ classId, instance, method }: MethodDescriptor): Resolved {
    return this.#resolve({ classId, instance }, ({ version }) => methodOffset(classId, version, method));
  }

  #resolve(
    { classId, instance }: Pick<NamedObject, "classId" | "instance">,
    offsetOf: (object: NamedObject) => number | undefined,
  ): Resolved {
    const same = this.#objects?.get(instance) ?? [];
    const isOwn = instance === CURRENT_ASSOCIATION.instance;
    const object =
      same.find((one) => one.classId === classId) ??
      (isOwn && classId === CLASS_ASSOCIATION_SN ? CURRENT_ASSOCIATION : undefined);
    if (object === undefined) {
      return { kind: "missing", result: same.length > 0 || isOwn ? CLASS_INCONSISTENT : OBJECT_UNDEFINED };
    }
    const offset = offsetOf(object);
    const name = offset === undefined ? NAMES_MAX : object.baseName + offset;
    return name >= NAMES_MAX ? { kind: "missing", result: OBJECT_UNDEFINED } : { kind: "name", name };
  }
}
