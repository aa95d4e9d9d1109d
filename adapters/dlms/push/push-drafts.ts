import type { EventData } from "../../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { dlmsPushId } from "../../../edge-agent/model/ids.ts";
import type { Point } from "../../../edge-agent/model/point.ts";
import type { Timestamp } from "../../../edge-agent/model/quality.ts";
import { toRfc3339, type WallMs } from "../../kit/time.ts";
import { alarmsIn } from "../config/alarms.ts";
import { pointOf } from "../cosem/values.ts";
import { obisTitle } from "../cosem/obis-name.ts";
import type { DlmsDevice } from "../device.ts";
import { alarmData, identityOf } from "../mapping.ts";
import { type Obis, obisText, toObis } from "../obis.ts";
import type { PushContent } from "./push-body.ts";

/** What tells this push from another: its invocation counter, or its bytes and the minute. */
export interface PushOrigin {
  readonly device: DlmsDevice;
  readonly apdu: Uint8Array;
  readonly ciphered: { readonly systemTitle: Uint8Array; readonly counter: number } | undefined;
  /** The meter's own, in the notification. */
  readonly time: Timestamp | undefined;
  readonly receivedAt: WallMs;
}

const UNKNOWN_OBJECT: Obis = toObis("0.0.25.9.0.255");

/** An event for each alarm, a reading for values, and a wake-up where there is neither. */
export function pushDrafts(content: PushContent, origin: PushOrigin): readonly MessageDraft[] {
  const { device, time } = origin;
  const id = (part: string) => {
    const receivedAt = toRfc3339(origin.receivedAt);
    const by =
      origin.ciphered === undefined
        ? ({ kind: "plain", pdu: origin.apdu, receivedAt } as const)
        : ({
            kind: "ciphered",
            systemTitle: origin.ciphered.systemTitle,
            invocationCounter: origin.ciphered.counter,
          } as const);
    return `${dlmsPushId({ device: device.uid, by })}${part}`;
  };
  const common = {
    subject: device.uid,
    protocol: "dlms",
    devicetype: device.deviceType,
    time: time?.time,
    timesource: time === undefined ? "ingest" : "device",
  } as const;
  const event = (data: EventData, part: string): MessageDraft => ({
    ...common,
    id: id(part),
    type: "busbar.event.v1",
    data,
  });
  const drafts: MessageDraft[] = content.alarms.flatMap(({ register, value }) =>
    alarmsIn(register, value).map((alarm) =>
      event(alarmData(device, alarm, "push", false), `.${alarm.register}.${alarm.bit}`),
    ),
  );
  if (content.lastGasp) {
    drafts.push(event(plainEvent(device, "power.last-gasp", "alarm", "last gasp", content.trigger), ".g"));
  }
  if (content.values.length > 0) {
    const points = content.values.map(
      (data, index): Point =>
        pointOf({
          classId: 40,
          instance: content.trigger ?? UNKNOWN_OBJECT,
          attribute: 2,
          data,
          name: `push.${index + 1}`,
        }),
    );
    drafts.push({
      ...common,
      id: id(".r"),
      type: "busbar.reading.v1",
      data: { cause: "push", historical: false, device: identityOf(device), points },
    });
  }
  if (drafts.length === 0) {
    const title = content.trigger === undefined ? undefined : obisTitle(content.trigger);
    drafts.push(
      event(plainEvent(device, "comms.wake-up", "info", `woke up: ${title ?? "push"}`, content.trigger), ".w"),
    );
  }
  return drafts;
}

function plainEvent(
  device: DlmsDevice,
  code: string,
  severity: EventData["severity"],
  text: string,
  trigger: Obis | undefined,
): EventData {
  return {
    cause: "push",
    historical: false,
    device: identityOf(device),
    code,
    category: code.startsWith("power") ? "power" : "comms",
    severity,
    nativeCode: trigger === undefined ? "push" : obisText(trigger),
    text,
  };
}
