import { type MmsData, mmsUnsigned } from "../../adapters/iec61850/mms/data.ts";
import { DENIED, type Denied } from "./model/fits.ts";
import type { Domain } from "./model/ied-model.ts";
import { descend, type Leaf, leavesOf } from "./model/node.ts";
import { BlockValues } from "./reports/block-values.ts";
import type { Client, Surroundings } from "./surroundings.ts";
import { utcTime } from "./times.ts";

/** One setting of a logical device: where its active value is read, and where the edited one is written. */
interface Setting {
  readonly active: Leaf;
  readonly edited: Leaf;
}

/** The setting groups of one logical device: IEC 61850-7-2, clause 16. */
export class SettingGroups {
  readonly #values: BlockValues;
  readonly #settings: readonly Setting[];
  readonly #change: (leaf: Leaf, value: MmsData) => void;
  readonly #around: Surroundings;
  /** By group, from 1: a value for each setting. */
  readonly #groups = new Map<number, MmsData[]>();
  #editor: Client | undefined;

  /** `undefined` where the logical device has no setting groups. */
  static of(
    domain: Domain,
    around: Surroundings,
    change: (leaf: Leaf, value: MmsData) => void,
  ): SettingGroups | undefined {
    const block = descend(domain.lns.get("LLN0")?.tree, ["SP", "SGCB"]);
    return block?.kind === "branch" ? new SettingGroups(domain, new BlockValues(block), around, change) : undefined;
  }

  private constructor(
    domain: Domain,
    values: BlockValues,
    around: Surroundings,
    change: (leaf: Leaf, value: MmsData) => void,
  ) {
    this.#values = values;
    this.#around = around;
    this.#change = change;
    this.#settings = [...domain.lns.values()].flatMap(({ tree }) => {
      const active = tree.children.get("SG");
      const edited = tree.children.get("SE");
      if (active === undefined || edited === undefined) return [];
      const others = leavesOf(edited);
      return leavesOf(active).flatMap((leaf, index) => {
        const other = others[index];
        return other === undefined ? [] : [{ active: leaf, edited: other }];
      });
    });
    for (let group = 1; group <= values.number("NumOfSG"); group++)
      this.#groups.set(
        group,
        this.#settings.map(({ active }) => active.groups.get(group) ?? active.value),
      );
    this.#activate(values.number("ActSG"));
  }

  get isEditing(): boolean {
    return this.#values.number("EditSG") !== 0;
  }

  /** Whether that client may write settings now. */
  isEditedBy(client: Client): boolean {
    return this.isEditing && this.#editor === client;
  }

  write(name: string, data: MmsData, by: Client): Denied | undefined {
    const group = data.type === "unsigned" ? Number(data.value) : 0;
    switch (name) {
      case "ActSG":
        if (!this.#groups.has(group)) return DENIED.objectValueInvalid;
        this.#activate(group);
        this.#values.set("LActTm", utcTime(this.#around.wall));
        return undefined;
      case "EditSG":
        if (this.#editor !== undefined && this.#editor !== by) return DENIED.temporarilyUnavailable;
        if (group === 0) {
          this.#endEdit();
          return undefined;
        }
        return this.#edit(group, by);
      case "CnfEdit":
        if (this.#editor !== by || data.type !== "boolean" || !data.value) return DENIED.objectAccessDenied;
        this.#confirm();
        return undefined;
      default:
        return DENIED.objectAccessDenied;
    }
  }

  released(client: Client): void {
    if (this.#editor === client) this.#endEdit();
  }

  #edit(group: number, by: Client): Denied | undefined {
    const values = this.#groups.get(group);
    if (values === undefined) return DENIED.objectValueInvalid;
    this.#editor = by;
    this.#values.set("EditSG", mmsUnsigned(group));
    for (const [index, { edited }] of this.#settings.entries()) edited.value = values[index] ?? edited.value;
    return undefined;
  }

  #confirm(): void {
    const group = this.#values.number("EditSG");
    this.#groups.set(
      group,
      this.#settings.map(({ edited }) => edited.value),
    );
    if (group === this.#values.number("ActSG")) this.#activate(group);
    this.#endEdit();
  }

  #endEdit(): void {
    this.#editor = undefined;
    this.#values.set("EditSG", mmsUnsigned(0));
  }

  #activate(group: number): void {
    this.#values.set("ActSG", mmsUnsigned(group));
    const values = this.#groups.get(group) ?? [];
    for (const [index, { active }] of this.#settings.entries()) this.#change(active, values[index] ?? active.value);
  }
}
