/** A sentence about our own code that is always true; it throws when it is not. Peer input can never reach one. */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
}

/**
 * States what we know, in production too. A broken invariant is our bug: the device loop dies loudly and is restarted
 * with a fresh session. It is never the way to refuse input.
 */
export function invariant(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new InvariantBroken(sentence);
}

/** The last arm of a switch over one of our own unions: compiles only while every member has its arm. */
export function unreachable(value: never): never {
  throw new InvariantBroken(`a union has a member nobody handles: ${JSON.stringify(value)}`);
}
