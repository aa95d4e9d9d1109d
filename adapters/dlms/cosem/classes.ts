/**
 * The interface classes of IEC 62056-6-2 by their numbers: attribute and method names in the order of their indexes.
 * Attribute 1 is the logical name everywhere and left out; names are the standard's with dashes.
 */
export interface InterfaceClass {
  readonly id: number;
  readonly name: string;
  /** Attribute 2 first. */
  readonly attributes: readonly string[];
  /** Method 1 first. */
  readonly methods: readonly string[];
}

function one(id: number, name: string, attributes: string, methods = ""): InterfaceClass {
  const split = (text: string) => text.split(" ").filter((word) => word !== "");
  return { id, name, attributes: split(attributes), methods: split(methods) };
}

const LIST: readonly InterfaceClass[] = [
  one(1, "data", "value"),
  one(3, "register", "value scaler-unit", "reset"),
  one(4, "extended-register", "value scaler-unit status capture-time", "reset"),
  one(
    5,
    "demand-register",
    "current-average-value last-average-value scaler-unit status capture-time start-time-current period number-of-periods",
    "reset next-period",
  ),
  one(6, "register-activation", "register-assignment mask-list active-mask", "add-register add-mask delete-mask"),
  one(
    7,
    "profile-generic",
    "buffer capture-objects capture-period sort-method sort-object entries-in-use profile-entries",
    "reset capture",
  ),
  one(
    8,
    "clock",
    "time time-zone status daylight-savings-begin daylight-savings-end daylight-savings-deviation daylight-savings-enabled clock-base",
    "adjust-to-quarter adjust-to-measuring-period adjust-to-minute adjust-to-preset-time preset-adjusting-time shift-time",
  ),
  one(9, "script-table", "scripts", "execute"),
  one(10, "schedule", "entries", "enable-disable insert delete"),
  one(11, "special-days-table", "entries", "insert delete"),
  one(
    12,
    "association-sn",
    "object-list access-rights-list security-setup-reference user-list current-user",
    "reserved-1 reserved-2 read-by-logical-name reserved-4 change-secret reserved-6 reserved-7 reply-to-hls-authentication",
  ),
  one(
    15,
    "association-ln",
    "object-list associated-partners-id application-context-name xdlms-context-info authentication-mechanism-name secret association-status security-setup-reference user-list current-user",
    "reply-to-hls-authentication change-hls-secret add-object remove-object add-user remove-user",
  ),
  one(17, "sap-assignment", "sap-assignment-list", "connect-logical-device"),
  one(
    18,
    "image-transfer",
    "image-block-size image-transferred-blocks-status image-first-not-transferred-block-number image-transfer-enabled image-transfer-status image-to-activate-info",
    "image-transfer-initiate image-block-transfer image-verify image-activate",
  ),
  one(
    19,
    "iec-local-port-setup",
    "default-mode default-baud prop-baud response-time device-addr pass-p1 pass-p2 pass-w5",
  ),
  one(
    20,
    "activity-calendar",
    "calendar-name-active season-profile-active week-profile-table-active day-profile-table-active calendar-name-passive season-profile-passive week-profile-table-passive day-profile-table-passive activate-passive-calendar-time",
    "activate-passive-calendar",
  ),
  one(21, "register-monitor", "thresholds monitored-value actions"),
  one(22, "single-action-schedule", "executed-script type execution-time"),
  one(
    23,
    "iec-hdlc-setup",
    "comm-speed window-size-transmit window-size-receive max-info-field-length-transmit max-info-field-length-receive inter-octet-time-out inactivity-time-out device-address",
  ),
  one(27, "modem-configuration", "comm-speed initialization-string modem-profile"),
  one(28, "auto-answer", "mode listening-window status number-of-calls number-of-rings list-of-allowed-callers"),
  one(29, "auto-connect", "mode repetitions repetition-delay calling-window destination-list", "connect"),
  one(
    30,
    "cosem-data-protection",
    "protection-buffer protection-object-list protection-parameters-get protection-parameters-set required-protection",
    "get-protected-attributes set-protected-attributes invoke-protected-method",
  ),
  one(
    40,
    "push-setup",
    "push-object-list send-destination-and-method communication-window randomisation-start-interval number-of-retries repetition-delay port-reference push-client-sap push-protection-parameters push-operation-method confirmation-parameters last-confirmation-date-time",
    "push reset",
  ),
  one(41, "tcp-udp-setup", "tcp-udp-port ip-reference mss nb-of-sim-conn inactivity-time-out"),
  one(
    42,
    "ipv4-setup",
    "dl-reference ip-address multicast-ip-address ip-options subnet-mask gateway-ip-address use-dhcp-flag primary-dns-address secondary-dns-address",
    "add-mc-ip-address delete-mc-ip-address get-nbof-mc-ip-addresses",
  ),
  one(43, "mac-address-setup", "mac-address"),
  one(44, "ppp-setup", "phy-reference lcp-options ipcp-options ppp-authentication"),
  one(45, "gprs-modem-setup", "apn pin-code quality-of-service"),
  one(47, "gsm-diagnostic", "operator status cs-attachment ps-status cell-info adjacent-cells capture-time"),
  one(
    48,
    "ipv6-setup",
    "dl-reference address-config-mode unicast-ipv6-addresses multicast-ipv6-addresses gateway-ipv6-addresses primary-dns-address secondary-dns-address traffic-class neighbor-discovery-setup",
    "add-ipv6-address remove-ipv6-address",
  ),
  one(61, "register-table", "table-cell-values table-cell-definition scaler-unit", "reset capture"),
  one(
    62,
    "compact-data",
    "compact-buffer capture-objects template-id template-description capture-method",
    "reset capture",
  ),
  one(63, "status-mapping", "status-word mapping-table"),
  one(
    64,
    "security-setup",
    "security-policy security-suite client-system-title server-system-title certificates",
    "security-activate key-transfer key-agreement generate-key-pair generate-certificate-request import-certificate export-certificate remove-certificate",
  ),
  one(65, "parameter-monitor", "changed-parameter capture-time parameter-list", "add-parameter delete-parameter"),
  one(
    68,
    "arbitrator",
    "actions permissions-table weightings-table most-recent-requests-table last-outcome",
    "request-action reset",
  ),
  one(70, "disconnect-control", "output-state control-state control-mode", "remote-disconnect remote-reconnect"),
  one(
    71,
    "limiter",
    "monitored-value threshold-active threshold-normal threshold-emergency min-over-threshold-duration min-under-threshold-duration emergency-profile emergency-profile-group-id-list emergency-profile-active actions",
  ),
  one(
    72,
    "m-bus-client",
    "mbus-port-reference capture-definition capture-period primary-address identification-number manufacturer-id version device-type access-number status alarm configuration encryption-key-status",
    "slave-install slave-deinstall capture reset-alarm synchronize-clock data-send set-encryption-key transfer-key",
  ),
  one(73, "wireless-mode-q", "addr-state device-address address-mask"),
  one(74, "m-bus-master-port-setup", "comm-speed"),
  one(
    77,
    "m-bus-diagnostic",
    "received-signal-strength channel-id link-status broadcast-frames-counter transmissions-counter fcs-ok-frames-counter fcs-nok-frames-counter capture-time",
  ),
  one(
    100,
    "ntp-setup",
    "activated server-address server-port authentication-method authentication-keys client-key",
    "synchronize add-authentication-key delete-authentication-key",
  ),
  one(
    111,
    "account",
    "account-mode-and-status current-credit-in-use current-credit-status available-credit amount-to-clear clearance-threshold aggregated-debt credit-reference-list charge-reference-list credit-charge-configuration token-gateway-configuration account-activation-time account-closure-time currency low-credit-threshold next-credit-available-threshold max-provision max-provision-period",
    "activate-account close-account reset-account",
  ),
  one(112, "credit", ""),
  one(113, "charge", ""),
  one(115, "token-gateway", ""),
  one(122, "function-control", ""),
  one(123, "array-manager", ""),
  one(124, "communication-port-protection", ""),
];

const BY_ID: ReadonlyMap<number, InterfaceClass> = new Map(LIST.map((entry) => [entry.id, entry]));

export const INTERFACE_CLASSES: readonly InterfaceClass[] = LIST;

export function interfaceClass(id: number): InterfaceClass | undefined {
  return BY_ID.get(id);
}

/** `logical-name`, `buffer`; a class or index nobody named gives `attribute-17`. */
export function attributeName(classId: number, attribute: number): string {
  if (attribute === 1) return "logical-name";
  return BY_ID.get(classId)?.attributes[attribute - 2] ?? `attribute-${attribute}`;
}

export function methodName(classId: number, method: number): string {
  return BY_ID.get(classId)?.methods[method - 1] ?? `method-${method}`;
}

/** The index of an attribute name, or of text that is a number; `undefined` for anything else. */
export function attributeIndex(classId: number, text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  if (text === "logical-name") return 1;
  const at = BY_ID.get(classId)?.attributes.indexOf(text) ?? -1;
  return at < 0 ? undefined : at + 2;
}

export function methodIndex(classId: number, text: string): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const at = BY_ID.get(classId)?.methods.indexOf(text) ?? -1;
  return at < 0 ? undefined : at + 1;
}
