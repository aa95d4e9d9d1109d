import type { EventData } from "../../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { draftOf, identityOf, isHistorical, type Received, reportId, reportReadings } from "../mapping.ts";
import type { MmsData } from "../mms/data.ts";
import { referenceText } from "../model/reference.ts";
import type { ReportEntry } from "../report/report.ts";

/**
 * FlexOVL 540 on an RTU560: digital inputs `SPGGIO1` … are light sensors, true is dark. Its reports carry neither number
 * nor time, so two of them are told apart by when they came. One event for every input, and one reading of the report.
 */
export function lightMeasurementMessages(received: Received): readonly MessageDraft[] {
  const events = received.report.entries.flatMap((entry, at) => sensorEvent(received, entry, at) ?? []);
  return [...events, ...reportReadings(received)];
}

function sensorEvent(received: Received, entry: ReportEntry, at: number): MessageDraft | undefined {
  const member = received.enabled.members[entry.member];
  const input = /^SPGGIO(\d{1,2})$/.exec(member?.reference.ln ?? "")?.[1];
  const dark = stateOf(entry);
  if (member === undefined || input === undefined || dark === undefined) return undefined;
  const data: EventData = {
    cause: "spontaneous",
    historical: isHistorical(received),
    device: identityOf(received.device),
    code: dark ? "light.sensor-dark" : "light.sensor-light",
    nativeCode: dark ? "LIGHT_SENSOR_REPORTS_DARK" : "LIGHT_SENSOR_REPORTS_LIGHT",
    category: "light",
    severity: "info",
    text: referenceText(member.reference),
    index: Number(input),
  };
  return { ...draftOf(received), id: `${reportId(received, at)}-sensor`, type: "busbar.event.v1", data };
}

/** `Ind.stVal`, alone or inside its data object. */
function stateOf({ value }: ReportEntry): boolean | undefined {
  const state: MmsData | { type: "failure" } | undefined = value.type === "structure" ? value.items[0] : value;
  return state?.type === "boolean" ? state.value : undefined;
}
