import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { slotReadId } from "../../edge-agent/model/ids.ts";
import { toRfc3339, type WallMs } from "../kit/time.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import type { DlmsDevice } from "./device.ts";
import { identityOf } from "./mapping.ts";

/**
 * What an operator has to know of an invocation counter: the meter's own went down (somebody may play an old meter, or the
 * meter was set back), or ours comes near its end and the key must be replaced.
 */
export function counterDraft(
  device: DlmsDevice,
  what: "decreased" | "high",
  value: number,
  at: WallMs,
  before?: number,
): MessageDraft<"busbar.event.v1"> {
  const text =
    what === "decreased"
      ? `the meter's invocation counter went from ${before} down to ${value}`
      : `the invocation counter has reached ${value}: replace the key`;
  return {
    id: slotReadId({
      protocol: "dlms",
      device: device.uid,
      ref: `counter ${what}`,
      slot: String(before ?? ""),
      value: String(value),
    }),
    type: "busbar.event.v1",
    subject: device.uid,
    time: toRfc3339(at),
    timesource: "ingest",
    protocol: "dlms",
    devicetype: device.deviceType,
    data: {
      cause: "spontaneous",
      historical: false,
      device: identityOf(device),
      code: `security.invocation-counter-${what}`,
      category: "security",
      severity: what === "decreased" ? "alarm" : "warning",
      nativeCode: "0-0:43.1.0*255",
      text,
    },
  };
}

/** Keys that do not fit, signatures that do not verify, counters that were used before: one event of a kind a day. */
export function securityDraft(device: DlmsDevice, fault: EdgeError, at: WallMs): MessageDraft<"busbar.event.v1"> {
  const time = toRfc3339(at);
  return {
    id: slotReadId({ protocol: "dlms", device: device.uid, ref: fault.code, slot: time.slice(0, 10) }),
    type: "busbar.event.v1",
    subject: device.uid,
    time,
    timesource: "ingest",
    protocol: "dlms",
    devicetype: device.deviceType,
    data: {
      cause: "spontaneous",
      historical: false,
      device: identityOf(device),
      code: fault.code.replace(/^dlms\./, "security.").replace("security.security.", "security."),
      category: "security",
      severity: "alarm",
      nativeCode: String(fault.native ?? fault.code),
      text: fault.message.slice(0, 500),
    },
  };
}
