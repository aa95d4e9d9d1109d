/** What a logical device remembers about protection, beyond one association (class 64). */
export interface SecurityState {
  suite: 0 | 1 | 2;
  /**
   * What every request and response has to have at least. Class 64 version 0: 0 none, 1 authenticated, 2 encrypted, 3 both.
   */
  policy: 0 | 1 | 2 | 3;
  /** The next counter of the meter, one for all keys as many meters have it. */
  serverCounter: number;
  /** The lowest counter accepted from clients with the global unicast key: what 0.0.43.1.0.255 says. */
  clientCounter: number;
}
