import type { Random } from "../../adapters/kit/ports.ts";
import { toRfc3339, type WallMs } from "../../adapters/kit/time.ts";
import { mqttSimFault } from "./sim-fault.ts";

/** What stands in the gaps of a payload. */
export interface PayloadFacts {
  readonly device: string;
  readonly number: number;
  readonly wall: WallMs;
  readonly random: Random;
}

type Part = string | ((facts: PayloadFacts) => string);

const GAP = /\{\{([a-z]+)((?: -?\d+(?:\.\d+)?){0,3})\}\}/g;

/** The payload of a sensor that measures a voltage and counts its messages. */
export const DEFAULT_TEMPLATE = '{"t":{{now}},"u":{{between 225 235 1}},"n":{{n}}}';

/**
 * A payload with gaps: `{{device}}`, `{{n}}` (the number of the message), `{{now}}` (Unix ms), `{{iso}}` (RFC 3339) and
 * `{{between LOW HIGH DECIMALS}}`. Everything else stands as it is, braces of JSON too.
 */
export class PayloadTemplate {
  readonly #parts: readonly Part[];

  /** Throws `config.simulation.template` where a gap is none of these. */
  constructor(text: string) {
    const parts: Part[] = [];
    let from = 0;
    for (const match of text.matchAll(GAP)) {
      parts.push(text.slice(from, match.index), toGap(match[0], match[1] ?? "", match[2] ?? ""));
      from = match.index + match[0].length;
    }
    parts.push(text.slice(from));
    const stray = parts.find((part) => typeof part === "string" && part.includes("{{"));
    if (stray !== undefined) throw unknownGap(String(stray));
    this.#parts = parts;
  }

  write(facts: PayloadFacts): string {
    return this.#parts.map((part) => (typeof part === "string" ? part : part(facts))).join("");
  }
}

function toGap(whole: string, name: string, given: string): Part {
  const [low = 0, high = 0, decimals = 0] = given.trim() === "" ? [] : given.trim().split(" ").map(Number);
  switch (name) {
    case "device":
      return ({ device }) => device;
    case "n":
      return ({ number }) => String(number);
    case "now":
      return ({ wall }) => String(wall);
    case "iso":
      return ({ wall }) => toRfc3339(wall);
    case "between": {
      if (!(low <= high && Number.isInteger(decimals) && decimals >= 0 && decimals <= 9)) throw unknownGap(whole);
      // Thrown in whole steps, so that the last decimal is as likely as any.
      const steps = Math.round((high - low) * 10 ** decimals);
      return ({ random }) => (low + random.below(steps + 1) / 10 ** decimals).toFixed(decimals);
    }
    default:
      throw unknownGap(whole);
  }
}

function unknownGap(text: string): Error {
  const gaps = "{{device}}, {{n}}, {{now}}, {{iso}} or {{between LOW HIGH DECIMALS}}";
  return mqttSimFault("config.simulation.template", `${JSON.stringify(text.slice(0, 80))} is none of ${gaps}`);
}
