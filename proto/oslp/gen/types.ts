// Generated from oslp-0.6.1.proto by scripts/generate-proto.mjs
export interface Message {
  /** device -> platform */
  readonly registerDeviceRequest?: RegisterDeviceRequest | undefined;
  /** platform -> device */
  readonly registerDeviceResponse?: RegisterDeviceResponse | undefined;
  /** platform -> device */
  readonly startSelfTestRequest?: StartSelfTestRequest | undefined;
  /** device -> platform */
  readonly startSelfTestResponse?: StartSelfTestResponse | undefined;
  /** platform -> device */
  readonly stopSelfTestRequest?: StopSelfTestRequest | undefined;
  /** device -> platform */
  readonly stopSelfTestResponse?: StopSelfTestResponse | undefined;
  /** platform -> device */
  readonly updateFirmwareRequest?: UpdateFirmwareRequest | undefined;
  /** device -> platform */
  readonly updateFirmwareResponse?: UpdateFirmwareResponse | undefined;
  /** platform -> device */
  readonly setLightRequest?: SetLightRequest | undefined;
  /** device -> platform */
  readonly setLightResponse?: SetLightResponse | undefined;
  /** platform -> device */
  readonly getStatusRequest?: GetStatusRequest | undefined;
  /** device -> platform */
  readonly getStatusResponse?: GetStatusResponse | undefined;
  /** platform -> device */
  readonly resumeScheduleRequest?: ResumeScheduleRequest | undefined;
  /** device -> platform */
  readonly resumeScheduleResponse?: ResumeScheduleResponse | undefined;
  /** platform -> device */
  readonly setEventNotificationsRequest?: SetEventNotificationsRequest | undefined;
  /** device -> platform */
  readonly setEventNotificationsResponse?: SetEventNotificationsResponse | undefined;
  /** device -> platform */
  readonly eventNotificationRequest?: EventNotificationRequest | undefined;
  /** platform -> device */
  readonly eventNotificationResponse?: EventNotificationResponse | undefined;
  /** platform -> device */
  readonly getFirmwareVersionRequest?: GetFirmwareVersionRequest | undefined;
  /** device -> platform */
  readonly getFirmwareVersionResponse?: GetFirmwareVersionResponse | undefined;
  /** platform -> device */
  readonly setScheduleRequest?: SetScheduleRequest | undefined;
  /** device -> platform */
  readonly setScheduleResponse?: SetScheduleResponse | undefined;
  /** platform -> device */
  readonly setConfigurationRequest?: SetConfigurationRequest | undefined;
  /** device -> platform */
  readonly setConfigurationResponse?: SetConfigurationResponse | undefined;
  /** platform -> device */
  readonly getPowerUsageHistoryRequest?: GetPowerUsageHistoryRequest | undefined;
  /** device -> platform */
  readonly getPowerUsageHistoryResponse?: GetPowerUsageHistoryResponse | undefined;
  /** platform -> device */
  readonly getActualPowerUsageRequest?: GetActualPowerUsageRequest | undefined;
  /** device -> platform */
  readonly getActualPowerUsageResponse?: GetActualPowerUsageResponse | undefined;
  /** platform -> device */
  readonly setRebootRequest?: SetRebootRequest | undefined;
  /** device -> platform */
  readonly setRebootResponse?: SetRebootResponse | undefined;
  /** platform -> device */
  readonly setTransitionRequest?: SetTransitionRequest | undefined;
  /** device -> platform */
  readonly setTransitionResponse?: SetTransitionResponse | undefined;
  /** platform -> device */
  readonly getConfigurationRequest?: GetConfigurationRequest | undefined;
  /** device -> platform */
  readonly getConfigurationResponse?: GetConfigurationResponse | undefined;
  /** device -> platform */
  readonly confirmRegisterDeviceRequest?: ConfirmRegisterDeviceRequest | undefined;
  /** platform -> device */
  readonly confirmRegisterDeviceResponse?: ConfirmRegisterDeviceResponse | undefined;
  /** platform -> device */
  readonly updateDeviceSslCertificationRequest?: UpdateDeviceSslCertificationRequest | undefined;
  /** device -> platform */
  readonly updateDeviceSslCertificationResponse?: UpdateDeviceSslCertificationResponse | undefined;
  /** platform -> device */
  readonly setDeviceVerificationKeyRequest?: SetDeviceVerificationKeyRequest | undefined;
  /** device -> platform */
  readonly setDeviceVerificationKeyResponse?: SetDeviceVerificationKeyResponse | undefined;
  /** platform -> device */
  readonly switchFirmwareRequest?: SwitchFirmwareRequest | undefined;
  /** device -> platform */
  readonly switchFirmwareResponse?: SwitchFirmwareResponse | undefined;
  /** platform -> device */
  readonly switchConfigurationRequest?: SwitchConfigurationRequest | undefined;
  /** device -> platform */
  readonly switchConfigurationResponse?: SwitchConfigurationResponse | undefined;
}

