import { type Ingredient, namesOf, readShare } from "../../adapters/kit/mix.ts";
import type { Behaviour } from "./behaviour.ts";
import { BEHAVIOURS, type BehaviourSettings } from "./behaviours/roster.ts";

/**
 * The behaviours of one device of many, made anew. Odd and faulty ones come in front of a complete device; naming good ones
 * replaces the complete device by those alone.
 */
export function mixFor(
  index: number,
  ingredients: readonly Ingredient[],
  settings: BehaviourSettings,
): readonly Behaviour[] {
  const named = namesOf(index, ingredients);
  const isGood = (name: string): boolean => BEHAVIOURS[name]?.kind === "good";
  const complete = Object.keys(BEHAVIOURS).filter(isGood);
  const good = ingredients.some(({ name }) => isGood(name)) ? named.filter(isGood) : complete;
  return [...named.filter((name) => !isGood(name)), ...good].flatMap((name) => BEHAVIOURS[name]?.make(settings) ?? []);
}

/** `falls-silent`, or `falls-silent=2%` for one device in fifty; `undefined` for a name or a share there is not. */
export function readIngredient(text: string): Ingredient | undefined {
  return readShare(text, BEHAVIOURS);
}
