import { bitAt, type MmsData } from "../../../adapters/iec61850/mms/data.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { Node } from "../model/node.ts";
import { fromUtcTime } from "../times.ts";

/** What a client writes to Oper, SBOw or Cancel. */
export interface ControlCommand {
  readonly ctlVal: MmsData;
  /** When to act; `undefined`: now. */
  readonly operTm: WallMs | undefined;
  readonly orCat: number;
  readonly orIdent: Uint8Array;
  readonly ctlNum: number;
  readonly test: boolean;
  readonly synchroCheck: boolean;
  readonly interlockCheck: boolean;
  /** As it came, for the termination. */
  readonly written: MmsData;
}

/** Takes the structure apart by the names of its type: which fields there are, and their order, is the device's affair. */
export function readCommand(type: Node, written: MmsData): ControlCommand {
  const fields = new Map<string, MmsData>();
  if (type.kind === "branch" && written.type === "structure")
    for (const [index, name] of [...type.children.keys()].entries()) {
      const item = written.items[index];
      if (item !== undefined) fields.set(name, item);
    }
  const origin = fields.get("origin");
  const [orCat, orIdent] = origin?.type === "structure" ? origin.items : [];
  const check = fields.get("Check");
  const test = fields.get("Test");
  return {
    ctlVal: fields.get("ctlVal") ?? { type: "boolean", value: false },
    operTm: timeOf(fields.get("operTm")),
    orCat: numberOf(orCat),
    orIdent: orIdent?.type === "octet-string" ? orIdent.value : new Uint8Array(0),
    ctlNum: numberOf(fields.get("ctlNum")),
    test: test?.type === "boolean" && test.value,
    synchroCheck: check?.type === "bit-string" && bitAt(check, 0),
    interlockCheck: check?.type === "bit-string" && bitAt(check, 1),
    written,
  };
}

export function numberOf(data: MmsData | undefined): number {
  return data?.type === "integer" || data?.type === "unsigned" ? Number(data.value) : 0;
}

/** Zero means that the command is not for later. */
function timeOf(data: MmsData | undefined): WallMs | undefined {
  return data?.type === "utc-time" && data.seconds !== 0 ? fromUtcTime(data) : undefined;
}
