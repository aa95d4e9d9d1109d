import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import type { Ref } from "../../../edge-agent/model/point.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import type { Procedure } from "../cosem/ask.ts";
import type { ActionContext, ActionRequest, ActionResult, DlmsAction } from "./action.ts";
import { Input, invalid, isRecord } from "./inputs.ts";

/**
 * `bundle`: many actions in one association, in order. All of them are checked before the first is sent; one that the
 * meter refuses is told as refused and the next goes on, unless `value.stopOnFault`. A fault of the association ends it.
 */
export function bundleOf(actionNamed: (name: string) => DlmsAction | undefined): DlmsAction {
  return {
    idempotent: false,
    prepare: (request, context) => {
      const input = new Input(request.value);
      const steps = input
        .records("actions", 1, context.settings.limits.bundle)
        .map((item) => stepOf(item, context, actionNamed));
      const stopOnFault = input.flag("stopOnFault", false);
      input.done();
      return carryOut(steps, stopOnFault);
    },
  };
}

interface Step {
  readonly action: string;
  readonly procedure: Procedure<ActionResult>;
}

function stepOf(item: Input, context: ActionContext, actionNamed: (name: string) => DlmsAction | undefined): Step {
  const name = item.text("action", /^[a-z0-9.-]{1,64}$/, "the name of an action");
  const action = name === "bundle" ? undefined : actionNamed(name);
  if (action === undefined) throw invalid(`there is no action ${name} for a bundle`);
  const target = item.any("target");
  if (target !== undefined && !isRecord(target)) throw invalid("the target of an action is { scheme, value }");
  const request: ActionRequest = {
    action: name,
    value: item.any("value"),
    ...(target === undefined ? {} : { target: target as unknown as Ref }),
  };
  item.done();
  return { action: name, procedure: action.prepare(request, context) };
}

function* carryOut(steps: readonly Step[], stopOnFault: boolean): Procedure<ActionResult> {
  const told: JsonRecord[] = [];
  const drafts: MessageDraft[] = [];
  let refused = 0;
  for (const { action, procedure } of steps) {
    if (stopOnFault && refused > 0) {
      told.push({ action, end: "skipped" });
      continue;
    }
    try {
      const done = yield* procedure;
      told.push({ action, end: "succeeded", result: done.result });
      drafts.push(...(done.drafts ?? []));
    } catch (thrown) {
      // Only what the meter itself answered: with the association gone there is nobody to ask for the rest.
      if (!(thrown instanceof EdgeError) || !isAnswer(thrown)) throw thrown;
      refused += 1;
      told.push({ action, end: "failed", code: thrown.code, native: thrown.native ?? null, text: thrown.message });
    }
  }
  return { result: { actions: told, refused }, drafts };
}

function isAnswer({ code }: EdgeError): boolean {
  return (
    code === "dlms.service.refused" ||
    code === "dlms.service.access-denied" ||
    code === "dlms.service.temporary-failure" ||
    code.startsWith("dlms.image.") ||
    code.startsWith("dlms.data.") ||
    code.startsWith("dlms.command.")
  );
}
