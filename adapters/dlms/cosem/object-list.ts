import { dlmsFault } from "../codes.ts";
import type { AttributeReference } from "../apdu/descriptor.ts";
import { resultFault } from "../apdu/results.ts";
import { namedObjects } from "../association/short-names.ts";
import { type DlmsData, elementsOf, numberOf } from "../data/data.ts";
import { type Obis, obisFromOctets, toObis } from "../obis.ts";
import { attributeOf, type Procedure, readMany, referenceText } from "./ask.ts";

/** How an attribute or method may be used, whatever the version of the association writes it with. */
export interface AccessMode {
  readonly index: number;
  /** Read for attributes, invoke for methods. */
  readonly read: boolean;
  readonly write: boolean;
  /** As the meter wrote it. */
  readonly mode: number;
}

/** One object of the object list of an association (attribute 2 of class 15, or of class 12). */
export interface ListedObject {
  readonly classId: number;
  readonly version: number;
  readonly instance: Obis;
  readonly attributes: readonly AccessMode[];
  readonly methods: readonly AccessMode[];
}

export const CURRENT_ASSOCIATION: Obis = toObis("0.0.40.0.0.255");
/** Objects of one list; meters have some hundreds. */
const OBJECTS_MAX = 10_000;

const ASSOCIATION_LN = 15;
const ASSOCIATION_SN = 12;

/** Reads what the association we are in lets us see. */
export function* readObjectList(): Procedure<readonly ListedObject[]> {
  const reference = attributeOf(ASSOCIATION_LN, CURRENT_ASSOCIATION, 2);
  const [listed] = yield* readMany([reference]);
  if (listed?.kind === "data") return objectListOf(listed.data);
  if (listed !== undefined && !NOT_HERE.has(listed.result)) throw refused(listed.result, reference);
  const [named, rights] = yield* readMany([
    attributeOf(ASSOCIATION_SN, CURRENT_ASSOCIATION, 2),
    attributeOf(ASSOCIATION_SN, CURRENT_ASSOCIATION, 3),
  ]);
  if (named?.kind === "data") return namedListOf(named.data, rights?.kind === "data" ? rights.data : undefined);
  throw refused(listed?.result ?? 0, reference);
}

/** read-write-denied, object-undefined, object-class-inconsistent, object-unavailable: an association of another class. */
const NOT_HERE: ReadonlySet<number> = new Set([3, 4, 9, 11]);

function refused(result: number, reference: AttributeReference): Error {
  return resultFault("get", result, `read of ${referenceText(reference)}`);
}

/** An object list of base names, with the access rights list where the meter gives one. */
export function namedListOf(list: DlmsData, rights: DlmsData | undefined): readonly ListedObject[] {
  const objects = namedObjects(list);
  if (objects === undefined) {
    throw dlmsFault("dlms.data.malformed", `an object list that is no array of at most ${OBJECTS_MAX} objects`);
  }
  const modes = new Map(
    (rights === undefined ? [] : (elementsOf(rights) ?? [])).flatMap((entry) => {
      const [base, attributes, methods] = elementsOf(entry) ?? [];
      const name = base === undefined ? undefined : numberOf(base);
      return name === undefined ? [] : [[name & 0xffff, { attributes, methods }] as const];
    }),
  );
  return objects.map(({ baseName, classId, version, instance }) => {
    const { attributes, methods } = modes.get(baseName) ?? {};
    return {
      classId,
      version,
      instance,
      attributes: modesOf(attributes, attributeMode),
      methods: modesOf(methods, methodMode),
    };
  });
}

/** Reads an object list. Entries that are not objects are left out: some meters announce more than they send. */
export function objectListOf(data: DlmsData): readonly ListedObject[] {
  const entries = elementsOf(data);
  if (entries === undefined || entries.length > OBJECTS_MAX) {
    throw dlmsFault("dlms.data.malformed", `an object list that is no array of at most ${OBJECTS_MAX} objects`);
  }
  return entries.flatMap((entry) => {
    const [classId, version, name, rights] = elementsOf(entry) ?? [];
    const id = classId === undefined ? undefined : numberOf(classId);
    const edition = version === undefined ? undefined : numberOf(version);
    if (id === undefined || edition === undefined || name?.kind !== "octet-string" || name.octets.length !== 6)
      return [];
    const [attributes, methods] = rights === undefined ? [] : (elementsOf(rights) ?? []);
    return [
      {
        classId: id,
        version: edition,
        instance: obisFromOctets(name.octets),
        attributes: modesOf(attributes, attributeMode),
        methods: modesOf(methods, methodMode),
      },
    ];
  });
}

type Rights = Pick<AccessMode, "read" | "write">;

function modesOf(list: DlmsData | undefined, rightsOf: (mode: number) => Rights): readonly AccessMode[] {
  return (list === undefined ? [] : (elementsOf(list) ?? [])).flatMap((item) => {
    const [index, mode] = elementsOf(item) ?? [];
    const at = index === undefined ? undefined : numberOf(index);
    const value = mode?.kind === "boolean" ? Number(mode.value) : mode === undefined ? undefined : numberOf(mode);
    return at === undefined || value === undefined ? [] : [{ index: at, mode: value, ...rightsOf(value) }];
  });
}

/** Versions 0 to 2 count up to 6; in version 3 the mode is bits, of which the two lowest are read and write. */
function attributeMode(mode: number): Rights {
  if (mode <= 6) return { read: [1, 3, 4, 6].includes(mode), write: [2, 3, 5, 6].includes(mode) };
  return { read: (mode & 1) !== 0, write: (mode & 2) !== 0 };
}

function methodMode(mode: number): Rights {
  return { read: mode !== 0, write: false };
}
