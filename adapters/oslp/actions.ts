import type { Json, JsonRecord } from "../../edge-agent/model/bounded-json.ts";
import type { Command } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { FIELDS } from "../../proto/oslp/gen/fields.ts";
import type { GetPowerUsageHistoryRequest } from "../../proto/oslp/gen/types.ts";
import { bodyFromJson, bodyToJson } from "./body-json.ts";
import { oslpFault } from "./codes.ts";
import type { Exchange } from "./exchange.ts";
import { checkSchedules, schedulePages } from "./schedule.ts";
import { checkLights, resumeAll, toLightRequest } from "./lights.ts";
import { lightReading, type Origin } from "./mapping.ts";
import type { Body, MemberName, OslpMessage } from "./message.ts";
import type { OslpSettings } from "./settings.ts";

/** Something a core may ask of a device. All of it that can be refused is refused before a byte is sent. */
export interface Action {
  /** Doing it twice is the same as doing it once. */
  readonly idempotent: boolean;
  /** The exchanges in order; the next only after the one before was OK. Throws `oslp.command.invalid`. */
  readonly prepare: (command: Command, settings: OslpSettings) => readonly Exchange[];
  /** An exchange that only the answers call for: the next page of a list. */
  readonly more?: (answered: readonly OslpMessage[], prepared: Exchange) => Exchange | undefined;
  /** What the answers say as messages, besides the command's own result. */
  readonly drafts?: (answer: OslpMessage, uid: string, origin: Origin) => readonly MessageDraft[];
}

export type ActionName =
  | "light.set"
  | "light.status"
  | "schedule.resume"
  | "schedule.set"
  | "transition.set"
  | "notifications.set"
  | "configuration.get"
  | "configuration.set"
  | "configuration.switch"
  | "firmware.version"
  | "firmware.update"
  | "firmware.switch"
  | "certificate.update"
  | "verification-key.set"
  | "device.reboot"
  | "self-test.start"
  | "self-test.stop"
  | "power-usage.actual"
  | "power-usage.history";

const REBOOT: Exchange = { request: { member: "setRebootRequest", body: {} }, response: "setRebootResponse" };

