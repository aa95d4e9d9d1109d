import type { Command } from "../../edge-agent/model/command.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import type { CommandConclusion } from "../kit/session.ts";
import { toRfc3339, type WallMs } from "../kit/time.ts";
import type { ActionContext, ActionResult } from "./actions/action.ts";
import { actionNamed } from "./actions/actions.ts";
import { commandFault } from "./actions/inputs.ts";
import type { Procedure } from "./cosem/ask.ts";

/** The role in which schedules of the gateway itself ask. */
export const SCHEDULE_ROLE = "schedule";

/**
 * One command on its way: the procedure it became, and how far that got. The procedure is made and checked before a byte is
 * sent, begun only inside the association it is meant for, and never begun twice.
 */
export class Errand {
  readonly command: Command;
  readonly #procedure: Procedure<ActionResult>;
  readonly #wall: () => WallMs;
  #begun = false;

  /** Throws `dlms.command.*` and `dlms.data.*` for what can be refused without asking the meter. */
  constructor(command: Command, context: ActionContext) {
    const action = actionNamed(command.action);
    if (action === undefined) {
      const name = JSON.stringify(command.action.slice(0, 64));
      throw commandFault("dlms.command.unknown-action", `meters know no action ${name}`);
    }
    this.command = command;
    this.#wall = context.wall;
    this.#procedure = action.prepare(command, context);
  }

  /** Something of the command itself left for the meter. */
  get begun(): boolean {
    return this.#begun;
  }

  /** The procedure for an association; an association that ends before it begins leaves it as it was. */
  *run(): Procedure<ActionResult> {
    // What was begun is brought to its end; nothing begins after the deadline.
    if (sortable(toRfc3339(this.#wall())) > sortable(this.command.deadline)) {
      throw commandFault("dlms.command.expired", `the deadline ${this.command.deadline} passed before it could begin`);
    }
    this.#begun = true;
    return yield* this.#procedure;
  }

  succeeded(result: ActionResult): CommandConclusion {
    return { uid: this.command.uid, end: "succeeded", fault: undefined, result: result.result };
  }

  /** How a fault ends it: the meter's answer, our own refusal, or nobody knows. */
  failed(fault: EdgeError): CommandConclusion {
    const end = this.#endOf(fault);
    return { uid: this.command.uid, end, fault, result: {} };
  }

  #endOf(fault: EdgeError): CommandConclusion["end"] {
    if (!this.#begun && fault.code.startsWith("dlms.command.")) {
      return fault.code === "dlms.command.expired" ? "unsent" : "rejected";
    }
    if (isAnswer(fault)) return "failed";
    // An association that cannot be had for good is an answer too: trying again does not help.
    if (!this.#begun) return fault.retry === "never" ? "failed" : "unsent";
    return "unanswered";
  }
}

/** Faults that say what the meter did with a request. */
export function isAnswer({ code }: EdgeError): boolean {
  return (
    code === "dlms.service.refused" ||
    code === "dlms.service.access-denied" ||
    code === "dlms.service.temporary-failure" ||
    code === "dlms.service.not-negotiated" ||
    code === "dlms.service.too-long" ||
    code.startsWith("dlms.image.") ||
    code.startsWith("dlms.data.") ||
    code.startsWith("dlms.obis.") ||
    code.startsWith("dlms.command.")
  );
}

/** RFC 3339 UTC with any number of decimals as text that sorts by time. */
function sortable(time: string): string {
  return `${time.slice(0, 19)}.${/\.(\d+)Z$/.exec(time)?.[1] ?? ""}`.padEnd(29, "0");
}
