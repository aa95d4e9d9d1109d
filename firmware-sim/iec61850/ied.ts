import type { MmsData } from "../../adapters/iec61850/mms/data.ts";
import type { MmsRequest } from "../../adapters/iec61850/mms/pdu.ts";
import { toHex } from "../../adapters/kit/bytes.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import { type DurationMs, earliest, type Instant, toInstant, type WallMs } from "../../adapters/kit/time.ts";
import { Agenda } from "./agenda.ts";
import { IedAssociation } from "./association/association.ts";
import type { Behaviour, Cargo, Leaving, Reply } from "./behaviour.ts";
import type { ControlObject } from "./control/control-object.ts";
import { FileStore } from "./files.ts";
import type { Journal } from "./journal.ts";
import type { IedLog } from "./log.ts";
import { type DataSet, findNode, type IedModel } from "./model/ied-model.ts";
import { type Branch, itemOf, type Leaf } from "./model/node.ts";
import { IedParts } from "./parts.ts";
import type { ReportControl } from "./reports/report-control.ts";
import type { SettingGroups } from "./setting-groups.ts";
import type { Client, Surroundings } from "./surroundings.ts";
import { type Change, Updates } from "./updates.ts";

export interface IedSettings {
  readonly model: IedModel;
  readonly behaviours: readonly Behaviour[];
  readonly random: Random;
  readonly wall: () => WallMs;
  readonly log?: IedLog;
  /** Called when an association has something to send while it is not being asked: give it a `wake`. */
  readonly rouse?: (association: IedAssociation) => void;
  /** Clients must give it; the model may say that one is wanted without saying which. */
  readonly password?: string;
  /** How long a switch travels. */
  readonly travelMs?: DurationMs;
}

/** Associations at once where no behaviour says otherwise. */
export const CLIENTS_MAX = 8;
/** Entries a buffered report control block keeps where no behaviour says otherwise. */
export const BUFFER_ENTRIES = 1_000;
const TRAVEL_MS = 80;
/** Acts that happen in one step at most: one that plans itself for now again and again does not stop time. */
const ACTS_AT_ONCE = 10_000;

/** A simulated IED: one model, its control blocks and controls, and the associations of its clients. Nothing in it knows a socket. */
export class SimulatedIed implements Surroundings {
  readonly model: IedModel;
  readonly agenda: Agenda = new Agenda();
  readonly files: FileStore;
  readonly log: IedLog;
  readonly random: Random;
  readonly password: string | undefined;
  readonly #settings: IedSettings;
  readonly #behaviours: Behaviour[];
  readonly #updates = new Updates();
  readonly #parts: IedParts;
  readonly #associations = new Set<IedAssociation>();
  readonly #ticks = new Map<Behaviour, Instant>();
  #now: Instant = toInstant(0);
  #nextAssociation = 1;
  #bootId: Uint8Array = new Uint8Array(4);
  #entries = 0;
  #isStarted = false;
  #isEntered = false;

  constructor(settings: IedSettings) {
    this.#settings = settings;
    this.model = settings.model;
    this.random = settings.random;
    this.log = settings.log ?? (() => {});
    this.password = settings.password;
    this.#behaviours = [...settings.behaviours];
    this.files = new FileStore(settings.wall());
    this.#parts = new IedParts({
      ...{ model: settings.model, around: this, updates: this.#updates },
      ...{ travelMs: settings.travelMs ?? TRAVEL_MS, nextEntryId: () => this.#nextEntryId() },
      bufferEntries: this.#first((one) => one.bufferEntries) ?? BUFFER_ENTRIES,
      objects: (control, command) => this.#first((one) => one.controls?.(this, control, command)),
      leaving: (reports) => this.#behaviours.reduce((all, one) => one.reports?.(this, all) ?? all, reports),
      replaysAlways: () => this.#behaviours.some((one) => one.replaysAlways === true),
      operatesStatusOnly: () => this.#behaviours.some((one) => one.operatesStatusOnly?.(this) === true),
    });
  }

  get now(): Instant {
    return this.#now;
  }

  get wall(): WallMs {
    return this.#settings.wall();
  }

  get associations(): ReadonlySet<IedAssociation> {
    return this.#associations;
  }

  get controls(): Iterable<ControlObject> {
    return this.#parts.controls.values();
  }

  get reports(): Iterable<ReportControl> {
    return this.#parts.reports.values();
  }

