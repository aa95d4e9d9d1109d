import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import type { Adapter } from "../kit/adapter.ts";
import type { DlmsDevice } from "./device.ts";
import { DialSession } from "./dial-session.ts";
import { MEMORY_INDEXES } from "./memory.ts";
import { PushSession } from "./push/push-session.ts";
import type { DlmsSettings } from "./settings.ts";

/** DLMS/COSEM in the client role: we connect to read and to command, meters connect to push. */
export const dlmsAdapter: Adapter<DlmsSettings, DlmsDevice, Command, MessageDraft> = {
  protocol: "dlms",
  reach: "both",
  memoryIndexes: MEMORY_INDEXES,
  accept: (settings, seams) => new PushSession(settings, seams),
  dial: (settings, device, seams) => new DialSession(settings, device, seams),
};
