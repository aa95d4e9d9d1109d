import { bitAt, type MmsData, mmsUnsigned } from "../../../adapters/iec61850/mms/data.ts";
import { invariant } from "../../../adapters/kit/invariant.ts";
import type { Branch, Leaf } from "../model/node.ts";

/** The attributes of one control block, which are variables of the model: there is no second copy of them. */
export class BlockValues {
  readonly #tree: Branch;

  constructor(tree: Branch) {
    this.#tree = tree;
  }

  has(name: string): boolean {
    return this.#tree.children.has(name);
  }

  leaf(name: string): Leaf {
    const leaf = this.#tree.children.get(name);
    invariant(leaf?.kind === "leaf", "a control block has the attributes of its kind");
    return leaf;
  }

  flag(name: string): boolean {
    const { value } = this.leaf(name);
    return value.type === "boolean" && value.value;
  }

  number(name: string): number {
    const { value } = this.leaf(name);
    return value.type === "unsigned" || value.type === "integer" ? Number(value.value) : 0;
  }

  text(name: string): string {
    const { value } = this.leaf(name);
    return value.type === "visible-string" ? value.value : "";
  }

  bits(name: string): MmsData & { readonly type: "bit-string" } {
    const { value } = this.leaf(name);
    invariant(value.type === "bit-string", "bits are written as bits");
    return value;
  }

  bit(name: string, number: number): boolean {
    return bitAt(this.bits(name), number);
  }

  set(name: string, value: MmsData): void {
    this.leaf(name).value = value;
  }

  setFlag(name: string, value: boolean): void {
    this.set(name, { type: "boolean", value });
  }

  setNumber(name: string, value: number): void {
    this.set(name, mmsUnsigned(value));
  }
}
