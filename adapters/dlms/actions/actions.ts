import { accessMany } from "./access-actions.ts";
import type { SingleAction } from "./action-names.ts";
import type { DlmsAction } from "./action.ts";
import { invokeOneMethod, listObjects, readAttributes, writeOneAttribute } from "./attribute-actions.ts";
import { bundleOf } from "./bundle.ts";
import { getCalendar, getSpecialDays, setCalendar, setSpecialDays } from "./calendar-actions.ts";
import { configureClock, readClock, synchronizeClock } from "./clock-actions.ts";
import {
  getAdministrativeStatus,
  getConfiguration,
  setAdministrativeStatus,
  setConfiguration,
  setRandomisation,
} from "./configuration-actions.ts";
import {
  clearAlarms,
  readAlarmFilter,
  readAlarms,
  readEvents,
  readOutages,
  writeAlarmFilter,
} from "./event-actions.ts";
import { firmwareVersion, updateFirmware } from "./firmware-actions.ts";
import {
  clearMbusStatus,
  coupleMbus,
  decoupleMbus,
  mbusKeyStatus,
  replaceKeys,
  scanMbus,
  setMbusKey,
} from "./key-actions.ts";
import { updateMbusFirmware } from "./mbus-firmware-actions.ts";
import { gsmDiagnostic, supplyStatus, switchSupply } from "./network-actions.ts";
import {
  actualPowerQuality,
  configureLoadProfile,
  configureThd,
  powerQualityProfile,
  readAnyProfile,
  thdFingerprint,
} from "./profile-actions.ts";
import { getPushSetup, scheduleTestAlarm, setPushSetup } from "./push-actions.ts";
import { actualMbusReadings, actualReadings, periodicMbusReadings, periodicReadings } from "./reading-actions.ts";

const SINGLE: Readonly<Record<SingleAction, DlmsAction>> = {
  "attribute.read": readAttributes,
  "attribute.write": writeOneAttribute,
  "method.invoke": invokeOneMethod,
  access: accessMany,
  "objects.list": listObjects,
  "readings.actual": actualReadings,
  "readings.actual-mbus": actualMbusReadings,
  "readings.periodic": periodicReadings,
  "readings.periodic-mbus": periodicMbusReadings,
  "profile.read": readAnyProfile,
  "power-quality.actual": actualPowerQuality,
  "power-quality.profile": powerQualityProfile,
  "load-profile.configure": configureLoadProfile,
  "thd.fingerprint": thdFingerprint,
  "thd.configure": configureThd,
  "events.read": readEvents,
  "outages.read": readOutages,
  "alarms.read": readAlarms,
  "alarms.clear": clearAlarms,
  "alarm-filter.get": readAlarmFilter,
  "alarm-filter.set": writeAlarmFilter,
  "test-alarm.schedule": scheduleTestAlarm,
  "clock.read": readClock,
  "clock.synchronize": synchronizeClock,
  "clock.configure": configureClock,
  "calendar.get": getCalendar,
  "calendar.set": setCalendar,
  "special-days.get": getSpecialDays,
  "special-days.set": setSpecialDays,
  "push.get": getPushSetup,
  "push.set": setPushSetup,
  "administrative-status.get": getAdministrativeStatus,
  "administrative-status.set": setAdministrativeStatus,
  "configuration.get": getConfiguration,
  "configuration.set": setConfiguration,
  "randomisation.set": setRandomisation,
  "firmware.version": firmwareVersion,
  "firmware.update": updateFirmware,
  "keys.replace": replaceKeys,
  "mbus.scan": scanMbus,
  "mbus.couple": coupleMbus,
  "mbus.decouple": decoupleMbus,
  "mbus.key-status": mbusKeyStatus,
  "mbus.set-key": setMbusKey,
  "mbus.clear-status": clearMbusStatus,
  "mbus.update-firmware": updateMbusFirmware,
  "gsm.diagnostic": gsmDiagnostic,
  "supply.status": supplyStatus,
  "supply.connect": switchSupply(true),
  "supply.disconnect": switchSupply(false),
};

function single(name: string): DlmsAction | undefined {
  const all: Readonly<Record<string, DlmsAction>> = SINGLE;
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

const BUNDLE = bundleOf(single);

/** Something a core may ask of a meter; `undefined` for a name that is none. */
export function actionNamed(name: string): DlmsAction | undefined {
  return name === "bundle" ? BUNDLE : single(name);
}
