import { invokeIdAndPriority, longInvokeIdAndPriority } from "../apdu/invoke-id.ts";

/** The Invoke-Id-And-Priority of each request of an association, short and long, counted together. */
export class InvokeIds {
  readonly #highPriority: boolean;
  #last = 0;

  constructor(highPriority: boolean) {
    this.#highPriority = highPriority;
  }

  next(): number {
    return invokeIdAndPriority({ id: this.#nextId(), confirmed: true, highPriority: this.#highPriority });
  }

  nextLong(breakOnError: boolean): number {
    const highPriority = this.#highPriority;
    return longInvokeIdAndPriority({
      id: this.#nextId(),
      confirmed: true,
      highPriority,
      breakOnError,
      selfDescriptive: false,
    });
  }

  #nextId(): number {
    this.#last = (this.#last + 1) & 0xff_ffff;
    return this.#last;
  }
}
