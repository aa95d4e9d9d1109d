import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { RefusalRecord } from "../model/device-status.ts";
import { Strangers } from "./strangers.ts";

/** Of all refusals, the last ones are kept; one device alone cannot push out those of the others. */
export const REFUSALS_KEPT = 200;
const KEPT_PER_DEVICE = 5;
/** Devices whose own refusals are kept besides. */
const DEVICES_KEPT = 1_000;

/** Counts what was refused by reason for ever, and keeps the last ones with their circumstances. */
export class Refusals {
  /** Devices nobody has configured. */
  readonly strangers: Strangers = new Strangers();
  readonly #counts = new Map<string, number>();
  readonly #last: RefusalRecord[] = [];
  /** The device refused last is the last in the map. */
  readonly #byDevice = new Map<string, readonly RefusalRecord[]>();

  /** Whether it is of a device nobody knows and that had not called before. */
  note(where: { at: string; protocol: string; peer: string; device: string | undefined }, fault: EdgeError): boolean {
    this.#counts.set(fault.code, (this.#counts.get(fault.code) ?? 0) + 1);
    const { code, message: reason, decoded } = fault;
    const refusal: RefusalRecord = { ...where, code, reason, ...(decoded === undefined ? {} : { decoded }) };
    this.#last.push(refusal);
    if (this.#last.length > REFUSALS_KEPT) this.#last.shift();
    if (where.device !== undefined) this.#keep(where.device, refusal);
    return this.strangers.note(refusal);
  }

  /** Newest first. */
  last(): readonly RefusalRecord[] {
    return [...this.#last].reverse();
  }

  /** Of one device, newest first. */
  of(device: string): readonly RefusalRecord[] {
    return this.#byDevice.get(device) ?? [];
  }

  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  #keep(device: string, refusal: RefusalRecord): void {
    const before = this.#byDevice.get(device) ?? [];
    this.#byDevice.delete(device);
    this.#byDevice.set(device, [refusal, ...before].slice(0, KEPT_PER_DEVICE));
    if (this.#byDevice.size <= DEVICES_KEPT) return;
    const [oldest] = this.#byDevice.keys();
    if (oldest !== undefined) this.#byDevice.delete(oldest);
  }
}
