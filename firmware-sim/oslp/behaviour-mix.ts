import { type Ingredient, namesOf, readShare } from "../../adapters/kit/mix.ts";
import type { Behaviour } from "./behaviour.ts";
import { BEHAVIOURS, type BehaviourSettings, COMPLETE } from "./behaviours/roster.ts";

/**
 * The behaviours of one device of many. Odd and faulty ones come in front of a complete device; naming good ones replaces the
 * complete device by those alone.
 */
export function mixFor(
  index: number,
  ingredients: readonly Ingredient[],
  settings: BehaviourSettings,
): readonly Behaviour[] {
  const named = namesOf(index, ingredients);
  const isGood = (name: string): boolean => BEHAVIOURS[name]?.kind === "good";
  const good = ingredients.some(({ name }) => isGood(name)) ? named.filter(isGood) : COMPLETE;
  return [...named.filter((name) => !isGood(name)), ...good].flatMap((name) => {
    const behaviour = BEHAVIOURS[name]?.make(settings);
    return behaviour === undefined ? [] : [behaviour];
  });
}

/** `falls-silent`, or `falls-silent=2%` for one device in fifty; `undefined` for a name or a share there is not. */
export function readIngredient(text: string): Ingredient | undefined {
  return readShare(text, BEHAVIOURS);
}
