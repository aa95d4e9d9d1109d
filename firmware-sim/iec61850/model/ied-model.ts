import type { SclLn, SclReportControl } from "../../../adapters/iec61850/scl/document.ts";
import type { AlternateAccess } from "../../../adapters/iec61850/mms/names.ts";
import { type Branch, descend, type Node } from "./node.ts";

/** One simulated IED as data: what MMS calls the VMD. */
export interface IedModel {
  readonly name: string;
  readonly vendor: string;
  readonly type: string;
  readonly revision: string;
  readonly wantsPassword: boolean;
  /** By name, one for each logical device. */
  readonly domains: ReadonlyMap<string, Domain>;
}

export interface Domain {
  readonly name: string;
  /** By name; below each its functional constraints. */
  readonly lns: ReadonlyMap<string, LogicalNode>;
  /** Named variable lists by item: `LLN0$Positions`. Those a client defined join them. */
  readonly dataSets: Map<string, DataSet>;
  /** `LLN0$Events`. */
  readonly journals: readonly string[];
}

export interface LogicalNode {
  readonly name: string;
  readonly tree: Branch;
  readonly scl: SclLn;
  readonly reports: readonly ReportBlock[];
}

/** A report control block before it runs. */
export interface ReportBlock {
  readonly domain: string;
  readonly ln: string;
  /** With its index: `brcbPositions01`. */
  readonly name: string;
  readonly tree: Branch;
  readonly scl: SclReportControl;
}

export interface DataSet {
  readonly domain: string;
  /** `LLN0$Positions`; without the domain for those of one association. */
  readonly item: string;
  readonly members: readonly Member[];
  /** Defined by a client. */
  readonly deletable: boolean;
}

export interface Member {
  readonly domain: string;
  readonly item: string;
  readonly access: AlternateAccess | undefined;
  readonly node: Node;
}

/** The variable of that name. */
export function findNode(model: IedModel, domain: string, item: string): Node | undefined {
  const [ln = "", ...below] = item.split("$");
  return descend(model.domains.get(domain)?.lns.get(ln)?.tree, below);
}

/** The functional constraint in an item name: `ST` of `CSWI1$ST$Pos`; empty for a logical node. */
export function fcOf(item: string): string {
  return item.split("$")[1] ?? "";
}
