import { interfaceClass } from "./classes.ts";

/**
 * Where the methods of a class stand in short name referencing (IEC 62056-6-2, the column of short names of each class).
 * Attributes follow a rule, methods do not: each class says where its first one is, the others are 8 apart. A class that is
 * not here has no methods that can be named: a wrong name would invoke something else. Compared with what others have
 * published are 3, 7, 8 and 64.
 */
const FIRST_METHOD: Readonly<Record<number, number | readonly number[]>> = {
  3: 0x28,
  4: 0x38,
  5: 0x48,
  6: 0x30,
  7: 0x58,
  8: 0x60,
  9: 0x20,
  10: 0x20,
  11: 0x10,
  12: 0x20,
  17: 0x20,
  18: 0x40,
  20: 0x50,
  // Version 0 only: later ones have attributes there.
  40: [0x38],
  // Where methods 3 to 8 stand, editions differ.
  64: 0x30,
  70: 0x20,
  // By version: two attributes were added.
  72: [0x60, 0x70],
};

const STRIDE = 8;
const LAST_METHOD: Readonly<Record<number, number>> = { 64: 2 };

/** The offset of a method from the base name of its object; `undefined` where it is not known for certain. */
export function methodOffset(classId: number, version: number, method: number): number | undefined {
  const first = firstMethod(classId, version);
  const last = LAST_METHOD[classId] ?? interfaceClass(classId)?.methods.length ?? 0;
  return first === undefined || method < 1 || method > last ? undefined : first + STRIDE * (method - 1);
}

/**
 * The offset of an attribute; `undefined` for one that the class has not, as far as it is known here: behind the last one there
 * are methods, and other objects.
 */
export function attributeOffset(classId: number, version: number, attribute: number): number | undefined {
  const known = interfaceClass(classId)?.attributes.length ?? 0;
  if (attribute < 1 || (known > 0 && attribute > known + 1)) return undefined;
  const offset = STRIDE * (attribute - 1);
  return offset < (firstMethod(classId, version) ?? Number.POSITIVE_INFINITY) ? offset : undefined;
}

function firstMethod(classId: number, version: number): number | undefined {
  const first = FIRST_METHOD[classId];
  return typeof first === "number" ? first : first?.[version];
}

/** Methods that give something back: they are read, with their parameters; all others are written. */
const RETURNING: ReadonlySet<string> = new Set(["12/3", "12/4", "12/8"]);

export function returnsSomething(classId: number, method: number): boolean {
  return RETURNING.has(`${classId}/${method}`);
}
