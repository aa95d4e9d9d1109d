import type { Obis } from "../../../adapters/dlms/obis.ts";
import type { CosemObject } from "./cosem-object.ts";

/** Which objects there are, without the objects: the same for every meter of a kind, so it is made once for all of them. */
export class Listing {
  readonly entries: readonly { readonly classId: number; readonly name: Obis }[];
  readonly #byName = new Map<Obis, number[]>();

  constructor(entries: readonly { readonly classId: number; readonly name: Obis }[]) {
    this.entries = entries;
    for (const [at, { name }] of entries.entries()) this.#byName.set(name, [...(this.#byName.get(name) ?? []), at]);
  }

  /** Where it stands; -1 where it does not. */
  at(classId: number, name: Obis): number {
    return this.#byName.get(name)?.find((at) => this.entries[at]?.classId === classId) ?? -1;
  }

  hasName(name: Obis): boolean {
    return this.#byName.has(name);
  }
}

interface Offer {
  readonly listing: Listing;
  readonly make: (at: number) => CosemObject;
}

/**
 * The objects of one logical device, in the order its object list gives them. Most are offered, and made when somebody first
 * asks for them: a fleet of thousands has hundreds of objects each, of which a reading touches five.
 */
export class ObjectStore {
  readonly #made = new Map<Obis, CosemObject[]>();
  readonly #order: (CosemObject | Offer)[] = [];

  /** A later object of the same class and name takes the place of an earlier one, and of one that is offered. */
  add(object: CosemObject): void {
    const same = this.#made.get(object.name) ?? [];
    const before = same.find(({ classId }) => classId === object.classId);
    this.#made.set(object.name, [...same.filter((one) => one !== before), object]);
    if (before === undefined) this.#order.push(object);
    else this.#order.splice(this.#order.indexOf(before), 1, object);
  }

  /** Objects that are there from now on; what is there already, or was offered before, stays. */
  offer(listing: Listing, make: (at: number) => CosemObject): void {
    this.#order.push({ listing, make });
  }

  /** Makes everything that is offered. */
  get all(): readonly CosemObject[] {
    const all = new Set<CosemObject>();
    for (const one of this.#order) {
      if (!("listing" in one)) all.add(this.find(one.classId, one.name) ?? one);
      else
        for (const { classId, name } of one.listing.entries) {
          const found = this.find(classId, name);
          if (found !== undefined) all.add(found);
        }
    }
    return [...all];
  }

  find(classId: number, name: Obis): CosemObject | undefined {
    const made = this.#made.get(name)?.find((one) => one.classId === classId);
    if (made !== undefined) return made;
    for (const one of this.#order) {
      const at = "listing" in one ? one.listing.at(classId, name) : -1;
      if (at < 0 || !("listing" in one)) continue;
      const object = one.make(at);
      this.#made.set(name, [...(this.#made.get(name) ?? []), object]);
      return object;
    }
    return undefined;
  }

  /** Whether the name is there, perhaps under another class. */
  hasName(name: Obis): boolean {
    return this.#made.has(name) || this.#order.some((one) => "listing" in one && one.listing.hasName(name));
  }
}
