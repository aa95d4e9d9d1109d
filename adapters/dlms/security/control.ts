import { dlmsFault } from "../codes.ts";
import { type SecuritySuite, toSuite } from "./suite.ts";

/** The security control octet (IEC 62056-5-3 clause 5.3.7.2). */
export interface SecurityControl extends Protection {
  readonly suite: SecuritySuite;
  /** The key is that of the group, not of the one meter. */
  readonly broadcast: boolean;
}

/** What is done to an APDU: both `false` is no protection. */
export interface Protection {
  readonly authenticated: boolean;
  readonly encrypted: boolean;
}

export const UNPROTECTED: Protection = { authenticated: false, encrypted: false };
export const AUTHENTICATED: Protection = { authenticated: true, encrypted: false };
export const ENCRYPTED: Protection = { authenticated: false, encrypted: true };
export const AUTHENTICATED_ENCRYPTED: Protection = { authenticated: true, encrypted: true };

export const AUTHENTICATION_BIT = 0x10;
export const ENCRYPTION_BIT = 0x20;
export const BROADCAST_BIT = 0x40;
export const COMPRESSION_BIT = 0x80;

export function controlOctet({ suite, authenticated, encrypted, broadcast }: SecurityControl): number {
  return (
    suite |
    (authenticated ? AUTHENTICATION_BIT : 0) |
    (encrypted ? ENCRYPTION_BIT : 0) |
    (broadcast ? BROADCAST_BIT : 0)
  );
}

/**
 * Throws `dlms.security.compression-unsupported` (V.44 is not here) and `dlms.security.suite-unsupported`: nothing of what
 * follows could be read.
 */
export function readControl(octet: number): SecurityControl {
  if ((octet & COMPRESSION_BIT) !== 0) {
    throw dlmsFault("dlms.security.compression-unsupported", "a compressed APDU; V.44 is not supported", {
      native: octet,
    });
  }
  const suite = toSuite(octet & 0x0f);
  if (suite === undefined) {
    throw dlmsFault("dlms.security.suite-unsupported", `security suite ${octet & 0x0f}; 0, 1 and 2 are known`, {
      native: octet,
    });
  }
  return {
    suite,
    authenticated: (octet & AUTHENTICATION_BIT) !== 0,
    encrypted: (octet & ENCRYPTION_BIT) !== 0,
    broadcast: (octet & BROADCAST_BIT) !== 0,
  };
}

/** Whether what came is protected at least as well as what was agreed. */
export function suffices(given: Protection, wanted: Protection): boolean {
  return (given.authenticated || !wanted.authenticated) && (given.encrypted || !wanted.encrypted);
}
