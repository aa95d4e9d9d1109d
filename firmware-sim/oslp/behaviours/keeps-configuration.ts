import type { Instant } from "../../../adapters/kit/time.ts";
import { FIELDS } from "../../../proto/oslp/gen/fields.ts";
import {
  Event,
  type GetConfigurationResponse,
  LightType,
  LinkType,
  RelayType,
  Status,
} from "../../../proto/oslp/gen/types.ts";
import type { Behaviour, Reply } from "../behaviour.ts";
import { type Configuration, type ConfigurationBanks, configurationOf } from "../configuration-banks.ts";
import type { DeviceState, Relay } from "../device-state.ts";
import { tell } from "../events.ts";
import { planNext } from "../schedule-runner.ts";

/**
 * SetConfiguration, GetConfiguration, SwitchConfiguration: what is set stays in the bank in use, over reboots too, and is
 * what is read. A relay map changes the relays at once.
 */
export function keepsConfiguration(): Behaviour {
  return {
    name: "keeps-configuration",
    answers: (state, request, now): Reply | undefined => {
      const banks = banksOf(state);
      switch (request.member) {
        case "setConfigurationRequest": {
          // A list that was not sent and an empty one are the same on the wire: what is set stays.
          const given = Object.entries(request.body).filter(([, value]) => !Array.isArray(value) || value.length > 0);
          Object.assign(configurationOf(banks), Object.fromEntries(given));
          take(state, now);
          return { kind: "answer", message: { member: "setConfigurationResponse", body: { status: Status.OK } } };
        }
        case "getConfigurationRequest":
          return { kind: "answer", message: { member: "getConfigurationResponse", body: answerOf(state) } };
        case "switchConfigurationRequest": {
          const bank = BANKS.get(request.body.newConfigurationSet[0] ?? -1);
          const status = bank === undefined ? Status.FAILURE : Status.OK;
          return {
            kind: "answer",
            message: { member: "switchConfigurationResponse", body: { status } },
            ...(bank === undefined ? {} : { afterwards: (at: Instant) => use(state, banks, bank, at) }),
          };
        }
        default:
          return undefined;
      }
    },
  };
}

/** Binary as GetStatus reports it, and the ASCII digits platforms send. */
const BANKS: ReadonlyMap<number, 0 | 1> = new Map([
  [0x00, 0],
  [0x01, 1],
  [0x30, 0],
  [0x31, 1],
]);

function use(state: DeviceState, banks: ConfigurationBanks, bank: 0 | 1, now: Instant): void {
  banks.inUse = bank;
  take(state, now);
  tell(state, Event.FIRMWARE_EVENTS_CONFIGURATION_CHANGED, `configuration bank ${bank}`);
}

/** Makes the relays those of the map; what a relay is doing it goes on doing. */
function take(state: DeviceState, now: Instant): void {
  const map = configurationOf(state.configuration).relayConfiguration?.addressMap ?? [];
  if (map.length > 0) {
    state.relays = map.map(({ index, relayType }): Relay => {
      const number = index[0] ?? 0;
      const type = relayType === RelayType.TARIFF ? "TARIFF" : "LIGHT";
      const before = state.relays.find((relay) => relay.index === number && relay.type === type);
      return before ?? { index: number, type, on: false, dim: 100 };
    });
  }
  planNext(state, now);
}

/** The fields the device's contract version has. */
function answerOf(state: DeviceState): GetConfigurationResponse {
  const { version } = state.identity;
  const known = FIELDS["GetConfigurationResponse"] ?? {};
  const fields = Object.entries(configurationOf(state.configuration)).filter(([name]) => {
    const since = known[name]?.since;
    return since !== undefined && since <= version;
  });
  return { switchingDelay: [], relayLinking: [], ...Object.fromEntries(fields), status: Status.OK };
}

function banksOf(state: DeviceState): ConfigurationBanks {
  state.configuration ??= { inUse: 0, banks: [delivered(state), delivered(state)] };
  return state.configuration;
}

/** As it leaves the factory. */
function delivered(state: DeviceState): Configuration {
  const addressMap = state.relays.map((relay) => ({
    index: Uint8Array.of(relay.index),
    address: Uint8Array.of(relay.index),
    relayType: relay.type === "LIGHT" ? RelayType.LIGHT : RelayType.TARIFF,
  }));
  const common = {
    lightType: LightType.RELAY,
    relayConfiguration: { addressMap },
    preferredLinkType: LinkType.ETHERNET,
  };
  if (state.identity.version === "0.5.1") return { ...common, shortTermHistoryIntervalMinutes: 15 };
  return {
    ...common,
    timeSyncFrequency: 86_400,
    isDhcpEnabled: false,
    deviceFixIpValue: Uint8Array.from(state.identity.ipAddress),
    netMask: Uint8Array.of(255, 255, 255, 0),
    gateWay: Uint8Array.from([...state.identity.ipAddress.slice(0, 3), 254]),
    communicationTimeout: 20,
    communicationNumberOfRetries: 3,
    communicationPauseTimeBetweenConnectionTrials: 60,
    isTestButtonEnabled: true,
    isAutomaticSummerTimingEnabled: true,
    astroGateSunRiseOffset: 0,
    astroGateSunSetOffset: 0,
    relayRefreshing: true,
    summerTimeDetails: "0360100",
    winterTimeDetails: "1060200",
  };
}