export interface RegisterDeviceRequest {
  /** Name of the device in the platform, 1..40 characters; its public key is looked up by it; device firmware: max size 41 */
  readonly deviceIdentification: string;
  /** IPv4 address of the device, 4 raw bytes, network order. The platform connects to this address; device firmware: max size 4 */
  readonly ipAddress: Uint8Array;
  /** PSLD or SSLD */
  readonly deviceType: number;
  /** True when a schedule is stored in the device */
  readonly hasSchedule: boolean;
  /** Random 0..65535 chosen by the device */
  readonly randomDevice: number;
}

export interface RegisterDeviceResponse {
  /** GXF always OK */
  readonly status: number;
  /** Platform clock, UTC, yyyyMMddHHmmss (14 characters); device firmware: max size 15 */
  readonly currentTime: string;
  /** Echo of the request */
  readonly randomDevice: number;
  /** Random 0..65535 chosen by the platform */
  readonly randomPlatform: number;
  /** Time offset and GPS */
  readonly locationInfo?: LocationInfo | undefined;
}

export interface StartSelfTestRequest {
  /** carries nothing: it lets the message exist; ignored on receive */
  readonly present?: boolean | undefined;
}

export interface StartSelfTestResponse {
  readonly status: number;
}

export interface StopSelfTestRequest {
  /** carries nothing: it lets the message exist; ignored on receive */
  readonly present?: boolean | undefined;
}

export interface StopSelfTestResponse {
  readonly status: number;
  /** 1 byte; 0x00 in all examples; GXF ignores it; device firmware: max size 1 */
  readonly selfTestResult: Uint8Array;
}

export interface GetFirmwareVersionRequest {
  /** carries nothing: it lets the message exist; ignored on receive */
  readonly present?: boolean | undefined;
}

export interface GetFirmwareVersionResponse {
  /** Version text, for example R01. No status field in this message; device firmware: max size 7 */
  readonly firmwareVersion: string;
}

export interface UpdateFirmwareRequest {
  /** Server name or address without scheme; device firmware: max size 100 */
  readonly firmwareDomain: string;
  /** Path on that server, for example /firmware/; device firmware: max size 255 */
  readonly firmwareUrl: string;
}

export interface UpdateFirmwareResponse {
  readonly status: number;
}

export interface SwitchFirmwareRequest {
  /** Version to activate (other bank); device firmware: max size 6 */
  readonly newFirmwareVersion: string;
}

export interface SwitchFirmwareResponse {
  /** Event 5000 follows when done */
  readonly status: number;
}

export interface SetLightRequest {
  /** 1..6 light values; device firmware: max count 6 */
  readonly values: readonly LightValue[];
}

export interface SetLightResponse {
  readonly status: number;
}

export interface GetStatusRequest {
  /** carries nothing: it lets the message exist; ignored on receive */
  readonly present?: boolean | undefined;
}

