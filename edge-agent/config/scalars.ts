import { isIP } from "node:net";
import { z } from "zod";
import { ID_PATTERN } from "../model/fields.ts";
import { DEVICE_UID_LENGTH } from "../model/limits.ts";
import type { SecretRef } from "./config.ts";

/**
 * The small words of the file. By convention the message of every schema in this room is a noun phrase of what is expected
 * ("a duration such as 3s"); `complaints.ts` makes the sentence, with the value and the place.
 */

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const UNITS_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};
const QUANTITY = /^(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]+)$/;

/** Milliseconds of `400ms`, `3s`, `1.5min`, `2h`, `7d`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  return quantity(text, UNITS_MS);
}

/** Bytes of `512B`, `64KiB`, `1.5GiB`; `undefined` for anything else. */
export function parseSize(text: string): number | undefined {
  return quantity(text, UNITS_BYTES);
}

function quantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = QUANTITY.exec(text.trim());
  const unit = Object.hasOwn(units, match?.[2] ?? "") ? units[match?.[2] ?? ""] : undefined;
  if (match === null || unit === undefined) return undefined;
  const value = Number(match[1]) * unit;
  return Number.isInteger(value) ? value : undefined;
}

export function formatDuration(ms: number): string {
  for (const unit of ["d", "h", "min", "s"]) {
    const size = UNITS_MS[unit] ?? 1;
    if (ms !== 0 && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

export function formatSize(bytes: number): string {
  for (const unit of ["TiB", "GiB", "MiB", "KiB"]) {
    const size = UNITS_BYTES[unit] ?? 1;
    if (bytes !== 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}

interface Bounds {
  readonly min: string;
  readonly max: string;
}

/** A span of time in milliseconds. */
export function duration(bounds: Bounds): z.ZodType<number, string> {
  const noun = `a duration from ${bounds.min} to ${bounds.max}`;
  return measured(noun, parseDuration, bounds, (n) => `${n}ms if milliseconds are meant`);
}

/** An amount of bytes. */
export function size(bounds: Bounds): z.ZodType<number, string> {
  const noun = `a size from ${bounds.min} to ${bounds.max}`;
  return measured(noun, parseSize, bounds, (n) => `${n}B if bytes are meant`);
}

function measured(
  noun: string,
  parse: (text: string) => number | undefined,
  bounds: Bounds,
  withUnit: (n: number) => string,
): z.ZodType<number, string> {
  const min = parse(bounds.min) ?? 0;
  const max = parse(bounds.max) ?? Number.MAX_SAFE_INTEGER;
  return z.string({ error: noun }).transform((text, context) => {
    const value = parse(text);
    if (value !== undefined && value >= min && value <= max) return value;
    const meant = text.trim().replace(/[A-Za-z]+$/, (unit) => MEANT_UNITS[unit.toLowerCase()] ?? unit);
    const fix = /^\d+$/.test(text.trim())
      ? `write the unit: ${withUnit(Number(text))}`
      : meant !== text.trim() && parse(meant) !== undefined
        ? `did you mean ${meant}?`
        : undefined;
    context.issues.push({ code: "custom", message: noun, input: text, params: { fix } });
    return z.NEVER;
  });
}

const MEANT_UNITS: Readonly<Record<string, string>> = {
  msec: "ms",
  millis: "ms",
  sec: "s",
  secs: "s",
  seconds: "s",
  m: "min",
  mins: "min",
  minutes: "min",
  hr: "h",
  hours: "h",
  days: "d",
  k: "KiB",
  kb: "KiB",
  kib: "KiB",
  mb: "MiB",
  mib: "MiB",
  g: "GiB",
  gb: "GiB",
  gib: "GiB",
  tb: "TiB",
  tib: "TiB",
  bytes: "B",
};

export function integer(min: number, max: number, what: string = "a whole number"): z.ZodType<number, number> {
  const error = `${what} from ${min} to ${max}`;
  return z.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

export function decimal(min: number, max: number, what: string): z.ZodType<number, number> {
  const error = `${what} from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

export function flag(): z.ZodType<boolean, boolean> {
  return z.boolean({ error: "true or false" });
}

export function choice<const T extends readonly [string, ...string[]]>(values: T): z.ZodType<T[number], string> {
  return z.enum(values, { error: `one of ${values.join(", ")}` });
}

export function text(what: string, pattern: RegExp = /\S/, maxLength: number = 256): z.ZodType<string, string> {
  return z.string({ error: what }).max(maxLength, { error: what }).regex(pattern, { error: what });
}

/** Names that become parts of Redis keys, job ids, metric labels and file names. */
export function name(what: string): z.ZodType<string, string> {
  return text(
    `${what}: letters, digits, "-" and "_", beginning with a letter or digit, at most 40`,
    /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
    40,
  );
}

/** A device uid: it becomes part of message and job ids, so it has no colon and no space, and is not a number. */
export function uid(): z.ZodType<string, string> {
  const noun = `a uid of letters, digits, ".", "_", "~" and "-", not digits alone, at most ${DEVICE_UID_LENGTH}`;
  return text(noun, ID_PATTERN, DEVICE_UID_LENGTH);
}

export function port(): z.ZodType<number, number> {
  return integer(1, 65_535, "a port");
}

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}))*\.?$/;

/** An IP address or a host name. */
export function host(what: string = "an IP address or a host name"): z.ZodType<string, string> {
  const error = what;
  return z
    .string({ error })
    .refine((value) => isIP(value) !== 0 || (HOST_NAME.test(value) && !looksLikeBadIp(value)), { error });
}

/** `10.0.0.300` and `10.0.0` are mistyped addresses, not names. */
function looksLikeBadIp(value: string): boolean {
  return /^[\d.]+$/.test(value);
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `7411`, `10.0.0.1:7411`, `[::1]:7411`; a bare port stands for `defaultHost` and that port. */
export function endpoint(): z.ZodType<{ readonly host: string | undefined; readonly port: number }, string | number> {
  const error = "a port, or address:port such as 127.0.0.1:7421";
  return z.union([z.number(), z.string()], { error }).transform((value, context) => {
    const found = typeof value === "number" ? toEndpoint(undefined, value) : parseEndpoint(value);
    if (found !== undefined) return found;
    context.issues.push({ code: "custom", message: error, input: value });
    return z.NEVER;
  });
}

export function parseEndpoint(value: string): { readonly host: string | undefined; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(value);
  if (match === null) return undefined;
  const named = match[1] ?? match[2] ?? "";
  if (
    match[1] !== undefined ? isIP(named) !== 6 : isIP(named) === 0 && (!HOST_NAME.test(named) || looksLikeBadIp(named))
  ) {
    return undefined;
  }
  return toEndpoint(named, Number(match[3]));
}

function toEndpoint(named: string | undefined, number: number): { host: string | undefined; port: number } | undefined {
  return Number.isInteger(number) && number >= 1 && number <= 65_535 ? { host: named, port: number } : undefined;
}

/** Marks the issue of a secret that was written into the file, so that nobody prints it. */
export const LITERAL_SECRET = "a secret by reference";

/** `{file: /path}` or `{env: NAME}`; the secret itself never stands in the file. */
export function secret(what: string): z.ZodType<SecretRef, { file?: string | undefined; env?: string | undefined }> {
  return z
    .strictObject(
      {
        file: text("the path of a file").optional(),
        env: text("the name of an environment variable", /^[A-Za-z_][A-Za-z0-9_]*$/).optional(),
      },
      { error: (issue) => (issue.code === "invalid_type" ? `${LITERAL_SECRET}: ${what}` : undefined) },
    )
    .transform((value, context): SecretRef => {
      if (value.file !== undefined && value.env === undefined) return { kind: "file", path: value.file };
      if (value.env !== undefined && value.file === undefined) return { kind: "env", name: value.env };
      context.issues.push({
        code: "custom",
        message: "give either file or env",
        input: value,
        params: { statement: true, fix: "{ file: /etc/busbar/… } or { env: NAME }" },
      });
      return z.NEVER;
    });
}

/** A file named as `{file: /path}`, where nothing else is possible; the result is the path. */
export function fileRef(what: string): z.ZodType<string, { file: string }> {
  return z
    .strictObject(
      { file: text("the path of a file") },
      { error: (issue) => (issue.code === "invalid_type" ? `${what}, as { file: /path }` : undefined) },
    )
    .transform((value) => value.file);
}

export function path(what: string): z.ZodType<string, string> {
  return text(what, /^[^\0]+$/, 1_024);
}
