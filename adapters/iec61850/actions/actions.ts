import type { Action } from "./action.ts";
import { CANCEL, OPERATE, SELECT } from "./controls.ts";
import { FILE_DELETE, FILE_LIST, FILE_READ, FILE_RENAME, FILE_WRITE } from "./files.ts";
import { LOG_INITIALIZE, LOG_READ } from "./logs.ts";
import { IDENTIFY, MODEL_GET } from "./model.ts";
import { REPORT_INTERROGATE, REPORT_PURGE, REPORT_STATUS } from "./reports.ts";
import { SETTING_GROUP_ACTIVATE, SETTING_GROUP_EDIT, SETTING_GROUP_GET } from "./setting-groups.ts";
import { STREET_LIGHT_ACTIONS } from "../street-light/actions.ts";
import { DATASET_CREATE, DATASET_DELETE, DATASET_GET, DATASET_READ, READ, WRITE } from "./variables.ts";
import type { DeviceProfile } from "../device.ts";

/** What every IED is asked, one entry each. */
const GENERIC: Readonly<Record<string, Action>> = {
  read: READ,
  write: WRITE,
  operate: OPERATE,
  select: SELECT,
  cancel: CANCEL,
  "model.get": MODEL_GET,
  "device.identify": IDENTIFY,
  "dataset.get": DATASET_GET,
  "dataset.read": DATASET_READ,
  "dataset.create": DATASET_CREATE,
  "dataset.delete": DATASET_DELETE,
  "setting-group.get": SETTING_GROUP_GET,
  "setting-group.activate": SETTING_GROUP_ACTIVATE,
  "setting-group.edit": SETTING_GROUP_EDIT,
  "log.read": LOG_READ,
  "log.initialize": LOG_INITIALIZE,
  "file.list": FILE_LIST,
  "file.read": FILE_READ,
  "file.write": FILE_WRITE,
  "file.delete": FILE_DELETE,
  "file.rename": FILE_RENAME,
  "report.status": REPORT_STATUS,
  "report.interrogate": REPORT_INTERROGATE,
  "report.purge": REPORT_PURGE,
};

/** Besides those, what only devices of a profile understand. */
const BY_PROFILE: Readonly<Record<DeviceProfile, Readonly<Record<string, Action>>>> = {
  generic: {},
  "swdevice-010805": STREET_LIGHT_ACTIONS,
  "flexovl-540": {},
};

export function actionOf(profile: DeviceProfile, name: string): Action | undefined {
  if (Object.hasOwn(GENERIC, name)) return GENERIC[name];
  const own = BY_PROFILE[profile];
  return Object.hasOwn(own, name) ? own[name] : undefined;
}

export function actionNames(profile: DeviceProfile): readonly string[] {
  return [...Object.keys(GENERIC), ...Object.keys(BY_PROFILE[profile])];
}