export interface GetStatusResponse {
  readonly status: number;
  /** State per relay / light, up to 6; device firmware: max count 6 */
  readonly value: readonly LightValue[];
  /** Configured link (note lower-case t) */
  readonly preferredLinktype: number;
  /** Link in use (lower-case t) */
  readonly actualLinktype: number;
  /** Configured light type */
  readonly lightType: number;
  /** Bit mask, see NotificationBit */
  readonly eventNotificationMask: number;
  /** Number of outputs */
  readonly numberOfOutputs?: number | undefined;
  /** Millivolt */
  readonly dcOutputVoltageMaximum?: number | undefined;
  /** Present DC output voltage, millivolt (not ampere) */
  readonly dcOutputVoltageCurrent?: number | undefined;
  /** Milliwatt */
  readonly maximumOutputPowerOnDcOutput?: number | undefined;
  /** Raw bytes (may be ASCII); device firmware: max size 18 */
  readonly serialNumber?: Uint8Array | undefined;
  /** 6 raw bytes; device firmware: max size 6 */
  readonly macAddress?: Uint8Array | undefined;
  /** Hardware id text (documentation example has 26 characters); device firmware: min size 10, max size 25 */
  readonly hardwareId?: string | undefined;
  /** Size, unit not stated (example 1048576 suggests bytes) */
  readonly internalFlashMemSize?: number | undefined;
  /** Size, unit not stated */
  readonly externalFlashMemSize?: number | undefined;
  /** Device-specific code */
  readonly lastInternalTestResultCode?: number | undefined;
  /** Number of starts */
  readonly startupCounter?: number | undefined;
  /** Text */
  readonly bootLoaderVersion?: string | undefined;
  /** Text */
  readonly firmwareVersion?: string | undefined;
  /** Bank in use, 1 binary byte 0x00 / 0x01 in examples (name typo: Back); device firmware: max size 6 */
  readonly currentConfigurationBackUsed?: Uint8Array | undefined;
  /** Device name */
  readonly name?: string | undefined;
  /** LOCAL device time yyyyMMddHHmmss (not UTC) */
  readonly currentTime?: string | undefined;
  /** Dotted text */
  readonly currentIp?: string | undefined;
}

export interface ResumeScheduleRequest {
  /** 1 byte relay index; absent or 0 = all; device firmware: max size 1 */
  readonly index?: Uint8Array | undefined;
  /** true = apply the schedule state now; false = from the next schedule entry */
  readonly immediate: boolean;
}

export interface ResumeScheduleResponse {
  readonly status: number;
}

export interface SetRebootRequest {
  /** carries nothing: it lets the message exist; ignored on receive */
  readonly present?: boolean | undefined;
}

export interface SetRebootResponse {
  readonly status: number;
}

export interface SetTransitionRequest {
  /** NIGHT_DAY or DAY_NIGHT */
  readonly transitionType: number;
  /** Optional switch moment HHmmss UTC (6 characters); absent = at once; device firmware: max size 7 */
  readonly time?: string | undefined;
}

export interface SetTransitionResponse {
  readonly status: number;
}

export interface SetEventNotificationsRequest {
  /** Sum of NotificationBit values (capital N in the name) */
  readonly NotificationMask: number;
}

export interface SetEventNotificationsResponse {
  readonly status: number;
}

export interface EventNotificationRequest {
  /** 1..6 events; device firmware: max count 6 */
  readonly notifications: readonly EventNotification[];
}

export interface EventNotificationResponse {
  /** GXF: OK, or REJECTED on a bad sequence number */
  readonly status: number;
}

export interface SetScheduleRequest {
  /** Up to 50 entries per message; device firmware: max count 50 */
  readonly schedules: readonly Schedule[];
  /** Only when the schedule is sent in several messages */
  readonly pageInfo?: PageInfo | undefined;
  /** LIGHT or TARIFF; RT_NOT_SET not allowed */
  readonly scheduleType: number;
}

