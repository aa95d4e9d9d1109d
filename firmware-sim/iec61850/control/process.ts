import { bitsText, type MmsData, mmsBits, mmsFloat, mmsInteger } from "../../../adapters/iec61850/mms/data.ts";
import { later } from "../../../adapters/kit/time.ts";
import { descend, type Leaf } from "../model/node.ts";
import type { Surroundings } from "../surroundings.ts";
import { utcTime } from "../times.ts";
import { ADD_CAUSE, type AddCause } from "./add-cause.ts";
import { type ControlCommand, numberOf } from "./command.ts";
import type { ControlObject, Process } from "./control-object.ts";

export interface SwitchgearParts {
  readonly around: Surroundings;
  /** All of it is one update: one report. */
  readonly update: (changes: readonly (readonly [Leaf, MmsData])[]) => void;
  /** A variable by its place: `find("BAY1CTRL", "CILO1$ST$EnaOpn$stVal")`. */
  readonly find: (domain: string, item: string) => Leaf | undefined;
  /** How long a switch is between its positions, ms. */
  readonly travelMs: number;
  /** Behaviours have their say first. */
  readonly objects: (control: ControlObject, command: ControlCommand) => AddCause | "stuck" | undefined;
}

/** Beh (IEC 61850-7-3): 3 test, 4 test/blocked. */
const TEST_MODES: readonly number[] = [3, 4];
const POSITION = { intermediate: "00", off: "01", on: "10" } as const;
/** Originators that are not on the spot (orCat). */
const REMOTE: readonly number[] = [2, 3, 5, 6];

/** What moves when a control is operated: positions over time, everything else at once. */
export class Switchgear implements Process {
  readonly #parts: SwitchgearParts;
  readonly #moving = new Map<ControlObject, () => void>();

  constructor(parts: SwitchgearParts) {
    this.#parts = parts;
  }

  check(control: ControlObject, command: ControlCommand): AddCause {
    const says = this.#parts.objects(control, command);
    if (typeof says === "number") return says;
    const mode = numberOf(this.#inLn(control, "ST", "Beh", "stVal")?.value);
    if (control.name !== "Mod" && mode > 0 && command.test !== TEST_MODES.includes(mode))
      return ADD_CAUSE.blockedByMode;
    const isLocal = this.#inLn(control, "ST", "Loc", "stVal")?.value;
    if (isLocal?.type === "boolean" && isLocal.value && REMOTE.includes(command.orCat))
      return ADD_CAUSE.blockedBySwitchingHierarchy;
    if (command.interlockCheck && !this.#released(control, command)) return ADD_CAUSE.interlocking;
    return ADD_CAUSE.none;
  }

  execute(control: ControlObject, command: ControlCommand, done: (addCause: AddCause) => void): void {
    if (command.test) {
      done(ADD_CAUSE.none);
      return;
    }
    const position = control.leaf("ST", "stVal");
    if (position?.type.type === "bit-string") {
      this.#travel(control, isOn(command.ctlVal) ? POSITION.on : POSITION.off, command, done);
      return;
    }
    this.#parts.update(this.#follow(control, command.ctlVal));
    done(ADD_CAUSE.none);
  }

  cancel(control: ControlObject): void {
    this.#moving.get(control)?.();
    this.#moving.delete(control);
  }

  #travel(control: ControlObject, to: string, command: ControlCommand, done: (addCause: AddCause) => void): void {
    const { around, travelMs, objects } = this.#parts;
    this.#position(control, POSITION.intermediate);
    if (objects(control, command) === "stuck") return;
    const forget = around.agenda.at(later(around.now, travelMs), () => {
      this.#moving.delete(control);
      this.#position(control, to);
      done(ADD_CAUSE.none);
    });
    this.#moving.set(control, forget);
  }

  /** A switch controller moves the breaker, or the disconnector, of its number. */
  #position(control: ControlObject, position: string): void {
    const now = utcTime(this.#parts.around.wall);
    const changes: (readonly [Leaf, MmsData])[] = [];
    const [, prefix = "", inst = ""] = /^(.*)CSWI(\d*)$/.exec(control.ln.name) ?? [];
    const switches = inst === "" ? [] : [`${prefix}XCBR${inst}`, `${prefix}XSWI${inst}`];
    for (const ln of [control.ln.name, ...switches]) {
      const stVal = this.#parts.find(control.domain, `${ln}$ST$${control.name}$stVal`);
      const t = this.#parts.find(control.domain, `${ln}$ST$${control.name}$t`);
      if (stVal !== undefined) changes.push([stVal, mmsBits(position)]);
      if (t !== undefined) changes.push([t, now]);
      const count = this.#parts.find(control.domain, `${ln}$ST$OpCnt$stVal`);
      if (count !== undefined && position !== POSITION.intermediate)
        changes.push([count, mmsInteger(numberOf(count.value) + 1)]);
    }
    this.#parts.update(changes);
  }

  #follow(control: ControlObject, ctlVal: MmsData): (readonly [Leaf, MmsData])[] {
    const now = utcTime(this.#parts.around.wall);
    const changes: (readonly [Leaf, MmsData])[] = [];
    const stVal = control.leaf("ST", "stVal");
    if (stVal !== undefined && stVal.value.type === ctlVal.type) changes.push([stVal, ctlVal]);
    const f = control.leaf("MX", "mxVal", "f");
    const [wanted] = ctlVal.type === "structure" ? ctlVal.items : [];
    if (f !== undefined && wanted?.type === "float") changes.push([f, mmsFloat(wanted.value)]);
    const step = control.leaf("ST", "valWTr", "posVal");
    if (step !== undefined && ctlVal.type === "bit-string")
      changes.push([step, mmsInteger(numberOf(step.value) + stepOf(bitsText(ctlVal)))]);
    for (const fc of ["ST", "MX"]) {
      const t = control.leaf(fc, "t");
      if (t !== undefined) changes.push([t, now]);
    }
    if (control.name === "Mod") {
      const beh = this.#inLn(control, "ST", "Beh", "stVal");
      if (beh !== undefined) changes.push([beh, ctlVal]);
    }
    return changes;
  }

  /** The interlocking of the switch controller's number says whether it may. */
  #released(control: ControlObject, command: ControlCommand): boolean {
    const [, prefix = "", inst] = /^(.*)(?:CSWI|XCBR|XSWI)(\d*)$/.exec(control.ln.name) ?? [];
    if (inst === undefined) return true;
    const name = isOn(command.ctlVal) ? "EnaCls" : "EnaOpn";
    const released = this.#parts.find(control.domain, `${prefix}CILO${inst}$ST$${name}$stVal`);
    return released?.value.type !== "boolean" || released.value.value;
  }

  #inLn(control: ControlObject, ...path: readonly string[]): Leaf | undefined {
    const node = descend(control.ln, path);
    return node?.kind === "leaf" ? node : undefined;
  }
}

function isOn(ctlVal: MmsData): boolean {
  return ctlVal.type === "boolean" && ctlVal.value;
}

function stepOf(tcmd: string): number {
  return tcmd === "10" ? 1 : tcmd === "01" ? -1 : 0;
}
