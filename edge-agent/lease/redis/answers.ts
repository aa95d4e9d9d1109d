import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { AcquireReply, LeaseHold, ObservedReply, ReleaseReply, RenewReply, Takeover } from "../store.ts";

/** What the scripts answer, decoded. Anything else is a fault of ours or of whoever wrote into our keys. */
export function readAcquire(answer: unknown): AcquireReply {
  const parts = partsOf(answer);
  const [kind] = parts;
  if (kind === "granted") return { kind, epoch: numberOf(parts[1], answer) };
  if (kind === "held" || kind === "fenced-config") return { kind, hold: holdOf(parts.slice(1), answer) };
  throw unexpected(answer);
}

export function readRenew(answer: unknown): RenewReply {
  const parts = partsOf(answer);
  if (parts[0] === "renewed") return { kind: "renewed", regranted: parts[1] === 1 };
  return readLost(parts, answer);
}

export function readRelease(answer: unknown): ReleaseReply {
  const parts = partsOf(answer);
  return parts[0] === "released" ? { kind: "released" } : readLost(parts, answer);
}

export function readObserved(answer: unknown): ObservedReply {
  const parts = partsOf(answer);
  if (parts[0] !== "observed") throw unexpected(answer);
  const pttlMs = numberOf(parts[2], answer);
  return {
    kind: "observed",
    lastEpoch: numberOf(parts[1], answer),
    // PTTL answers −2 where there is no key.
    reserved: pttlMs < 0 ? undefined : { successor: textOf(parts[3], answer), pttlMs },
    takeovers: takeoversOf(partsOf(parts[4]), answer),
    hold: parts.length > 5 ? holdOf(parts.slice(5), answer) : undefined,
  };
}

/** epoch, age, epoch, age, … newest first */
function takeoversOf(parts: readonly unknown[], answer: unknown): Takeover[] {
  const takeovers: Takeover[] = [];
  for (let i = 0; i + 1 < parts.length; i += 2) {
    takeovers.push({ epoch: numberOf(parts[i], answer), ageMs: numberOf(parts[i + 1], answer) });
  }
  return takeovers;
}

function readLost(parts: readonly unknown[], answer: unknown): RenewReply & ReleaseReply {
  if (parts[0] !== "lost") throw unexpected(answer);
  const hold = parts.length > 2 ? holdOf(parts.slice(2), answer) : undefined;
  return { kind: "lost", lastEpoch: numberOf(parts[1], answer), hold };
}

/** token, pttl, config hash */
function holdOf(parts: readonly unknown[], answer: unknown): LeaseHold {
  const token = textOf(parts[0], answer);
  const colon = token.lastIndexOf(":");
  const epoch = Number(token.slice(colon + 1));
  if (colon < 1 || !Number.isSafeInteger(epoch)) {
    throw new EdgeError({
      code: "lease.store.foreign",
      blame: "operator",
      retry: "backoff",
      message: `the lease key holds ${JSON.stringify(token.slice(0, 80))}, which is no holder:epoch; something else writes to it`,
    });
  }
  // A key without expiry (−1) was not written by us either; it is shown as living for ever and needs a person.
  const pttl = numberOf(parts[1], answer);
  const pttlMs = pttl < 0 ? Number.MAX_SAFE_INTEGER : pttl;
  return { holder: token.slice(0, colon), epoch, pttlMs, configHash: textOf(parts[2], answer) };
}

function partsOf(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  throw unexpected(answer);
}

function numberOf(part: unknown, answer: unknown): number {
  if (typeof part === "number" && Number.isSafeInteger(part)) return part;
  throw unexpected(answer);
}

function textOf(part: unknown, answer: unknown): string {
  if (typeof part === "string") return part;
  throw unexpected(answer);
}

function unexpected(answer: unknown): EdgeError {
  return new EdgeError({
    code: "lease.store.unexpected",
    blame: "us",
    retry: "backoff",
    message: `a lease script answered ${JSON.stringify(answer)?.slice(0, 200)}`,
  });
}
