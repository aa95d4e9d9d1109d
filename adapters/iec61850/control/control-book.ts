import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import type { WallMs } from "../../kit/time.ts";

/** What was last selected or operated on a control object: Cancel must say the same again. */
export interface Controlled {
  readonly value: Json;
  readonly ctlNum: number;
  readonly activateAt: WallMs | undefined;
  /** Selected and not operated yet: the operate that follows uses the same number and selects nothing. */
  readonly isSelected: boolean;
}

/** Control objects remembered of one association. */
const OBJECTS_LIMIT = 1_024;

/** The numbers and selections of one association: the device forgets selections with it, and so do we. */
export class ControlBook {
  readonly #objects = new Map<string, Controlled>();

  /** The number of the next select or direct operate: 1 to 255, then 0. */
  nextNumber(object: string): number {
    return ((this.#objects.get(object)?.ctlNum ?? 0) + 1) & 0xff;
  }

  of(object: string): Controlled | undefined {
    return this.#objects.get(object);
  }

  note(object: string, controlled: Controlled): void {
    this.#objects.delete(object);
    this.#objects.set(object, controlled);
    const [oldest] = this.#objects.keys();
    if (this.#objects.size > OBJECTS_LIMIT && oldest !== undefined) this.#objects.delete(oldest);
  }
}
