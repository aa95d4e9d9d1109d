import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import type { Adapter } from "../kit/adapter.ts";
import type { IedDevice } from "./device.ts";
import { IedSession } from "./session.ts";
import type { Iec61850Settings } from "./settings.ts";
import { RegistrationSession } from "./street-light/registration.ts";

/** IEC 61850-8-1 as a client. Only street-light devices connect to us, to say where they are. */
export const iec61850Adapter: Adapter<Iec61850Settings, IedDevice, Command, MessageDraft> = {
  protocol: "iec61850",
  reach: "both",
  memoryIndexes: [],
  accept: (_settings, seams) => new RegistrationSession(seams),
  /** An association for one command. One that stands is an `IedSession` of that purpose. */
  dial: (settings, device, seams) => new IedSession(settings, device, seams, "command"),
};
