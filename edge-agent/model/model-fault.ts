/**
 * What the model refuses. It has the facts of an EdgeError (kit and model are on one floor and do not see each other);
 * a caller on a higher floor that needs the class wraps it with `toEdgeError` and keeps the code.
 */
export type ModelFaultCode =
  | "model.batch.unreadable"
  | "model.batch.invalid"
  | "model.batch.overfull"
  | "model.message.overfull"
  | "model.message.invalid"
  | "model.command.invalid"
  | "model.id.invalid"
  | "model.ledger.invalid";

/** One thing that is wrong, with the way to it: `messages.3.data.points.0.unit`. */
export interface ModelIssue {
  readonly path: string;
  readonly message: string;
}

/** Issues kept of one refusal; a hostile batch could name thousands. */
export const KEPT_ISSUES = 20;

export class ModelFault extends Error {
  override readonly name = "ModelFault";
  readonly code: ModelFaultCode;
  readonly blame = "us";
  readonly retry = "never";
  /** The first `KEPT_ISSUES` of them. */
  readonly issues: readonly ModelIssue[];

  constructor(code: ModelFaultCode, message: string, issues: readonly ModelIssue[] = []) {
    super(message);
    this.code = code;
    this.issues = issues;
  }

  toJSON(): Record<string, unknown> {
    return { code: this.code, blame: this.blame, retry: this.retry, message: this.message, issues: this.issues };
  }
}

/** The fault of a failed validation. Values never reach the text: they may be a customer's. */
export function faultOf(
  code: ModelFaultCode,
  what: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): ModelFault {
  const kept = issues.slice(0, KEPT_ISSUES).map((issue) => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  const first = kept[0];
  const where = first === undefined ? "" : ` at ${first.path === "" ? "the top" : first.path}: ${first.message}`;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new ModelFault(code, `${what} is not valid${where}${more}`, kept);
}
