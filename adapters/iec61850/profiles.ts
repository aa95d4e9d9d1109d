import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { type Received, reportReadings } from "./mapping.ts";
import { streetLightMessages } from "./street-light/events.ts";
import { lightMeasurementMessages } from "./street-light/light-measurement.ts";

/** What a report of a device of that profile says. */
export function messagesOf(received: Received): readonly MessageDraft[] {
  switch (received.device.profile) {
    case "generic":
      return reportReadings(received);
    case "swdevice-010805":
      return streetLightMessages(received);
    case "flexovl-540":
      return lightMeasurementMessages(received);
  }
}
