import { type Command, decodeCommand } from "../model/command.ts";
import { isId } from "../model/fields.ts";
import { COMMAND_UID_LENGTH, DEVICE_UID_LENGTH } from "../model/limits.ts";
import { readTime } from "./times.ts";

/** What the data of a job turned out to be. */
export type ReadCommand =
  | { readonly kind: "command"; readonly command: Command }
  /** Not a command. `uid` and `device` where at least those can be read. */
  | {
      readonly kind: "refused";
      readonly uid: string | undefined;
      readonly device: string | undefined;
      readonly reason: string;
      readonly text: string;
    };

/** Reads the data of a job of the commands queue. Never throws: anybody may have put anything there. */
export function readCommand(data: string): ReadCommand {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (_notJson) {
    return refusal(undefined, "the data of the job is not JSON");
  }
  try {
    const command = decodeCommand(value);
    const times = [command.deadline, ...(command.notBefore === undefined ? [] : [command.notBefore])];
    const impossible = times.find((time) => readTime(time) === undefined);
    if (impossible === undefined) return { kind: "command", command };
    return refusal(value, `there is no such time: ${impossible}`);
  } catch (thrown) {
    return refusal(value, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function refusal(value: unknown, text: string): ReadCommand {
  return {
    kind: "refused",
    uid: idOf(value, "uid", COMMAND_UID_LENGTH),
    device: idOf(value, "device", DEVICE_UID_LENGTH),
    reason: "model.command.invalid",
    text,
  };
}

function idOf(value: unknown, field: string, longest: number): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found = Object.entries(value).find(([key]) => key === field)?.[1];
  return typeof found === "string" && isId(found, longest) ? found : undefined;
}
