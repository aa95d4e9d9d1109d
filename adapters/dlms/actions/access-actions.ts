import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { ACTION_RESULTS, DATA_ACCESS_RESULTS, SUCCESS } from "../apdu/results.ts";
import { access, type AccessAnswer, type AccessEntry } from "../association/services.ts";
import type { Procedure } from "../cosem/ask.ts";
import { attributeName, methodName } from "../cosem/classes.ts";
import { dataText } from "../cosem/data-text.ts";
import { NULL_DATA } from "../data/data.ts";
import { obisText } from "../obis.ts";
import type { ActionContext, ActionResult, DlmsAction } from "./action.ts";
import { attributeIn, methodIn, objectIn } from "./attribute-actions.ts";
import { Input } from "./inputs.ts";

/** Of one ACCESS: the answers have to fit a command's result. */
const REQUESTS_MAX = 100;

/**
 * `access`: reads, writes and methods in the one request ACCESS is (IEC 62056-5-3 clause 9.3.9), carried out in their order;
 * with `breakOnError` none after the first that was refused. Each has its own result.
 */
export const accessMany: DlmsAction = {
  idempotent: false,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const breakOnError = input.flag("breakOnError", false);
    const entries = input.records("requests", 1, REQUESTS_MAX).map((one) => entryIn(one, context));
    input.done();
    return (function* (): Procedure<ActionResult> {
      const answers = yield* access(entries, { breakOnError });
      const results = answers.map((answer, at) => told(entries[at], answer));
      return { result: { refused: answers.filter(({ result }) => result.result !== SUCCESS).length, results } };
    })();
  },
};

function entryIn(input: Input, context: ActionContext): AccessEntry {
  const what = input.choice("do", ["read", "write", "invoke"]);
  const where = objectIn(input, context);
  if (what === "invoke") {
    const method = { ...where, method: methodIn(where.classId, input.any("method")) };
    const data = input.optionalData("data") ?? NULL_DATA;
    input.done();
    return { specification: { kind: "action", method }, data };
  }
  const attribute = { ...where, attribute: attributeIn(where.classId, input.any("attribute")) };
  const data = what === "write" ? input.data("data") : NULL_DATA;
  input.done();
  return { specification: { kind: what === "write" ? "set" : "get", attribute }, data };
}

function told(entry: AccessEntry | undefined, { data, result: { kind, result } }: AccessAnswer): JsonRecord {
  const names = kind === "action" ? ACTION_RESULTS : DATA_ACCESS_RESULTS;
  const outcome = result === SUCCESS ? {} : { refused: names[result] ?? String(result) };
  const value = data.kind === "null-data" ? {} : { data: dataText(data) };
  const of = entry?.specification;
  if (of === undefined) return { ...outcome, ...value };
  const { classId, instance } = of.kind === "action" ? of.method : of.attribute;
  const part =
    of.kind === "action"
      ? { method: methodName(classId, of.method.method) }
      : { attribute: attributeName(classId, of.attribute.attribute) };
  return { object: obisText(instance), class: classId, ...part, ...outcome, ...value };
}
