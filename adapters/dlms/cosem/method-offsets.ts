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
  const first = FIRST_METHOD[classId];
  const at = typeof first === "number" ? first : first?.[version];
  if (at === undefined || method < 1 || method > (LAST_METHOD[classId] ?? 127)) return undefined;
  return at + STRIDE * (method - 1);
}

/** The offset of an attribute; `undefined` for indexes that have no short name. */
export function attributeOffset(attribute: number): number | undefined {
  return attribute < 1 ? undefined : STRIDE * (attribute - 1);
}

/** Methods that give something back: they are read, with their parameters; all others are written. */
const RETURNING: ReadonlySet<string> = new Set(["12/3", "12/4", "12/8"]);

export function returnsSomething(classId: number, method: number): boolean {
  return RETURNING.has(`${classId}/${method}`);
}
