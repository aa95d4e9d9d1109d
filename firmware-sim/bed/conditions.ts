/** `forth` is from who opened the connection, `back` is to them. */
export type Direction = "forth" | "back";

/** What becomes of the bytes of one direction. `hold` keeps them, as a cable without signal does, until it is healed. */
export type Flow =
  | { readonly kind: "pass" }
  | { readonly kind: "hold" }
  | { readonly kind: "delay"; readonly ms: number };

/** What a link does to those who use it. */
export interface Conditions {
  readonly forth: Flow;
  readonly back: Flow;
  /** New connections: handed on, reset at once, or accepted by nobody but the kernel. */
  readonly arrivals: "forward" | "reset" | "ignore";
}

export const FAIR: Conditions = { forth: { kind: "pass" }, back: { kind: "pass" }, arrivals: "forward" };

/** Nothing passes and nobody is told. */
export const BLACK_HOLE: Conditions = { forth: { kind: "hold" }, back: { kind: "hold" }, arrivals: "ignore" };

/** The cable is out and the kernel knows it: with `Cable.cut`, open connections end too. */
export const SEVERED: Conditions = { forth: { kind: "hold" }, back: { kind: "hold" }, arrivals: "reset" };

/** Requests arrive, answers do not. */
export const ONE_WAY: Conditions = { forth: { kind: "pass" }, back: { kind: "hold" }, arrivals: "forward" };

export function slow(ms: number): Conditions {
  return { forth: { kind: "delay", ms }, back: { kind: "delay", ms }, arrivals: "forward" };
}