export interface SetScheduleResponse {
  /** One per page */
  readonly status: number;
}

export interface SetConfigurationRequest {
  /** Light type */
  readonly lightType?: number | undefined;
  /** Only for DALI / PSLD */
  readonly daliConfiguration?: DaliConfiguration | undefined;
  /** Relay map (SSLD) */
  readonly relayConfiguration?: RelayConfiguration | undefined;
  /** Minutes. Deprecated in 0.6.1 */
  readonly shortTermHistoryIntervalMinutes?: number | undefined;
  /** Preferred link */
  readonly preferredLinkType?: number | undefined;
  /** Deprecated in 0.6.1 */
  readonly meterType?: number | undefined;
  /** Deprecated in 0.6.1 */
  readonly longTermHistoryInterval?: number | undefined;
  /** Deprecated in 0.6.1 */
  readonly longTermHistoryIntervalType?: number | undefined;
  /** Seconds between time synchronisations (= re-registrations) */
  readonly timeSyncFrequency?: number | undefined;
  /** Fixed IPv4, 4 bytes; device firmware: max count 4 */
  readonly deviceFixIpValue?: Uint8Array | undefined;
  /** 4 bytes; device firmware: max count 4 */
  readonly netMask?: Uint8Array | undefined;
  /** 4 bytes; device firmware: max count 4 */
  readonly gateWay?: Uint8Array | undefined;
  /** DHCP on/off */
  readonly isDhcpEnabled?: boolean | undefined;
  /** Seconds; wait for connect and for an answer; also the watchdog for local mode */
  readonly communicationTimeout?: number | undefined;
  /** Retries by the device */
  readonly communicationNumberOfRetries?: number | undefined;
  /** Seconds between attempts */
  readonly communicationPauseTimeBetweenConnectionTrials?: number | undefined;
  /** Platform IPv4, 4 bytes (name typo: ospg); device firmware: max count 4 */
  readonly ospgIpAddress?: Uint8Array | undefined;
  /** Platform TCP port */
  readonly osgpPortNumber?: number | undefined;
  /** Test button on/off */
  readonly isTestButtonEnabled?: boolean | undefined;
  /** Automatic DST on/off */
  readonly isAutomaticSummerTimingEnabled?: boolean | undefined;
  /** SECONDS added to the calculated sunrise; negative = earlier */
  readonly astroGateSunRiseOffset?: number | undefined;
  /** SECONDS added to the calculated sunset */
  readonly astroGateSunSetOffset?: number | undefined;
  /** Seconds, 4 values (one per relay); UNPACKED on the wire; device firmware: max count 4 */
  readonly switchingDelay: readonly number[];
  /** Software coupling of relays */
  readonly relayLinking: readonly RelayMatrix[];
  /** Re-apply the nominal relay state every minute */
  readonly relayRefreshing?: boolean | undefined;
  /** MMWHHmi: month, weekday 0=Mon..6=Sun, hour, minute; last such weekday of the month; device firmware: max count 7 */
  readonly summerTimeDetails?: string | undefined;
  /** Same format; device firmware: max count 7 */
  readonly winterTimeDetails?: string | undefined;
}

export interface SetConfigurationResponse {
  readonly status: number;
}

export interface GetConfigurationRequest {
  /** carries nothing: it lets the message exist; ignored on receive */
  readonly present?: boolean | undefined;
}

