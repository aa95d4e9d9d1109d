import { toRedisFault } from "../../adapters/io/node/redis-fault.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";

/**
 * A fault in the words of the commit contract: what Redis answered with an error is `queue.refused` (nothing was written),
 * all else `queue.unavailable`. Never is an entry given up because Redis is misconfigured: whatever the reason, the spool
 * keeps it until somebody mended it.
 */
export function toCommitFault(thrown: unknown): EdgeError {
  const fault = toRedisFault(thrown);
  if (fault.code !== "queue.denied" && fault.code !== "queue.misused") return fault;
  const { blame, message, native, cause } = fault;
  return new EdgeError({ code: "queue.refused", blame, retry: "backoff", message, native, cause });
}

/**
 * Redis said that the lease is not ours. Somebody else's: the reign is over. Nobody's: Redis was away for longer than the
 * lease lives, or has forgotten it; while our own deadline holds it may be granted to us again under the same epoch, so
 * the entry is not given up.
 */
export function fenced(token: string, holder: string): EdgeError {
  if (holder !== "") return ended(`the lease is not ${token} but ${holder}: nothing was written`, holder);
  return new EdgeError({
    code: "queue.unavailable",
    blame: "network",
    retry: "backoff",
    native: "none",
    message: `the lease ${token} is nobody's at this moment: nothing was written`,
  });
}

/** Our own clock, or the owner of the committer, says that the reign is over. */
export function over(token: string): EdgeError {
  return ended(`the reign ${token} is over: nothing is committed any more`);
}

/** An entry of a later epoch than ours exists. */
export function superseded(token: string, epoch: number): EdgeError {
  return ended(`there is an entry of epoch ${epoch}, so the reign ${token} is over`);
}

export function overfull(entries: number, bytes: number): EdgeError {
  return new EdgeError({
    code: "queue.overfull",
    blame: "us",
    retry: "backoff",
    message: `${entries} entries of ${bytes} bytes wait to be committed already: Redis is too slow for what comes in`,
  });
}

/** One entry that can never be committed, whatever Redis does. */
export function tooLarge(device: string, why: string): EdgeError {
  return new EdgeError({
    code: "queue.overfull",
    blame: "us",
    retry: "never",
    message: `an entry of device ${device} is too large to commit: ${why}`,
  });
}

export function unanswered(timeoutMs: DurationMs): EdgeError {
  return new EdgeError({
    code: "queue.unavailable",
    blame: "network",
    retry: "backoff",
    message: `Redis did not answer a commit within ${timeoutMs} ms: it may have been written, or may be yet`,
  });
}

function ended(message: string, holder?: string): EdgeError {
  const native = holder === "" ? "none" : holder;
  return new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", native, message });
}
