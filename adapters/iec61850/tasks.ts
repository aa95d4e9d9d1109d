import { EdgeError, toEdgeError } from "../kit/edge-error.ts";
import { earliest, type Instant, later } from "../kit/time.ts";
import type { Ticket } from "./association/invoke-table.ts";
import { iec61850Fault } from "./codes.ts";
import type { ControlEvent } from "./control/events.ts";
import type { MmsRequest, MmsResponse } from "./mms/pdu.ts";
import type { Answer, Ask, Procedure } from "./procedure.ts";

/** How a procedure ended. `effects`: it had asked for something that changes the device. */
export type Ended<Result> =
  | { readonly ok: true; readonly result: Result; readonly effects: boolean }
  | { readonly ok: false; readonly fault: EdgeError; readonly effects: boolean };

export interface TaskPorts {
  /** Throws an EdgeError where nothing more can be asked for. */
  readonly request: (request: MmsRequest, now: Instant) => Ticket;
  readonly offerFile: (name: string, content: Uint8Array) => void;
}

interface Task {
  /** An EdgeError is thrown into it. */
  readonly advance: (answer: Answer | EdgeError | undefined) => IteratorResult<Ask, unknown>;
  readonly settle: (ended: Ended<never>, now: Instant) => void;
  readonly finish: (result: unknown, effects: boolean, now: Instant) => void;
  effects: boolean;
  /** The control objects whose events are its. */
  watched: string | undefined;
  readonly inbox: ControlEvent[];
  answers: (MmsResponse | EdgeError | undefined)[];
  missing: number;
  waiting: "services" | "control-event" | "pause";
  until: Instant | undefined;
}

const NO_ANSWER: Answer = { kind: "done" };

/** Events of one control that wait for its procedure. */
const INBOX_LIMIT = 16;

/** Services that change nothing at the device. A read of `SBO` selects, which ends by itself. */
const HARMLESS: ReadonlySet<MmsRequest["service"]> = new Set([
  "status",
  "identify",
  "get-name-list",
  "read",
  "get-variable-access-attributes",
  "get-named-variable-list-attributes",
  "read-journal",
  "file-open",
  "file-read",
  "file-close",
  "file-directory",
]);

/** Runs procedures side by side on one association: each sees its own answers, and the events of the control it watches. */
export class Tasks {
  readonly #ports: TaskPorts;
  readonly #tasks = new Set<Task>();
  readonly #tickets = new Map<Ticket, { readonly task: Task; readonly at: number }>();

