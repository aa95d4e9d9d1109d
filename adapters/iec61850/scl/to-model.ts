import type { TypeComponent, TypeDescription } from "../mms/types.ts";
import type { SclDocument, SclIed } from "./document.ts";
import { SCL_LIMITS, type SclLimits } from "./limits.ts";
import { domainOf, lnName, memberName, reportNames } from "./names.ts";
import { type UnfoldedAttribute, type UnfoldedObject, Unfolder } from "./unfold.ts";

/** What an SCL file says of one IED, in the terms an IED tells of itself over MMS. */
export interface SclModel {
  readonly devices: ReadonlyMap<string, SclModelDevice>;
}

export interface SclModelDevice {
  /** Below each logical node, by functional constraint, its data objects; control blocks are apart. */
  readonly nodes: ReadonlyMap<string, ReadonlyMap<string, readonly TypeComponent[]>>;
  /** Data sets by item, `LN$name`: their members as `domain/LN$FC$DO…`. */
  readonly dataSets: ReadonlyMap<string, readonly string[]>;
  /** Report control blocks by item, `LN$BR$name01`. */
  readonly reports: readonly string[];
}

/** Throws `iec61850.scl.*` where the types of the file do not hold together. */
export function toModel(document: SclDocument, ied: SclIed, limits: SclLimits = SCL_LIMITS): SclModel {
  const unfolder = new Unfolder(document, limits);
  const lDevices = ied.accessPoints.flatMap((point) => point.server?.lDevices ?? []);
  const domains = new Map(lDevices.map((one) => [one.inst, domainOf(ied, one)]));
  const devices = new Map<string, SclModelDevice>();
  for (const lDevice of lDevices) {
    const own = domainOf(ied, lDevice);
    const nodes = lDevice.lns.map((ln) => [lnName(ln), constraintsOf(unfolder.objectsOf(ln))] as const);
    const dataSets = lDevice.lns.flatMap((ln) =>
      ln.dataSets.map(({ name, members }) => {
        const references = members.map((fcda) => {
          const { ldInst, item } = memberName(fcda);
          return `${ldInst === "" ? own : (domains.get(ldInst) ?? ldInst)}/${item}`;
        });
        return [`${lnName(ln)}$${name}`, references] as const;
      }),
    );
    const reports = lDevice.lns.flatMap((ln) =>
      ln.reports.flatMap((control) =>
        reportNames(control).map((name) => `${lnName(ln)}$${control.buffered ? "BR" : "RP"}$${name}`),
      ),
    );
    devices.set(own, { nodes: new Map(nodes), dataSets: new Map(dataSets), reports });
  }
  return { devices };
}

function constraintsOf(objects: readonly UnfoldedObject[]): ReadonlyMap<string, readonly TypeComponent[]> {
  const found = new Map<string, TypeComponent[]>();
  for (const object of objects)
    for (const fc of fcsOf(object)) {
      const list = found.get(fc) ?? [];
      list.push({ name: object.name, type: typeOf(object, fc) });
      found.set(fc, list);
    }
  return found;
}

function fcsOf(object: UnfoldedObject): readonly string[] {
  return [...new Set(object.parts.flatMap((part) => (part.kind === "attribute" ? [part.fc] : fcsOf(part))))];
}

function typeOf(part: UnfoldedObject | UnfoldedAttribute, fc: string): TypeDescription {
  const own = (): TypeDescription => {
    if (part.kind === "attribute" && part.wire !== undefined) return part.wire;
    const inside = (part.parts as readonly (UnfoldedObject | UnfoldedAttribute)[]).filter((one) =>
      one.kind === "attribute" ? one.fc === fc : fcsOf(one).includes(fc),
    );
    return { type: "structure", components: inside.map((one) => ({ name: one.name, type: typeOf(one, fc) })) };
  };
  return part.count === 0 ? own() : { type: "array", count: part.count, element: own() };
}
