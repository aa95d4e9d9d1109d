import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import type { Adapter } from "../kit/adapter.ts";
import type { OslpDevice } from "./device.ts";
import { MEMORY_INDEXES } from "./memory.ts";
import { PlatformSession } from "./platform.ts";
import { RequestSession } from "./request-session.ts";
import type { OslpSettings } from "./settings.ts";

/** OSLP 0.5.1 and 0.6.1 in the platform role: devices connect to register and to notify, we connect to command. */
export const oslpAdapter: Adapter<OslpSettings, OslpDevice, Command, MessageDraft> = {
  protocol: "oslp",
  reach: "both",
  memoryIndexes: MEMORY_INDEXES,
  accept: (settings, seams) => new PlatformSession(settings, seams),
  dial: (settings, device, seams) => new RequestSession(settings, device, seams),
};