/** Every request of the contract, one entry each. */
export const ACTIONS: Readonly<Record<ActionName, Action>> = {
  "light.set": {
    idempotent: true,
    prepare: ({ value, target }, settings) => {
      const { values, resumeSchedule } = toLightRequest(value, target);
      const request = { member: "setLightRequest", body: bodyOf("setLightRequest", { values }) } as const;
      checkLights(request.body.values);
      const first: Exchange = { request, response: "setLightResponse" };
      return (resumeSchedule ?? settings.resumeScheduleAfterSetLight) ? [first, resumeAll()] : [first];
    },
  },
  "light.status": {
    ...plain("getStatusRequest", "getStatusResponse", { idempotent: true }),
    drafts: (answer, uid, origin) => {
      const draft = answer.member === "getStatusResponse" ? lightReading(answer.body, uid, origin) : undefined;
      return draft === undefined ? [] : [draft];
    },
  },
  "schedule.resume": plain("resumeScheduleRequest", "resumeScheduleResponse", { idempotent: true }),
  "schedule.set": {
    idempotent: true,
    prepare: ({ value }, settings) => {
      const request = bodyOf("setScheduleRequest", value);
      checkSchedules(request);
      return schedulePages(request, settings.schedulePageSize);
    },
  },
  "transition.set": plain("setTransitionRequest", "setTransitionResponse", {
    idempotent: false,
    check: ({ time }) => {
      if (time !== undefined && !/^(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/.test(time))
        throw invalid("value.time is HHmmss in UTC");
    },
  }),
  "notifications.set": plain("setEventNotificationsRequest", "setEventNotificationsResponse", { idempotent: true }),
  "configuration.get": plain("getConfigurationRequest", "getConfigurationResponse", { idempotent: true }),
  "configuration.set": {
    // The reboot that follows drops ad hoc switching.
    idempotent: false,
    prepare: ({ value }, settings) => {
      const body = bodyOf("setConfigurationRequest", value);
      checkFixedAddress(body);
      const first: Exchange = {
        request: { member: "setConfigurationRequest", body },
        response: "setConfigurationResponse",
      };
      return settings.rebootAfterSetConfiguration ? [first, REBOOT] : [first];
    },
  },
  "configuration.switch": plain("switchConfigurationRequest", "switchConfigurationResponse", { idempotent: true }),
  "firmware.version": plain("getFirmwareVersionRequest", "getFirmwareVersionResponse", { idempotent: true }),
  "firmware.update": plain("updateFirmwareRequest", "updateFirmwareResponse", { idempotent: false }),
  "firmware.switch": plain("switchFirmwareRequest", "switchFirmwareResponse", { idempotent: false }),
  "certificate.update": plain("updateDeviceSslCertificationRequest", "updateDeviceSslCertificationResponse", {
    idempotent: false,
  }),
  "verification-key.set": plain("setDeviceVerificationKeyRequest", "setDeviceVerificationKeyResponse", {
    idempotent: false,
  }),
  "device.reboot": plain("setRebootRequest", "setRebootResponse", { idempotent: false }),
  "self-test.start": plain("startSelfTestRequest", "startSelfTestResponse", { idempotent: true }),
  "self-test.stop": plain("stopSelfTestRequest", "stopSelfTestResponse", { idempotent: true }),
  "power-usage.actual": plain("getActualPowerUsageRequest", "getActualPowerUsageResponse", { idempotent: true }),
  "power-usage.history": {
    ...plain("getPowerUsageHistoryRequest", "getPowerUsageHistoryResponse", { idempotent: true }),
    more: nextHistoryPage,
  },
};

export function isActionName(text: string): text is ActionName {
  return Object.hasOwn(ACTIONS, text);
}

/** What the answers of a command say, in JSON: the last answer's fields, lists of all pages together. */
export function resultOf(answers: readonly OslpMessage[]): JsonRecord {
  const last = answers.at(-1);
  if (last === undefined) return {};
  const result = bodyToJson(typeNameOf(last.member), last.body);
  if (last.member === "getPowerUsageHistoryResponse") {
    result["powerUsageData"] = answers.flatMap((answer) => {
      const pages = bodyToJson(typeNameOf(answer.member), answer.body)["powerUsageData"];
      return Array.isArray(pages) ? (pages as readonly Json[]) : [];
    });
    delete result["pageInfo"];
  }
  return result;
}

/** Pages of a power usage history that are fetched at most. */
const HISTORY_PAGES_MAX = 100;

function nextHistoryPage(answered: readonly OslpMessage[], prepared: Exchange): Exchange | undefined {
  const first = answered[0];
  if (first?.member !== "getPowerUsageHistoryResponse") return undefined;
  // The first answer says how many there are; later ones are not asked again.
  const total = Math.min(first.body.pageInfo?.totalPages ?? 1, HISTORY_PAGES_MAX);
  const asked = prepared.request.body as GetPowerUsageHistoryRequest;
  const page = (asked.page ?? 1) + answered.length;
  if (page > total) return undefined;
  return { ...prepared, request: { member: "getPowerUsageHistoryRequest", body: { ...asked, page } } };
}

/** An action that is one request whose body is the command's value. */
function plain<Request extends MemberName>(
  member: Request,
  response: MemberName,
  facts: { readonly idempotent: boolean; readonly check?: (body: Body<Request>) => void },
): Action {
  return {
    idempotent: facts.idempotent,
    prepare: ({ value }) => {
      const body = bodyOf(member, value ?? {});
      facts.check?.(body);
      return [{ request: { member, body } as OslpMessage, response }];
    },
  };
}

function bodyOf<Member extends MemberName>(member: Member, value: Json | undefined): Body<Member> {
  return bodyFromJson(typeNameOf(member), value) as Body<Member>;
}

function typeNameOf(member: MemberName): string {
  return FIELDS["Message"]?.[member]?.of ?? "";
}

function checkFixedAddress(body: Body<"setConfigurationRequest">): void {
  const parts = [body.deviceFixIpValue, body.netMask, body.gateWay].filter((part) => part !== undefined);
  if (parts.length === 1 || parts.length === 2) {
    throw invalid("value.deviceFixIpValue, netMask and gateWay are given together or not at all");
  }
}

function invalid(why: string): Error {
  return oslpFault("oslp.command.invalid", why, { blame: "operator" });
}
