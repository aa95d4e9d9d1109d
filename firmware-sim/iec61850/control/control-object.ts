import type { MmsData } from "../../../adapters/iec61850/mms/data.ts";
import { equalBytes } from "../../../adapters/kit/bytes.ts";
import { later } from "../../../adapters/kit/time.ts";
import { assignments, DENIED, type Denied } from "../model/fits.ts";
import { type Branch, descend, itemOf, type Leaf } from "../model/node.ts";
import type { LogLine } from "../log.ts";
import type { Client, Surroundings } from "../surroundings.ts";
import { ADD_CAUSE, type AddCause } from "./add-cause.ts";
import { type ControlCommand, numberOf, readCommand } from "./command.ts";
import { refusal, termination } from "./last-appl-error.ts";

/** What is behind a control: the switchgear, as far as the control sees it. */
export interface Process {
  /** Why not, before anything moves. */
  check(control: ControlObject, command: ControlCommand): AddCause;
  /** Moves it, now or over time; calls back once, or never. */
  execute(control: ControlObject, command: ControlCommand, done: (addCause: AddCause) => void): void;
  /** Forgets what is under way. */
  cancel(control: ControlObject): void;
}

export interface ControlParts {
  readonly domain: string;
  /** `CSWI1` */
  readonly ln: Branch;
  /** `Pos` under CO. */
  readonly tree: Branch;
  readonly around: Surroundings;
  readonly process: Process;
  readonly change: (leaf: Leaf, value: MmsData) => void;
  /** Says status-only and is operated all the same: some devices do. */
  readonly operatesStatusOnly: () => boolean;
}

type State =
  | { readonly kind: "unselected" }
  | { readonly kind: "selected"; readonly by: Client; readonly command: ControlCommand | undefined }
  | { readonly kind: "waiting"; readonly by: Client; readonly command: ControlCommand }
  | { readonly kind: "executing"; readonly by: Client; readonly command: ControlCommand };

const UNSELECTED: State = { kind: "unselected" };
const MODEL = { statusOnly: 0, direct: 1, sbo: 2, directEnhanced: 3, sboEnhanced: 4 } as const;
const SBO_TIMEOUT_MS = 30_000;
const OPER_TIMEOUT_MS = 10_000;

/** One controllable data object: the state machines of IEC 61850-7-2, clause 20, for all control models. */
export class ControlObject {
  readonly #parts: ControlParts;
  #state: State = UNSELECTED;
  #forget: (() => void) | undefined;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /** `BAY1CTRL/CSWI1$CO$Pos` */
  get reference(): string {
    return `${this.domain}/${itemOf(this.#parts.tree)}`;
  }

  get domain(): string {
    return this.#parts.domain;
  }

  get ln(): Branch {
    return this.#parts.ln;
  }

  get name(): string {
    return this.#parts.tree.name;
  }

