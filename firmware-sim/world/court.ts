import type { Trace } from "../../adapters/io/sim/trace.ts";
import type { SimClock } from "../../adapters/io/sim/clock.ts";
import type { Message } from "../../edge-agent/model/message.ts";
import type { LedgerRecord } from "../../edge-agent/model/ledger.ts";

/** Everything judges may see. It is taken at the edges of the real parts, never from inside them. */
export type WorldEvent =
  /** Redis granted an epoch. */
  | { readonly kind: "granted"; readonly agent: string; readonly epoch: number }
  /** The lease or a promise allows the agent to act until then, on its own clock, as far as it has been told. */
  | { readonly kind: "entitled"; readonly agent: string; readonly epoch: number; readonly until: number }
  /** The agent gave its word not to act before that instant of true time, for the reign of that epoch; `until: 0` takes it back. */
  | { readonly kind: "bound"; readonly agent: string; readonly epoch: number; readonly until: number }
  /** Redis has it from the agent itself that its reign is over: what was promised for that reign binds nobody. */
  | { readonly kind: "released"; readonly agent: string; readonly epoch: number }
  | { readonly kind: "asked-lease"; readonly agent: string }
  | { readonly kind: "active"; readonly agent: string; readonly epoch: number }
  | { readonly kind: "standby"; readonly agent: string; readonly epoch: number }
  /** Redis took a commit. */
  | { readonly kind: "committed"; readonly token: string; readonly messages: readonly Message[] }
  /** Redis came back without what it had told others it had: ids of messages, uids of commands. */
  | { readonly kind: "forgot"; readonly messages: ReadonlySet<string>; readonly commands: ReadonlySet<string> }
  /** A device was told that the platform has its event. */
  | { readonly kind: "acknowledged"; readonly device: string; readonly text: string }
  | { readonly kind: "raised"; readonly device: string; readonly text: string }
  /** A device was told to register again. */
  | { readonly kind: "turned-away"; readonly device: string; readonly why: string }
  /** Bytes were given to the socket of a device. `now`: the agent's own clock; `wall`: its wall clock. */
  | {
      readonly kind: "wrote";
      readonly agent: string;
      readonly device: string;
      readonly now: number;
      readonly wall: number;
      /** The command the connection is for. */
      readonly uid: string | undefined;
    }
  /** A device did what a request says. */
  | { readonly kind: "executed"; readonly device: string; readonly uid: string | undefined }
  /** A core put a command into the queue for the first time. */
  | { readonly kind: "ordered"; readonly order: Order }
  /** The ledger's record of a command changed. */
  | { readonly kind: "recorded"; readonly record: LedgerRecord }
  /** A core applied a message for the first time. */
  | { readonly kind: "applied"; readonly message: Message }
  | { readonly kind: "started" | "killed" | "power-lost" | "frozen" | "thawed"; readonly agent: string }
  /** An agent begins to put into its spool what the queue does not take. */
  | { readonly kind: "spilled"; readonly agent: string };

export interface Order {
  readonly uid: string;
  readonly device: string;
  readonly idempotent: boolean;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

/** One promise, watched. It sees every event, in order, and blames as soon as it knows. */
export interface Judge {
  readonly name: string;
  see(event: WorldEvent): void;
  /** Called now and then while time passes. */
  inspect?(now: number): void;
  /** Called once, when everything has healed and drained. */
  conclude?(): void;
}

export interface Verdict {
  readonly judge: string;
  readonly at: number;
  readonly text: string;
  readonly tail: readonly string[];
}

/** Takes what happens to every judge, keeps the first complaint, and writes the trace. */
export class Court {
  readonly #clock: SimClock;
  readonly #trace: Trace;
  readonly #judges: Judge[] = [];
  verdict: Verdict | undefined;

  constructor(clock: SimClock, trace: Trace) {
    this.#clock = clock;
    this.#trace = trace;
  }

  get now(): number {
    return this.#clock.now;
  }

  seat(...judges: readonly Judge[]): void {
    this.#judges.push(...judges);
  }

  tell(event: WorldEvent): void {
    this.note(describe(event));
    if (this.verdict !== undefined) return;
    for (const judge of this.#judges) judge.see(event);
  }

  note(line: string): void {
    this.#trace.note(`${this.#clock.now.toFixed(3)} ${line}`);
  }

  blame(judge: string, text: string): void {
    if (this.verdict !== undefined) return;
    this.verdict = { judge, at: this.#clock.now, text, tail: [...this.#trace.last()] };
  }

  inspect(): void {
    for (const judge of this.#judges) judge.inspect?.(this.#clock.now);
  }

  conclude(): void {
    for (const judge of this.#judges) if (this.verdict === undefined) judge.conclude?.();
  }
}

function describe(event: WorldEvent): string {
  switch (event.kind) {
    case "committed":
      return `committed ${event.token} ${event.messages.map((one) => nameOf(one)).join(" ")}`;
    case "applied":
      return `applied ${nameOf(event.message)}`;
    case "forgot":
      return `forgot ${event.messages.size} messages, ${event.commands.size} commands`;
    case "recorded":
      return `recorded ${event.record.uid} ${event.record.state} ${event.record.turn} ${event.record.holder ?? ""}:${event.record.epoch}${"reason" in event.record ? ` ${event.record.reason ?? ""}` : ""}`;
    case "ordered":
      return `ordered ${event.order.uid} ${event.order.device}`;
    default:
      return Object.values(event).join(" ");
  }
}

/** What a person wants to read of a message: its text, or its kind. */
export function nameOf(message: Message): string {
  const late = message.late === true ? "!late" : "";
  const text = textOf(message) ?? `${message.type.split(".")[1]}/${message.subject}/${message.id.slice(-12)}`;
  return `[${text}${late}]`;
}

/** The text a device gave to an event: the one thing in a message nobody but the device has made. */
export function textOf(message: Message): string | undefined {
  return message.type === "busbar.event.v1" && message.data.text.includes("#") ? message.data.text : undefined;
}
