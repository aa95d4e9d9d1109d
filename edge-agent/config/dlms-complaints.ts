import type { DlmsDeviceConfig, DlmsSection } from "./dlms.ts";
import type { Complaint } from "./protocols.ts";

/** Rules between a meter's keys, and between meters and the section. */
export function dlmsComplaints(
  settings: DlmsSection | undefined,
  devices: readonly DlmsDeviceConfig[],
): readonly Complaint[] {
  if (settings === undefined) return [];
  return [
    ...pushComplaints(settings),
    ...keyComplaints(settings, devices),
    ...protectionComplaints(devices),
    ...placeComplaints(devices),
    ...scheduleComplaints(settings, devices),
  ];
}

function pushComplaints({ listen, udp, allow }: DlmsSection): Complaint[] {
  if ((listen.length === 0 && udp.length === 0) || allow.length > 0) return [];
  return [
    {
      severity: "warning",
      path: ["dlms", "allow"],
      message: "meters may push from any address: what they push without ciphering is refused",
      fix: "name the network of the meters, allow: [10.20.0.0/16], or let them cipher",
    },
  ];
}

function keyComplaints(settings: DlmsSection, devices: readonly DlmsDeviceConfig[]): Complaint[] {
  const without = devices.filter((one) => needsKeys(one) && one.keys === undefined && settings.keyFolder === undefined);
  const [first] = without;
  if (first === undefined) return [];
  const more = without.length === 1 ? "" : ` and ${without.length - 1} more`;
  return [
    {
      severity: "error",
      path: ["dlms", "keyFolder"],
      message: `meter ${first.uid}${more} wants authentication or ciphering, and nothing says where its keys are`,
      fix: `keyFolder: keys/dlms with ${first.uid}.json in it, or keys: { file: … } at the meter`,
    },
  ];
}

/** What general-ciphering and signatures presuppose. */
function protectionComplaints(devices: readonly DlmsDeviceConfig[]): Complaint[] {
  const agrees = ({ generalCiphering }: DlmsDeviceConfig) =>
    generalCiphering === "one-pass" || generalCiphering === "static-unified";
  return [
    ...of(
      devices.find((one) => (one.generalCiphering !== undefined || one.signed) && one.protection === "none"),
      "wants general-ciphering or signatures, and no protection",
      "protection: both, or leave generalCiphering and signed out",
    ),
    ...of(
      devices.find((one) => (one.signed || agrees(one)) && one.suite === 0),
      "wants signatures or agreed keys, which security suite 0 has not",
      "suite: 1 or 2, or generalCiphering: identified or wrapped",
    ),
  ];
}

/** How a meter is reached: in one way. */
function placeComplaints(devices: readonly DlmsDeviceConfig[]): Complaint[] {
  return [
    ...of(
      devices.find((one) => (one.address === undefined) === (one.serial === undefined)),
      "needs an address or a serial line, and not both",
      "address: 10.20.0.7, or serial: { path: /dev/ttyUSB0 }",
    ),
    ...of(
      devices.find((one) => one.serial !== undefined && one.hdlc === undefined),
      "is on a serial line without HDLC",
      "hdlc: {}",
    ),
    ...of(
      devices.find((one) => one.udp && (one.hdlc !== undefined || one.serial !== undefined)),
      "has datagrams and HDLC, which do not go together",
      "leave udp or hdlc out",
    ),
  ];
}

/** A complaint about the first meter it is true of. */
function of(found: DlmsDeviceConfig | undefined, message: string, fix: string): Complaint[] {
  if (found === undefined) return [];
  return [{ severity: "error", path: ["devices", found.uid], message: `meter ${found.uid} ${message}`, fix }];
}

function scheduleComplaints({ schedules }: DlmsSection, devices: readonly DlmsDeviceConfig[]): Complaint[] {
  const groups = new Set(devices.map((one) => one.poll));
  return Object.entries(schedules).flatMap(([name, { poll }]) => {
    const unknown = poll.find((one) => !groups.has(one));
    if (unknown === undefined) return [];
    return [
      {
        severity: "warning" as const,
        path: ["dlms", "schedules", name, "poll"],
        message: `no meter is of the poll group ${unknown}`,
        fix: "give meters poll: …, or take it out here",
      },
    ];
  });
}

export function needsKeys({ authentication, protection }: DlmsDeviceConfig): boolean {
  return authentication !== "none" || protection !== "none";
}
