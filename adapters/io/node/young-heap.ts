/**
 * What a process that carries messages tells V8: up to 32 MiB for what has just been made, half as much by default. A message
 * lives for some milliseconds, until it is durable; where the collector comes before that it copies the message, twice.
 */
export const YOUNG_HEAP: readonly string[] = ["--max-semi-space-size=32"];
