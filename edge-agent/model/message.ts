import { z } from "zod";
import {
  type CommandResultData,
  commandResultSchema,
  type EventData,
  eventSchema,
  type GatewayEventData,
  gatewayEventSchema,
  type ProfileData,
  profileSchema,
  type ReadingData,
  readingSchema,
  type StateData,
  stateSchema,
} from "./data.ts";
import { EPOCH_DIGITS, SEQUENCE_DIGITS } from "./draft.ts";
import { deviceUidField, idField, nameField, timeField } from "./fields.ts";
import { SHARED_NAMES, type SharedAttributes } from "./shared-attributes.ts";

/** What `data` holds, by type. The major version is in the name: a consumer switches on it. */
export interface MessageData {
  readonly "busbar.reading.v1": ReadingData;
  readonly "busbar.event.v1": EventData;
  readonly "busbar.state.v1": StateData;
  readonly "busbar.profile.v1": ProfileData;
  readonly "busbar.command-result.v1": CommandResultData;
  readonly "busbar.gateway-event.v1": GatewayEventData;
}

export type MessageType = keyof MessageData;

/** The attributes every message has: CloudEvents 1.0, its registered extensions, and ours. */
export interface Envelope {
  readonly specversion: "1.0";
  /** Deterministic per source event: a replay has the same. */
  readonly id: string;
  /** `/<site>/<gateway>`: the logical gateway; `agent` says which of the two wrote it. */
  readonly source: string;
  /** Device uid; for gateway events the gateway's own. */
  readonly subject: string;
  readonly time: string;
  readonly timesource: "device" | "protocol" | "ingest";
  readonly recordedtime: string;
  readonly partitionkey: string;
  /** 16 digits, counts within (subject, epoch). */
  readonly sequence: string;
  /** 10 digits, the lease epoch. (epoch, sequence) of a subject never goes back. */
  readonly epoch: string;
  readonly agent: string;
  readonly protocol: "oslp" | "dlms" | "iec61850" | "mqtt" | "gateway";
  readonly devicetype?: string | undefined;
  readonly dataschema: string;
  readonly datacontenttype: "application/json";
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  readonly correlationid?: string | undefined;
  readonly causationid?: string | undefined;
  readonly dataref?: string | undefined;
  /** Acknowledged in an earlier epoch, delivered after it: salvaged from a spool. */
  readonly late?: boolean | undefined;
}

export type MessageOf<Type extends MessageType> = {
  readonly [One in Type]: Envelope & { readonly type: One; readonly data: MessageData[One] };
}[Type];

export type Message = MessageOf<MessageType>;

export const MESSAGE_TYPES: readonly MessageType[] = [
  "busbar.reading.v1",
  "busbar.event.v1",
  "busbar.state.v1",
  "busbar.profile.v1",
  "busbar.command-result.v1",
  "busbar.gateway-event.v1",
];

const padded = (digits: number) => z.string().regex(new RegExp(`^\\d{${digits}}$`));

const envelope = z.object({
  specversion: z.literal("1.0").describe("CloudEvents version"),
  id: idField.describe("deterministic per source event: a replay has the same id"),
  source: z
    .string()
    .max(255)
    .regex(/^\/[A-Za-z0-9_.~/-]+$/)
    .describe("`/<site>/<gateway>`, the logical gateway: stable over a takeover"),
  subject: deviceUidField.describe("device uid: immutable, independent of address and protocol"),
  time: timeField.describe("the source's own time where it gave one"),
  timesource: z.enum(["device", "protocol", "ingest"]).describe("whose clock `time` is"),
  recordedtime: timeField.describe("when the agent took it"),
  partitionkey: deviceUidField.describe("same as `subject`: the unit of order"),
  sequence: padded(SEQUENCE_DIGITS).describe("counts the device's messages within the epoch, from 1"),
  epoch: padded(EPOCH_DIGITS).describe("lease epoch under which it was written"),
  agent: nameField.describe("which agent wrote it"),
  protocol: z.enum(["oslp", "dlms", "iec61850", "mqtt", "gateway"]).describe("how it came"),
  devicetype: nameField.optional().describe("key of the device profile"),
  dataschema: z.string().max(255).describe("URI of the JSON Schema of `data`"),
  datacontenttype: z.literal("application/json").describe("always JSON"),
  traceparent: z
    .string()
    .regex(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
    .optional()
    .describe("W3C trace context"),
  tracestate: z.string().max(512).optional().describe("W3C trace context"),
  correlationid: nameField.optional().describe("uid of the command this belongs to"),
  causationid: nameField.optional().describe("id of the message or command that caused this"),
  dataref: z.string().max(2_048).optional().describe("where data above the size limit is kept"),
  late: z.boolean().optional().describe("acknowledged in an earlier epoch and delivered after it"),
});

const messageUnion = z.discriminatedUnion("type", [
  envelope.extend({ type: z.literal("busbar.reading.v1"), data: readingSchema }),
  envelope.extend({ type: z.literal("busbar.event.v1"), data: eventSchema }),
  envelope.extend({ type: z.literal("busbar.state.v1"), data: stateSchema }),
  envelope.extend({ type: z.literal("busbar.profile.v1"), data: profileSchema }),
  envelope.extend({ type: z.literal("busbar.command-result.v1"), data: commandResultSchema }),
  envelope.extend({ type: z.literal("busbar.gateway-event.v1"), data: gatewayEventSchema }),
]);

/** The one schema. Attributes it does not name are let through: a newer agent may say more than an older core knows. */
export const messageSchema: z.ZodType<Message> = messageUnion;

/** The attributes a batch says once for many messages, and by type what each message then says itself. */
export const sharedSchema: z.ZodType<SharedAttributes> = envelope
  .extend({ type: z.enum(MESSAGE_TYPES) })
  .pick(namesOf(SHARED_NAMES));
export const ownSchemas: ReadonlyMap<unknown, z.ZodType> = new Map(
  messageUnion.options.map((option) => [option.shape.type.value, withoutShared(option)]),
);

/** `devicetype` stays: it may be missing from what is shared, and then be the message's own. */
function withoutShared(option: z.ZodObject): z.ZodObject {
  return option.omit(namesOf(SHARED_NAMES.filter((name) => name !== "devicetype")));
}

function namesOf<Name extends string>(names: readonly Name[]): Record<Name, true> {
  return Object.fromEntries(names.map((name) => [name, true])) as Record<Name, true>;
}

/** The attributes alone, for the documents. */
export const envelopeSchema: z.ZodType<Envelope> = envelope.extend({
  type: z.enum(MESSAGE_TYPES).describe("what `data` holds; the major version is in the name"),
});

export const dataSchemas: { readonly [Type in MessageType]: z.ZodType<MessageData[Type]> } = {
  "busbar.reading.v1": readingSchema,
  "busbar.event.v1": eventSchema,
  "busbar.state.v1": stateSchema,
  "busbar.profile.v1": profileSchema,
  "busbar.command-result.v1": commandResultSchema,
  "busbar.gateway-event.v1": gatewayEventSchema,
};

const SCHEMA_BASE = "https://busbar.example/schema/";

/** The URI of the JSON Schema of a type's `data`, which is also the `$id` inside the file in docs/schema. */
export function schemaUri(type: MessageType): string {
  return `${SCHEMA_BASE}${type.slice("busbar.".length)}.json`;
}
