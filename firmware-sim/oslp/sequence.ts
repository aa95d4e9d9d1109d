/** The device's side of the counter, written apart from the platform's on purpose. */
const COUNT = 65_536;

export function following(number: number): number {
  return (number + 1) % COUNT;
}

/** Steps from `from` forward to `to`, or backward where that is shorter: −32768 … 32767. */
function distance(from: number, to: number): number {
  const forward = (to - from + COUNT) % COUNT;
  return forward > COUNT / 2 ? forward - COUNT : forward;
}

/** A platform request carries the number both know; its answer carries the next. A few steps either way are accepted. */
export function acceptsRequest(own: number, requested: number, window: number): boolean {
  return Math.abs(distance(own, requested)) <= window;
}
