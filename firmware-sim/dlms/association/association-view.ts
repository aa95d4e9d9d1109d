import type { Conformance } from "../../../adapters/dlms/apdu/conformance.ts";
import type { DlmsData } from "../../../adapters/dlms/data/data.ts";
import type { MeterClient } from "../meter-client.ts";
import type { Refused } from "../objects/cosem-object.ts";

/** What an object may know of the association it is reached through: for class 15 above all. */
export interface AssociationView {
  readonly client: MeterClient;
  /** The logical device it is with. */
  readonly logicalDevice: number;
  /** Object identifiers as text. */
  readonly contextName: string;
  readonly mechanismName: string;
  readonly conformance: Conformance;
  readonly clientPduMax: number;
  readonly serverPduMax: number;
  /** 0 non-associated, 1 pending, 2 associated. */
  readonly status: 0 | 1 | 2;
  /** Pass 3 of HLS: the client's answer to our challenge; gives our answer to its own. */
  readonly replyToHls: (answer: Uint8Array) => DlmsData | Refused;
  /** A new secret, or password. */
  readonly changeSecret: (secret: Uint8Array) => void;
}
