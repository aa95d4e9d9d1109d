/** The bounds of the model. Everything has one; a value at the bound is valid, one above it is refused. */

/** Messages of one job. Measured: 100 a job carry 250 k messages/s where one a job carries 15 k. */
export const BATCH_MESSAGES = 100;
/** UTF-8 bytes of a job's JSON; CloudEvents asks intermediaries to take events of 64 KiB. */
export const BATCH_BYTES = 65_536;
/** UTF-8 bytes of one message's JSON: what is left of a batch when the batch's own frame is taken off. */
export const MESSAGE_BYTES = 65_000;

/** Characters of a message id, which with a prefix of at most 8 also makes a BullMQ job id. */
export const ID_LENGTH = 128;
/** Characters of a device uid: with the longest id material beside it an id stays under `ID_LENGTH`. */
export const DEVICE_UID_LENGTH = 64;
export const COMMAND_UID_LENGTH = 64;

/** Points of one reading or event. */
export const MESSAGE_POINTS = 1_000;
/** Columns and rows of one profile message; a longer profile is several messages. */
export const PROFILE_COLUMNS = 64;
export const PROFILE_ROWS = 1_000;

/** Characters of a text value of a point, hex and bit strings included. */
export const VALUE_LENGTH = 16_384;
/** Characters of names, codes, addresses. */
export const NAME_LENGTH = 255;
/** Characters of a native reference: an MQTT topic name with its JSON pointer is the longest. */
export const REF_LENGTH = 1_024;
/** Characters of a text meant for people. */
export const TEXT_LENGTH = 1_024;

/** Bounds of the free-form JSON a command carries and a result returns. */
export const JSON_DEPTH = 8;
export const JSON_NODES = 2_000;

/** Bytes of MQTT Correlation Data an answer carries back. */
export const CORRELATION_BYTES = 512;

/** Attempts a command may ask for. */
export const COMMAND_ATTEMPTS = 10;
