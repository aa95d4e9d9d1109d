/**
 * The life of a command. `accepted`: in the ledger, nothing sent. `selected`: select-before-operate answered the select.
 * `sent`: the first byte may have left. `acknowledged`: the device took it, its effect is not confirmed yet. The rest is
 * terminal; `unknown` is the honest one: sent, no answer, and nobody can tell.
 */
export const COMMAND_STATES = [
  "accepted",
  "rejected",
  "selected",
  "sent",
  "acknowledged",
  "succeeded",
  "failed",
  "expired",
  "cancelled",
  "unknown",
] as const;

export type CommandState = (typeof COMMAND_STATES)[number];

export type TerminalState = "succeeded" | "failed" | "rejected" | "expired" | "cancelled" | "unknown";

/** Whether a command's life is over. A command ends in exactly one of these. */
export function isTerminal(state: CommandState): state is TerminalState {
  switch (state) {
    case "succeeded":
    case "failed":
    case "rejected":
    case "expired":
    case "cancelled":
    case "unknown":
      return true;
    case "accepted":
    case "selected":
    case "sent":
    case "acknowledged":
      return false;
  }
}

export function isCommandState(text: string): text is CommandState {
  return COMMAND_STATES.some((state) => state === text);
}
