/** Devices remembered; above it the one whose command began longest ago is forgotten. */
const DEVICES = 100_000;
const SEVERAL = "";

/**
 * At which devices commands began under this reign. An attempt an earlier holder left behind is read back after the fact:
 * where another command began at the device meanwhile, an effect that is not there may have been there before it.
 */
export class Begins {
  readonly #uids = new Map<string, string>();

  note(device: string, uid: string): void {
    const known = this.#uids.get(device);
    this.#uids.delete(device);
    this.#uids.set(device, known === undefined || known === uid ? uid : SEVERAL);
    if (this.#uids.size <= DEVICES) return;
    for (const oldest of this.#uids.keys()) {
      this.#uids.delete(oldest);
      return;
    }
  }

  /** Whether a command other than this one began at the device. */
  byOthers(device: string, uid: string): boolean {
    const known = this.#uids.get(device);
    return known !== undefined && known !== uid;
  }
}