export interface GetConfigurationResponse {
  readonly status: number;
  /** Light type */
  readonly lightType?: number | undefined;
  /** Only for DALI / PSLD */
  readonly daliConfiguration?: DaliConfiguration | undefined;
  /** Relay map (SSLD) */
  readonly relayConfiguration?: RelayConfiguration | undefined;
  /** Minutes. Deprecated in 0.6.1 */
  readonly shortTermHistoryIntervalMinutes?: number | undefined;
  /** Preferred link */
  readonly preferredLinkType?: number | undefined;
  /** Deprecated in 0.6.1 */
  readonly meterType?: number | undefined;
  /** Deprecated in 0.6.1 */
  readonly longTermHistoryInterval?: number | undefined;
  /** Deprecated in 0.6.1 */
  readonly longTermHistoryIntervalType?: number | undefined;
  /** Seconds between time synchronisations (= re-registrations) */
  readonly timeSyncFrequency?: number | undefined;
  /** Fixed IPv4, 4 bytes; device firmware: max count 4 */
  readonly deviceFixIpValue?: Uint8Array | undefined;
  /** 4 bytes; device firmware: max count 4 */
  readonly netMask?: Uint8Array | undefined;
  /** 4 bytes; device firmware: max count 4 */
  readonly gateWay?: Uint8Array | undefined;
  /** DHCP on/off */
  readonly isDhcpEnabled?: boolean | undefined;
  /** Seconds; wait for connect and for an answer; also the watchdog for local mode */
  readonly communicationTimeout?: number | undefined;
  /** Retries by the device */
  readonly communicationNumberOfRetries?: number | undefined;
  /** Seconds between attempts */
  readonly communicationPauseTimeBetweenConnectionTrials?: number | undefined;
  /** Platform IPv4, 4 bytes (name typo: ospg); device firmware: max count 4 */
  readonly ospgIpAddress?: Uint8Array | undefined;
  /** Platform TCP port */
  readonly osgpPortNumber?: number | undefined;
  /** Test button on/off */
  readonly isTestButtonEnabled?: boolean | undefined;
  /** Automatic DST on/off */
  readonly isAutomaticSummerTimingEnabled?: boolean | undefined;
  /** SECONDS added to the calculated sunrise; negative = earlier */
  readonly astroGateSunRiseOffset?: number | undefined;
  /** SECONDS added to the calculated sunset */
  readonly astroGateSunSetOffset?: number | undefined;
  /** Seconds, 4 values (one per relay); UNPACKED on the wire; device firmware: max count 4 */
  readonly switchingDelay: readonly number[];
  /** Software coupling of relays */
  readonly relayLinking: readonly RelayMatrix[];
  /** Re-apply the nominal relay state every minute */
  readonly relayRefreshing?: boolean | undefined;
  /** MMWHHmi: month, weekday 0=Mon..6=Sun, hour, minute; last such weekday of the month; device firmware: max count 7 */
  readonly summerTimeDetails?: string | undefined;
  /** Same format; device firmware: max count 7 */
  readonly winterTimeDetails?: string | undefined;
}

export interface SwitchConfigurationRequest {
  /** Bank to use, 1 byte; GXF sends ASCII 0x30 / 0x31; device firmware: max count 1 */
  readonly newConfigurationSet: Uint8Array;
}

export interface SwitchConfigurationResponse {
  /** Event 5503 follows when done */
  readonly status: number;
}

export interface ConfirmRegisterDeviceRequest {
  /** As sent in RegisterDeviceRequest */
  readonly randomDevice: number;
  /** As received in RegisterDeviceResponse */
  readonly randomPlatform: number;
}

export interface ConfirmRegisterDeviceResponse {
  readonly status: number;
  /** Echo */
  readonly randomDevice: number;
  /** Echo */
  readonly randomPlatform: number;
  /** Window the device must use; GXF sends 6 */
  readonly sequenceWindow: number;
}

export interface GetPowerUsageHistoryRequest {
  /** Range */
  readonly timePeriod: TimePeriod;
  /** Wanted page, first = 1 */
  readonly page?: number | undefined;
  /** Short or Long */
  readonly termType: number;
}

export interface GetPowerUsageHistoryResponse {
  readonly status: number;
  /** Up to 20 records; device firmware: max count 20 */
  readonly powerUsageData: readonly PowerUsageData[];
  /** Paging of the answer */
  readonly pageInfo?: PageInfo | undefined;
}

