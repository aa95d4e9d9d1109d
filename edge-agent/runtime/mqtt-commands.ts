import type { Timers } from "../../adapters/io/timers.ts";
import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { type DurationMs, later } from "../../adapters/kit/time.ts";
import {
  type CommandForm,
  type CommandPublish,
  type CommandReply,
  encodeCommand,
} from "../../adapters/mqtt/command-payload.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import type { Command } from "../model/command.ts";
import type { BookedMqttDevice } from "./mqtt-devices.ts";

export interface MqttCommandsParts {
  readonly form: CommandForm;
  /** `puback`: the device's acknowledgement is its answer. */
  readonly answer: "reply" | "puback";
  readonly answerTimeoutMs: DurationMs;
  readonly timers: Timers;
  /** Publishes to a device; `begin` before the first byte. Rejects with `mqtt.command.offline` where nothing was sent. */
  readonly send: (
    device: BookedMqttDevice,
    message: CommandPublish,
    begin: () => Promise<void>,
    uid: string,
  ) => Promise<void>;
}

/** Commands on their way to devices, and the answers they wait for. */
export class MqttCommands {
  readonly #parts: MqttCommandsParts;
  /** By device and command. */
  readonly #waiting = new Map<string, (reply: CommandReply | undefined) => void>();

  constructor(parts: MqttCommandsParts) {
    this.#parts = parts;
  }

  /** Rejects only as `begin` does. */
  async carry(device: BookedMqttDevice, command: Command, begin: () => Promise<void>): Promise<CommandConclusion> {
    const { form, answer, send } = this.#parts;
    let message: CommandPublish;
    try {
      message = encodeCommand(command, device.clientId, form);
    } catch (thrown) {
      return conclude(command, "rejected", toEdgeError(thrown, "mqtt.command.invalid"));
    }
    // The answer may come before the acknowledgement does.
    const answered = answer === "reply" ? this.#answerTo(device, command) : undefined;
    let refusal: { readonly thrown: unknown } | undefined;
    try {
      const watched = async (): Promise<void> => {
        try {
          await begin();
        } catch (thrown) {
          refusal = { thrown };
          throw thrown;
        }
      };
      await send(device, message, watched, command.uid);
    } catch (thrown) {
      this.#waiting.get(keyOf(device.uid, command.uid))?.(undefined);
      if (refusal !== undefined) throw refusal.thrown;
      const fault = toEdgeError(thrown, "mqtt.command.unanswered");
      return conclude(command, fault.code === "mqtt.command.offline" ? "unsent" : "unanswered", fault);
    }
    if (answered === undefined) {
      if (device.broker === undefined) return conclude(command, "succeeded", undefined);
      const fault = mqttFault(
        "mqtt.command.unanswered",
        `the broker ${device.broker} has it; whether the device got it nobody says`,
        { retry: "backoff" },
      );
      return conclude(command, "unanswered", fault);
    }
    const reply = await answered;
    if (reply === undefined) {
      return conclude(
        command,
        "unanswered",
        mqttFault("mqtt.command.unanswered", "the device acknowledged and did not answer in time", {
          retry: "backoff",
        }),
      );
    }
    if (reply.succeeded) return { ...conclude(command, "succeeded", undefined), result: reply.result };
    const refused = mqttFault(
      "mqtt.command.refused",
      reply.reason ?? "the device says that it failed",
      reply.reason === undefined ? {} : { native: reply.reason },
    );
    return { ...conclude(command, "failed", refused), result: reply.result };
  }

  /** An answer came; one nobody waits for has been stored like the others and ends nothing. */
  answered(device: string, reply: CommandReply): void {
    this.#waiting.get(keyOf(device, reply.uid))?.(reply);
  }

  /** Nobody answers any more. */
  end(): void {
    for (const finish of [...this.#waiting.values()]) finish(undefined);
  }

  #answerTo(device: BookedMqttDevice, command: Command): Promise<CommandReply | undefined> {
    const { timers, answerTimeoutMs } = this.#parts;
    const key = keyOf(device.uid, command.uid);
    return new Promise((resolve) => {
      const finish = (reply: CommandReply | undefined): void => {
        cancel();
        this.#waiting.delete(key);
        resolve(reply);
      };
      const cancel = timers.at(later(timers.now(), answerTimeoutMs), () => finish(undefined));
      this.#waiting.set(key, finish);
    });
  }
}

function keyOf(device: string, uid: string): string {
  return `${device} ${uid}`;
}

function conclude(command: Command, end: CommandConclusion["end"], fault: EdgeError | undefined): CommandConclusion {
  return { uid: command.uid, end, fault, result: {} };
}
