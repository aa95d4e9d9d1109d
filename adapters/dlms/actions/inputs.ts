import type { Json, JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { fromCivil, toWall, type WallMs } from "../../kit/time.ts";
import type { DlmsData } from "../data/data.ts";
import { parseDataText } from "../cosem/data-text.ts";
import { type Obis, parseObis } from "../obis.ts";

/** Faults of a command itself, before a byte is sent or because a meter's profile lacks what it needs. */
export type DlmsCommandFaultCode =
  | "dlms.command.unknown-action"
  | "dlms.command.invalid"
  /** The companion standard of the meter has no such thing. */
  | "dlms.command.not-in-profile"
  | "dlms.command.busy"
  | "dlms.command.expired"
  | "dlms.command.misdirected"
  | "dlms.command.key-missing"
  | "dlms.command.result-too-large";

export function commandFault(code: DlmsCommandFaultCode, message: string): EdgeError {
  return new EdgeError({ code, blame: "operator", retry: "never", message });
}

export function invalid(why: string): EdgeError {
  return commandFault("dlms.command.invalid", why);
}

/**
 * Reads the value of a command field by field. Every reader names the field it refuses; `done` refuses fields nobody
 * read, so that a misspelt option does not silently do nothing.
 */
export class Input {
  readonly #record: Readonly<Record<string, Json>>;
  readonly #path: string;
  readonly #read = new Set<string>();

  constructor(value: Json | undefined, path = "value") {
    if (value === undefined) this.#record = {};
    else if (isRecord(value)) this.#record = value;
    else throw invalid(`${path} is an object`);
    this.#path = path;
  }

  #take(name: string): Json | undefined {
    this.#read.add(name);
    return Object.hasOwn(this.#record, name) ? this.#record[name] : undefined;
  }

  #where(name: string): string {
    return `${this.#path}.${name}`;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#record, name);
  }

  any(name: string): Json | undefined {
    return this.#take(name);
  }

  text(name: string, pattern: RegExp, what: string): string {
    const value = this.#take(name);
    if (typeof value === "string" && pattern.test(value)) return value;
    throw invalid(`${this.#where(name)} is ${what}`);
  }

  optionalText(name: string, pattern: RegExp, what: string): string | undefined {
    return this.has(name) ? this.text(name, pattern, what) : undefined;
  }

  choice<const T extends string>(name: string, among: readonly T[]): T {
    const value = this.#take(name);
    const found = among.find((one) => one === value);
    if (found !== undefined) return found;
    throw invalid(`${this.#where(name)} is one of ${among.join(", ")}`);
  }

  optionalChoice<const T extends string>(name: string, among: readonly T[]): T | undefined {
    return this.has(name) ? this.choice(name, among) : undefined;
  }

  integer(name: string, low: number, high: number): number {
    const value = this.#take(name);
    if (typeof value === "number" && Number.isInteger(value) && value >= low && value <= high) return value;
    throw invalid(`${this.#where(name)} is an integer from ${low} to ${high}`);
  }

  optionalInteger(name: string, low: number, high: number): number | undefined {
    return this.has(name) ? this.integer(name, low, high) : undefined;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#take(name);
    if (value === undefined) return otherwise;
    if (typeof value === "boolean") return value;
    throw invalid(`${this.#where(name)} is true or false`);
  }

  obis(name: string): Obis {
    const value = this.#take(name);
    const parsed = typeof value === "string" ? parseObis(value) : undefined;
    if (parsed !== undefined) return parsed;
    throw invalid(`${this.#where(name)} is an OBIS code such as 1-0:1.8.0*255`);
  }

  optionalObis(name: string): Obis | undefined {
    return this.has(name) ? this.obis(name) : undefined;
  }

  /** RFC 3339 in UTC. */
  time(name: string): WallMs {
    const value = this.#take(name);
    const at = typeof value === "string" ? parseTime(value) : undefined;
    if (at !== undefined) return at;
    throw invalid(`${this.#where(name)} is a time in UTC such as 2026-11-20T00:00:00Z`);
  }

  optionalTime(name: string): WallMs | undefined {
    return this.has(name) ? this.time(name) : undefined;
  }

  /** A COSEM value as text: `double-long-unsigned:5`. */
  data(name: string): DlmsData {
    const value = this.#take(name);
    if (typeof value === "string") return parseDataText(value);
    throw invalid(`${this.#where(name)} is a typed value such as "double-long-unsigned:5"`);
  }

  optionalData(name: string): DlmsData | undefined {
    return this.has(name) ? this.data(name) : undefined;
  }

  list(name: string, low: number, high: number): readonly Json[] {
    const value = this.#take(name);
    if (isList(value) && value.length >= low && value.length <= high) return value;
    throw invalid(`${this.#where(name)} is a list of ${low} to ${high}`);
  }

  records(name: string, low: number, high: number): readonly Input[] {
    return this.list(name, low, high).map((item, index) => new Input(item, `${this.#where(name)}[${index}]`));
  }

  choices<const T extends string>(name: string, among: readonly T[]): readonly T[] {
    return this.list(name, 1, among.length).map((item) => {
      const found = among.find((one) => one === item);
      if (found !== undefined) return found;
      throw invalid(`${this.#where(name)} is a list of ${among.join(", ")}`);
    });
  }

  /** Refuses fields nobody asked for. */
  done(): void {
    const unknown = Object.keys(this.#record).find((name) => !this.#read.has(name));
    if (unknown !== undefined) throw invalid(`${this.#where(unknown)} means nothing here`);
  }
}

/** RFC 3339 in UTC, to the millisecond; `undefined` for anything else. */
export function parseTime(text: string): WallMs | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const millisecond = Number((parts[7] ?? "0").padEnd(3, "0").slice(0, 3));
  const at = fromCivil({ year, month, day, hour, minute, second, millisecond });
  return at === undefined ? undefined : toWall(at);
}

export function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
