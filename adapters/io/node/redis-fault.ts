import { EdgeError } from "../../kit/edge-error.ts";

/** The faults of Redis as a whole; scripts add their own (`queue.fenced`, `lease.…`) by the prefix they answer with. */
export type RedisFaultCode =
  /** No answer: not connected, cut off, or silent past the command timeout. Whether the command ran is not known. */
  | "queue.unavailable"
  /** It answered that it cannot take this now: full, read-only, loading, without enough replicas, … Nothing was done. */
  | "queue.refused"
  /** It does not accept who we are or what we ask for. */
  | "queue.denied"
  /** It says the command is wrong: a bug of ours or foreign data under our keys. */
  | "queue.misused";

/** Error prefixes by which Redis refuses for the moment; the same command may succeed later or elsewhere. */
const REFUSALS = new Set([
  "OOM",
  "READONLY",
  "NOREPLICAS",
  "LOADING",
  "MISCONF",
  "MASTERDOWN",
  "CLUSTERDOWN",
  "TRYAGAIN",
  "BUSY",
  "UNBLOCKED",
  "MOVED",
  "ASK",
  // A script that was refused when it was sent is not kept, while ioredis believes it is there: calls under way at the same
  // time meet this instead of the refusal.
  "NOSCRIPT",
]);
const DENIALS = new Set(["NOAUTH", "WRONGPASS", "NOPERM", "DENIED", "NOPROTO"]);

/** What a rejected command means to the edge. An EdgeError is returned as it is. */
export function toRedisFault(error: unknown): EdgeError {
  if (error instanceof EdgeError) return error;
  const prefix = redisErrorPrefix(error);
  const text = error instanceof Error ? error.message : String(error);
  if (prefix === undefined) {
    return new EdgeError({
      code: "queue.unavailable" satisfies RedisFaultCode,
      blame: "network",
      retry: "backoff",
      message: `Redis does not answer: ${text}`,
      native: errnoOf(error),
      cause: error,
    });
  }
  const facts = { native: prefix, cause: error, message: `Redis says: ${text}` };
  if (REFUSALS.has(prefix)) {
    return new EdgeError({
      ...facts,
      code: "queue.refused" satisfies RedisFaultCode,
      blame: "operator",
      retry: "backoff",
    });
  }
  if (DENIALS.has(prefix)) {
    return new EdgeError({
      ...facts,
      code: "queue.denied" satisfies RedisFaultCode,
      blame: "operator",
      retry: "backoff",
    });
  }
  return new EdgeError({ ...facts, code: "queue.misused" satisfies RedisFaultCode, blame: "us", retry: "never" });
}

/**
 * The first word of an error reply (`OOM`, `READONLY`, `FENCED`, …), which Redis and our scripts use as the error's
 * code; `undefined` where the error is not a reply of Redis at all.
 */
export function redisErrorPrefix(error: unknown): string | undefined {
  // ioredis' reply errors come from two parsers; their name is what they share.
  if (!(error instanceof Error) || error.name !== "ReplyError") return undefined;
  const end = error.message.indexOf(" ");
  return end === -1 ? error.message : error.message.slice(0, end);
}

function errnoOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
