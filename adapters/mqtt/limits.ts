/** The bounds of what MQTT peers may make us do. A value at the bound is taken, one above it is refused and counted. */

/** UTF-8 bytes of a topic name; the protocol allows 65,535 [MQTT-1.5.3]. */
export const TOPIC_BYTES = 1_024;
/** Levels of a topic name or filter. */
export const TOPIC_LEVELS = 32;
/** Messages one PUBLISH may become. */
export const DRAFTS_PER_PUBLISH = 500;
/** Values of one JSON payload, and how deep they may be nested. */
export const JSON_NODES_MAX = 20_000;
export const JSON_DEPTH_MAX = 16;
/** Fields of one CSV line. */
export const CSV_FIELDS = 1_000;
/** Bytes a compressed payload may become. */
export const INFLATED_BYTES = 1_048_576;
/** Bytes of a payload a dead letter keeps: what is beyond is counted and not kept. */
export const DEAD_LETTER_BYTES = 4_096;
/** JSON bytes of one draft: below the model's `MESSAGE_BYTES`, with room for the stamp. */
export const DRAFT_BYTES = 60_000;
/** QoS 2 packet identifiers of one device between PUBLISH and PUBREL. */
export const QOS2_OPEN = 64;
