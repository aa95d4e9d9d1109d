import type { Obis } from "../../../adapters/dlms/obis.ts";
import type { CosemObject } from "./cosem-object.ts";

/** The objects of one logical device, in the order its object list gives them. */
export class ObjectStore {
  readonly #byName = new Map<Obis, CosemObject[]>();
  readonly #all: CosemObject[] = [];

  /** A later object of the same class and name takes the place of an earlier one. */
  add(object: CosemObject): void {
    const same = this.#byName.get(object.name) ?? [];
    const before = same.findIndex((one) => one.classId === object.classId);
    if (before < 0) {
      this.#byName.set(object.name, [...same, object]);
      this.#all.push(object);
      return;
    }
    const former = same[before];
    same[before] = object;
    if (former !== undefined) this.#all.splice(this.#all.indexOf(former), 1, object);
  }

  get all(): readonly CosemObject[] {
    return this.#all;
  }

  find(classId: number, name: Obis): CosemObject | undefined {
    return this.#byName.get(name)?.find((one) => one.classId === classId);
  }

  /** Whether the name is there under another class. */
  hasName(name: Obis): boolean {
    return this.#byName.has(name);
  }
}
