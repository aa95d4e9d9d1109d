/** The bounds of what Sparkplug edge nodes may make us do. A value at the bound is taken, one above it is refused and counted. */

/** Metrics of one payload. */
export const METRICS_PER_PAYLOAD = 5_000;
/** Messages in messages of a payload: templates in templates, property sets in property sets. */
export const NESTING_MAX = 16;
/** Metrics an edge node and its devices may have been born with. */
export const METRICS_PER_NODE = 20_000;
/** Devices of one edge node. */
export const DEVICES_PER_NODE = 1_000;
/** Messages of one edge node that may overtake one another; a longer gap is a loss at once. */
export const OVERTAKING_MAX = 32;
/** Characters of the JSON a DataSet or Template becomes. */
export const COMPOSED_LENGTH = 16_384;
/** Elements of one array metric. */
export const ARRAY_ELEMENTS = 4_096;
/** Characters of a metric's name: written as a JSON pointer it is at most twice as long. */
export const METRIC_NAME_LENGTH = 512;
