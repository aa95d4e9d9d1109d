import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import { Event, Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour, Reply } from "../behaviour.ts";
import type { DeviceState } from "../device-state.ts";
import { tell } from "../events.ts";
import type { FirmwareBanks } from "../firmware-banks.ts";
import { reboot } from "../power.ts";

export interface FirmwareSettings {
  readonly downloadMs: DurationMs;
  /** How long it is away to start the new firmware. */
  readonly awayMs: DurationMs;
}

/** What a download path says becomes of it: nothing is really fetched. */
const MISSING = "/missing/";
const BROKEN = "/broken/";

/**
 * GetFirmwareVersion, UpdateFirmware, SwitchFirmware. An update is accepted first and downloaded then: a path with
 * `/missing/` ends in event 5501, one with `/broken/` in 5502; any other is activated (5000) and started. SwitchFirmware
 * starts what is in the other bank.
 */
export function hasFirmware(settings: FirmwareSettings): Behaviour {
  return {
    name: "has-firmware",
    answers: (state, request) => {
      const banks = banksOf(state);
      switch (request.member) {
        case "getFirmwareVersionRequest":
          return {
            kind: "answer",
            message: { member: "getFirmwareVersionResponse", body: { firmwareVersion: banks.running } },
          };
        case "updateFirmwareRequest": {
          const { firmwareUrl } = request.body;
          return {
            kind: "answer",
            message: { member: "updateFirmwareResponse", body: { status: Status.OK } },
            afterwards: (now) =>
              state.agenda.at(later(now, settings.downloadMs), (at) => install(state, firmwareUrl, settings, at)),
          };
        }
        case "switchFirmwareRequest":
          return switchTo(state, request.body.newFirmwareVersion, settings);
        default:
          return undefined;
      }
    },
  };
}

function install(state: DeviceState, path: string, settings: FirmwareSettings, now: Instant): void {
  if (path.includes(MISSING)) tell(state, Event.FIRMWARE_EVENTS_DOWNLOAD_NOTFOUND, `not found: ${path}`);
  else if (path.includes(BROKEN)) tell(state, Event.FIRMWARE_EVENTS_DOWNLOAD_FAILED, `no image: ${path}`);
  else activate(state, versionIn(path), settings, now);
}

function switchTo(state: DeviceState, version: string, settings: FirmwareSettings): Reply {
  const there = banksOf(state).other === version;
  return {
    kind: "answer",
    message: { member: "switchFirmwareResponse", body: { status: there ? Status.OK : Status.FAILURE } },
    ...(there
      ? {
          afterwards: (now: Instant) =>
            state.agenda.at(later(now, LAST_WORD_MS), (at) => activate(state, version, settings, at)),
        }
      : {}),
  };
}

const LAST_WORD_MS = 10;

function activate(state: DeviceState, version: string, { awayMs }: FirmwareSettings, now: Instant): void {
  const banks = banksOf(state);
  state.firmware = { running: version, other: banks.running };
  tell(state, Event.FIRMWARE_EVENTS_ACTIVATING, `activating ${version}`);
  reboot(state, awayMs, now);
}

/** `SSLD-V17.hex` holds V17: at most the six characters the contract has room for. */
function versionIn(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.[A-Za-z0-9]+$/, "");
  return name.slice(name.lastIndexOf("-") + 1).slice(0, 6) || "R02";
}

function banksOf(state: DeviceState): FirmwareBanks {
  state.firmware ??= { running: "R01", other: undefined };
  return state.firmware;
}
