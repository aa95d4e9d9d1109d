import type { MemberName, OslpMessage } from "./message.ts";

/** A request and the member its answer must be. */
export interface Exchange {
  readonly request: OslpMessage;
  readonly response: MemberName;
}
