import type { SclDocument, SclIed, SclLDevice, SclLn } from "../../../adapters/iec61850/scl/document.ts";
import { domainOf, lnName, memberName, reportNames } from "../../../adapters/iec61850/scl/names.ts";
import { sclFault } from "../../../adapters/iec61850/scl/place.ts";
import { Unfolder } from "../../../adapters/iec61850/scl/unfold.ts";
import type { AlternateAccess } from "../../../adapters/iec61850/mms/names.ts";
import { logTree, reportTree, settingGroupTree } from "./build-control-blocks.ts";
import { buildObject } from "./build-node.ts";
import { DATA_SET_MEMBERS_MAX, memberOf } from "./data-sets.ts";
import type { DataSet, Domain, IedModel, LogicalNode, Member, ReportBlock } from "./ied-model.ts";
import { branch, type Branch } from "./node.ts";

/**
 * The model of one IED of an SCL file, with the values the file gives it.
 * @param name of the IED; the first that has a server where it is not given. Throws `iec61850.scl.*`.
 */
export function buildModel(document: SclDocument, name?: string): IedModel {
  const ied = document.ieds.find(
    (one) => (name === undefined || one.name === name) && one.accessPoints.some((point) => point.server !== undefined),
  );
  if (ied === undefined) {
    const place = { file: document.file, line: 1, column: 1, element: "SCL" };
    throw sclFault("iec61850.scl.element", place, `has no IED ${name ?? ""} with a server`);
  }
  const servers = ied.accessPoints.flatMap((point) => point.server ?? []);
  const unfolder = new Unfolder(document);
  const domains = new Map<string, Domain>();
  const lDevices = servers.flatMap((server) => server.lDevices);
  for (const lDevice of lDevices) {
    const domain = domainOf(ied, lDevice);
    if (domains.has(domain)) throw sclFault("iec61850.scl.element", lDevice.place, `is a second domain ${domain}`);
    domains.set(domain, buildDomain(domain, lDevice, unfolder));
  }
  const model: IedModel = {
    name: ied.name,
    vendor: ied.manufacturer === "" ? "Busbar" : ied.manufacturer,
    type: ied.type === "" ? "simulated IED" : ied.type,
    revision: ied.configVersion === "" ? "1" : ied.configVersion,
    wantsPassword: servers.some((server) => server.wantsPassword),
    domains,
  };
  for (const lDevice of lDevices) addDataSets(model, ied, lDevice);
  return model;
}

function buildDomain(domain: string, lDevice: SclLDevice, unfolder: Unfolder): Domain {
  const lns = new Map<string, LogicalNode>();
  for (const ln of lDevice.lns) {
    const name = lnName(ln);
    if (lns.has(name)) throw sclFault("iec61850.scl.element", ln.place, `is a second logical node ${name}`);
    lns.set(name, buildLn(domain, name, ln, unfolder));
  }
  const journals = lDevice.lns.flatMap((ln) => {
    const written = ln.logControls.map(({ logName }) => logName).filter((one) => one !== "");
    return [...new Set([...ln.logs.filter((one) => one !== ""), ...written])].map((log) => `${lnName(ln)}$${log}`);
  });
  return { name: domain, lns, dataSets: new Map(), journals };
}

function buildLn(domain: string, name: string, ln: SclLn, unfolder: Unfolder): LogicalNode {
  const tree = branch(name, undefined);
  for (const object of unfolder.objectsOf(ln)) buildObject(tree, object);
  const datSetOf = (datSet: string): string => (datSet === "" ? "" : `${domain}/${name}$${datSet}`);
  const reports = ln.reports.flatMap((control): ReportBlock[] =>
    reportNames(control).map((instance) => {
      const under = constraint(tree, control.buffered ? "BR" : "RP");
      const block = reportTree(under, instance, control, datSetOf(control.datSet));
      return { domain, ln: name, name: instance, tree: block, scl: control };
    }),
  );
  for (const control of ln.logControls)
    logTree(constraint(tree, "LG"), control, `${domain}/${name}$${control.logName}`, datSetOf(control.datSet));
  if (ln.settingControl !== undefined) settingGroupTree(constraint(tree, "SP"), ln.settingControl);
  return { name, tree, scl: ln, reports };
}

function constraint(tree: Branch, fc: string): Branch {
  const found = tree.children.get(fc);
  return found?.kind === "branch" ? found : branch(fc, tree);
}

function addDataSets(model: IedModel, ied: SclIed, lDevice: SclLDevice): void {
  const domain = model.domains.get(domainOf(ied, lDevice));
  const others = new Map(
    ied.accessPoints.flatMap((point) => point.server?.lDevices ?? []).map((one) => [one.inst, domainOf(ied, one)]),
  );
  for (const ln of lDevice.lns) {
    for (const { name, members: fcdas, place } of ln.dataSets) {
      if (fcdas.length > DATA_SET_MEMBERS_MAX)
        throw sclFault("iec61850.scl.too-large", place, `has more than ${DATA_SET_MEMBERS_MAX} members`);
      const members = fcdas.map((fcda): Member => {
        const { ldInst, item, index, below } = memberName(fcda);
        const of = ldInst === "" ? domain?.name : others.get(ldInst);
        const access: AlternateAccess | undefined = index === undefined ? undefined : [elementOf(index, below)];
        const member = of === undefined ? undefined : memberOf(model, of, item, access);
        if (member !== undefined) return member;
        throw sclFault("iec61850.scl.reference", fcda.place, `refers to ${ldInst}/${item}, which is not there`);
      });
      const set: DataSet = { domain: domain?.name ?? "", item: `${lnName(ln)}$${name}`, members, deletable: false };
      domain?.dataSets.set(set.item, set);
    }
  }
}

function elementOf(index: number, below: readonly string[]): AlternateAccess[number] {
  const inside = below.reduceRight<AlternateAccess | undefined>(
    (inner, name) => [{ select: "component", name, ...(inner === undefined ? {} : { inside: inner }) }],
    undefined,
  );
  return { select: "index", index, ...(inside === undefined ? {} : { inside }) };
}
