import type { Command } from "./command.ts";
import type { MessageDraft, Stamp } from "./draft.ts";
import { commandResultId, dlmsProfileId, gatewayEventId, oslpEventId, slotReadId, stateId } from "./ids.ts";
import type { Message, MessageType } from "./message.ts";
import { stamp } from "./stamp.ts";

/** One message of each type, as an agent would write it. They are in the documents, and every schema is tested on them. */
const BY: Stamp = {
  source: "/sub-042/gw",
  agent: "b",
  epoch: 7,
  sequence: 18_231,
  recordedtime: "2026-11-21T00:15:02.417Z",
};

const READING: MessageDraft<"busbar.reading.v1"> = {
  id: slotReadId({ protocol: "dlms", device: "dev_7Q2", ref: "1-0:1.8.0*255", slot: "2026-11-21T00:15:00Z" }),
  type: "busbar.reading.v1",
  subject: "dev_7Q2",
  time: "2026-11-21T00:15:00.000Z",
  timesource: "device",
  protocol: "dlms",
  devicetype: "e450",
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  data: {
    cause: "periodic",
    historical: false,
    device: { protocolId: "4c475a6773456789", serial: "56 789 012", logicalName: "LGZ56789012" },
    points: [
      {
        ref: { scheme: "obis", value: "1-0:1.8.0*255", attr: 2, classId: 3 },
        name: "energy.active.import.total",
        value: "18345200",
        type: "u64",
        unit: "Wh",
        raw: { value: "1834520", scaler: 1 },
        q: { validity: "questionable", detail: ["oldData"], source: "process" },
        t: { time: "2026-11-21T00:15:00Z", quality: { notSynchronized: true } },
      },
    ],
  },
};

const EVENT: MessageDraft<"busbar.event.v1"> = {
  id: oslpEventId({
    device: "dev_3KD",
    code: 2000,
    index: 1,
    timestamp: "20261121001459",
    description: "Light is on",
    sequenceNumber: 41,
  }),
  type: "busbar.event.v1",
  subject: "dev_3KD",
  time: "2026-11-21T00:14:59.000Z",
  timesource: "device",
  protocol: "oslp",
  data: {
    cause: "spontaneous",
    historical: false,
    code: "light.on",
    category: "light",
    severity: "info",
    nativeCode: "LIGHT_EVENTS_LIGHT_ON",
    text: "Light is on",
    index: 1,
    points: [{ ref: { scheme: "oslp", value: "light[1].on" }, name: "light.on", value: true, type: "bool" }],
  },
};

const STATE: MessageDraft<"busbar.state.v1"> = {
  id: stateId({ device: "dev_3KD", state: "offline", since: "2026-11-21T00:12:30.000Z", epoch: 7 }),
  type: "busbar.state.v1",
  subject: "dev_3KD",
  time: undefined,
  timesource: "ingest",
  protocol: "gateway",
  data: {
    state: "offline",
    since: "2026-11-21T00:12:30.000Z",
    reason: "transport.reset",
    lastMessageAt: "2026-11-21T00:12:28.113Z",
  },
};

const PROFILE: MessageDraft<"busbar.profile.v1"> = {
  id: dlmsProfileId({
    device: "dev_7Q2",
    obis: "1-0:99.1.0*255",
    from: "2026-11-20T23:45:00Z",
    to: "2026-11-21T00:00:00Z",
  }),
  type: "busbar.profile.v1",
  subject: "dev_7Q2",
  time: "2026-11-21T00:00:00.000Z",
  timesource: "device",
  protocol: "dlms",
  data: {
    cause: "periodic",
    historical: true,
    profile: { scheme: "obis", value: "1-0:99.1.0*255", attr: 2, classId: 7 },
    name: "profile.load.1",
    interval: "PT15M",
    columns: [
      {
        ref: { scheme: "obis", value: "1-0:1.8.0*255", attr: 2 },
        name: "energy.active.import.total",
        type: "u32",
        unit: "Wh",
        scaler: 0,
      },
    ],
    rows: [
      { t: { time: "2026-11-20T23:45:00Z" }, q: { validity: "good" }, values: [1_834_391] },
      { t: { time: "2026-11-21T00:00:00Z" }, q: { validity: "good" }, values: [1_834_520] },
    ],
  },
};

const COMMAND_RESULT: MessageDraft<"busbar.command-result.v1"> = {
  id: commandResultId({ uid: "switch-on-42", state: "succeeded", attempt: 1 }),
  type: "busbar.command-result.v1",
  subject: "dev_3KD",
  time: undefined,
  timesource: "ingest",
  protocol: "oslp",
  correlationid: "switch-on-42",
  causationid: "switch-on-42",
  data: {
    uid: "switch-on-42",
    state: "succeeded",
    action: "set-light",
    target: { scheme: "oslp", value: "light[1]" },
    attempt: 1,
    nativeCode: "OK",
    result: { status: "OK" },
    issuedBy: "dispatcher-1",
  },
};

const GATEWAY_EVENT: MessageDraft<"busbar.gateway-event.v1"> = {
  id: gatewayEventId("gw", "takeover", ["b", 7]),
  type: "busbar.gateway-event.v1",
  subject: "gw",
  time: undefined,
  timesource: "ingest",
  protocol: "gateway",
  data: {
    code: "takeover",
    severity: "warning",
    text: "agent b took group feeder-north from agent a: the pair link closed",
    facts: { group: "feeder-north", from: "a", to: "b", afterMs: 8 },
  },
};

export const EXAMPLES: { readonly [Type in MessageType]: Message } = {
  "busbar.reading.v1": stamp(READING, BY),
  "busbar.event.v1": stamp(EVENT, BY),
  "busbar.state.v1": stamp(STATE, BY),
  "busbar.profile.v1": stamp(PROFILE, BY),
  "busbar.command-result.v1": stamp(COMMAND_RESULT, BY),
  "busbar.gateway-event.v1": stamp(GATEWAY_EVENT, BY),
};

export const COMMAND_EXAMPLE: Command = {
  uid: "switch-on-42",
  device: "dev_3KD",
  action: "set-light",
  target: { scheme: "oslp", value: "light[1]" },
  value: { on: true, dimValue: 80 },
  mode: "direct",
  priority: "normal",
  deadline: "2026-11-21T00:20:00Z",
  maxAttempts: 2,
  idempotent: true,
  issuedBy: "dispatcher-1",
  role: "operator",
};
