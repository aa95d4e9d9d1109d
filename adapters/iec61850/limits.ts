import { MINUTE_MS, SECOND_MS } from "../kit/time.ts";

/** The longest TPKT: its length field has sixteen bits (RFC 1006 §6). */
export const TPKT_LIMIT_BYTES = 65_535;

/** The longest TSDU put together from COTP fragments: the largest MMS PDU offered, and room for the layers around it. */
export const TSDU_LIMIT_BYTES = 66_560;

/** Fragments of one TSDU. The smallest TPDU carries 125 octets: more fragments than this never make a lawful one. */
export const TSDU_FRAGMENT_LIMIT = 1_024;

/** The MMS PDU size offered (`localDetailCalling`), in bytes: what every stack in the field offers. */
export const MMS_PDU_BYTES = 65_000;

/** The least `localDetail` accepted from a peer: below it not even a read of one attribute fits. */
export const MMS_PDU_LEAST_BYTES = 64;

/**
 * Elements inside elements in one MMS PDU. A type description spends four of them on each structure in a structure, of
 * which `DATA_NESTING` are offered.
 */
export const MMS_DEPTH_LIMIT = 52;

/** Structures inside structures, as offered in the initiate request. */
export const DATA_NESTING = 10;

/** Names in one page, components of one structure, members of one list: a count above it is refused. */
export const LIST_LIMIT = 16_384;

/** Requests that may wait for an answer at once, whatever the peer would allow. */
export const OUTSTANDING_LIMIT = 32;

/** Requests that wait to be sent because the negotiated number is under way already. */
export const QUEUED_REQUEST_LIMIT = 1_024;

/** Names of one logical device over all pages. */
export const NAMES_PER_DOMAIN_LIMIT = 100_000;

/** Values of one report whose segments are being joined. */
export const SEGMENTED_REPORT_LIMIT_VALUES = 16_384;

/** Report control blocks of one IED; the EntryIDs of the buffered ones must fit into its memory. */
export const REPORT_CONTROL_LIMIT = 48;

/** A file read into memory by a command; longer ones are refused with a fault that says so. */
export const FILE_LIMIT_BYTES = 4_194_304;

/** How long the association may take, from the first byte to the answer to the initiate request. */
export const ASSOCIATE_TIMEOUT_MS: number = 10 * SECOND_MS;

/** How long one confirmed service may take. */
export const REQUEST_TIMEOUT_MS: number = 10 * SECOND_MS;

/** How long a CommandTermination may take after a positive answer to Oper. */
export const TERMINATION_TIMEOUT_MS: number = 30 * SECOND_MS;

/** How long a conclude may take before the association is aborted. */
export const RELEASE_TIMEOUT_MS: number = 2 * SECOND_MS;

/** A standing association on which nothing was heard for so long is asked whether it stands. */
export const KEEP_ALIVE_MS: number = 30 * SECOND_MS;

/** A report control block that could not be had is tried again after so long. */
export const REPORT_RETRY_MS: number = MINUTE_MS;

/** Commands under way in one association. */
export const COMMAND_LIMIT = 64;
