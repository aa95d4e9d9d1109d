/** The bounds of what Sparkplug edge nodes may make us do. A value at the bound is taken, one above it is refused and counted. */

/** Metrics of one payload. */
export const METRICS_PER_PAYLOAD = 5_000;
/** Messages in messages of a payload: templates in templates, property sets in property sets. */
export const NESTING_MAX = 16;
/** Metrics an edge node and its devices may have been born with. */
export const METRICS_PER_NODE = 20_000;
/** Devices of one edge node. */
export const DEVICES_PER_NODE = 1_000;
/** Messages of one edge node held until those before them come. */
export const HELD_MESSAGES = 32;
/** Bytes of them together. */
export const HELD_BYTES = 262_144;
/** Characters of the JSON a DataSet or Template becomes. */
export const COMPOSED_LENGTH = 16_384;
/** Elements of one array metric. */
export const ARRAY_ELEMENTS = 4_096;