export interface GetActualPowerUsageRequest {
  /** carries nothing: it lets the message exist; ignored on receive */
  readonly present?: boolean | undefined;
}

export interface GetActualPowerUsageResponse {
  readonly status: number;
  /** One record */
  readonly powerUsageData: PowerUsageData;
}

export interface UpdateDeviceSslCertificationRequest {
  /** Server name without scheme; device firmware: max size 100 */
  readonly certificateDomain: string;
  /** Path of the certificate; device firmware: max size 255 */
  readonly certificateUrl: string;
}

export interface UpdateDeviceSslCertificationResponse {
  readonly status: number;
}

export interface SetDeviceVerificationKeyRequest {
  /** New public key of the PLATFORM; GXF sends the ASCII Base64 text of the SPKI (124 bytes for P-256); device firmware: max size 138 */
  readonly certificateChunk: Uint8Array;
}

export interface SetDeviceVerificationKeyResponse {
  readonly status: number;
}

export interface LocationInfo {
  /** Minutes to add to UTC (GXF: standard time, no DST) */
  readonly timeOffset?: number | undefined;
  /** Degrees x 1 000 000 */
  readonly latitude?: number | undefined;
  /** Degrees x 1 000 000 */
  readonly longitude?: number | undefined;
}

export interface LightValue {
  /** 1 byte; absent or 0x00 = all LIGHT relays; 1..6 = one relay (external index); device firmware: max size 1 */
  readonly index?: Uint8Array | undefined;
  /** On / off */
  readonly on: boolean;
  /** 1 byte 1..100 percent; absent = 100 when on, 0 when off. Real devices report 0 when off; device firmware: max size 1 */
  readonly dimValue?: Uint8Array | undefined;
}

export interface EventNotification {
  /** Event number, see enum Event */
  readonly event: number;
  /** 1 byte relay index; absent = 0 (no relay / all); device firmware: max size 1 */
  readonly index?: Uint8Array | undefined;
  /** Free text, up to 80 characters; device firmware: max size 81 */
  readonly description?: string | undefined;
  /** Time of the event, UTC yyyyMMddHHmmss; device firmware: max size 15 */
  readonly timestamp?: string | undefined;
}

export interface Schedule {
  /** Day selector */
  readonly weekday: number;
  /** yyyyMMdd, first valid day (UTC); device firmware: max size 9 */
  readonly startDay?: string | undefined;
  /** yyyyMMdd, last valid day, inclusive (UTC); device firmware: max size 9 */
  readonly endDay?: string | undefined;
  /** Fixed time, sunrise or sunset */
  readonly actionTime: number;
  /** HHmmss LOCAL time; only with ABSOLUTETIME; device firmware: max size 7 */
  readonly time?: string | undefined;
  /** Window for the light-sensor trigger */
  readonly window?: Window | undefined;
  /** 1..6 light values to apply; device firmware: max count 6 */
  readonly value: readonly LightValue[];
  /** Light sensor (SetTransition) or astronomical */
  readonly triggerType?: number | undefined;
  /** Seconds; skip the switch-on when the switch-off comes sooner */
  readonly minimumLightsOn?: number | undefined;
  /** Number of the entry in the list */
  readonly index?: number | undefined;
  /** Entry active or not */
  readonly isEnabled?: boolean | undefined;
}

export interface Window {
  /** Minutes before the moment, 0..1440 */
  readonly minutesBefore: number;
  /** Minutes after the moment, 0..1440 */
  readonly minutesAfter: number;
}

export interface DaliConfiguration {
  /** 1 byte count; device firmware: max size 1 */
  readonly numberOfLights?: Uint8Array | undefined;
  /** Up to 4 entries; device firmware: max count 4 */
  readonly addressMap: readonly IndexAddressMap[];
}

export interface RelayConfiguration {
  /** Up to 6 entries; device firmware: max count 6 */
  readonly addressMap: readonly IndexAddressMap[];
}

