import { fromHex } from "../../kit/bytes.ts";
import { DATA_NESTING, MMS_PDU_BYTES } from "../limits.ts";
import type { ApplicationEntity } from "../stack/acse.ts";

/** Where in a stack somebody sits: transport, session and presentation selectors, and the application entity. */
export interface Selectors extends ApplicationEntity {
  readonly transport: Uint8Array;
  readonly session: Uint8Array;
  readonly presentation: Uint8Array;
}

/** What we say when we associate. Whether an IED checks any of it is the IED's secret: the ICD's values are safe. */
export interface AssociationParameters {
  readonly local: Selectors;
  readonly remote: Selectors;
  /** The password of the ACSE authentication, asked for when it is needed and not kept; absent: none is sent. */
  readonly password?: () => Uint8Array;
  /** TPDU size offered, as a power of two. */
  readonly tpduSize: number;
  /** The largest MMS PDU offered, bytes. */
  readonly pduBytes: number;
  /** Requests that may be under way, offered in both directions. */
  readonly outstanding: number;
  readonly nesting: number;
}

/** Stacks and devices whose selectors are known: the reference says from which files. */
export const SELECTOR_PRESETS = ["libiec61850", "iec61850bean", "abb-rtu560", "kaifa-ssld"] as const;
export type SelectorPreset = (typeof SELECTOR_PRESETS)[number];

const USUAL = { transport: octets("0001"), session: octets("0001"), presentation: octets("00000001") } as const;

const PRESETS: Readonly<Record<SelectorPreset, { readonly local: Selectors; readonly remote: Selectors }>> = {
  libiec61850: {
    local: { ...USUAL, apTitle: "1.1.1.999", aeQualifier: 12 },
    remote: { ...USUAL, apTitle: "1.1.1.999.1", aeQualifier: 12 },
  },
  iec61850bean: {
    local: { ...USUAL, transport: octets("0000"), apTitle: "1.1.999.1", aeQualifier: 12 },
    remote: { ...USUAL, apTitle: "1.1.999.1.1", aeQualifier: 12 },
  },
  "abb-rtu560": {
    local: { ...USUAL, apTitle: "1.1.1.999", aeQualifier: 12 },
    remote: { ...USUAL, apTitle: "1.3.9999.23", aeQualifier: 23 },
  },
  "kaifa-ssld": {
    local: { ...USUAL, apTitle: "1.1.1.999", aeQualifier: 12 },
    remote: { ...USUAL, apTitle: "1.1.1.999.1", aeQualifier: 12 },
  },
};

/** What every client in the field offers. */
export const ASSOCIATION_DEFAULTS: Omit<AssociationParameters, "local" | "remote"> = {
  tpduSize: 13,
  pduBytes: MMS_PDU_BYTES,
  outstanding: 5,
  nesting: DATA_NESTING,
};

export function presetParameters(preset: SelectorPreset): AssociationParameters {
  return { ...ASSOCIATION_DEFAULTS, ...PRESETS[preset] };
}

/** Selectors without an application entity: for IEDs that refuse AP titles they do not know. */
export function withoutEntity(selectors: Selectors): Selectors {
  const { transport, session, presentation } = selectors;
  return { transport, session, presentation };
}

function octets(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array(0);
}