  /** An attribute of the data object: `leaf("ST", "stVal")`. */
  leaf(fc: string, ...path: readonly string[]): Leaf | undefined {
    const [, ...below] = itemOf(this.#parts.tree).split("$").slice(1);
    const node = descend(this.#parts.ln, [fc, ...below, ...path]);
    return node?.kind === "leaf" ? node : undefined;
  }

  get model(): number {
    return numberOf(this.leaf("CF", "ctlModel")?.value);
  }

  /** Reading SBO selects; an empty text refuses. */
  select(by: Client): string {
    const cause = this.model === MODEL.sbo ? this.#heldBy(by, ADD_CAUSE.objectAlreadySelected) : ADD_CAUSE.notSupported;
    this.#log(by, "select", undefined, cause);
    if (cause !== 0) return "";
    this.#become({ kind: "selected", by, command: undefined });
    return this.reference;
  }

  /** A write of the whole of Oper, SBOw or Cancel. */
  write(part: string, data: MmsData, by: Client): Denied | undefined {
    const type = this.#parts.tree.children.get(part);
    if (type === undefined) return DENIED.objectNonExistent;
    const values = assignments(type, data);
    if (typeof values === "number") return values;
    const command = readCommand(type, data);
    const cause = this.#act(part, command, by);
    // What is carried out was logged when it began.
    if (part !== "Oper") this.#log(by, part === "Cancel" ? "cancel" : "select", command, cause);
    else if (cause !== 0) this.#log(by, "operate", command, cause);
    if (cause !== 0) {
      by.report(refusal(`${this.reference}$${part}`, command, cause), "before-answer");
      return cause === ADD_CAUSE.notSupported ? DENIED.objectAccessUnsupported : DENIED.objectAccessDenied;
    }
    // What was written can be read back: clients take it from there and change only ctlVal.
    for (const [leaf, value] of values) leaf.value = value;
    return undefined;
  }

  /** The association is gone: a selection goes with it, what moves goes on. */
  released(client: Client): void {
    if (this.#state.kind === "unselected" || this.#state.by !== client) return;
    if (this.#state.kind === "selected") this.#become(UNSELECTED);
  }

  restart(): void {
    this.#parts.process.cancel(this);
    this.#become(UNSELECTED);
  }

  #act(part: string, command: ControlCommand, by: Client): AddCause {
    if (part === "Cancel") return this.#cancel(by);
    if (part === "SBOw") return this.#selectWithValue(command, by);
    return this.#operate(command, by);
  }

  #selectWithValue(command: ControlCommand, by: Client): AddCause {
    if (this.model !== MODEL.sboEnhanced) return ADD_CAUSE.notSupported;
    const held = this.#heldBy(by, ADD_CAUSE.objectAlreadySelected);
    if (held !== 0) return held;
    const cause = this.#parts.process.check(this, command);
    if (cause !== 0) return cause;
    this.#become({ kind: "selected", by, command });
    return ADD_CAUSE.none;
  }

  #operate(command: ControlCommand, by: Client): AddCause {
    const { model } = this;
    if (model === MODEL.statusOnly && !this.#parts.operatesStatusOnly()) return ADD_CAUSE.notSupported;
    const held = this.#heldBy(by, ADD_CAUSE.none);
    if (held !== 0) return held;
    const selectedWith = this.#state.kind === "selected" ? this.#state.command : undefined;
    if (this.#state.kind !== "selected" && (model === MODEL.sbo || model === MODEL.sboEnhanced))
      return ADD_CAUSE.objectNotSelected;
    if (selectedWith !== undefined && !sameCommand(selectedWith, command)) {
      this.#become(UNSELECTED);
      return ADD_CAUSE.inconsistentParameters;
    }
    const { around, process } = this.#parts;
    const waitMs = command.operTm === undefined ? 0 : command.operTm - around.wall;
    if (waitMs < 0) return this.#deselected(ADD_CAUSE.timeLimitOver);
    if (waitMs > 0) {
      this.#log(by, "operate", command, ADD_CAUSE.none);
      this.#become({ kind: "waiting", by, command });
      this.#forget = around.agenda.at(later(around.now, Math.ceil(waitMs)), () => this.#due());
      return ADD_CAUSE.none;
    }
    const cause = process.check(this, command);
    if (cause !== 0) return this.#deselected(cause);
    this.#log(by, "operate", command, ADD_CAUSE.none);
    this.#execute(command, by);
    return ADD_CAUSE.none;
  }

  #cancel(by: Client): AddCause {
    const state = this.#state;
    if (state.kind === "unselected") return ADD_CAUSE.objectNotSelected;
    if (state.by !== by) return ADD_CAUSE.lockedByOtherClient;
    if (state.kind === "executing") {
      this.#parts.process.cancel(this);
      this.#end(ADD_CAUSE.abortionByCancel);
    } else this.#become(UNSELECTED);
    return ADD_CAUSE.none;
  }

  #due(): void {
    if (this.#state.kind !== "waiting") return;
    const { by, command } = this.#state;
    const cause = this.#parts.process.check(this, command);
    if (cause === 0) this.#execute(command, by);
    else {
      this.#become({ kind: "executing", by, command });
      this.#end(cause);
    }
  }

  #execute(command: ControlCommand, by: Client): void {
    const { around, process } = this.#parts;
    this.#become({ kind: "executing", by, command });
    this.#forget = around.agenda.at(later(around.now, this.#timeout("operTimeout", OPER_TIMEOUT_MS)), () => {
      process.cancel(this);
      this.#end(ADD_CAUSE.timeLimitOver);
    });
    const running = this.#state;
    process.execute(this, command, (cause) => {
      if (this.#state === running) this.#end(cause);
    });
  }

  #end(cause: AddCause): void {
    const state = this.#state;
    if (state.kind !== "executing") return;
    this.#become(UNSELECTED);
    this.#log(state.by, "terminate", state.command, cause);
    if (this.model !== MODEL.directEnhanced && this.model !== MODEL.sboEnhanced) return;
    const oper = `${itemOf(this.#parts.tree)}$Oper`;
    state.by.report(termination(this.domain, oper, state.command, cause), "after-answer");
  }

  #deselected(cause: AddCause): AddCause {
    this.#become(UNSELECTED);
    return cause;
  }

  /** `mine`: what a selection of the same client means. */
  #heldBy(by: Client, mine: AddCause): AddCause {
    const state = this.#state;
    if (state.kind === "unselected") return ADD_CAUSE.none;
    if (state.kind !== "selected") return ADD_CAUSE.commandInExecution;
    return state.by === by ? mine : ADD_CAUSE.lockedByOtherClient;
  }

  #become(state: State): void {
    this.#forget?.();
    this.#forget = undefined;
    this.#state = state;
    const selected = this.leaf("ST", "stSeld");
    if (selected !== undefined) this.#parts.change(selected, { type: "boolean", value: state.kind === "selected" });
    if (state.kind !== "selected") return;
    const { around } = this.#parts;
    this.#forget = around.agenda.at(later(around.now, this.#timeout("sboTimeout", SBO_TIMEOUT_MS)), () => {
      this.#become(UNSELECTED);
      this.#log(state.by, "release", state.command, ADD_CAUSE.timeLimitOver);
    });
  }

  #timeout(name: string, otherwise: number): number {
    const configured = numberOf(this.leaf("CF", name)?.value);
    return configured > 0 ? configured : otherwise;
  }

  #log(
    by: Client,
    action: (LogLine & { kind: "control" })["action"],
    command: ControlCommand | undefined,
    cause: AddCause,
  ) {
    this.#parts.around.log({
      ...{ kind: "control", association: by.id, object: this.reference, action },
      ...{ ctlNum: command?.ctlNum ?? 0, orCat: command?.orCat ?? 0, ctlVal: command?.ctlVal, addCause: cause },
    });
  }
}

/** Operate repeats what was selected, in value, originator, number and test (IEC 61850-7-2, 20.2.2). */
function sameCommand(a: ControlCommand, b: ControlCommand): boolean {
  return (
    JSON.stringify(a.ctlVal, comparable) === JSON.stringify(b.ctlVal, comparable) &&
    a.orCat === b.orCat &&
    equalBytes(a.orIdent, b.orIdent) &&
    a.ctlNum === b.ctlNum &&
    a.test === b.test
  );
}

function comparable(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
