import type { EdgeError } from "./edge-error.ts";
import type { Machine, Step } from "./step.ts";
import type { Instant } from "./time.ts";

declare const storeToken: unique symbol;
/** Names one thing a session wants stored; unique within the session. */
export type StoreToken = number & { readonly [storeToken]: true };

export function toStoreToken(n: number): StoreToken {
  return n as StoreToken;
}

/**
 * What must survive a takeover about one device besides its messages: an OSLP sequence number, a ceiling of reserved
 * DLMS invocation counters, the EntryID of the last committed report. It is stored with the messages it belongs to, in
 * one atomic step under the lease epoch, and handed to the session of the next active. JSON, at most
 * `DEVICE_MEMORY_LIMIT` bytes, no secrets.
 */
export type DeviceMemory = Readonly<Record<string, string | number | boolean | null>>;
export const DEVICE_MEMORY_LIMIT = 4_096;

/** How one attempt of a command ended, as the session saw it. */
export interface CommandConclusion {
  readonly uid: string;
  /**
   * `succeeded` and `failed`: the device answered. `rejected`: refused before a byte was sent. `unanswered`: sent, and
   * no answer in time, or the connection broke: it may have happened. `unsent`: nothing reached the device.
   */
  readonly end: "succeeded" | "failed" | "rejected" | "unanswered" | "unsent";
  readonly fault: EdgeError | undefined;
  /** The typed result in the words of the model; empty where there is none. */
  readonly result: Readonly<Record<string, unknown>>;
}

export type SessionOutcome<Draft> =
  /** Must be durable before the peer hears of it: the acknowledgement is produced by `stored(token)`. */
  | {
      readonly kind: "store";
      readonly token: StoreToken;
      readonly device: string;
      readonly drafts: readonly Draft[];
      readonly memory: DeviceMemory | undefined;
    }
  | { readonly kind: "concluded"; readonly device: string; readonly conclusion: CommandConclusion }
  /** Refused, counted and audited; nothing of it was kept. `device` is absent where we do not know who it was. */
  | { readonly kind: "refused"; readonly device: string | undefined; readonly fault: EdgeError }
  /** We now know (or know better) who speaks and that it is alive: feeds device states. */
  | { readonly kind: "heard"; readonly device: string }
  /**
   * The command under way goes on over a new connection (OSLP carries one request per connection). This step ended the
   * present one: connect to the device again and call `open` on this same session. `close` tells it that it cannot be.
   */
  | { readonly kind: "reconnect"; readonly device: string };

/** A machine that speaks for us to one peer. */
export interface Session<Command, Draft> extends Machine<SessionOutcome<Draft>> {
  /** At most one command is under way in a session unless the adapter says otherwise. */
  submit(command: Command, now: Instant): Step<SessionOutcome<Draft>>;
  /** What we told you is now durable. Only this produces the protocol's acknowledgement. */
  stored(token: StoreToken, now: Instant): Step<SessionOutcome<Draft>>;
}
