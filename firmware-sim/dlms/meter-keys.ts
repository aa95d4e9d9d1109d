/** What a meter knows to keep a secret; replaced by key transfer. All raw: the ciphers port takes them so. */
export interface MeterKeys {
  /** Global unicast encryption key: 16 octets, 32 in suite 2. */
  encryption: Uint8Array;
  authentication: Uint8Array;
  broadcast: Uint8Array;
  /** Wraps the others. */
  master: Uint8Array;
  /** LLS password, and the secret of HLS 2, 3, 4 and 6. */
  secret: Uint8Array;
  /** What proves firmware to the M-Bus device of a channel; without it none is believed. */
  mbusFirmware?: (channel: number) => Uint8Array;
}