export interface RelayMatrix {
  /** 1 byte; device firmware: max count 1 */
  readonly masterRelayIndex: Uint8Array;
  /** State of the master that triggers; device firmware: max count 1 */
  readonly masterRelayOn: boolean;
  /** 0..4 bytes, each byte is a relay index to switch ON; device firmware: max count 4 */
  readonly indicesOfControlledRelaysOn?: Uint8Array | undefined;
  /** 0..4 bytes, each byte is a relay index to switch OFF; device firmware: max count 4 */
  readonly indicesOfControlledRelaysOff?: Uint8Array | undefined;
}

export interface IndexAddressMap {
  /** 1 byte, external index (what the platform uses); device firmware: max size 1 */
  readonly index: Uint8Array;
  /** 1 byte, internal relay address; device firmware: max size 1 */
  readonly address: Uint8Array;
  /** Function of the relay */
  readonly relayType: number;
}

export interface PageInfo {
  /** First page = 1 */
  readonly currentPage: number;
  /** Entries per page */
  readonly pageSize: number;
  /** Number of pages */
  readonly totalPages: number;
}

export interface TimePeriod {
  /** UTC yyyyMMddHHmmss; device firmware: max size 15 */
  readonly startTime: string;
  /** UTC yyyyMMddHHmmss; device firmware: max size 15 */
  readonly endTime: string;
}

export interface PowerUsageData {
  /** UTC yyyyMMddHHmmss; device firmware: max size 15 */
  readonly recordTime: string;
  /** Source meter */
  readonly meterType: number;
  /** 0.001 kWh units (Wh) */
  readonly totalConsumedEnergy: bigint;
  /** Watt */
  readonly actualConsumedPower: number;
  /** PSLD part */
  readonly psldData?: PsldData | undefined;
  /** SSLD part */
  readonly ssldData?: SsldData | undefined;
}

export interface PsldData {
  /** Hours */
  readonly totalLightingHours: number;
}

export interface SsldData {
  /** Current L1, mA */
  readonly actualCurrent1: number;
  /** Current L2, mA */
  readonly actualCurrent2: number;
  /** Current L3, mA */
  readonly actualCurrent3: number;
  /** Power L1, W */
  readonly actualPower1: number;
  /** Power L2, W */
  readonly actualPower2: number;
  /** Power L3, W */
  readonly actualPower3: number;
  /** Power factor L1; steps of 0.1, value 10 = factor 1 */
  readonly averagePowerFactor1: number;
  /** Power factor L2; steps of 0.1, value 10 = factor 1 */
  readonly averagePowerFactor2: number;
  /** Power factor L3; steps of 0.1, value 10 = factor 1 */
  readonly averagePowerFactor3: number;
  /** Up to 4 relays; device firmware: max count 4 */
  readonly relayData: readonly RelayData[];
}

export interface RelayData {
  /** 1 byte external index; device firmware: max size 1 */
  readonly index: Uint8Array;
  /** Minutes */
  readonly totalLightingMinutes: number;
}

export const NotificationBit = {
  DIAG_EVENTS: 1,
  HARDWARE_FAILURE: 2,
  LIGHT_EVENTS: 4,
  TARIFF_EVENTS: 8,
  MONITOR_EVENTS: 16,
  FIRMWARE_EVENTS: 32,
  COMM_EVENTS: 64,
  SECURITY_EVENTS: 128,
} as const;

