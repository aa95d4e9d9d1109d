/**
 * What the values of requests are held to before a byte is sent: the sizes the device firmware reserves (the comments of
 * the contract, one less for texts, which end in NUL there) and the ranges the platforms in the field check.
 */
export interface Bounds {
  /** Of a number, or of the one byte that stands for a number. */
  readonly low?: number;
  readonly high?: number;
  /** Characters of a text, entries of a list. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

/** How a `bytes` field is written in JSON. */
export type ByteFormat = "number" | "numbers" | "ipv4" | "mac" | "hex" | "text";

const RELAY: Bounds = { low: 0, high: 6 };
const MINUTES: Bounds = { low: 0, high: 1_440 };
/** MMWHHmi: month, weekday 0 (Monday) to 6, hour, minute. */
const SUMMER_TIME: Bounds = { pattern: /^(?:0[1-9]|1[0-2])[0-6](?:[01]\d|2[0-3])[0-5]\d$/ };
const PATH: Bounds = { min: 1, max: 254, pattern: /^\/[\x21-\x7e]*$/ };
/** A server name or address without scheme and path. */
const DOMAIN: Bounds = { min: 1, max: 99, pattern: /^[A-Za-z0-9.:[\]-]+$/ };

export const BOUNDS: Readonly<Record<string, Bounds>> = {
  "LightValue.index": RELAY,
  "LightValue.dimValue": { low: 1, high: 100 },
  "SetLightRequest.values": { min: 1, max: 6 },
  "ResumeScheduleRequest.index": RELAY,
  "SetEventNotificationsRequest.NotificationMask": { low: 0, high: 255 },
  "SetScheduleRequest.schedules": { min: 1, max: 50 },
  "Schedule.value": { min: 1, max: 6 },
  "Window.minutesBefore": MINUTES,
  "Window.minutesAfter": MINUTES,
  "RelayConfiguration.addressMap": { max: 6 },
  "DaliConfiguration.addressMap": { max: 4 },
  "IndexAddressMap.index": { low: 1, high: 6 },
  "IndexAddressMap.address": { low: 1, high: 255 },
  "SetConfigurationRequest.osgpPortNumber": { low: 1, high: 65_535 },
  "SetConfigurationRequest.switchingDelay": { max: 4 },
  "SetConfigurationRequest.relayLinking": { max: 6 },
  "SetConfigurationRequest.summerTimeDetails": SUMMER_TIME,
  "SetConfigurationRequest.winterTimeDetails": SUMMER_TIME,
  "RelayMatrix.masterRelayIndex": { low: 1, high: 6 },
  "RelayMatrix.indicesOfControlledRelaysOn": { max: 4, low: 1, high: 6 },
  "RelayMatrix.indicesOfControlledRelaysOff": { max: 4, low: 1, high: 6 },
  "UpdateFirmwareRequest.firmwareDomain": DOMAIN,
  "UpdateFirmwareRequest.firmwareUrl": PATH,
  // Five by the contract's own size, six by its own example.
  "SwitchFirmwareRequest.newFirmwareVersion": { min: 1, max: 6 },
  "UpdateDeviceSslCertificationRequest.certificateDomain": DOMAIN,
  "UpdateDeviceSslCertificationRequest.certificateUrl": PATH,
  "SetDeviceVerificationKeyRequest.certificateChunk": { min: 1, max: 138 },
  // One ASCII digit, as the platforms in the field send it, while GetStatus reports the bank as a binary 0 or 1.
  "SwitchConfigurationRequest.newConfigurationSet": { pattern: /^[01]$/ },
  "GetPowerUsageHistoryRequest.page": { low: 1, high: 65_535 },
};

export const BYTE_FORMATS: Readonly<Record<string, ByteFormat>> = {
  index: "number",
  dimValue: "number",
  numberOfLights: "number",
  address: "number",
  masterRelayIndex: "number",
  selfTestResult: "number",
  currentConfigurationBackUsed: "number",
  indicesOfControlledRelaysOn: "numbers",
  indicesOfControlledRelaysOff: "numbers",
  ipAddress: "ipv4",
  deviceFixIpValue: "ipv4",
  netMask: "ipv4",
  gateWay: "ipv4",
  ospgIpAddress: "ipv4",
  macAddress: "mac",
  serialNumber: "hex",
  certificateChunk: "text",
  newConfigurationSet: "text",
};
