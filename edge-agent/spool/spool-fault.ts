import { EdgeError } from "../../adapters/kit/edge-error.ts";

/** What the spool refuses, besides the message. Disk faults keep their own code and travel as `cause`. */
export type SpoolFaultCode =
  /** No room, and the policy refuses rather than drops. Passes: room returns by draining or by the disk. */
  | "spool.full"
  /** Neither the segment nor a fresh one takes what was not yet durable. Nothing is accepted until it is mended. */
  | "spool.failed"
  /** The directory belongs to another site, group or stream. Left untouched. */
  | "spool.foreign"
  /** Written by a later version. Left untouched. */
  | "spool.version"
  | "spool.closed"
  | "spool.settings.invalid"
  | "spool.record.overlong"
  | "spool.record.invalid"
  | "spool.batch.overlong"
  | "spool.batch.damaged"
  /** A direct commit would have to wait behind more entries than the limit. */
  | "spool.path.overfull";

const FACTS: Readonly<Record<SpoolFaultCode, Pick<EdgeError, "blame" | "retry">>> = {
  "spool.full": { blame: "operator", retry: "backoff" },
  "spool.failed": { blame: "operator", retry: "never" },
  "spool.foreign": { blame: "operator", retry: "never" },
  "spool.version": { blame: "operator", retry: "never" },
  "spool.closed": { blame: "us", retry: "never" },
  "spool.settings.invalid": { blame: "operator", retry: "never" },
  "spool.record.overlong": { blame: "us", retry: "never" },
  "spool.record.invalid": { blame: "us", retry: "never" },
  "spool.batch.overlong": { blame: "us", retry: "never" },
  "spool.batch.damaged": { blame: "network", retry: "now" },
  "spool.path.overfull": { blame: "us", retry: "backoff" },
};

export function spoolFault(code: SpoolFaultCode, message: string, cause?: unknown): EdgeError {
  return new EdgeError({ code, ...FACTS[code], message, cause });
}
