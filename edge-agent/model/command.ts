import { z } from "zod";
import { type Json, jsonField } from "./bounded-json.ts";
import { commandUidField, deviceUidField, nameField, timeField } from "./fields.ts";
import { COMMAND_ATTEMPTS, CORRELATION_BYTES, REF_LENGTH } from "./limits.ts";
import { faultOf } from "./model-fault.ts";
import { type Ref, refField } from "./point.ts";

/** How a command reaches the process: IEC 61850-7-2 control models; everything else is `direct`. */
export const COMMAND_MODES = ["direct", "sbo", "sbo-enhanced"] as const;
export type CommandMode = (typeof COMMAND_MODES)[number];

export const COMMAND_PRIORITIES = ["urgent", "normal", "bulk"] as const;
export type CommandPriority = (typeof COMMAND_PRIORITIES)[number];

/** One thing to do to one device, once. */
export interface Command {
  /** Chosen by who asks, once per intention: the first with a uid is executed, later ones get its result. */
  readonly uid: string;
  /** Device uid. */
  readonly device: string;
  /** A word of the device's adapter: `set-light`, `read`, `operate`. */
  readonly action: string;
  readonly target?: Ref | undefined;
  readonly value?: Json | undefined;
  readonly mode: CommandMode;
  readonly priority: CommandPriority;
  /** RFC 3339 UTC; not started before. */
  readonly notBefore?: string | undefined;
  /** RFC 3339 UTC (CloudEvents `expirytime`); never started after. */
  readonly deadline: string;
  readonly maxAttempts: number;
  /** Doing it twice is the same as doing it once. Only such a command is repeated when nobody knows whether it happened. */
  readonly idempotent: boolean;
  readonly issuedBy: string;
  /** The role it was issued in, for the audit and the device's own rights (IEC 61850 `orCat`, DLMS client). */
  readonly role: string;
  /** Where its end is to be told besides ledger and queue; no part of what makes two commands the same. */
  readonly reply?: ReplyAddress | undefined;
}

/** Who asked over the broker of a control centre is answered there. */
export interface ReplyAddress {
  /** Name of the bridge it came by. */
  readonly bridge: string;
  /** Topic name at the other side. */
  readonly topic: string;
  /** MQTT 5 Correlation Data, as hex. */
  readonly correlation?: string | undefined;
}

/** What has to be said; the rest has the most careful value. */
export interface CommandRequest {
  readonly uid: string;
  readonly device: string;
  readonly action: string;
  readonly target?: Ref | undefined;
  readonly value?: Json | undefined;
  readonly mode?: CommandMode | undefined;
  readonly priority?: CommandPriority | undefined;
  readonly notBefore?: string | undefined;
  readonly deadline: string;
  readonly maxAttempts?: number | undefined;
  readonly idempotent?: boolean | undefined;
  readonly issuedBy: string;
  readonly role?: string | undefined;
  readonly reply?: ReplyAddress | undefined;
}

export const commandSchema: z.ZodType<Command, CommandRequest> = z
  .object({
    uid: commandUidField.describe("chosen by who asks, once per intention"),
    device: deviceUidField.describe("device uid"),
    action: nameField.describe("a word of the device's adapter"),
    target: refField.optional().describe("what it acts on"),
    value: jsonField.optional().describe("what to do to it"),
    mode: z.enum(COMMAND_MODES).default("direct").describe("IEC 61850-7-2 control model"),
    priority: z.enum(COMMAND_PRIORITIES).default("normal").describe("urgent ones overtake waiting ones"),
    notBefore: timeField.optional().describe("not started before"),
    deadline: timeField.describe("never started after"),
    maxAttempts: z.number().int().min(1).max(COMMAND_ATTEMPTS).default(1).describe("attempts in all"),
    idempotent: z.boolean().default(false).describe("twice is the same as once"),
    issuedBy: nameField.describe("who asks"),
    role: nameField.default("operator").describe("in which role"),
    reply: z
      .object({
        bridge: nameField.describe("name of the bridge it came by"),
        topic: z.string().min(1).max(REF_LENGTH).describe("topic name at the other side"),
        correlation: z
          .string()
          .max(2 * CORRELATION_BYTES)
          .regex(/^([0-9a-f]{2})*$/)
          .optional()
          .describe("MQTT 5 Correlation Data, as hex"),
      })
      .optional()
      .describe("where its end is told besides the queue; set by a bridge"),
  })
  .superRefine((command, context) => {
    if (command.notBefore !== undefined && command.notBefore.slice(0, 19) > command.deadline.slice(0, 19)) {
      context.addIssue({ code: "custom", path: ["notBefore"], message: "later than the deadline" });
    }
  });

/** Checks a command and fills in what was left out; throws a ModelFault `model.command.invalid`. */
export function decodeCommand(request: unknown): Command {
  const checked = commandSchema.safeParse(request);
  if (!checked.success) throw faultOf("model.command.invalid", "the command", checked.error.issues);
  return checked.data;
}

/** BullMQ's number: 0 overtakes everything, then ascending. */
export function queuePriority(priority: CommandPriority): number {
  switch (priority) {
    case "urgent":
      return 0;
    case "normal":
      return 1;
    case "bulk":
      return 2;
  }
}

/** The id of the job that carries a command: a second `send` of the uid meets the first job. */
export function commandJobId(uid: string): string {
  return `cmd-${uid}`;
}
