import { namesOf, readShare } from "../../adapters/kit/mix.ts";
import type { Behaviour } from "./behaviour.ts";
import { BEHAVIOURS, type BehaviourSettings } from "./behaviours/roster.ts";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import type { FleetMember } from "./fleet-plan.ts";

/**
 * The behaviours of one device of many, made anew. Odd and faulty ones come in front of a complete device; naming good ones
 * replaces the complete device by those alone. What is for edge nodes is left aside by plain devices, and the other way.
 */
export function mixFor(
  { index, ingredients, speech }: Pick<FleetMember, "index" | "ingredients" | "speech">,
  settings: BehaviourSettings,
): readonly Behaviour[] {
  const kindOfDevice = speech.kind === "sparkplug" ? "sparkplug" : "plain";
  const fits = (name: string): boolean => {
    const entry = BEHAVIOURS[name];
    return entry !== undefined && (entry.of === "both" || entry.of === kindOfDevice);
  };
  const isGood = (name: string): boolean => BEHAVIOURS[name]?.kind === "good";
  const fitting = ingredients.filter(({ name }) => fits(name));
  const named = namesOf(index, fitting);
  const complete = Object.keys(BEHAVIOURS).filter((name) => isGood(name) && fits(name));
  const good = fitting.some(({ name }) => isGood(name)) ? named.filter(isGood) : complete;
  return [...named.filter((name) => !isGood(name)), ...good].flatMap((name) => BEHAVIOURS[name]?.make(settings) ?? []);
}

/** `floods`, or `floods=2%` for one device in fifty; `undefined` for a name or a share there is not. */
export function readIngredient(text: string): Ingredient | undefined {
  return readShare(text, BEHAVIOURS);
}
