import type { ProfileName } from "../../../adapters/dlms/config/object-profile.ts";
import type { Referencing } from "../../../adapters/dlms/association/names.ts";
import type { Mechanism } from "../../../adapters/dlms/security/hls.ts";
import { toHex } from "../../../adapters/kit/bytes.ts";
import { invariant } from "../../../adapters/kit/invariant.ts";
import type { MbusDevice, MeterIdentity } from "../meter-state.ts";
import { type DerivedKeys, deriveKeys } from "./fleet-keys.ts";

export type FleetCarrier = "tcp" | "udp" | "hdlc";

/** A fleet of meters, all of one kind. */
export interface FleetPlan {
  readonly seed: string;
  readonly count: number;
  readonly profile: Exclude<ProfileName, "generic">;
  readonly phases: 1 | 3;
  /** Media of the M-Bus devices behind each, channels 1 to 4. */
  readonly mbus: readonly MbusDevice["medium"][];
  readonly carrier: FleetCarrier;
  /** `ports`: every meter has a port of its own. `logical`: all behind one port, as logical devices 1, 2, 3 … */
  readonly addressing: "ports" | "logical";
  readonly host: string;
  readonly basePort: number;
  /** Of the management client, SAP 1. */
  readonly mechanism: Mechanism;
  readonly policy: 0 | 1 | 2 | 3;
  readonly suite: 0 | 1 | 2;
  /** Logical names where not given. */
  readonly referencing?: Referencing;
}

/** One meter of a fleet before it runs: what the configuration of a gateway needs to know of it. */
export interface FleetMember {
  readonly uid: string;
  readonly index: number;
  readonly identity: Omit<MeterIdentity, "signingKey">;
  readonly host: string;
  readonly port: number;
  /** HDLC lower address. */
  readonly physicalDevice: number;
  readonly keys: DerivedKeys;
}

/** HDLC and the wrapper have room for so many logical devices at one address; 1 to 16383 are free to use. */
const LOGICAL_DEVICES_MAX = 16_000;
export const PHYSICAL_DEVICE = 17;

/** The members of a fleet, the same for the same plan; keys are derived when they are asked for. */
export function planFleet(plan: FleetPlan): FleetMember[] {
  const last = plan.addressing === "ports" ? plan.basePort + plan.count - 1 : plan.basePort;
  invariant(last <= 65_535, "every meter has a port");
  invariant(plan.addressing === "ports" || plan.count <= LOGICAL_DEVICES_MAX, "every meter has a logical device");
  return Array.from({ length: plan.count }, (_, index) => {
    const number = String(index + 1).padStart(13, "0");
    const equipment = `EBUS${number}`;
    const uid = equipment.toLowerCase();
    let keys: DerivedKeys | undefined;
    return {
      uid,
      index,
      identity: {
        uid,
        equipment,
        systemTitle: titleOf(index),
        profile: plan.profile,
        phases: plan.phases,
        mbus: plan.mbus.map((medium, at) => ({
          channel: (at + 1) as MbusDevice["channel"],
          medium,
          identification: 10_000_000 + ((index * 4 + at) % 90_000_000),
        })),
        logicalDevice: plan.addressing === "ports" ? 1 : index + 1,
      },
      host: plan.host,
      port: plan.addressing === "ports" ? plan.basePort + index : plan.basePort,
      physicalDevice: PHYSICAL_DEVICE,
      get keys() {
        keys ??= deriveKeys(plan.seed, uid, plan.suite);
        return keys;
      },
    };
  });
}

/** `BUS` and a number. */
function titleOf(index: number): Uint8Array {
  const title = Uint8Array.of(0x42, 0x55, 0x53, 0, 0, 0, 0, 0);
  new DataView(title.buffer).setUint32(4, index + 1);
  return title;
}

/** For the configuration of the head end: 16 hex digits. */
export function titleText(member: FleetMember): string {
  return toHex(member.identity.systemTitle);
}
