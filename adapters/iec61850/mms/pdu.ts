import type { AccessResult, MmsData } from "./data.ts";
import type { AlternateAccess, ObjectName, ObjectScope, VariableAccess, VariableSpecification } from "./names.ts";
import type { TypeDescription } from "./types.ts";

/** ISO 9506-2 §8.2.1: what both sides settle before anything else. */
export interface Initiate {
  /** The largest PDU, in bytes; absent: no limit given. */
  readonly localDetail: number | undefined;
  readonly outstandingCalling: number;
  readonly outstandingCalled: number;
  readonly nesting: number | undefined;
  readonly version: number;
  /** Parameter CBB. */
  readonly parameters: BitSet;
  readonly services: BitSet;
}

/** A named bit list as it was sent: its padding is kept, because everybody copies what libiec61850 sends. */
export interface BitSet {
  readonly octets: Uint8Array;
  readonly length: number;
}

/** Error classes of `ServiceError`, in the order of their tags. */
export const ERROR_CLASSES = [
  "vmd-state",
  "application-reference",
  "definition",
  "resource",
  "service",
  "service-preempt",
  "time-resolution",
  "access",
  "initiate",
  "conclude",
  "cancel",
  "file",
  "others",
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

export interface ServiceError {
  readonly errorClass: ErrorClass;
  readonly code: number;
  readonly additionalCode?: number;
  readonly description?: string;
}

/** What was rejected, in the order of the reject PDU's tags, from 1. */
export const REJECTED = [
  "confirmed-request",
  "confirmed-response",
  "confirmed-error",
  "unconfirmed",
  "pdu-error",
  "cancel-request",
  "cancel-response",
  "cancel-error",
  "conclude-request",
  "conclude-response",
  "conclude-error",
] as const;
export type Rejected = (typeof REJECTED)[number];

export interface InformationReport {
  readonly specification: VariableSpecification;
  readonly results: readonly AccessResult[];
}

export type MmsPdu =
  | { readonly kind: "confirmed-request"; readonly invokeId: number; readonly request: MmsRequest }
  | { readonly kind: "confirmed-response"; readonly invokeId: number; readonly response: MmsResponse }
  | {
      readonly kind: "confirmed-error";
      readonly invokeId: number;
      readonly modifierPosition?: number;
      readonly error: ServiceError;
    }
  | { readonly kind: "information-report"; readonly report: InformationReport }
  | {
      readonly kind: "reject";
      readonly invokeId: number | undefined;
      readonly rejected: Rejected;
      readonly reason: number;
    }
  | { readonly kind: "cancel-request"; readonly invokeId: number }
  | { readonly kind: "cancel-response"; readonly invokeId: number }
  | { readonly kind: "cancel-error"; readonly invokeId: number; readonly error: ServiceError }
  | { readonly kind: "initiate-request"; readonly initiate: Initiate }
  | { readonly kind: "initiate-response"; readonly initiate: Initiate }
  | { readonly kind: "initiate-error"; readonly error: ServiceError }
  | { readonly kind: "conclude-request" }
  | { readonly kind: "conclude-response" }
  | { readonly kind: "conclude-error"; readonly error: ServiceError };

/** Where a journal is read from, or to. Times and entries as they are on the wire. */
export type JournalStart =
  | { readonly from: "time"; readonly time: Extract<MmsData, { type: "binary-time" }> }
  | { readonly from: "entry"; readonly entry: Uint8Array };
export type JournalStop =
  | { readonly to: "time"; readonly time: Extract<MmsData, { type: "binary-time" }> }
  | { readonly to: "count"; readonly count: number };

/** The services of IEC 61850 over MMS, as requests. */
export type MmsRequest =
  | { readonly service: "status"; readonly extendedDerivation: boolean }
  | { readonly service: "identify" }
  | {
      readonly service: "get-name-list";
      readonly objectClass: number;
      readonly scope: ObjectScope;
      readonly continueAfter?: string;
    }
  | {
      readonly service: "read";
      /** Absent where it was left to its default, false. */
      readonly specificationWithResult?: boolean;
      readonly specification: VariableSpecification;
    }
  | { readonly service: "write"; readonly specification: VariableSpecification; readonly data: readonly MmsData[] }
  | { readonly service: "get-variable-access-attributes"; readonly name: ObjectName }
  | {
      readonly service: "define-named-variable-list";
      readonly name: ObjectName;
      readonly variables: readonly VariableAccess[];
    }
  | { readonly service: "get-named-variable-list-attributes"; readonly name: ObjectName }
  | {
      readonly service: "delete-named-variable-list";
      /** 0 specific, 1 of the association, 2 of the domain, 3 of the VMD; absent where left to its default, 0. */
      readonly scope?: number;
      readonly names: readonly ObjectName[];
    }
  | { readonly service: "obtain-file"; readonly source: readonly string[]; readonly destination: readonly string[] }
  | {
      readonly service: "read-journal";
      readonly name: ObjectName;
      readonly start?: JournalStart;
      readonly stop?: JournalStop;
      readonly variables?: readonly string[];
      readonly after?: { readonly time: Extract<MmsData, { type: "binary-time" }>; readonly entry: Uint8Array };
    }
  | {
      readonly service: "initialize-journal";
      readonly name: ObjectName;
      readonly limit?: { readonly time: Extract<MmsData, { type: "binary-time" }>; readonly entry?: Uint8Array };
    }
  /** `name` as the parts of a FileName, one everywhere in the field. */
  | { readonly service: "file-open"; readonly name: readonly string[]; readonly position: number }
  | { readonly service: "file-read"; readonly file: number }
  | { readonly service: "file-close"; readonly file: number }
  | { readonly service: "file-rename"; readonly from: readonly string[]; readonly to: readonly string[] }
  | { readonly service: "file-delete"; readonly name: readonly string[] }
  | {
      readonly service: "file-directory";
      readonly name?: readonly string[];
      readonly continueAfter?: readonly string[];
    }
  | UnknownService;

export type MmsResponse =
  | {
      readonly service: "status";
      readonly logical: number;
      readonly physical: number;
      readonly detail?: BitSet;
    }
  | { readonly service: "identify"; readonly vendor: string; readonly model: string; readonly revision: string }
  | { readonly service: "get-name-list"; readonly names: readonly string[]; readonly moreFollows: boolean }
  | {
      readonly service: "read";
      readonly specification?: VariableSpecification;
      readonly results: readonly AccessResult[];
    }
  | {
      readonly service: "write";
      readonly results: readonly ({ readonly ok: true } | { readonly ok: false; readonly error: number })[];
    }
  | { readonly service: "get-variable-access-attributes"; readonly deletable: boolean; readonly type: TypeDescription }
  | { readonly service: "define-named-variable-list" }
  | {
      readonly service: "get-named-variable-list-attributes";
      readonly deletable: boolean;
      readonly variables: readonly VariableAccess[];
    }
  | { readonly service: "delete-named-variable-list"; readonly matched: number; readonly deleted: number }
  | { readonly service: "obtain-file" }
  | { readonly service: "read-journal"; readonly entries: readonly JournalEntry[]; readonly moreFollows: boolean }
  | { readonly service: "initialize-journal"; readonly deleted: number }
  | { readonly service: "file-open"; readonly file: number; readonly attributes: FileAttributes }
  | { readonly service: "file-read"; readonly data: Uint8Array; readonly moreFollows: boolean }
  | { readonly service: "file-close" }
  | { readonly service: "file-rename" }
  | { readonly service: "file-delete" }
  | { readonly service: "file-directory"; readonly entries: readonly DirectoryEntry[]; readonly moreFollows: boolean }
  | UnknownService;

export type ServiceName = Exclude<MmsRequest["service"], "unknown">;
export type RequestOf<S extends ServiceName> = Extract<MmsRequest, { service: S }>;
export type ResponseOf<S extends ServiceName> = Extract<MmsResponse, { service: S }>;

/** A service we do not speak: its tag and content as they came. */
export interface UnknownService {
  readonly service: "unknown";
  readonly tag: number;
  readonly constructed: boolean;
  readonly content: Uint8Array;
}

export interface FileAttributes {
  readonly size: number;
  /** GeneralizedTime as it came: `20261121000543.000Z`. */
  readonly lastModified?: string;
}

export interface DirectoryEntry {
  readonly name: readonly string[];
  readonly attributes: FileAttributes;
}

export interface JournalEntry {
  readonly entry: Uint8Array;
  /** The BER inside originatingApplication, which says nothing anybody uses. */
  readonly originator: Uint8Array;
  readonly occurred: Extract<MmsData, { type: "binary-time" }>;
  readonly variables: readonly { readonly tag: string; readonly value: MmsData }[];
}

export type { AlternateAccess, ObjectName, ObjectScope, VariableAccess, VariableSpecification };
