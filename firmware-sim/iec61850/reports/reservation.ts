import type { MmsData } from "../../../adapters/iec61850/mms/data.ts";
import { later, SECOND_MS } from "../../../adapters/kit/time.ts";
import { DENIED, type Denied } from "../model/fits.ts";
import type { Client, Surroundings } from "../surroundings.ts";
import type { BlockValues } from "./block-values.ts";

/**
 * Whose a report control block is. Whoever configures it has it; an unbuffered one until the association ends, a buffered one for
 * `ResvTms` seconds longer, in which the same client may come back (IEC 61850-7-2, 17.2.2.16).
 */
export class Reservation {
  readonly #values: BlockValues;
  readonly #around: Surroundings;
  #owner: { readonly name: string; readonly client: Client | undefined; readonly isAsked: boolean } | undefined;
  #forget: (() => void) | undefined;

  constructor(values: BlockValues, around: Surroundings) {
    this.#values = values;
    this.#around = around;
  }

  allows(client: Client): boolean {
    const owner = this.#owner;
    return owner === undefined || owner.client === client || (owner.client === undefined && owner.name === client.name);
  }

  /** A client nobody sees has it: somebody else's gateway. */
  takenBy(name: string): void {
    this.#owner = { name, client: undefined, isAsked: true };
    this.#show(true);
  }

  take(client: Client): void {
    if (this.#owner?.client === client) return;
    this.#forget?.();
    this.#owner = { name: client.name, client, isAsked: false };
    this.#show(true);
  }

  write(name: "Resv" | "ResvTms", data: MmsData, by: Client): Denied | undefined {
    if (name === "ResvTms") {
      const seconds = data.type === "integer" ? Number(data.value) : -1;
      if (seconds < 0) return DENIED.objectValueInvalid;
      this.take(by);
      this.#values.set("ResvTms", { type: "integer", value: seconds });
      if (seconds === 0) this.clear();
      return undefined;
    }
    if (data.type === "boolean" && data.value) {
      this.take(by);
      this.#owner = { name: by.name, client: by, isAsked: true };
    } else this.clear();
    return undefined;
  }

  /** Reports are over; what was reserved on purpose stays so. */
  disabled(): void {
    if (this.#owner?.isAsked === false && !this.#values.has("ResvTms")) this.clear();
  }

  released(client: Client): void {
    if (this.#owner?.client !== client) return;
    const seconds = this.#values.has("ResvTms") ? this.#values.number("ResvTms") : 0;
    if (seconds <= 0) {
      this.clear();
      return;
    }
    this.#owner = { ...this.#owner, client: undefined };
    const { agenda, now } = this.#around;
    this.#forget = agenda.at(later(now, seconds * SECOND_MS), () => this.clear());
  }

  clear(): void {
    this.#forget?.();
    this.#forget = undefined;
    this.#owner = undefined;
    this.#show(false);
  }

  #show(isTaken: boolean): void {
    if (this.#values.has("Resv")) this.#values.setFlag("Resv", isTaken);
  }
}
