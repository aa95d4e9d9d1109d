/**
 * A procedure of several requests written straight down, as the standard writes it: it yields what to ask and is
 * resumed with the answer. It does no I/O; a refused or unanswered request is thrown into it.
 */
export type Dialogue<Ask, Answer, Result> = Generator<Ask, Result, Answer>;

/** `const answer = yield* ask(request)` reads like a call and types the answer. */
export function* ask<Ask, Answer>(request: Ask): Generator<Ask, Answer, Answer> {
  return yield request;
}
