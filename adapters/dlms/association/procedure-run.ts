import { EdgeError } from "../../kit/edge-error.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { accessExchange } from "./access-exchange.ts";
import { actionExchange } from "./action-exchange.ts";
import type { Exchange, ExchangeContext, Outgoing } from "./exchange.ts";
import { getExchange } from "./get-exchange.ts";
import type { CosemDialogue, ServiceAnswer, ServiceRequest } from "./services.ts";
import { setExchange } from "./set-exchange.ts";
import { actByShortNames, getByShortNames, setByShortNames } from "./short-name-exchange.ts";

/** What a procedure wants next. */
export type ProcedureStep =
  | { readonly kind: "send"; readonly request: Outgoing }
  | { readonly kind: "pause"; readonly ms: number }
  | { readonly kind: "completed"; readonly result: unknown }
  | { readonly kind: "failed"; readonly fault: EdgeError };

type Input<Value> = { readonly value: Value } | { readonly fault: EdgeError };

/**
 * Runs one procedure: its services become exchanges, the exchanges APDUs. Faults go first to the exchange, then to the
 * procedure; what neither settles ends it.
 */
export class ProcedureRun {
  readonly #dialogue: CosemDialogue<unknown>;
  readonly #context: ExchangeContext;
  #exchange: Exchange<ServiceAnswer> | undefined;

  constructor(dialogue: CosemDialogue<unknown>, context: ExchangeContext) {
    this.#dialogue = dialogue;
    this.#context = context;
  }

  begin(): ProcedureStep {
    return this.#drive(() => this.#dialogue.next({ kind: "pause" }));
  }

  answered(apdu: Apdu): ProcedureStep {
    return this.#resume({ value: apdu });
  }

  fail(fault: EdgeError): ProcedureStep {
    return this.#resume({ fault });
  }

  /** The pause is over. */
  paused(): ProcedureStep {
    return this.#drive(() => this.#dialogue.next({ kind: "pause" }));
  }

  #resume(input: Input<Apdu>): ProcedureStep {
    const exchange = this.#exchange;
    if (exchange !== undefined) return this.#exchangeStep(() => into(exchange, input));
    if ("fault" in input) return this.#drive(() => this.#dialogue.throw(input.fault));
    return this.#drive(() => this.#dialogue.next({ kind: "pause" }));
  }

  /** Until something must be sent or waited for; a loop, so that a procedure of many refused requests is no recursion. */
  #drive(first: () => IteratorResult<ServiceRequest, unknown>): ProcedureStep {
    let resume = first;
    for (;;) {
      let next: IteratorResult<ServiceRequest, unknown>;
      try {
        next = resume();
      } catch (thrown) {
        if (thrown instanceof EdgeError) return { kind: "failed", fault: thrown };
        throw thrown;
      }
      if (next.done === true) return { kind: "completed", result: next.value };
      if (next.value.kind === "pause") return { kind: "pause", ms: next.value.ms };
      const exchange = this.#exchangeFor(next.value);
      this.#exchange = exchange;
      const ended = this.#advance(() => exchange.next());
      if ("kind" in ended) return ended;
      resume = () => into(this.#dialogue, ended);
    }
  }

  #exchangeStep(resume: () => IteratorResult<Outgoing, ServiceAnswer>): ProcedureStep {
    const ended = this.#advance(resume);
    return "kind" in ended ? ended : this.#drive(() => into(this.#dialogue, ended));
  }

  /** What the exchange sends next, or how it ended. */
  #advance(
    resume: () => IteratorResult<Outgoing, ServiceAnswer>,
  ): Extract<ProcedureStep, { kind: "send" }> | Input<ServiceAnswer> {
    try {
      const next = resume();
      if (next.done !== true) return { kind: "send", request: next.value };
      this.#exchange = undefined;
      return { value: next.value };
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#exchange = undefined;
      return { fault: thrown };
    }
  }

  *#exchangeFor(request: Exclude<ServiceRequest, { kind: "pause" }>): Exchange<ServiceAnswer> {
    const context = this.#context;
    const named = context.shortNames !== undefined;
    switch (request.kind) {
      case "get":
        return { kind: "get", results: yield* (named ? getByShortNames : getExchange)(context, request.references) };
      case "set":
        return { kind: "set", results: yield* (named ? setByShortNames : setExchange)(context, request.writes) };
      case "action":
        return { kind: "action", outcomes: yield* (named ? actByShortNames : actionExchange)(context, request.calls) };
      case "access":
        return { kind: "access", answers: yield* accessExchange(context, request.entries, request.breakOnError) };
    }
  }
}

function into<Ask, Answer, Result>(
  generator: Generator<Ask, Result, Answer>,
  input: Input<Answer>,
): IteratorResult<Ask, Result> {
  return "fault" in input ? generator.throw(input.fault) : generator.next(input.value);
}
