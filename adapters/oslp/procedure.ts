import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { Status } from "../../proto/oslp/gen/types.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import { invariant } from "../kit/invariant.ts";
import type { CommandConclusion } from "../kit/session.ts";
import { ACTIONS, type Action, isActionName, resultOf } from "./actions.ts";
import { oslpFault } from "./codes.ts";
import type { OslpDevice } from "./device.ts";
import type { Exchange } from "./exchange.ts";
import type { Origin } from "./mapping.ts";
import type { Registration } from "./memory.ts";
import { encodeMessage, type OslpMessage } from "./message.ts";
import type { OslpSettings } from "./settings.ts";

/** What an answer means for the command: its end, or (`undefined`) the next exchange. */
export interface Answered {
  readonly conclusion: CommandConclusion | undefined;
  readonly drafts: readonly MessageDraft[];
}

/** The exchanges of one command, in order; what was answered, and what that makes of the command. */
export class Procedure {
  readonly command: Command;
  readonly #action: Action;
  readonly #exchanges: Exchange[];
  readonly #answers: OslpMessage[] = [];
  #sent = false;

  /**
   * Prepares and encodes everything before a byte is sent. Throws `oslp.command.*`, or `oslp.message.not-in-version` where
   * the device's contract lacks something.
   */
  constructor(command: Command, device: OslpDevice, settings: OslpSettings) {
    if (!isActionName(command.action)) {
      throw oslpFault(
        "oslp.command.unknown-action",
        `OSLP devices know no action ${JSON.stringify(command.action.slice(0, 64))}`,
        {
          blame: "operator",
        },
      );
    }
    this.command = command;
    this.#action = ACTIONS[command.action];
    this.#exchanges = [...this.#action.prepare(command, settings)];
    for (const { request } of this.#exchanges) encodeMessage(request, device.version);
  }

  /** The exchange under way, or the next one. */
  get exchange(): Exchange {
    const exchange = this.#exchanges[this.#answers.length];
    invariant(exchange !== undefined, "a procedure goes on only while it has an exchange left");
    return exchange;
  }

  /** Why the first request may not leave any more; what has begun is brought to its end. `now` is RFC 3339 UTC. */
  lateAt(now: string): EdgeError | undefined {
    if (this.#sent || sortable(now) <= sortable(this.command.deadline)) return undefined;
    return oslpFault(
      "oslp.command.expired",
      `the deadline ${this.command.deadline} passed before the request could leave`,
      {
        blame: "us",
      },
    );
  }

  sent(): void {
    this.#sent = true;
  }

  /** Takes the verified answer to the exchange under way. */
  answered(answer: OslpMessage, origin: Origin): Answered {
    const { response, request } = this.exchange;
    if (answer.member !== response) {
      const why = `${answer.member} came for ${request.member}`;
      return {
        conclusion: this.#failed(oslpFault("oslp.response.unexpected", why, { native: answer.member })),
        drafts: [],
      };
    }
    const fault = statusFault(answer);
    if (fault !== undefined) return { conclusion: this.#failed(fault), drafts: [] };
    const prepared = this.#exchanges[0];
    this.#answers.push(answer);
    const drafts = this.#action.drafts?.(answer, this.command.uid, origin) ?? [];
    if (this.#answers.length === this.#exchanges.length && prepared !== undefined) {
      const more = this.#action.more?.(this.#answers, prepared);
      if (more !== undefined) this.#exchanges.push(more);
    }
    const over = this.#answers.length === this.#exchanges.length;
    return { conclusion: over ? this.#conclude("succeeded", undefined) : undefined, drafts };
  }

  /** No answer came, or none we believe. */
  broken(fault: EdgeError): CommandConclusion {
    return this.#conclude(this.#sent ? "unanswered" : "unsent", fault);
  }

  /** What the answers tell about the device beyond the command. */
  learnt(): Partial<Registration> {
    return this.#answers.some((answer) => answer.member === "setScheduleResponse") ? { hasSchedule: true } : {};
  }

  #failed(fault: EdgeError): CommandConclusion {
    return this.#conclude("failed", fault);
  }

  #conclude(end: CommandConclusion["end"], fault: EdgeError | undefined): CommandConclusion {
    const done = { answered: this.#answers.length, exchanges: this.#exchanges.length };
    const result = end === "unsent" ? {} : { ...resultOf(this.#answers), ...done };
    return { uid: this.command.uid, end, fault, result };
  }
}

/** GetFirmwareVersionResponse has no status: that it came is its success. */
function statusFault(answer: OslpMessage): EdgeError | undefined {
  const status = "status" in answer.body ? answer.body.status : Status.OK;
  switch (status) {
    case Status.OK:
      return undefined;
    case Status.REJECTED:
      return oslpFault("oslp.response.rejected", `the device answers ${answer.member} with REJECTED`, {
        native: status,
      });
    default:
      return oslpFault("oslp.response.failure", `the device answers ${answer.member} with status ${status}`, {
        native: status,
      });
  }
}

/** RFC 3339 UTC with any number of decimals as text that sorts by time. */
function sortable(time: string): string {
  return `${time.slice(0, 19)}.${/\.(\d+)Z$/.exec(time)?.[1] ?? ""}`.padEnd(29, "0");
}
