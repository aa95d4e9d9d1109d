/** One message a meter sends unasked. */
export interface Push {
  /** Logical name of the push setup. */
  readonly setup: string;
  /** `host:port`, as the setup has it. */
  readonly destination: string;
  readonly carrier: "tcp" | "udp";
  /** What is written, one after the other, framing and protection included: datagrams, where it goes in such. */
  readonly units: readonly Uint8Array[];
  /** Tries left after one that failed, and the pause before each. */
  readonly retries: number;
  readonly pauseMs: number;
}

/** Pushes that wait for a destination that does not answer; further ones take the place of the oldest. */
export const PUSHES_MAX = 100;
