import fc from "fast-check";
import type { LeaseWorld } from "./lease-world.testing.ts";
import type { LeaseRequest, LinkEnd } from "./words.ts";

/** One thing that happens in the world, and how long the world goes on before the next. */
export type Weather = { readonly forMs: number } & (
  | { readonly kind: "calm" }
  | { readonly kind: "kill" | "start" | "freeze" | "thaw"; readonly who: number }
  | { readonly kind: "link" | "mend"; readonly who: number; readonly other: number }
  | { readonly kind: "reset"; readonly who: number; readonly other: number; readonly how: LinkEnd }
  | { readonly kind: "cut"; readonly who: number; readonly other: number; readonly bothWays: boolean }
  | { readonly kind: "redis"; readonly up: boolean }
  | { readonly kind: "reach"; readonly who: number; readonly reach: "ok" | "refused" | "silent" }
  | { readonly kind: "slow"; readonly who: number; readonly delayMs: number; readonly repeat: boolean }
  | {
      readonly kind: "ask";
      readonly who: number;
      readonly other: number;
      readonly what: "handover" | "step-down" | "pause" | "resume";
    }
  | { readonly kind: "drain"; readonly who: number; readonly inMs: number | undefined }
  | { readonly kind: "forget" }
  | { readonly kind: "failover" | "replicate" }
  | { readonly kind: "replica"; readonly follows: boolean }
  | { readonly kind: "jump"; readonly byMs: number }
);

const who = fc.nat({ max: 2 });
const other = fc.nat({ max: 2 });
const forMs = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 60, max: 2_500 }));

const tame: fc.Arbitrary<Weather>[] = [
  fc.record({ forMs, kind: fc.constant("calm") }),
  fc.record({ forMs, kind: fc.constantFrom("kill", "start", "freeze", "thaw"), who }),
  fc.record({ forMs, kind: fc.constantFrom("link", "mend"), who, other }),
  fc.record({ forMs, kind: fc.constant("reset"), who, other, how: fc.constantFrom("died", "bye", "given-up") }),
  fc.record({ forMs, kind: fc.constant("cut"), who, other, bothWays: fc.boolean() }),
  fc.record({ forMs, kind: fc.constant("redis"), up: fc.boolean() }),
  fc.record({ forMs, kind: fc.constant("reach"), who, reach: fc.constantFrom("ok", "refused", "silent") }),
  fc.record({
    forMs,
    kind: fc.constant("slow"),
    who,
    delayMs: fc.constantFrom(0, 1, 20, 150, 300, 900),
    repeat: fc.boolean(),
  }),
  fc.record({
    forMs,
    kind: fc.constant("ask"),
    who,
    other,
    what: fc.constantFrom("handover", "step-down", "pause", "resume"),
  }),
  fc.record({ forMs, kind: fc.constant("drain"), who, inMs: fc.constantFrom(0, 20, 400, undefined) }),
];

const wild: fc.Arbitrary<Weather>[] = [
  fc.record({ forMs, kind: fc.constant("forget") }),
  fc.record({ forMs, kind: fc.constantFrom("failover", "replicate") }),
  fc.record({ forMs, kind: fc.constant("replica"), follows: fc.boolean() }),
  fc.record({ forMs, kind: fc.constant("jump"), byMs: fc.integer({ min: -3_000, max: 10_000 }) }),
];

/** Weather in which Redis keeps what it is told, and weather in which it does not. */
export const tameWeather: fc.Arbitrary<Weather[]> = fc.array(fc.oneof(...tame), { minLength: 5, maxLength: 40 });
export const wildWeather: fc.Arbitrary<Weather[]> = fc.array(fc.oneof(...tame, ...wild), {
  minLength: 5,
  maxLength: 40,
});

export function happen(world: LeaseWorld, one: Weather): void {
  const names = [...world.agents.keys()];
  const nameOf = (index: number): string => names[index % names.length] ?? "";
  const a = "who" in one ? nameOf(one.who) : "";
  const b = "other" in one ? nameOf(one.other) : "";
  switch (one.kind) {
    case "kill":
    case "start":
    case "freeze":
    case "thaw":
      world[one.kind](a);
      break;
    case "reach":
      world.agent(a).redis.reach = one.reach;
      break;
    case "slow":
      Object.assign(world.agent(a).redis, { delayMs: one.delayMs, repeat: one.repeat });
      break;
    case "ask":
      world.request(
        a,
        one.what === "handover" ? { kind: "handover", to: b } : ({ kind: one.what } satisfies LeaseRequest),
      );
      break;
    case "drain":
      world.agent(a).drainsInMs = one.inMs;
      break;
    case "link":
    case "mend":
    case "reset":
    case "cut":
      if (a !== b) happenToLink(world, one, a, b);
      break;
    default:
      happenToRedis(world, one);
  }
  world.run(one.forMs);
}

function happenToLink(
  world: LeaseWorld,
  one: Extract<Weather, { readonly kind: "link" | "mend" | "reset" | "cut" }>,
  a: string,
  b: string,
): void {
  if (one.kind === "link") world.openLink(a, b);
  else if (one.kind === "mend") world.mend(a, b);
  else if (one.kind === "reset") world.resetLink(a, b, one.how);
  else if (one.kind === "cut") {
    world.cut(a, b);
    if (one.bothWays) world.cut(b, a);
  }
}

function happenToRedis(world: LeaseWorld, one: Weather): void {
  if (one.kind === "redis") world.redis.up = one.up;
  else if (one.kind === "forget") world.forget("lease");
  else if (one.kind === "failover") world.failover();
  else if (one.kind === "replicate") world.replicate();
  else if (one.kind === "replica") world.replicaFollows = one.follows;
  else if (one.kind === "jump") world.redisClock(one.byMs);
}

/** The weather clears: everybody is there, hears everybody and reaches Redis. */
export function clear(world: LeaseWorld): void {
  world.redis.up = true;
  world.replicaFollows = true;
  const names = [...world.agents.keys()];
  for (const name of names) {
    Object.assign(world.agent(name).redis, { reach: "ok", delayMs: 1, repeat: false });
    world.agent(name).drainsInMs = 20;
    world.thaw(name);
    world.start(name);
    world.request(name, { kind: "resume" });
  }
  world.run(1_000);
  for (const [i, a] of names.entries()) {
    for (const b of names.slice(i + 1)) {
      world.mend(a, b);
      world.openLink(a, b);
    }
  }
}
