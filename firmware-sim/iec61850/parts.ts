import type { InformationReport } from "../../adapters/iec61850/mms/pdu.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import { type ControlParts, ControlObject } from "./control/control-object.ts";
import { Switchgear, type SwitchgearParts } from "./control/process.ts";
import { Journal } from "./journal.ts";
import { referenceOf } from "./model/data-sets.ts";
import { type DataSet, type Domain, findNode, type IedModel } from "./model/ied-model.ts";
import { type Branch, descend, type Leaf, type Node } from "./model/node.ts";
import { ReportControl } from "./reports/report-control.ts";
import { SettingGroups } from "./setting-groups.ts";
import type { Client, Surroundings } from "./surroundings.ts";
import type { Updates } from "./updates.ts";

export interface IedPartsSettings {
  readonly model: IedModel;
  readonly around: Surroundings;
  readonly updates: Updates;
  readonly travelMs: DurationMs;
  readonly nextEntryId: () => Uint8Array;
  readonly bufferEntries: number;
  readonly objects: SwitchgearParts["objects"];
  readonly leaving: (reports: readonly InformationReport[]) => readonly InformationReport[];
  readonly replaysAlways: () => boolean;
  readonly operatesStatusOnly: ControlParts["operatesStatusOnly"];
}

/** Everything of an IED that has a life of its own: control blocks, controls, logs and setting groups of its model. */
export class IedParts {
  /** By the structure that holds Oper. */
  readonly controls: ReadonlyMap<Branch, ControlObject>;
  /** By the structure of the block. */
  readonly reports: ReadonlyMap<Branch, ReportControl>;
  /** By `domain/LN$log`. */
  readonly journals: ReadonlyMap<string, Journal>;
  /** By domain. */
  readonly settingGroups: ReadonlyMap<string, SettingGroups>;
  readonly #settings: IedPartsSettings;

  constructor(settings: IedPartsSettings) {
    this.#settings = settings;
    const domains = [...settings.model.domains.values()];
    this.controls = new Map(domains.flatMap((domain) => this.#controls(domain)));
    this.reports = new Map(domains.flatMap((domain) => this.#reports(domain)));
    this.journals = new Map(domains.flatMap((domain) => this.#journals(domain)));
    this.settingGroups = new Map(
      domains.flatMap((domain) => {
        const groups = SettingGroups.of(domain, settings.around, (leaf, value) => settings.updates.change(leaf, value));
        return groups === undefined ? [] : [[domain.name, groups] as const];
      }),
    );
  }

  released(client: Client): void {
    for (const control of this.controls.values()) control.released(client);
    for (const report of this.reports.values()) report.released(client);
    for (const groups of this.settingGroups.values()) groups.released(client);
  }

  restart(): void {
    for (const control of this.controls.values()) control.restart();
    for (const report of this.reports.values()) report.restart();
  }

  isUsed(dataSet: DataSet): boolean {
    const reference = referenceOf(dataSet);
    return [...this.reports.keys()].some((tree) => {
      const datSet = tree.children.get("DatSet");
      return datSet?.kind === "leaf" && datSet.value.type === "visible-string" && datSet.value.value === reference;
    });
  }

  #dataSet(reference: string, client: Client | undefined): DataSet | undefined {
    if (reference.startsWith("@")) return client?.dataSets.get(reference.slice(1));
    const [domain = "", item = ""] = reference.split("/");
    return this.#settings.model.domains.get(domain)?.dataSets.get(item.replaceAll(".", "$"));
  }

  #controls(domain: Domain): (readonly [Branch, ControlObject])[] {
    const { around, updates, travelMs, objects, model, operatesStatusOnly } = this.#settings;
    const change = (leaf: Leaf, value: Leaf["value"]): void => updates.all([[leaf, value]]);
    const process = new Switchgear({
      ...{ around, travelMs, objects },
      update: (changes) => updates.all(changes),
      find: (name, item) => {
        const node = findNode(model, name, item);
        return node?.kind === "leaf" ? node : undefined;
      },
    });
    return [...domain.lns.values()].flatMap(({ tree: ln }) => {
      const under = ln.children.get("CO");
      return (under === undefined ? [] : controllables(under)).map((tree) => {
        const parts: ControlParts = { domain: domain.name, ln, tree, around, process, change, operatesStatusOnly };
        return [tree, new ControlObject(parts)] as const;
      });
    });
  }

  #reports(domain: Domain): (readonly [Branch, ReportControl])[] {
    const { around, updates, nextEntryId, bufferEntries, leaving, replaysAlways } = this.#settings;
    return [...domain.lns.values()].flatMap(({ reports }) =>
      reports.map((block) => {
        const control = new ReportControl({
          ...{ block, around, nextEntryId, bufferEntries, leaving, replaysAlways },
          dataSetOf: (reference, client) => this.#dataSet(reference, client),
          stirred: (one) => updates.stirred(one),
        });
        return [block.tree, control] as const;
      }),
    );
  }

  #journals(domain: Domain): (readonly [string, Journal])[] {
    const { around, updates, nextEntryId } = this.#settings;
    return [...domain.lns.values()].flatMap(({ name, tree, scl }) =>
      scl.logControls.flatMap((control) => {
        const block = descend(tree, ["LG", control.name]);
        if (block?.kind !== "branch") return [];
        const dataSet = domain.dataSets.get(`${name}$${control.datSet}`);
        const stirred = (one: Journal): void => updates.stirred(one);
        const journal = new Journal({ tree: block, dataSet, around, nextEntryId, stirred });
        return [[`${domain.name}/${name}$${control.logName}`, journal] as const];
      }),
    );
  }
}

/** Data objects that can be operated, sub data objects too: they have an Oper. */
function controllables(node: Node): readonly Branch[] {
  if (node.kind !== "branch") return [];
  if (node.children.has("Oper")) return [node];
  return [...node.children.values()].flatMap(controllables);
}
