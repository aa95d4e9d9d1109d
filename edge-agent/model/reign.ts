/** One agent's hold of one group for one epoch. It ends by release, by loss, or when its local deadline passes. */
export interface Reign {
  readonly group: string;
  /** Agent name. */
  readonly holder: string;
  /** Strictly larger with every acquisition of the group's lease. */
  readonly epoch: number;
  /**
   * Whether an effect may start in this very tick: false once the lease's own deadline on the monotonic clock has passed,
   * whatever anybody was told before. Ask immediately before every write to a device.
   */
  mayAct(): boolean;
}

/** The value of the lease key and the fence of every effect in Redis. */
export function leaseToken(reign: { readonly holder: string; readonly epoch: number }): string {
  return `${reign.holder}:${reign.epoch}`;
}

/** The hash tag every key of a group carries, so that one script may touch them all on a Redis Cluster too. */
export function groupTag(group: string): string {
  return `{busbar:${group}}`;
}
