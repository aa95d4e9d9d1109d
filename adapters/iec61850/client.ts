import type { EdgeError } from "../kit/edge-error.ts";
import { ended, type Machine, type Step, StepBuilder } from "../kit/step.ts";
import { earliest, type Instant } from "../kit/time.ts";
import { Association, type AssociationTimeouts } from "./association/association.ts";
import type { Associated, AssociationOutcome } from "./association/exchange.ts";
import type { AssociationParameters } from "./association/parameters.ts";
import { controlEventOf } from "./control/events.ts";
import type { InformationReport } from "./mms/pdu.ts";
import { OfferedFiles } from "./offered-files.ts";
import type { Procedure } from "./procedure.ts";
import { type Ended, Tasks } from "./tasks.ts";

export type ClientOutcome =
  | { readonly kind: "associated"; readonly settled: Associated }
  /** What no procedure waits for: reports of control blocks, and terminations nobody asked for. */
  | { readonly kind: "report"; readonly report: InformationReport };

/** An association and the procedures on it, without messages and memory: for tools and measurements. */
export class IedClient implements Machine<ClientOutcome> {
  readonly #association: Association;
  readonly #tasks: Tasks;
  readonly #files = new OfferedFiles();
  readonly #steps: Step<AssociationOutcome>[] = [];
  #out: StepBuilder<ClientOutcome> = new StepBuilder<ClientOutcome>();
  #wakeAt: Instant | undefined;
  #ended: "done" | EdgeError | undefined;

  constructor(parameters: AssociationParameters, timeouts: AssociationTimeouts) {
    this.#association = new Association(parameters, timeouts);
    this.#tasks = new Tasks({
      request: (request, now) => {
        const { ticket, step } = this.#association.request(request, now);
        this.#steps.push(step);
        return ticket;
      },
      offerFile: (name, content) => this.#files.offer(name, content),
    });
  }

  open(now: Instant): Step<ClientOutcome> {
    return this.#step(now, () => this.#steps.push(this.#association.open(now)));
  }

  receive(chunk: Uint8Array, now: Instant): Step<ClientOutcome> {
    return this.#step(now, () => this.#steps.push(this.#association.receive(chunk, now)));
  }

  wake(now: Instant): Step<ClientOutcome> {
    return this.#step(now, () => {
      this.#steps.push(this.#association.wake(now));
      this.#pump(now);
      if (this.#ended === undefined) this.#tasks.wake(now);
    });
  }

  close(now: Instant): Step<ClientOutcome> {
    return this.#step(now, () => this.#steps.push(this.#association.close(now)));
  }

  release(now: Instant): Step<ClientOutcome> {
    return this.#step(now, () => this.#steps.push(this.#association.release(now)));
  }

  /** Runs a procedure; `settle` is called once, in this step or a later one. */
  run<Result>(procedure: Procedure<Result>, settle: (end: Ended<Result>) => void, now: Instant): Step<ClientOutcome> {
    return this.#step(now, () => this.#tasks.start(procedure, settle, now));
  }

  #pump(now: Instant): void {
    for (let step = this.#steps.shift(); step !== undefined; step = this.#steps.shift()) {
      this.#out.send.push(...step.send);
      this.#wakeAt = step.wakeAt;
      for (const outcome of step.outcomes) this.#take(outcome, now);
      if (step.ended === undefined || this.#ended !== undefined) continue;
      this.#ended = step.ended;
      this.#out.ended = step.ended;
      if (step.ended !== "done") this.#tasks.endAll(step.ended, now);
    }
  }

  #take(outcome: AssociationOutcome, now: Instant): void {
    switch (outcome.kind) {
      case "associated":
        this.#out.outcomes.push(outcome);
        return;
      case "answered":
        this.#tasks.answered(outcome.ticket, outcome.response, now);
        return;
      case "failed":
        this.#tasks.answered(outcome.ticket, outcome.fault, now);
        return;
      case "report": {
        const event = controlEventOf(outcome.report);
        if (event === undefined || !this.#tasks.controlEvent(event, now)) this.#out.outcomes.push(outcome);
        return;
      }
      case "asked": {
        const answer = this.#files.answer(outcome.request, this.#association.settled?.pduBytes ?? 0);
        this.#steps.push(this.#association.answer(outcome.invokeId, answer));
        return;
      }
    }
  }

  #step(now: Instant, act: () => void): Step<ClientOutcome> {
    if (this.#ended !== undefined) return ended(this.#ended);
    this.#out = new StepBuilder<ClientOutcome>();
    act();
    this.#pump(now);
    this.#out.wakeAt = earliest(this.#wakeAt, this.#tasks.earliest());
    return this.#out.build();
  }
}
