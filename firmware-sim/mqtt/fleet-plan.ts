import type { Ingredient } from "../../adapters/kit/mix.ts";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { Qos } from "./behaviour.ts";
import { DEFAULT_TEMPLATE, PayloadTemplate } from "./payload-template.ts";

/** What the devices of a fleet have to say, and when. */
export type Speech =
  | {
      readonly kind: "measurements";
      readonly topic: TopicTemplate;
      readonly payload: PayloadTemplate;
      readonly everyMs: DurationMs;
    }
  /** The messages of a script, again and again: `atMs` counts from the beginning of a round. */
  | {
      readonly kind: "script";
      readonly startMs: DurationMs;
      readonly roundMs: DurationMs;
      readonly repeats: boolean;
      readonly steps: readonly ScriptStep[];
    }
  /** An edge node of Sparkplug with one device under it. */
  | { readonly kind: "sparkplug"; readonly group: string; readonly everyMs: DurationMs };

export interface ScriptStep {
  readonly atMs: DurationMs;
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface FleetMember {
  readonly uid: string;
  readonly clientId: string;
  readonly index: number;
  readonly speech: Speech;
  readonly qos: Qos | "mixed";
  readonly retain: boolean;
  readonly ingredients: readonly Ingredient[];
}

export interface FleetPlan {
  /** The beginning of every uid and client id. */
  readonly name: string;
  readonly count: number;
  readonly topic?: string;
  readonly template?: string;
  readonly everyMs: DurationMs;
  readonly qos: Qos | "mixed";
  readonly retain?: boolean;
  readonly ingredients?: readonly Ingredient[];
  /** Edge nodes of this group of Sparkplug instead of plain devices. */
  readonly sparkplug?: string;
}

export const DEFAULT_TOPIC = "{device}/m";

/** The devices of a plan: the same plan gives the same devices. Throws where its topic or template cannot be read. */
export function planFleet(plan: FleetPlan): readonly FleetMember[] {
  const speech: Speech =
    plan.sparkplug !== undefined
      ? { kind: "sparkplug", group: plan.sparkplug, everyMs: plan.everyMs }
      : {
          kind: "measurements",
          topic: new TopicTemplate(plan.topic ?? DEFAULT_TOPIC),
          payload: new PayloadTemplate(plan.template ?? DEFAULT_TEMPLATE),
          everyMs: plan.everyMs,
        };
  return Array.from({ length: plan.count }, (_, index) => {
    const uid = `${plan.name}-${String(index + 1).padStart(5, "0")}`;
    const { qos, retain = false, ingredients = [] } = plan;
    return { uid, clientId: uid, index, speech, qos, retain, ingredients };
  });
}

/** When the message with this number (from 1) is due, ms from the start; `undefined`: there is none. */
export function dueMs(speech: Speech, number: number, phase: number): DurationMs | undefined {
  if (speech.kind !== "script") return (number - 1 + phase) * speech.everyMs;
  const { steps, roundMs, startMs, repeats } = speech;
  const round = Math.floor((number - 1) / steps.length);
  const step = steps[(number - 1) % steps.length];
  if (step === undefined || (round > 0 && !repeats)) return undefined;
  return startMs + round * roundMs + step.atMs;
}

/** The password of a device in a fleet whose devices have one: it follows from the seed. */
export function passwordOf(seed: string, clientId: string): string {
  const bytes = new SeededRandom(0).of(`${seed} password ${clientId}`).bytes(16);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
