/**
 * The one error of the edge. Its facts are orthogonal and closed, so that the runtime can switch on `retry`, alarms on
 * `blame`, metrics and tests on `code`, and nobody on the message text.
 */

/** Whose fault it is: decides who is told. */
export type Blame = "device" | "network" | "operator" | "us";

/** Whether trying again can help. The runtime switches on this and on nothing else. */
export type Retry = "now" | "backoff" | "never";

/** The room the fault was found in. */
export type Layer =
  | "transport"
  | "framing"
  | "oslp"
  | "dlms"
  | "hdlc"
  | "iec61850"
  | "mms"
  | "mqtt"
  | "model"
  | "queue"
  | "lease"
  | "link"
  | "spool"
  | "disk"
  | "command"
  | "config"
  | "core";

/**
 * `layer.thing.reason`, lower case, closed per layer by the room that owns it (each room exports its own union, which
 * is assignable to this shape).
 */
export type FaultCode = `${Layer}.${string}`;

export interface EdgeFault {
  readonly code: FaultCode;
  readonly blame: Blame;
  readonly retry: Retry;
  /** One sentence for a person: what happened, with the value, and what to do about it where we know. */
  readonly message: string;
  /** The byte the fault was found at, counted from the start of the frame. */
  readonly offset?: number | undefined;
  /** The peer's own code: a DataAccessResult, an AddCause, an OSLP Status, an errno. */
  readonly native?: string | number | undefined;
  /** What of a refused message could be read, for who has to judge it: unproven, and no secrets. */
  readonly decoded?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly cause?: unknown;
}

export class EdgeError extends Error {
  override readonly name = "EdgeError";
  readonly code: FaultCode;
  readonly blame: Blame;
  readonly retry: Retry;
  readonly offset: number | undefined;
  readonly native: string | number | undefined;
  readonly decoded: Readonly<Record<string, string | number | boolean>> | undefined;

  constructor(fault: EdgeFault) {
    super(fault.message, fault.cause === undefined ? undefined : { cause: fault.cause });
    this.code = fault.code;
    this.blame = fault.blame;
    this.retry = fault.retry;
    this.offset = fault.offset;
    this.native = fault.native;
    this.decoded = fault.decoded;
  }

  get layer(): Layer {
    return this.code.slice(0, this.code.indexOf(".")) as Layer;
  }

  /** The facts as one flat record, safe for a log, a metric label or a message: it never carries payload bytes. */
  toJSON(): Record<string, string | number> {
    const facts: Record<string, string | number> = {
      code: this.code,
      blame: this.blame,
      retry: this.retry,
      message: this.message,
    };
    if (this.offset !== undefined) facts["offset"] = this.offset;
    if (this.native !== undefined) facts["native"] = this.native;
    return facts;
  }
}

/** The fault itself, or an unexpected throw wrapped as ours with the given code. */
export function toEdgeError(thrown: unknown, code: FaultCode): EdgeError {
  if (thrown instanceof EdgeError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new EdgeError({ code, blame: "us", retry: "backoff", message, cause: thrown });
}
