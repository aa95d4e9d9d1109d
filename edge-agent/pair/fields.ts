import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { PAIR_LIMITS, pairFault } from "./frames.ts";

/** Reads the fields of one JSON object strictly: a missing or ill-typed one is a fault, an unknown one is left alone. */
export class Fields {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #of: string;

  constructor(value: unknown, of: string) {
    this.#of = of;
    if (!isRecord(value)) throw malformed(`${of} is no object`);
    this.#object = value;
  }

  text(name: string): string {
    const value = this.#own(name);
    if (typeof value !== "string" || value.length > PAIR_LIMITS.textChars) throw this.#wrong(name, "a short text");
    return value;
  }

  /** A whole number from 0 that a double holds exactly. */
  count(name: string): number {
    const value = this.#own(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw this.#wrong(name, "a count");
    return value;
  }

  /** A channel number: four bytes where it is written in binary. */
  channel(name: string): number {
    const value = this.count(name);
    if (value > 0xffff_ffff) throw this.#wrong(name, "a channel");
    return value;
  }

  flag(name: string): boolean {
    const value = this.#own(name);
    if (typeof value !== "boolean") throw this.#wrong(name, "true or false");
    return value;
  }

  /** `false` where it is missing: older agents do not know it. */
  flagIfAny(name: string): boolean {
    return this.#own(name) === undefined ? false : this.flag(name);
  }

  oneOf<Value extends string>(name: string, values: readonly Value[]): Value {
    const value = this.#own(name);
    const found = values.find((one) => one === value);
    if (found === undefined) throw this.#wrong(name, values.join(", "));
    return found;
  }

  list<Item>(name: string, limit: number, read: (item: unknown) => Item): Item[] {
    const value = this.#own(name);
    if (!Array.isArray(value) || value.length > limit) throw this.#wrong(name, `a list of at most ${limit}`);
    return value.map(read);
  }

  object(name: string): Fields {
    return new Fields(this.#own(name), name);
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }

  #wrong(name: string, wanted: string): EdgeError {
    return malformed(`${name} of ${this.#of} is not ${wanted}`);
  }
}

export function shortText(value: unknown): string {
  if (typeof value === "string" && value.length <= PAIR_LIMITS.textChars) return value;
  throw malformed("an entry is no short text");
}

export function malformed(message: string): EdgeError {
  return new EdgeError(pairFault("link.frame.malformed", message, { retry: "never" }));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
