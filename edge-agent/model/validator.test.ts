import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { commandSchema } from "./command.ts";
import { EXAMPLES } from "./examples.ts";
import { messageSchema } from "./message.ts";
import { compileValidator } from "./validator.ts";

const examples = Object.values(EXAMPLES).map((example): unknown => JSON.parse(JSON.stringify(example)));
const isMessage = compileValidator(messageSchema);

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([key, one]) => placesIn(one, [...path, key]))];
}

/** A copy with something else in that place; `GONE` takes it away. */
function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    const at = Number(key);
    if (rest.length === 0 && by === GONE) return value.filter((_, index) => index !== at);
    return value.map((one, index): unknown => (index === at ? replaced(one, rest, by) : one));
  }
  const record: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  if (rest.length === 0 && by === GONE) delete record[key];
  else record[key] = replaced(record[key], rest, by);
  return record;
}

const GONE = Symbol("gone");

/** What fields are likely to hold, right or just wrong. */
const anything = fc.oneof(
  fc.constant(GONE),
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    0,
    -1,
    1.5,
    -129,
    -128,
    127,
    128,
    65_535,
    65_536,
    2 ** 53,
    Number.NaN,
  ),
  fc.constantFrom(
    "",
    "0",
    "12",
    "a",
    "ok-1",
    "a b",
    "Infinity",
    "-0",
    "00",
    "0a",
    "0A",
    "good",
    "device",
    "W",
    "online",
  ),
  fc.constantFrom("2026-11-21T00:15:02Z", "2026-11-21T00:15:60.123456789Z", "2026-13-21T00:15:02Z", "2026-11-21"),
  fc.constantFrom(
    "PT15M",
    "P",
    "P1DT",
    "busbar.state.v1",
    "busbar.profile.v1",
    "i64",
    "bytes",
    "bool",
    "string",
    "time",
  ),
  fc.constantFrom(64, 65, 128, 129, 255, 256, 1_024, 1_025, 2_048, 2_049).map((length) => "x".repeat(length)),
  fc.constantFrom<unknown>(
    [],
    {},
    [[]],
    [{}],
    { time: "2026-11-21T00:15:02Z" },
    Array.from({ length: 65 }, () => 1),
  ),
  fc.jsonValue(),
);

/** Examples with up to three of their places changed. */
const nearly = fc
  .tuple(fc.constantFrom(...examples), fc.array(fc.tuple(fc.nat(), anything), { maxLength: 3 }))
  .map(([example, changes]) => {
    let value = example;
    for (const [at, by] of changes) {
      const places = placesIn(value);
      value = replaced(value, places[at % places.length] ?? [], by);
    }
    return value;
  });

describe("a compiled validator", () => {
  it("takes every example without asking the schema", () => {
    for (const example of examples) expect(isMessage(example)).toBe(true);
  });

  it("says what the schema says, of what is right and of what is nearly right", () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(nearly, (value) => {
        const expected = messageSchema.safeParse(value).success;
        seen[expected ? "true" : "false"] += 1;
        expect(isMessage(value)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(300);
  });

  it("says what the schema says of anything at all", () => {
    fc.assert(fc.property(fc.anything(), (value) => isMessage(value) === messageSchema.safeParse(value).success));
  });

  it("says the same of every single place that is gone, empty or of another kind", () => {
    for (const example of examples) {
      for (const place of placesIn(example)) {
        for (const by of [GONE, undefined, null, "", 0, "x".repeat(300), [], {}]) {
          const value = replaced(example, place, by);
          expect({ place, by, is: isMessage(value) }).toEqual({
            place,
            by,
            is: messageSchema.safeParse(value).success,
          });
        }
      }
    }
  });

  it("asks the schema where it has no quick way", () => {
    const odd = z.object({ a: z.string().transform((text) => text.length), b: z.tuple([z.number()]) });
    const isOdd = compileValidator(odd);
    expect(isOdd({ a: "x", b: [1] })).toBe(true);
    expect(isOdd({ a: "x", b: ["1"] })).toBe(false);
    expect(compileValidator(z.strictObject({ a: z.string() }))({ a: "x", more: 1 })).toBe(false);
    expect(compileValidator(z.string().trim().min(1))(" ")).toBe(false);
    expect(compileValidator(z.email())("nobody")).toBe(false);
    expect(compileValidator(z.int())(1.5)).toBe(false);
    expect(compileValidator(z.coerce.string())(1)).toBe(true);
    expect(compileValidator(z.xor([z.string(), z.literal("a")]))("a")).toBe(false);
    expect(compileValidator(z.string().regex(/a/g))("a")).toBe(true);
    const command = fc.oneof(fc.jsonValue(), fc.record({ uid: fc.string(), device: fc.string() }));
    const isCommand = compileValidator(commandSchema);
    fc.assert(fc.property(command, (value) => isCommand(value) === commandSchema.safeParse(value).success));
  });
});
