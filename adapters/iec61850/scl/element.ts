import type * as scl from "./document.ts";
import { type SclFaultCode, type SclPlace, sclFault } from "./place.ts";

/** What each element that is kept becomes when its end tag comes; everything below it is forgotten then. */
export interface Folded {
  readonly SCL: scl.SclDocument;
  readonly Header: scl.SclDocument["header"];
  readonly Communication: readonly scl.SclConnectedAp[];
  readonly SubNetwork: readonly scl.SclConnectedAp[];
  readonly ConnectedAP: scl.SclConnectedAp;
  readonly Address: Readonly<Record<string, string>>;
  readonly P: { readonly type: string; readonly text: string };
  readonly IED: scl.SclIed;
  readonly AccessPoint: scl.SclAccessPoint;
  readonly Server: scl.SclServer;
  readonly Authentication: boolean;
  readonly LDevice: scl.SclLDevice;
  readonly LN0: scl.SclLn;
  readonly LN: scl.SclLn;
  readonly DataSet: scl.SclDataSet;
  readonly FCDA: scl.SclFcda;
  readonly ReportControl: scl.SclReportControl;
  readonly TrgOps: scl.SclTrgOps;
  readonly OptFields: scl.SclOptFields;
  readonly RptEnabled: number;
  readonly LogControl: scl.SclLogControl;
  readonly Log: string;
  readonly SettingControl: scl.SclSettingControl;
  readonly DOI: scl.SclInstance;
  readonly SDI: scl.SclInstance;
  readonly DAI: scl.SclInstance;
  readonly Val: scl.SclVal;
  readonly DataTypeTemplates: scl.SclTemplates;
  readonly LNodeType: scl.SclLNodeType;
  readonly DO: scl.SclDo;
  readonly DOType: scl.SclDoType;
  readonly SDO: scl.SclDoType["parts"][number];
  readonly DA: scl.SclDoType["parts"][number];
  readonly DAType: scl.SclDaType;
  readonly BDA: scl.SclDa;
  readonly EnumType: scl.SclEnumType;
  readonly EnumVal: readonly [string, number];
}

export type KeptName = keyof Folded;

/** One element whose end tag has come: its attributes, its text, and what its children became. */
export class SclElement {
  readonly name: KeptName;
  readonly place: SclPlace;
  readonly #attributes: ReadonlyMap<string, string>;
  readonly #parts: { readonly name: KeptName; readonly value: Folded[KeptName] }[] = [];
  #text = "";

  constructor(name: KeptName, place: SclPlace, attributes: ReadonlyMap<string, string>) {
    this.name = name;
    this.place = place;
    this.#attributes = attributes;
  }

  take(name: KeptName, value: Folded[KeptName]): void {
    this.#parts.push({ name, value });
  }

  takeText(text: string, limit: number): void {
    if (this.#text.length + text.length > limit)
      throw this.fault("iec61850.scl.too-large", `holds more than ${limit} characters`);
    this.#text += text;
  }

  /** Without white space at its ends. */
  get trimmed(): string {
    return this.#text.trim();
  }

  all<Name extends KeptName>(...names: readonly Name[]): Folded[Name][] {
    return this.#parts
      .filter((one) => (names as readonly KeptName[]).includes(one.name))
      .map((one) => one.value) as Folded[Name][];
  }

  /** The first one: where a file repeats what may be there once, the first counts. */
  first<Name extends KeptName>(name: Name): Folded[Name] | undefined {
    return this.all(name)[0];
  }

  attribute(name: string): string | undefined {
    return this.#attributes.get(name);
  }

  text(name: string): string {
    return this.#attributes.get(name) ?? "";
  }

  required(name: string): string {
    const value = this.#attributes.get(name);
    if (value === undefined || value === "") throw this.fault("iec61850.scl.attribute", `has no attribute ${name}`);
    return value;
  }

  /** xs:boolean. */
  flag(name: string, otherwise: boolean): boolean {
    const value = this.#attributes.get(name)?.trim();
    if (value === undefined || value === "") return otherwise;
    if (value === "true" || value === "1") return true;
    if (value === "false" || value === "0") return false;
    throw this.fault("iec61850.scl.attribute", `${name}="${shortened(value)}" is neither true nor false`);
  }

  /** An unsigned 32-bit integer. */
  count(name: string, otherwise: number): number {
    const value = this.#attributes.get(name)?.trim();
    if (value === undefined || value === "") return otherwise;
    const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    if (number <= 0xffff_ffff) return number;
    throw this.fault("iec61850.scl.attribute", `${name}="${shortened(value)}" is no number from 0 to 4294967295`);
  }

  fault(code: SclFaultCode, sentence: string): Error {
    return sclFault(code, this.place, sentence);
  }
}

/** What of a file goes into a message. */
export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
