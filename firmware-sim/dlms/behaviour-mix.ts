import type { Behaviour } from "./behaviour.ts";
import { BEHAVIOURS, type BehaviourSettings } from "./behaviours/roster.ts";

/** One name of a mix, and the share of the meters that have it, in percent. */
export interface Ingredient {
  readonly name: string;
  readonly percent: number;
}

/**
 * The behaviours of one meter of many. Odd and faulty ones stand in front of a complete meter; naming good ones replaces the
 * complete meter by those alone.
 */
export function mixFor(
  index: number,
  ingredients: readonly Ingredient[],
  settings: BehaviourSettings,
): readonly Behaviour[] {
  const named = ingredients.filter(({ percent }) => falls(index, percent)).map(({ name }) => name);
  const isGood = (name: string): boolean => BEHAVIOURS[name]?.kind === "good";
  const complete = Object.keys(BEHAVIOURS).filter(isGood);
  const good = ingredients.some(({ name }) => isGood(name))
    ? complete.filter((name) => named.includes(name))
    : complete;
  return [...named.filter((name) => !isGood(name)), ...good].flatMap((name) => BEHAVIOURS[name]?.make(settings) ?? []);
}

/** `falls-silent`, or `falls-silent=2%` for one meter in fifty; `undefined` for a name or a share there is not. */
export function readIngredient(text: string): Ingredient | undefined {
  const [, name, share] = /^([a-z-]+)(?:=(\d+(?:\.\d+)?)%)?$/.exec(text) ?? [];
  if (name === undefined || !Object.hasOwn(BEHAVIOURS, name)) return undefined;
  const percent = share === undefined ? 100 : Number(share);
  return percent > 100 ? undefined : { name, percent };
}

/** Spreads a share evenly over the indexes: the same meters every time. */
function falls(index: number, percent: number): boolean {
  return Math.floor(((index + 1) * percent) / 100) > Math.floor((index * percent) / 100);
}
