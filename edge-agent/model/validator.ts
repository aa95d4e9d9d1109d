import { z } from "zod";

/** Says whether a value matches, and nothing else. */
export type Validator = (value: unknown) => boolean;

/**
 * A quick validator made of a zod schema, for what is read a hundred thousand times and is nearly always right. The schema
 * stays the one truth: this walks it once, and where it meets something it has no quick way for it asks the schema itself.
 * It makes no copy and names no fault; whoever gets `false` asks the schema why.
 */
export function compileValidator(schema: z.ZodType): Validator {
  return compile(schema);
}

function compile(schema: z.core.$ZodType): Validator {
  const asked: Validator = (value) => z.safeParse(schema, value).success;
  const base = baseOf(schema);
  if (base === undefined) return asked;
  const checks: Validator[] = [];
  for (const check of schema._zod.def.checks ?? []) {
    const quick = checkOf(check);
    if (quick === undefined) return asked;
    checks.push(quick);
  }
  const [first, second] = checks;
  if (first === undefined) return base;
  if (second === undefined) return (value) => base(value) && first(value);
  return (value) => base(value) && checks.every((check) => check(value));
}

/** What the schema asks of a value before its checks; `undefined` where it has no quick way. */
function baseOf(schema: z.core.$ZodType): Validator | undefined {
  if (!PLAIN.has(schema.constructor) || ("coerce" in schema._zod.def && schema._zod.def.coerce === true))
    return undefined;
  if (schema instanceof z.ZodString) return (value) => typeof value === "string";
  if (schema instanceof z.ZodNumber) return (value) => typeof value === "number" && Number.isFinite(value);
  if (schema instanceof z.ZodBoolean) return (value) => typeof value === "boolean";
  if (schema instanceof z.ZodNull) return (value) => value === null;
  if (schema instanceof z.ZodLiteral) return oneOf(schema._zod.def.values);
  if (schema instanceof z.ZodEnum) return oneOf(Object.values(schema._zod.def.entries));
  if (schema instanceof z.ZodOptional) {
    const inner = compile(schema._zod.def.innerType);
    return (value) => value === undefined || inner(value);
  }
  if (schema instanceof z.ZodArray) {
    const element = compile(schema._zod.def.element);
    return (value) => Array.isArray(value) && value.every(element);
  }
  if (schema instanceof z.ZodObject) return objectOf(schema);
  if (schema instanceof z.ZodDiscriminatedUnion) return byDiscriminator(schema);
  if (schema instanceof z.ZodUnion) {
    const options = schema._zod.def.options.map(compile);
    return (value) => options.some((option) => option(value));
  }
  return undefined;
}

/** Not what was made of them, such as a union of which exactly one may match, or a number that is an integer by its kind. */
const PLAIN: ReadonlySet<unknown> = new Set([
  z.ZodString,
  z.ZodNumber,
  z.ZodBoolean,
  z.ZodNull,
  z.ZodLiteral,
  z.ZodEnum,
  z.ZodOptional,
  z.ZodArray,
  z.ZodObject,
  z.ZodDiscriminatedUnion,
  z.ZodUnion,
]);

/** A set looks slower than it is: the values of a message are nearly always texts already known. */
function oneOf(values: readonly unknown[]): Validator {
  const [only] = values;
  if (values.length === 1) return (value) => value === only;
  const all = new Set(values);
  return (value) => all.has(value);
}

function objectOf(schema: z.ZodObject): Validator | undefined {
  const { shape, catchall } = schema._zod.def;
  if (catchall !== undefined) return undefined;
  const fields = Object.entries(shape).map(([name, field]) => ({ name, matches: compile(field) }));
  return (value) => {
    if (!isRecord(value)) return false;
    for (const { name, matches } of fields) if (!matches(value[name])) return false;
    return true;
  };
}

function byDiscriminator(schema: z.ZodDiscriminatedUnion): Validator | undefined {
  const { discriminator, options } = schema._zod.def;
  const byValue = new Map<unknown, Validator>();
  for (const option of options) {
    const field = option instanceof z.ZodObject ? option._zod.def.shape[discriminator] : undefined;
    if (!(field instanceof z.ZodLiteral)) return undefined;
    for (const value of field._zod.def.values) byValue.set(value, compile(option));
  }
  return (value) => isRecord(value) && byValue.get(value[discriminator])?.(value) === true;
}

/** The checks of one schema are only asked of what its base has let through, so the types are known. */
function checkOf(check: z.core.$ZodCheck): Validator | undefined {
  const { def } = check._zod;
  if (check instanceof z.core.$ZodCheckMaxLength) {
    const { maximum } = check._zod.def;
    return (value) => lengthOf(value) <= maximum;
  }
  if (check instanceof z.core.$ZodCheckMinLength) {
    const { minimum } = check._zod.def;
    return (value) => lengthOf(value) >= minimum;
  }
  if (check instanceof z.core.$ZodCheckRegex) {
    const { pattern } = check._zod.def;
    return pattern.global || pattern.sticky ? undefined : (value) => typeof value === "string" && pattern.test(value);
  }
  if (check instanceof z.core.$ZodCheckGreaterThan) {
    const { value: bound, inclusive } = check._zod.def;
    if (typeof bound !== "number") return undefined;
    return (value) => typeof value === "number" && (inclusive ? value >= bound : value > bound);
  }
  if (check instanceof z.core.$ZodCheckLessThan) {
    const { value: bound, inclusive } = check._zod.def;
    if (typeof bound !== "number") return undefined;
    return (value) => typeof value === "number" && (inclusive ? value <= bound : value < bound);
  }
  if (check instanceof z.core.$ZodCheckNumberFormat && check._zod.def.format === "safeint") {
    return (value) => Number.isSafeInteger(value);
  }
  if (def.check === "custom") return (value) => hasNoIssue(check, value);
  return undefined;
}

/** A refinement: zod's own function, with somewhere to put what it finds. */
function hasNoIssue(check: z.core.$ZodCheck, value: unknown): boolean {
  const payload = { value: value as never, issues: [] };
  const answer = check._zod.check(payload);
  return answer === undefined && payload.issues.length === 0;
}

function lengthOf(value: unknown): number {
  return typeof value === "string" || Array.isArray(value) ? value.length : Number.NaN;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
