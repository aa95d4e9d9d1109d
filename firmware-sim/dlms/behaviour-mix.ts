import { type Ingredient, namesOf, readShare } from "../../adapters/kit/mix.ts";
import type { Behaviour } from "./behaviour.ts";
import { BEHAVIOURS, type BehaviourSettings } from "./behaviours/roster.ts";

/**
 * The behaviours of one meter of many. Odd and faulty ones stand in front of a complete meter; naming good ones replaces the
 * complete meter by those alone.
 */
export function mixFor(
  index: number,
  ingredients: readonly Ingredient[],
  settings: BehaviourSettings,
): readonly Behaviour[] {
  const named = namesOf(index, ingredients);
  const isGood = (name: string): boolean => BEHAVIOURS[name]?.kind === "good";
  const complete = Object.keys(BEHAVIOURS).filter(isGood);
  const good = ingredients.some(({ name }) => isGood(name))
    ? complete.filter((name) => named.includes(name))
    : complete;
  return [...named.filter((name) => !isGood(name)), ...good].flatMap((name) => BEHAVIOURS[name]?.make(settings) ?? []);
}

/** `falls-silent`, or `falls-silent=2%` for one meter in fifty; `undefined` for a name or a share there is not. */
export function readIngredient(text: string): Ingredient | undefined {
  return readShare(text, BEHAVIOURS);
}
