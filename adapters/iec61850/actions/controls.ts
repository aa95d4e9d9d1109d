import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import type { CommandMode } from "../../../edge-agent/model/command.ts";
import { utf8 } from "../../kit/bytes.ts";
import { fromCivil, type WallMs } from "../../kit/time.ts";
import type { ControlBook } from "../control/control-book.ts";
import { OR_IDENT_LIMIT, ORIGINATOR_CATEGORIES } from "../control/oper.ts";
import {
  cancel,
  CONTROL_MODELS,
  type ControlModel,
  type ControlRequest,
  type ControlResult,
  operate,
  select,
} from "../control/operate.ts";
import type { Procedure } from "../procedure.ts";
import { referenceText } from "../model/reference.ts";
import { type Action, type ActionContext, field, invalid, targetOf, textField, truthField } from "./action.ts";

export const OPERATE: Action = controlAction(operate);
export const SELECT: Action = controlAction(select);
export const CANCEL: Action = controlAction(cancel);

function controlAction(act: (request: ControlRequest, book: ControlBook) => Procedure<ControlResult>): Action {
  return {
    idempotent: false,
    *run(context) {
      const request = controlRequest(context);
      const { model, ctlNum, end } = yield* act(request, context.book);
      return { result: { object: referenceText(request.object), model, ctlNum, end } };
    },
  };
}

/**
 * What a command says of a control. Its mode `direct` is what it is without one being said, so the device's own control
 * model is followed; `sbo` and `sbo-enhanced` are insisted on.
 */
function controlRequest({ command, device, terminationMs, wall }: ActionContext): ControlRequest {
  const object = targetOf(command);
  if (object.path.length === 0) throw invalid("the target is a data object: LD/LN.DO");
  const { value } = command;
  const options = isOptions(value) ? value : undefined;
  const category = textField(options, "originator");
  const orCat = category === undefined ? device.originator.category : ORIGINATOR_CATEGORIES.indexOf(category as never);
  if (orCat < 0) throw invalid(`value.originator is one of ${ORIGINATOR_CATEGORIES.join(", ")}`);
  const checks = field(options, "check");
  return {
    object: { ...object, fc: undefined },
    value: options === undefined ? (value ?? null) : (field(options, "value") ?? null),
    model: modelOf(command.mode, textField(options, "model")),
    operatesStatusOnly: device.profile === "swdevice-010805",
    orCat,
    orIdent: utf8(device.originator.identification).subarray(0, OR_IDENT_LIMIT),
    test: truthField(options, "test") ?? false,
    synchroCheck: Array.isArray(checks) && checks.includes("synchrocheck"),
    interlockCheck: Array.isArray(checks) && checks.includes("interlock"),
    activateAt: timeOf(textField(options, "at")),
    now: wall(),
    terminationMs,
  };
}

/** `{ value: …, test: …, check: […] }` as against a structured value of the control itself. */
function isOptions(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && field(value, "value") !== undefined;
}

function modelOf(mode: CommandMode, insisted: string | undefined): ControlModel | undefined {
  if (insisted !== undefined) {
    const model = CONTROL_MODELS.find((one) => one === insisted);
    if (model === undefined) throw invalid(`value.model is one of ${CONTROL_MODELS.join(", ")}`);
    return model;
  }
  return mode === "direct" ? undefined : mode;
}

function timeOf(text: string | undefined): WallMs | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?Z$/.exec(text);
  const [, year, month, day, hour, minute, second, millisecond = "0"] = (match ?? []).map(String);
  const at =
    match === null
      ? undefined
      : fromCivil({
          year: Number(year),
          month: Number(month),
          day: Number(day),
          hour: Number(hour),
          minute: Number(minute),
          second: Number(second),
          millisecond: millisecond === "undefined" ? 0 : Number(millisecond),
        });
  if (at === undefined) throw invalid("value.at is a time as 2026-11-21T10:00:00.000Z");
  return at;
}
