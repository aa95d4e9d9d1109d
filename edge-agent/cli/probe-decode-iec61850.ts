import { readFileSync } from "node:fs";
import { explain, type Explanation } from "../../adapters/iec61850/explain.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import { clean, complainLine, say, sayJson, table } from "./output.ts";
import { EXIT } from "./verb.ts";

export interface DecodeIec61850Flags {
  readonly json?: boolean;
}

/** 0: everything was understood; 1: something is wrong with it. */
export function decodeIec61850(text: string | undefined, flags: DecodeIec61850Flags): number {
  const hex = text === undefined || text === "-" ? readFileSync(0, "utf8") : text;
  const octets = fromHex(hex.replaceAll(/0x|[:,-]/g, " "));
  if (octets === undefined || octets.length === 0) {
    complainLine("that is not hex: two digits a byte, white space ignored");
    return EXIT.usage;
  }
  const explanation = explain(octets);
  if (flags.json === true) sayJson(explanation);
  else show(explanation, octets.length);
  return explanation.faults.length === 0 ? EXIT.ok : EXIT.failed;
}

function show({ lines, faults }: Explanation, octets: number): void {
  say(
    table(
      ["what", `${octets} octets`],
      lines.map(({ depth, name, value }) => [`${"  ".repeat(depth)}${name}`, value]),
    ),
  );
  for (const fault of faults) complainLine(clean(fault));
}
