import type { SeededRandom } from "../kit/random.ts";
import type { Apdu } from "./apdu/apdu.ts";
import type { ReadResult, VariableSpecification, WriteResult } from "./apdu/short-name.ts";
import { array, type DlmsData, number, octetString, structure } from "./data/data.ts";
import { obisOctets, toObis } from "./obis.ts";

const OBJECT_LIST_NAME = 0xfa08;
const HLS_NAME = 0xfa58;
const LISTED: readonly (readonly [baseName: number, classId: number, name: string])[] = [
  [0x2bc0, 8, "0-0:1.0.0*255"],
  [0x0410, 7, "1-0:99.1.0*255"],
  [-0x1000, 70, "0-0:96.3.10*255"],
];

/** What a server of short names answers the fuzzed client; `undefined` for what is no request of theirs. */
export function shortNameAnswer(asked: Apdu, random: SeededRandom): Apdu | undefined {
  if (asked.kind === "read-request") {
    return { kind: "read-response", results: asked.variables.map((one) => readResult(one, random)) };
  }
  if (asked.kind !== "write-request") return undefined;
  return { kind: "write-response", results: asked.variables.map((one) => writeResult(one, random)) };
}

function readResult(variable: VariableSpecification, random: SeededRandom): ReadResult {
  switch (variable.kind) {
    case "block-number-access":
      return block(variable.blockNumber + 1, random);
    case "read-data-block-access":
      return variable.last ? value(random) : { kind: "block-number", blockNumber: variable.blockNumber };
    case "variable-name":
      if (variable.name === OBJECT_LIST_NAME) return { kind: "data", data: objectList(random) };
      return random.chance({ times: 1, of: 3 }) ? block(random.below(3), random) : value(random);
    default:
      // The proof of a server whose every digest is zeros.
      if ("name" in variable && variable.name === HLS_NAME)
        return { kind: "data", data: octetString(new Uint8Array(32)) };
      return value(random);
  }
}

function writeResult(variable: VariableSpecification, random: SeededRandom): WriteResult {
  if (variable.kind === "write-data-block-access" && !variable.last) {
    return { kind: "block-number", blockNumber: variable.blockNumber };
  }
  return random.chance({ times: 1, of: 4 }) ? { kind: "error", result: random.below(20) } : { kind: "success" };
}

function value(random: SeededRandom): ReadResult {
  if (random.chance({ times: 1, of: 4 })) return { kind: "error", result: random.below(20) };
  return { kind: "data", data: octetString(random.bytes(random.below(60))) };
}

/** Now and then no list, or one without end of names. */
function objectList(random: SeededRandom): DlmsData {
  if (random.chance({ times: 1, of: 20 })) return number("unsigned", 1);
  const entries = LISTED.map(([base, classId, name]) =>
    structure(
      number("long", base),
      number("long-unsigned", classId),
      number("unsigned", random.below(3)),
      octetString(obisOctets(toObis(name))),
    ),
  );
  return array(random.chance({ times: 1, of: 20 }) ? entries.flatMap((one) => [one, one]) : entries);
}

/** Blocks for ever, unless the dice end them. */
function block(blockNumber: number, random: SeededRandom): ReadResult {
  const last = random.chance({ times: 1, of: 4 });
  const rawData = last || random.chance({ times: 1, of: 3 }) ? Uint8Array.of(9, 0) : new Uint8Array(0);
  return { kind: "data-block-result", last, blockNumber, rawData };
}
