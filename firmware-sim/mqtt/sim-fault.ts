import { EdgeError } from "../../adapters/kit/edge-error.ts";

export type MqttSimCode = "config.simulation.template" | "config.simulation.spec";

/** What an operator wrote and a simulation cannot be made of. */
export function mqttSimFault(code: MqttSimCode, message: string, cause?: unknown): EdgeError {
  return new EdgeError({ code, blame: "operator", retry: "never", message, ...(cause === undefined ? {} : { cause }) });
}
