import { dlmsFault } from "../codes.ts";
import { type DlmsData, elementsOf, numberOf } from "../data/data.ts";
import { type Obis, obisFromOctets, toObis } from "../obis.ts";
import { attributeOf, type Procedure, readAttribute } from "./ask.ts";

/** How an attribute or method may be used, whatever the version of the association writes it with. */
export interface AccessMode {
  readonly index: number;
  /** Read for attributes, invoke for methods. */
  readonly read: boolean;
  readonly write: boolean;
  /** As the meter wrote it. */
  readonly mode: number;
}

/** One object of the object list of an association (class 15, attribute 2). */
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

/** Reads what the association we are in lets us see. */
export function* readObjectList(): Procedure<readonly ListedObject[]> {
  return objectListOf(yield* readAttribute(attributeOf(15, CURRENT_ASSOCIATION, 2)));
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
