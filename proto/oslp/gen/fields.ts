// Generated from oslp-0.5.1.proto and oslp-0.6.1.proto by scripts/generate-proto.mjs
export type ContractVersion = "0.5.1" | "0.6.1";

export interface FieldFacts {
  readonly id: number;
  readonly type: "bool" | "bytes" | "enum" | "message" | "sint32" | "string" | "uint32" | "uint64";
  readonly rule: "required" | "optional" | "repeated";
  /** The message or enumeration it is of. */
  readonly of?: string;
  /** The first contract version that has it. */
  readonly since: ContractVersion;
}

/** The fields of every message, in the order of their numbers. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, FieldFacts>>>> = {
  Message: {
    registerDeviceRequest: { id: 1, type: "message", rule: "optional", of: "RegisterDeviceRequest", since: "0.5.1" },
    registerDeviceResponse: { id: 2, type: "message", rule: "optional", of: "RegisterDeviceResponse", since: "0.5.1" },
    startSelfTestRequest: { id: 3, type: "message", rule: "optional", of: "StartSelfTestRequest", since: "0.5.1" },
    startSelfTestResponse: { id: 4, type: "message", rule: "optional", of: "StartSelfTestResponse", since: "0.5.1" },
    stopSelfTestRequest: { id: 5, type: "message", rule: "optional", of: "StopSelfTestRequest", since: "0.5.1" },
    stopSelfTestResponse: { id: 6, type: "message", rule: "optional", of: "StopSelfTestResponse", since: "0.5.1" },
    updateFirmwareRequest: { id: 7, type: "message", rule: "optional", of: "UpdateFirmwareRequest", since: "0.5.1" },
    updateFirmwareResponse: { id: 8, type: "message", rule: "optional", of: "UpdateFirmwareResponse", since: "0.5.1" },
    setLightRequest: { id: 9, type: "message", rule: "optional", of: "SetLightRequest", since: "0.5.1" },
    setLightResponse: { id: 10, type: "message", rule: "optional", of: "SetLightResponse", since: "0.5.1" },
    getStatusRequest: { id: 11, type: "message", rule: "optional", of: "GetStatusRequest", since: "0.5.1" },
    getStatusResponse: { id: 12, type: "message", rule: "optional", of: "GetStatusResponse", since: "0.5.1" },
    resumeScheduleRequest: { id: 13, type: "message", rule: "optional", of: "ResumeScheduleRequest", since: "0.5.1" },
    resumeScheduleResponse: { id: 14, type: "message", rule: "optional", of: "ResumeScheduleResponse", since: "0.5.1" },
    setEventNotificationsRequest: { id: 15, type: "message", rule: "optional", of: "SetEventNotificationsRequest", since: "0.5.1" },
    setEventNotificationsResponse: { id: 16, type: "message", rule: "optional", of: "SetEventNotificationsResponse", since: "0.5.1" },
    eventNotificationRequest: { id: 17, type: "message", rule: "optional", of: "EventNotificationRequest", since: "0.5.1" },
    eventNotificationResponse: { id: 18, type: "message", rule: "optional", of: "EventNotificationResponse", since: "0.5.1" },
    getFirmwareVersionRequest: { id: 19, type: "message", rule: "optional", of: "GetFirmwareVersionRequest", since: "0.5.1" },
    getFirmwareVersionResponse: { id: 20, type: "message", rule: "optional", of: "GetFirmwareVersionResponse", since: "0.5.1" },
    setScheduleRequest: { id: 21, type: "message", rule: "optional", of: "SetScheduleRequest", since: "0.5.1" },
    setScheduleResponse: { id: 22, type: "message", rule: "optional", of: "SetScheduleResponse", since: "0.5.1" },
    setConfigurationRequest: { id: 25, type: "message", rule: "optional", of: "SetConfigurationRequest", since: "0.5.1" },
    setConfigurationResponse: { id: 26, type: "message", rule: "optional", of: "SetConfigurationResponse", since: "0.5.1" },
    getPowerUsageHistoryRequest: { id: 27, type: "message", rule: "optional", of: "GetPowerUsageHistoryRequest", since: "0.5.1" },
    getPowerUsageHistoryResponse: { id: 28, type: "message", rule: "optional", of: "GetPowerUsageHistoryResponse", since: "0.5.1" },
    getActualPowerUsageRequest: { id: 29, type: "message", rule: "optional", of: "GetActualPowerUsageRequest", since: "0.5.1" },
    getActualPowerUsageResponse: { id: 30, type: "message", rule: "optional", of: "GetActualPowerUsageResponse", since: "0.5.1" },
    setRebootRequest: { id: 31, type: "message", rule: "optional", of: "SetRebootRequest", since: "0.5.1" },
    setRebootResponse: { id: 32, type: "message", rule: "optional", of: "SetRebootResponse", since: "0.5.1" },
    setTransitionRequest: { id: 33, type: "message", rule: "optional", of: "SetTransitionRequest", since: "0.5.1" },
    setTransitionResponse: { id: 34, type: "message", rule: "optional", of: "SetTransitionResponse", since: "0.5.1" },
    getConfigurationRequest: { id: 35, type: "message", rule: "optional", of: "GetConfigurationRequest", since: "0.5.1" },
    getConfigurationResponse: { id: 36, type: "message", rule: "optional", of: "GetConfigurationResponse", since: "0.5.1" },
    confirmRegisterDeviceRequest: { id: 37, type: "message", rule: "optional", of: "ConfirmRegisterDeviceRequest", since: "0.5.1" },
    confirmRegisterDeviceResponse: { id: 38, type: "message", rule: "optional", of: "ConfirmRegisterDeviceResponse", since: "0.5.1" },
    updateDeviceSslCertificationRequest: { id: 39, type: "message", rule: "optional", of: "UpdateDeviceSslCertificationRequest", since: "0.6.1" },
    updateDeviceSslCertificationResponse: { id: 40, type: "message", rule: "optional", of: "UpdateDeviceSslCertificationResponse", since: "0.6.1" },
    setDeviceVerificationKeyRequest: { id: 41, type: "message", rule: "optional", of: "SetDeviceVerificationKeyRequest", since: "0.6.1" },
    setDeviceVerificationKeyResponse: { id: 42, type: "message", rule: "optional", of: "SetDeviceVerificationKeyResponse", since: "0.6.1" },
    switchFirmwareRequest: { id: 43, type: "message", rule: "optional", of: "SwitchFirmwareRequest", since: "0.6.1" },
    switchFirmwareResponse: { id: 44, type: "message", rule: "optional", of: "SwitchFirmwareResponse", since: "0.6.1" },
    switchConfigurationRequest: { id: 45, type: "message", rule: "optional", of: "SwitchConfigurationRequest", since: "0.6.1" },
    switchConfigurationResponse: { id: 46, type: "message", rule: "optional", of: "SwitchConfigurationResponse", since: "0.6.1" },
  },
  RegisterDeviceRequest: {
    deviceIdentification: { id: 1, type: "string", rule: "required", since: "0.5.1" },
    ipAddress: { id: 2, type: "bytes", rule: "required", since: "0.5.1" },
    deviceType: { id: 3, type: "enum", rule: "required", of: "DeviceType", since: "0.5.1" },
    hasSchedule: { id: 4, type: "bool", rule: "required", since: "0.5.1" },
    randomDevice: { id: 5, type: "uint32", rule: "required", since: "0.5.1" },
  },
  RegisterDeviceResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
    currentTime: { id: 2, type: "string", rule: "required", since: "0.5.1" },
    randomDevice: { id: 3, type: "uint32", rule: "required", since: "0.5.1" },
    randomPlatform: { id: 4, type: "uint32", rule: "required", since: "0.5.1" },
    locationInfo: { id: 5, type: "message", rule: "optional", of: "LocationInfo", since: "0.5.1" },
  },
  StartSelfTestRequest: {
    present: { id: 1, type: "bool", rule: "optional", since: "0.5.1" },
  },
  StartSelfTestResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  StopSelfTestRequest: {
    present: { id: 1, type: "bool", rule: "optional", since: "0.5.1" },
  },
  StopSelfTestResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
    selfTestResult: { id: 2, type: "bytes", rule: "required", since: "0.5.1" },
  },
  GetFirmwareVersionRequest: {
    present: { id: 1, type: "bool", rule: "optional", since: "0.5.1" },
  },
  GetFirmwareVersionResponse: {
    firmwareVersion: { id: 1, type: "string", rule: "required", since: "0.5.1" },
  },
  UpdateFirmwareRequest: {
    firmwareDomain: { id: 1, type: "string", rule: "required", since: "0.5.1" },
    firmwareUrl: { id: 2, type: "string", rule: "required", since: "0.5.1" },
  },
  UpdateFirmwareResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  SwitchFirmwareRequest: {
    newFirmwareVersion: { id: 1, type: "string", rule: "required", since: "0.6.1" },
  },
  SwitchFirmwareResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.6.1" },
  },
  SetLightRequest: {
    values: { id: 1, type: "message", rule: "repeated", of: "LightValue", since: "0.5.1" },
  },
  SetLightResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  GetStatusRequest: {
    present: { id: 1, type: "bool", rule: "optional", since: "0.5.1" },
  },
  GetStatusResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
    value: { id: 2, type: "message", rule: "repeated", of: "LightValue", since: "0.5.1" },
    preferredLinktype: { id: 3, type: "enum", rule: "required", of: "LinkType", since: "0.5.1" },
    actualLinktype: { id: 4, type: "enum", rule: "required", of: "LinkType", since: "0.5.1" },
    lightType: { id: 5, type: "enum", rule: "required", of: "LightType", since: "0.5.1" },
    eventNotificationMask: { id: 6, type: "uint32", rule: "required", since: "0.5.1" },
    numberOfOutputs: { id: 7, type: "uint32", rule: "optional", since: "0.6.1" },
    dcOutputVoltageMaximum: { id: 8, type: "uint32", rule: "optional", since: "0.6.1" },
    dcOutputVoltageCurrent: { id: 9, type: "uint32", rule: "optional", since: "0.6.1" },
    maximumOutputPowerOnDcOutput: { id: 10, type: "uint32", rule: "optional", since: "0.6.1" },
    serialNumber: { id: 11, type: "bytes", rule: "optional", since: "0.6.1" },
    macAddress: { id: 12, type: "bytes", rule: "optional", since: "0.6.1" },
    hardwareId: { id: 13, type: "string", rule: "optional", since: "0.6.1" },
    internalFlashMemSize: { id: 14, type: "uint32", rule: "optional", since: "0.6.1" },
    externalFlashMemSize: { id: 15, type: "uint32", rule: "optional", since: "0.6.1" },
    lastInternalTestResultCode: { id: 16, type: "uint32", rule: "optional", since: "0.6.1" },
    startupCounter: { id: 17, type: "uint32", rule: "optional", since: "0.6.1" },
    bootLoaderVersion: { id: 18, type: "string", rule: "optional", since: "0.6.1" },
    firmwareVersion: { id: 19, type: "string", rule: "optional", since: "0.6.1" },
    currentConfigurationBackUsed: { id: 20, type: "bytes", rule: "optional", since: "0.6.1" },
    name: { id: 21, type: "string", rule: "optional", since: "0.6.1" },
    currentTime: { id: 22, type: "string", rule: "optional", since: "0.6.1" },
    currentIp: { id: 23, type: "string", rule: "optional", since: "0.6.1" },
  },
  ResumeScheduleRequest: {
    index: { id: 1, type: "bytes", rule: "optional", since: "0.5.1" },
    immediate: { id: 2, type: "bool", rule: "required", since: "0.5.1" },
  },
  ResumeScheduleResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  SetRebootRequest: {
    present: { id: 1, type: "bool", rule: "optional", since: "0.5.1" },
  },
  SetRebootResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  SetTransitionRequest: {
    transitionType: { id: 1, type: "enum", rule: "required", of: "TransitionType", since: "0.5.1" },
    time: { id: 2, type: "string", rule: "optional", since: "0.5.1" },
  },
  SetTransitionResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  SetEventNotificationsRequest: {
    NotificationMask: { id: 1, type: "uint32", rule: "required", since: "0.5.1" },
  },
  SetEventNotificationsResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  EventNotificationRequest: {
    notifications: { id: 1, type: "message", rule: "repeated", of: "EventNotification", since: "0.5.1" },
  },
  EventNotificationResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  SetScheduleRequest: {
    schedules: { id: 1, type: "message", rule: "repeated", of: "Schedule", since: "0.5.1" },
    pageInfo: { id: 2, type: "message", rule: "optional", of: "PageInfo", since: "0.5.1" },
    scheduleType: { id: 3, type: "enum", rule: "required", of: "RelayType", since: "0.5.1" },
  },
  SetScheduleResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  SetConfigurationRequest: {
    lightType: { id: 1, type: "enum", rule: "optional", of: "LightType", since: "0.5.1" },
    daliConfiguration: { id: 2, type: "message", rule: "optional", of: "DaliConfiguration", since: "0.5.1" },
    relayConfiguration: { id: 3, type: "message", rule: "optional", of: "RelayConfiguration", since: "0.5.1" },
    shortTermHistoryIntervalMinutes: { id: 4, type: "uint32", rule: "optional", since: "0.5.1" },
    preferredLinkType: { id: 5, type: "enum", rule: "optional", of: "LinkType", since: "0.5.1" },
    meterType: { id: 6, type: "enum", rule: "optional", of: "MeterType", since: "0.5.1" },
    longTermHistoryInterval: { id: 7, type: "uint32", rule: "optional", since: "0.5.1" },
    longTermHistoryIntervalType: { id: 8, type: "enum", rule: "optional", of: "LongTermIntervalType", since: "0.5.1" },
    timeSyncFrequency: { id: 9, type: "uint32", rule: "optional", since: "0.6.1" },
    deviceFixIpValue: { id: 10, type: "bytes", rule: "optional", since: "0.6.1" },
    netMask: { id: 11, type: "bytes", rule: "optional", since: "0.6.1" },
    gateWay: { id: 12, type: "bytes", rule: "optional", since: "0.6.1" },
    isDhcpEnabled: { id: 13, type: "bool", rule: "optional", since: "0.6.1" },
    communicationTimeout: { id: 14, type: "uint32", rule: "optional", since: "0.6.1" },
    communicationNumberOfRetries: { id: 15, type: "uint32", rule: "optional", since: "0.6.1" },
    communicationPauseTimeBetweenConnectionTrials: { id: 16, type: "uint32", rule: "optional", since: "0.6.1" },
    ospgIpAddress: { id: 17, type: "bytes", rule: "optional", since: "0.6.1" },
    osgpPortNumber: { id: 18, type: "uint32", rule: "optional", since: "0.6.1" },
    isTestButtonEnabled: { id: 19, type: "bool", rule: "optional", since: "0.6.1" },
    isAutomaticSummerTimingEnabled: { id: 20, type: "bool", rule: "optional", since: "0.6.1" },
    astroGateSunRiseOffset: { id: 21, type: "sint32", rule: "optional", since: "0.6.1" },
    astroGateSunSetOffset: { id: 22, type: "sint32", rule: "optional", since: "0.6.1" },
    switchingDelay: { id: 23, type: "uint32", rule: "repeated", since: "0.6.1" },
    relayLinking: { id: 24, type: "message", rule: "repeated", of: "RelayMatrix", since: "0.6.1" },
    relayRefreshing: { id: 25, type: "bool", rule: "optional", since: "0.6.1" },
    summerTimeDetails: { id: 26, type: "string", rule: "optional", since: "0.6.1" },
    winterTimeDetails: { id: 27, type: "string", rule: "optional", since: "0.6.1" },
  },
  SetConfigurationResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
  },
  GetConfigurationRequest: {
    present: { id: 1, type: "bool", rule: "optional", since: "0.5.1" },
  },
  GetConfigurationResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
    lightType: { id: 2, type: "enum", rule: "optional", of: "LightType", since: "0.5.1" },
    daliConfiguration: { id: 3, type: "message", rule: "optional", of: "DaliConfiguration", since: "0.5.1" },
    relayConfiguration: { id: 4, type: "message", rule: "optional", of: "RelayConfiguration", since: "0.5.1" },
    shortTermHistoryIntervalMinutes: { id: 5, type: "uint32", rule: "optional", since: "0.5.1" },
    preferredLinkType: { id: 6, type: "enum", rule: "optional", of: "LinkType", since: "0.5.1" },
    meterType: { id: 7, type: "enum", rule: "optional", of: "MeterType", since: "0.5.1" },
    longTermHistoryInterval: { id: 8, type: "uint32", rule: "optional", since: "0.5.1" },
    longTermHistoryIntervalType: { id: 9, type: "enum", rule: "optional", of: "LongTermIntervalType", since: "0.5.1" },
    timeSyncFrequency: { id: 10, type: "uint32", rule: "optional", since: "0.6.1" },
    deviceFixIpValue: { id: 11, type: "bytes", rule: "optional", since: "0.6.1" },
    netMask: { id: 12, type: "bytes", rule: "optional", since: "0.6.1" },
    gateWay: { id: 13, type: "bytes", rule: "optional", since: "0.6.1" },
    isDhcpEnabled: { id: 14, type: "bool", rule: "optional", since: "0.6.1" },
    communicationTimeout: { id: 15, type: "uint32", rule: "optional", since: "0.6.1" },
    communicationNumberOfRetries: { id: 16, type: "uint32", rule: "optional", since: "0.6.1" },
    communicationPauseTimeBetweenConnectionTrials: { id: 17, type: "uint32", rule: "optional", since: "0.6.1" },
    ospgIpAddress: { id: 18, type: "bytes", rule: "optional", since: "0.6.1" },
    osgpPortNumber: { id: 19, type: "uint32", rule: "optional", since: "0.6.1" },
    isTestButtonEnabled: { id: 20, type: "bool", rule: "optional", since: "0.6.1" },
    isAutomaticSummerTimingEnabled: { id: 21, type: "bool", rule: "optional", since: "0.6.1" },
    astroGateSunRiseOffset: { id: 22, type: "sint32", rule: "optional", since: "0.6.1" },
    astroGateSunSetOffset: { id: 23, type: "sint32", rule: "optional", since: "0.6.1" },
    switchingDelay: { id: 24, type: "uint32", rule: "repeated", since: "0.6.1" },
    relayLinking: { id: 25, type: "message", rule: "repeated", of: "RelayMatrix", since: "0.6.1" },
    relayRefreshing: { id: 26, type: "bool", rule: "optional", since: "0.6.1" },
    summerTimeDetails: { id: 27, type: "string", rule: "optional", since: "0.6.1" },
    winterTimeDetails: { id: 28, type: "string", rule: "optional", since: "0.6.1" },
  },
  SwitchConfigurationRequest: {
    newConfigurationSet: { id: 1, type: "bytes", rule: "required", since: "0.6.1" },
  },
  SwitchConfigurationResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.6.1" },
  },
  ConfirmRegisterDeviceRequest: {
    randomDevice: { id: 1, type: "uint32", rule: "required", since: "0.5.1" },
    randomPlatform: { id: 2, type: "uint32", rule: "required", since: "0.5.1" },
  },
  ConfirmRegisterDeviceResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
    randomDevice: { id: 2, type: "uint32", rule: "required", since: "0.5.1" },
    randomPlatform: { id: 3, type: "uint32", rule: "required", since: "0.5.1" },
    sequenceWindow: { id: 4, type: "uint32", rule: "required", since: "0.5.1" },
  },
  GetPowerUsageHistoryRequest: {
    timePeriod: { id: 1, type: "message", rule: "required", of: "TimePeriod", since: "0.5.1" },
    page: { id: 2, type: "uint32", rule: "optional", since: "0.5.1" },
    termType: { id: 3, type: "enum", rule: "required", of: "HistoryTermType", since: "0.5.1" },
  },
  GetPowerUsageHistoryResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
    powerUsageData: { id: 2, type: "message", rule: "repeated", of: "PowerUsageData", since: "0.5.1" },
    pageInfo: { id: 3, type: "message", rule: "optional", of: "PageInfo", since: "0.5.1" },
  },
  GetActualPowerUsageRequest: {
    present: { id: 1, type: "bool", rule: "optional", since: "0.5.1" },
  },
  GetActualPowerUsageResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.5.1" },
    powerUsageData: { id: 2, type: "message", rule: "required", of: "PowerUsageData", since: "0.5.1" },
  },
  UpdateDeviceSslCertificationRequest: {
    certificateDomain: { id: 1, type: "string", rule: "required", since: "0.6.1" },
    certificateUrl: { id: 2, type: "string", rule: "required", since: "0.6.1" },
  },
  UpdateDeviceSslCertificationResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.6.1" },
  },
  SetDeviceVerificationKeyRequest: {
    certificateChunk: { id: 1, type: "bytes", rule: "required", since: "0.6.1" },
  },
  SetDeviceVerificationKeyResponse: {
    status: { id: 1, type: "enum", rule: "required", of: "Status", since: "0.6.1" },
  },
  LocationInfo: {
    timeOffset: { id: 1, type: "sint32", rule: "optional", since: "0.5.1" },
    latitude: { id: 2, type: "sint32", rule: "optional", since: "0.5.1" },
    longitude: { id: 3, type: "sint32", rule: "optional", since: "0.5.1" },
  },
  LightValue: {
    index: { id: 1, type: "bytes", rule: "optional", since: "0.5.1" },
    on: { id: 2, type: "bool", rule: "required", since: "0.5.1" },
    dimValue: { id: 3, type: "bytes", rule: "optional", since: "0.5.1" },
  },
  EventNotification: {
    event: { id: 1, type: "enum", rule: "required", of: "Event", since: "0.5.1" },
    index: { id: 2, type: "bytes", rule: "optional", since: "0.5.1" },
    description: { id: 3, type: "string", rule: "optional", since: "0.5.1" },
    timestamp: { id: 4, type: "string", rule: "optional", since: "0.6.1" },
  },
  Schedule: {
    weekday: { id: 1, type: "enum", rule: "required", of: "Weekday", since: "0.5.1" },
    startDay: { id: 2, type: "string", rule: "optional", since: "0.5.1" },
    endDay: { id: 3, type: "string", rule: "optional", since: "0.5.1" },
    actionTime: { id: 4, type: "enum", rule: "required", of: "ActionTime", since: "0.5.1" },
    time: { id: 5, type: "string", rule: "optional", since: "0.5.1" },
    window: { id: 6, type: "message", rule: "optional", of: "Window", since: "0.5.1" },
    value: { id: 7, type: "message", rule: "repeated", of: "LightValue", since: "0.5.1" },
    triggerType: { id: 8, type: "enum", rule: "optional", of: "TriggerType", since: "0.5.1" },
    minimumLightsOn: { id: 9, type: "uint32", rule: "optional", since: "0.6.1" },
    index: { id: 10, type: "uint32", rule: "optional", since: "0.6.1" },
    isEnabled: { id: 11, type: "bool", rule: "optional", since: "0.6.1" },
  },
  Window: {
    minutesBefore: { id: 1, type: "uint32", rule: "required", since: "0.5.1" },
    minutesAfter: { id: 2, type: "uint32", rule: "required", since: "0.5.1" },
  },
  DaliConfiguration: {
    numberOfLights: { id: 1, type: "bytes", rule: "optional", since: "0.5.1" },
    addressMap: { id: 2, type: "message", rule: "repeated", of: "IndexAddressMap", since: "0.5.1" },
  },
  RelayConfiguration: {
    addressMap: { id: 1, type: "message", rule: "repeated", of: "IndexAddressMap", since: "0.5.1" },
  },
  RelayMatrix: {
    masterRelayIndex: { id: 1, type: "bytes", rule: "required", since: "0.6.1" },
    masterRelayOn: { id: 2, type: "bool", rule: "required", since: "0.6.1" },
    indicesOfControlledRelaysOn: { id: 3, type: "bytes", rule: "optional", since: "0.6.1" },
    indicesOfControlledRelaysOff: { id: 4, type: "bytes", rule: "optional", since: "0.6.1" },
  },
  IndexAddressMap: {
    index: { id: 1, type: "bytes", rule: "required", since: "0.5.1" },
    address: { id: 2, type: "bytes", rule: "required", since: "0.5.1" },
    relayType: { id: 3, type: "enum", rule: "required", of: "RelayType", since: "0.5.1" },
  },
  PageInfo: {
    currentPage: { id: 1, type: "uint32", rule: "required", since: "0.5.1" },
    pageSize: { id: 2, type: "uint32", rule: "required", since: "0.5.1" },
    totalPages: { id: 3, type: "uint32", rule: "required", since: "0.5.1" },
  },
  TimePeriod: {
    startTime: { id: 1, type: "string", rule: "required", since: "0.5.1" },
    endTime: { id: 2, type: "string", rule: "required", since: "0.5.1" },
  },
  PowerUsageData: {
    recordTime: { id: 1, type: "string", rule: "required", since: "0.5.1" },
    meterType: { id: 2, type: "enum", rule: "required", of: "MeterType", since: "0.5.1" },
    totalConsumedEnergy: { id: 3, type: "uint64", rule: "required", since: "0.5.1" },
    actualConsumedPower: { id: 4, type: "uint32", rule: "required", since: "0.5.1" },
    psldData: { id: 5, type: "message", rule: "optional", of: "PsldData", since: "0.5.1" },
    ssldData: { id: 6, type: "message", rule: "optional", of: "SsldData", since: "0.5.1" },
  },
  PsldData: {
    totalLightingHours: { id: 1, type: "uint32", rule: "required", since: "0.5.1" },
  },
  SsldData: {
    actualCurrent1: { id: 1, type: "uint32", rule: "required", since: "0.5.1" },
    actualCurrent2: { id: 2, type: "uint32", rule: "required", since: "0.5.1" },
    actualCurrent3: { id: 3, type: "uint32", rule: "required", since: "0.5.1" },
    actualPower1: { id: 4, type: "uint32", rule: "required", since: "0.5.1" },
    actualPower2: { id: 5, type: "uint32", rule: "required", since: "0.5.1" },
    actualPower3: { id: 6, type: "uint32", rule: "required", since: "0.5.1" },
    averagePowerFactor1: { id: 7, type: "uint32", rule: "required", since: "0.5.1" },
    averagePowerFactor2: { id: 8, type: "uint32", rule: "required", since: "0.5.1" },
    averagePowerFactor3: { id: 9, type: "uint32", rule: "required", since: "0.5.1" },
    relayData: { id: 10, type: "message", rule: "repeated", of: "RelayData", since: "0.5.1" },
  },
  RelayData: {
    index: { id: 1, type: "bytes", rule: "required", since: "0.5.1" },
    totalLightingMinutes: { id: 2, type: "uint32", rule: "required", since: "0.5.1" },
  },
};
