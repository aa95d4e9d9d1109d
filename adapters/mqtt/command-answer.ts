import type { JsonRecord } from "../../edge-agent/model/bounded-json.ts";
import type { TerminalState } from "../../edge-agent/model/command-state.ts";

/** What a centre is told of the end of a command it sent over a bridge. */
export interface CommandAnswer {
  /** The command's uid; absent where the request was refused before it had one. */
  readonly id: string | undefined;
  readonly device: string | undefined;
  readonly action: string | undefined;
  readonly status: TerminalState;
  /** Fault code of a status that is not a success. */
  readonly reason: string | undefined;
  /** The device's own answer. */
  readonly nativeCode: string | undefined;
  readonly text: string | undefined;
  /** 0: nothing of it was sent. */
  readonly attempt: number;
  readonly result: JsonRecord | undefined;
  /** RFC 3339 UTC. */
  readonly time: string | undefined;
}

const encoder = new TextEncoder();

/** The payload of an answer, as JSON; what is not known is not there. */
export function encodeAnswer(answer: CommandAnswer): Uint8Array {
  return encoder.encode(JSON.stringify(answer));
}