export const Event = {
  DIAG_EVENTS_GENERAL: 0,
  DIAG_EVENTS_UNKNOWN_MESSAGE_TYPE: 1,
  HARDWARE_FAILURE_RELAY: 1000,
  HARDWARE_FAILURE_FLASH_WRITE_ERROR: 1001,
  HARDWARE_FAILURE_FLASH_MEMORY_CORRUPT: 1002,
  HARDWARE_FAILURE_RTC_NOT_SET: 1003,
  LIGHT_EVENTS_LIGHT_ON: 2000,
  LIGHT_EVENTS_LIGHT_OFF: 2001,
  LIGHT_FAILURE_DALI_COMMUNICATION: 2500,
  LIGHT_FAILURE_BALLAST: 2501,
  LIGHT_FAILURE_TARIFF_SWITCH_ATTEMPT: 2502,
  TARIFF_EVENTS_TARIFF_ON: 3000,
  TARIFF_EVENTS_TARIFF_OFF: 3001,
  MONITOR_EVENTS_LONG_BUFFER_FULL: 4000,
  MONITOR_FAILURE_P1_COMMUNICATION: 4500,
  MONITOR_SHORT_DETECTED: 4600,
  MONITOR_SHORT_RESOLVED: 4601,
  MONITOR_DOOR_OPENED: 4700,
  MONITOR_DOOR_CLOSED: 4701,
  MONITOR_EVENTS_TEST_RELAY_ON: 4702,
  MONITOR_EVENTS_TEST_RELAY_OFF: 4703,
  MONITOR_EVENTS_LOSS_OF_POWER: 4800,
  MONITOR_EVENTS_LOCAL_MODE: 4900,
  MONITOR_EVENTS_REMOTE_MODE: 4901,
  FIRMWARE_EVENTS_ACTIVATING: 5000,
  FIRMWARE_EVENTS_DOWNLOAD_NOTFOUND: 5501,
  FIRMWARE_EVENTS_DOWNLOAD_FAILED: 5502,
  FIRMWARE_EVENTS_CONFIGURATION_CHANGED: 5503,
  COMM_EVENTS_ALTERNATIVE_CHANNEL: 6000,
  COMM_EVENTS_RECOVERED_CHANNEL: 6001,
  SECURITY_EVENTS_OUT_OF_SEQUENCE: 7000,
  SECURITY_EVENTS_OSLP_VERIFICATION_FAILED: 7001,
  SECURITY_EVENTS_INVALID_CERTIFICATE: 7002,
} as const;

export const TriggerType = {
  TT_NOT_SET: 0,
  LIGHT_TRIGGER: 1,
  ASTRONOMICAL: 2,
} as const;

export const TransitionType = {
  NIGHT_DAY: 0,
  DAY_NIGHT: 1,
} as const;

export const Weekday = {
  MONDAY: 1,
  TUESDAY: 2,
  WEDNESDAY: 3,
  THURSDAY: 4,
  FRIDAY: 5,
  SATURDAY: 6,
  SUNDAY: 7,
  WEEKDAY: 8,
  WEEKEND: 9,
  ABSOLUTEDAY: 10,
  ALL: 11,
} as const;

export const ActionTime = {
  ABSOLUTETIME: 1,
  SUNRISE: 2,
  SUNSET: 3,
} as const;

export const DeviceType = {
  PSLD: 0,
  SSLD: 1,
} as const;

export const Status = {
  OK: 0,
  FAILURE: 1,
  REJECTED: 2,
} as const;

export const LightType = {
  LT_NOT_SET: 0,
  RELAY: 1,
  ONE_TO_TEN_VOLT: 2,
  ONE_TO_TEN_VOLT_REVERSE: 3,
  DALI: 4,
} as const;

export const RelayType = {
  RT_NOT_SET: 0,
  LIGHT: 1,
  TARIFF: 2,
} as const;

export const MeterType = {
  MT_NOT_SET: 0,
  P1: 1,
  PULSE: 2,
  AUX: 3,
} as const;

export const LinkType = {
  LINK_NOT_SET: 0,
  GPRS: 1,
  CDMA: 2,
  ETHERNET: 3,
} as const;

export const LongTermIntervalType = {
  LT_INT_NOT_SET: 0,
  DAYS: 1,
  MONTHS: 2,
} as const;

export const HistoryTermType = {
  Short: 0,
  Long: 1,
} as const;
