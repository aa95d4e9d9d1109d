/**
 * One counter per device for both directions, 0 to `maximum`, then 0 again. The window is the one of the platforms in
 * the field: both ways around the number expected next, so `stored − 5` to `stored + 7` with a window of 6.
 */
export interface SequenceWindow {
  /** Greatest accepted distance to the expected number. */
  readonly window: number;
  /** The last number before 0. */
  readonly maximum: number;
}

export function nextNumber(number: number, { maximum }: SequenceWindow): number {
  return number >= maximum ? 0 : number + 1;
}

/** Whether `received` may follow when `stored` was the last number. */
export function inWindow(stored: number, received: number, limits: SequenceWindow): boolean {
  const distance = Math.abs(nextNumber(stored, limits) - received);
  return distance <= limits.window || distance > limits.maximum - limits.window;
}

/**
 * Whether a number in the window is newer than `stored`. The others have been used before: their envelope is a repeat
 * (or a replay) and must not turn the counter back.
 */
export function isNewer(stored: number, received: number, { window, maximum }: SequenceWindow): boolean {
  const ahead = (received - stored + maximum + 1) % (maximum + 1);
  return ahead >= 1 && ahead <= window + 1;
}
