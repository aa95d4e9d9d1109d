import { attributeOf, invokeMethod, type Procedure, readMany } from "../cosem/ask.ts";
import { readGsmDiagnostic } from "../cosem/gsm-diagnostic.ts";
import { number, numberOf } from "../data/data.ts";
import { type Obis, toObis } from "../obis.ts";
import type { ActionResult, DlmsAction } from "./action.ts";
import { Input } from "./inputs.ts";

/** `gsm.diagnostic`: what the modem says of its network; of the meter's own technology, or the one named. */
export const gsmDiagnostic: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const technology = input.optionalChoice("technology", ["gprs", "cdma", "lte"]) ?? context.device.accessTechnology;
    input.done();
    return (function* (): Procedure<ActionResult> {
      return { result: yield* readGsmDiagnostic(technology) };
    })();
  },
};

const DISCONNECT_CONTROL: Obis = toObis("0.0.96.3.10.255");
const CONTROL_STATES = ["disconnected", "connected", "ready-for-reconnection"];

/** `supply.status`: the disconnect control. */
export const supplyStatus: DlmsAction = {
  idempotent: true,
  prepare: (request) => {
    new Input(request.value).done();
    return readSupply();
  },
};

/** `supply.connect` and `supply.disconnect`: methods 2 and 1 of the disconnect control, then its state. */
export function switchSupply(on: boolean): DlmsAction {
  return {
    idempotent: true,
    prepare: (request) => {
      new Input(request.value).done();
      return (function* (): Procedure<ActionResult> {
        yield* invokeMethod({ classId: 70, instance: DISCONNECT_CONTROL, method: on ? 2 : 1 }, number("integer", 0));
        return yield* readSupply();
      })();
    },
  };
}

function* readSupply(): Procedure<ActionResult> {
  const results = yield* readMany([2, 3, 4].map((attribute) => attributeOf(70, DISCONNECT_CONTROL, attribute)));
  const [output, state, mode] = results.map((result) => (result.kind === "data" ? result.data : undefined));
  const control = state === undefined ? undefined : numberOf(state);
  return {
    result: {
      connected: output?.kind === "boolean" ? output.value : null,
      state: control === undefined ? null : (CONTROL_STATES[control] ?? `unknown-${control}`),
      mode: (mode === undefined ? undefined : numberOf(mode)) ?? null,
    },
  };
}