  /** Somebody opened a connection. */
  accept(peer: string): IedAssociation {
    const association = new IedAssociation(this, this.#nextAssociation, peer);
    this.#nextAssociation += 1;
    this.#associations.add(association);
    return association;
  }

  /** Time passes: to be called when it says, and whenever something happened. Returns when it wants to be called next. */
  tick(now: Instant): Instant | undefined {
    this.enter(now);
    return earliest(this.agenda.next, ...this.#ticks.values());
  }

  /** Does what is due until now. */
  enter(now: Instant): void {
    if (now > this.#now) this.#now = now;
    // What happens here makes associations speak, and they come by here again.
    if (this.#isEntered) return;
    this.#isEntered = true;
    try {
      this.#doDue(now);
    } finally {
      this.#isEntered = false;
    }
  }

  #doDue(now: Instant): void {
    if (!this.#isStarted) this.#start();
    for (let done = 0; done < ACTS_AT_ONCE; done++) {
      const due = this.agenda.take(now);
      if (due === undefined) break;
      due.act();
    }
    for (const [behaviour, at] of this.#ticks) {
      if (at > now) continue;
      const next = behaviour.ticks?.(this, now);
      if (next === undefined) this.#ticks.delete(behaviour);
      else this.#ticks.set(behaviour, next);
    }
  }

  /** Several changes that belong together: one report of each control block that follows them. */
  update(act: () => void): void {
    this.#updates.during(act);
  }

  changeAll(changes: Iterable<Change>): void {
    this.#updates.all(changes);
  }

  /** Inside `update`. */
  change(leaf: Leaf, value: MmsData): void {
    this.#updates.change(leaf, value);
  }

  /** As somebody at the device does it: changes, with the log saying so. */
  set(changes: readonly Change[], by: string): void {
    this.update(() => {
      for (const [leaf, value] of changes) {
        this.change(leaf, value);
        this.log({ kind: "changed", name: itemOf(leaf), value, by });
      }
    });
  }

  /** The variable with one value of that place. */
  find(domain: string, item: string): Leaf | undefined {
    const node = findNode(this.model, domain, item);
    return node?.kind === "leaf" ? node : undefined;
  }

  controlOf(tree: Branch): ControlObject | undefined {
    return this.#parts.controls.get(tree);
  }

  reportOf(tree: Branch): ReportControl | undefined {
    return this.#parts.reports.get(tree);
  }

  settingGroupsOf(domain: string): SettingGroups | undefined {
    return this.#parts.settingGroups.get(domain);
  }

  journalOf(reference: string): Journal | undefined {
    return this.#parts.journals.get(reference);
  }

  isUsed(dataSet: DataSet): boolean {
    return this.#parts.isUsed(dataSet);
  }

  /** A habit more, in front of all others. */
  behave(behaviour: Behaviour): void {
    this.#behaviours.unshift(behaviour);
    behaviour.starts?.(this);
    if (behaviour.ticks !== undefined) this.#ticks.set(behaviour, this.#now);
  }

  stopBehaving(name: string): void {
    const left = this.#behaviours.filter((one) => one.name !== name);
    this.#behaviours.splice(0, this.#behaviours.length, ...left);
    for (const behaviour of this.#ticks.keys()) if (behaviour.name === name) this.#ticks.delete(behaviour);
  }

  /** Off and on again: associations are cut, buffers are empty, EntryIDs begin elsewhere. */
  restart(): void {
    for (const association of this.#associations) association.cut("hang-up");
    this.agenda.clear();
    this.#parts.restart();
    this.#start();
  }

  // What associations ask of it.

  rouse(association: IedAssociation): void {
    this.#settings.rouse?.(association);
  }

  admits(client: Client): "refuse" | "hang-up" | undefined {
    const says = this.#first((one) => one.associates?.(this, client));
    if (says !== undefined) return says;
    const open = [...this.#associations].filter(({ isOpen }) => isOpen).length;
    return open < (this.#first((one) => one.clients) ?? CLIENTS_MAX) ? undefined : "hang-up";
  }

  replyTo(request: MmsRequest, invokeId: number, client: Client, own: () => Reply): Reply {
    const given = this.#first((one) => one.answers?.(this, request, invokeId, client));
    let reply = given ?? own();
    for (const one of this.#behaviours) reply = one.alters?.(this, reply, request, invokeId) ?? reply;
    return reply;
  }

  leaving(frames: readonly Uint8Array[], cargo: Cargo): Leaving {
    let leaving: Leaving = { send: frames };
    for (const one of this.#behaviours) leaving = one.leaves?.(this, leaving.send, cargo) ?? leaving;
    return leaving;
  }

  dissociated(association: IedAssociation): void {
    this.#associations.delete(association);
    this.update(() => this.#parts.released(association));
  }

  #start(): void {
    this.#isStarted = true;
    this.#bootId = this.random.bytes(4);
    this.#entries = 0;
    this.log({ kind: "started", ied: this.model.name, bootId: toHex(this.#bootId) });
    for (const behaviour of this.#behaviours) {
      behaviour.starts?.(this);
      if (behaviour.ticks !== undefined && !this.#ticks.has(behaviour)) this.#ticks.set(behaviour, this.#now);
    }
  }

  /** What it was switched on as, and a number that counts. */
  #nextEntryId(): Uint8Array {
    this.#entries += 1;
    const id = new Uint8Array(8);
    id.set(this.#bootId);
    new DataView(id.buffer).setUint32(4, this.#entries);
    return id;
  }

  #first<T>(ask: (behaviour: Behaviour) => T | undefined): T | undefined {
    for (const behaviour of this.#behaviours) {
      const answer = ask(behaviour);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}
