import type { EdgeError } from "../kit/edge-error.ts";

/** Whether a refusal leaves in doubt what we know of the meter: then it is worth another attempt that knows better. */

/** What a meter does that was asked with a counter it has seen: an exception, silence, a refusal, or it hangs up. */
export function doubtsCounter({ code }: EdgeError): boolean {
  return (
    code === "dlms.service.counter-rejected" ||
    code === "dlms.association.closed" ||
    code === "dlms.association.unanswered" ||
    code === "dlms.association.rejected" ||
    code === "dlms.service.exception" ||
    code === "dlms.service.confirmed-error"
  );
}

/** What a meter does that was asked with another key than it has. */
export function doubtsKeys(fault: EdgeError): boolean {
  const { code } = fault;
  return (
    doubtsCounter(fault) ||
    code === "dlms.association.authentication-failed" ||
    code === "dlms.security.deciphering-failed" ||
    code === "dlms.security.server-unauthenticated"
  );
}
