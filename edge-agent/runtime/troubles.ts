export interface Trouble {
  /** `hook.failed`, `adapter.held`. */
  readonly code: string;
  readonly message: string;
}

/** What went wrong in a group and stays wrong until it goes right or somebody looks: at most one of a kind. */
export class Troubles {
  readonly #byGroup = new Map<string, Map<string, Trouble>>();

  /** `kind`: what it is about, so that its success ends it: `hook.promote`. */
  begin(group: string, kind: string, trouble: Trouble): void {
    const troubles = this.#byGroup.get(group) ?? new Map<string, Trouble>();
    troubles.set(kind, trouble);
    this.#byGroup.set(group, troubles);
  }

  end(group: string, kind: string): void {
    this.#byGroup.get(group)?.delete(kind);
  }

  of(group: string): readonly Trouble[] {
    return [...(this.#byGroup.get(group)?.values() ?? [])];
  }
}
