import type { KeyMaterial } from "../../adapters/kit/ciphers.ts";

/** How a client proves who it is: mechanism_id of IEC 62056-5-3 9.4.2.2.3. */
export const MECHANISM = { none: 0, lls: 1, manufacturer: 2, md5: 3, sha1: 4, gmac: 5, sha256: 6, ecdsa: 7 } as const;
export type Mechanism = (typeof MECHANISM)[keyof typeof MECHANISM];

/** A client SAP a meter knows, and what it grants it. */
export interface MeterClient {
  /** 16 is the public client, 1 the management client. */
  readonly sap: number;
  readonly mechanism: Mechanism;
  /** `public`: reads what everybody may. `all`: everything. */
  readonly rights: "public" | "all";
  /** Its association exists without an AARQ. */
  readonly isPreEstablished?: boolean;
  /** HLS 7 and general-signing: its signing key, x || y or by reference. */
  readonly publicKey?: KeyMaterial;
  /** Its key agreement key, x || y or by reference. */
  readonly agreementKey?: KeyMaterial;
}

export const PUBLIC_CLIENT: MeterClient = { sap: 16, mechanism: MECHANISM.none, rights: "public" };