  constructor(ports: TaskPorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Runs it to its first wait, or to its end. `settle` is called once. */
  start<Result>(
    procedure: Procedure<Result>,
    settle: (ended: Ended<Result>, now: Instant) => void,
    now: Instant,
  ): void {
    const task: Task = {
      advance: (answer) => {
        if (answer instanceof EdgeError) return procedure.throw(answer);
        // The first `next` of a generator takes no value.
        return procedure.next(answer ?? NO_ANSWER);
      },
      settle,
      finish: (result, effects, at) => settle({ ok: true, result: result as Result, effects }, at),
      effects: false,
      watched: undefined,
      inbox: [],
      answers: [],
      missing: 0,
      waiting: "pause",
      until: undefined,
    };
    this.#tasks.add(task);
    this.#run(task, undefined, now);
  }

  /** An answer, or the fault instead of one. `false` where nobody waits for it. */
  answered(ticket: Ticket, answer: MmsResponse | EdgeError, now: Instant): boolean {
    const waiting = this.#tickets.get(ticket);
    if (waiting === undefined) return false;
    this.#tickets.delete(ticket);
    const { task, at } = waiting;
    task.answers[at] = answer;
    task.missing -= 1;
    if (task.missing === 0) this.#run(task, this.#collected(task), now);
    return true;
  }

  /** What the device says of a control goes to the procedure that watches it. `false` where none does. */
  controlEvent(event: ControlEvent, now: Instant): boolean {
    const object = event.kind === "termination" ? event.object : event.error.object;
    for (const task of this.#tasks) {
      if (task.watched !== object) continue;
      if (task.waiting === "control-event") {
        task.until = undefined;
        this.#run(task, { kind: "control-event", event }, now);
      } else if (task.inbox.length < INBOX_LIMIT) task.inbox.push(event);
      return true;
    }
    return false;
  }

  wake(now: Instant): void {
    for (const task of [...this.#tasks]) {
      if (task.until === undefined || task.until > now) continue;
      task.until = undefined;
      const answer: Answer =
        task.waiting === "control-event" ? { kind: "control-event", event: undefined } : { kind: "done" };
      this.#run(task, answer, now);
    }
  }

  earliest(): Instant | undefined {
    return earliest(...[...this.#tasks].map((task) => task.until));
  }

  /** The association is over: whatever is still under way ends with its fault. */
  endAll(fault: EdgeError, now: Instant): void {
    this.#tickets.clear();
    for (const task of [...this.#tasks]) {
      this.#tasks.delete(task);
      task.settle({ ok: false, fault, effects: task.effects }, now);
    }
  }

  #run(task: Task, answer: Answer | undefined, now: Instant): void {
    let next: Answer | EdgeError | undefined = answer;
    for (;;) {
      let turn: IteratorResult<Ask, unknown>;
      try {
        turn = task.advance(next);
      } catch (thrown) {
        this.#tasks.delete(task);
        // Whatever a device's answer made of a procedure is no reason to end the others.
        task.settle({ ok: false, fault: toEdgeError(thrown, "iec61850.procedure.failed"), effects: task.effects }, now);
        return;
      }
      if (turn.done === true) {
        this.#tasks.delete(task);
        task.finish(turn.value, task.effects, now);
        return;
      }
      next = this.#ask(task, turn.value, now);
      if (next === undefined) return;
    }
  }

  /** The answer where it is there already; `undefined` where the procedure has to wait. */
  #ask(task: Task, ask: Ask, now: Instant): Answer | EdgeError | undefined {
    switch (ask.kind) {
      case "services":
        return this.#request(task, ask.requests, now);
      case "watch":
        return this.#watch(task, ask.object);
      case "control-event": {
        const event = task.inbox.shift();
        if (event !== undefined || ask.withinMs <= 0) return { kind: "control-event", event };
        task.waiting = "control-event";
        task.until = later(now, ask.withinMs);
        return undefined;
      }
      case "pause":
        task.waiting = "pause";
        task.until = later(now, ask.ms);
        return undefined;
      case "offer-file":
        this.#ports.offerFile(ask.name, ask.content);
        return { kind: "done" };
    }
  }

  #request(task: Task, requests: readonly MmsRequest[], now: Instant): Answer | undefined {
    task.answers = requests.map(() => undefined);
    task.missing = requests.length;
    task.waiting = "services";
    for (const [at, request] of requests.entries()) {
      if (!HARMLESS.has(request.service)) task.effects = true;
      try {
        this.#tickets.set(this.#ports.request(request, now), { task, at });
      } catch (thrown) {
        if (!(thrown instanceof EdgeError)) throw thrown;
        task.answers[at] = thrown;
        task.missing -= 1;
      }
    }
    return task.missing === 0 ? this.#collected(task) : undefined;
  }

  /** One control at a time on one object: nobody could tell whose termination it is. */
  #watch(task: Task, object: string): Answer | EdgeError {
    for (const other of this.#tasks) {
      if (other !== task && other.watched === object) {
        return iec61850Fault("iec61850.command.busy", `${object} is being controlled already`, {
          blame: "operator",
          retry: "backoff",
        });
      }
    }
    task.watched = object;
    return { kind: "done" };
  }

  #collected(task: Task): Answer {
    const answers = task.answers.map(
      (one) => one ?? iec61850Fault("mms.service.unanswered", "there was no answer", { retry: "backoff" }),
    );
    return { kind: "services", answers };
  }
}
