import type { TlsOptions } from "node:tls";
import { dial } from "../../../adapters/io/node/dial.ts";
import type { Timers } from "../../../adapters/io/timers.ts";
import type { SclDocument } from "../../../adapters/iec61850/scl/document.ts";
import { utf8 } from "../../../adapters/kit/bytes.ts";
import { invariant } from "../../../adapters/kit/invariant.ts";
import { SeededRandom } from "../../../adapters/kit/random.ts";
import { type DurationMs, later, MINUTE_MS, SECOND_MS } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { SimulatedIed } from "../ied.ts";
import type { IedLog } from "../log.ts";
import { buildModel } from "../model/build.ts";
import { ServedIed } from "./served-ied.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One IED of a fleet before it runs: what the configuration of a gateway needs to know of it. */
export interface FleetMember {
  readonly uid: string;
  readonly iedName: string;
  /** What a street light registers with: ten digits. */
  readonly serial: string;
  readonly address: Address;
}

export interface FleetPlan {
  readonly seed: string;
  readonly count: number;
  /** Each has a port of its own, from this one. */
  readonly basePort: number;
  /** 127.0.0.1 where not given. */
  readonly host?: string;
  /** The name in the file. In a fleet each IED but the first has a number behind it where `isNumbered`. */
  readonly iedName: string;
  readonly isNumbered: boolean;
}

/** The members of a fleet, the same for the same plan. */
export function planFleet(plan: FleetPlan): FleetMember[] {
  invariant(plan.basePort + plan.count - 1 <= 65_535, "every IED has a port");
  return Array.from({ length: plan.count }, (_, index) => ({
    uid: `ied-${String(index + 1).padStart(5, "0")}`,
    iedName: plan.isNumbered && index > 0 ? plan.iedName.replace(/\d*$/, String(index + 1)) : plan.iedName,
    serial: String(index + 1).padStart(10, "0"),
    address: { host: plan.host ?? "127.0.0.1", port: plan.basePort === 0 ? 0 : plan.basePort + index },
  }));
}

export interface FleetParts {
  readonly members: readonly FleetMember[];
  readonly document: SclDocument;
  /** The IED of the document they are all made of. */
  readonly iedName: string;
  readonly seed: string;
  readonly timers: Timers;
  readonly behaviours: (member: FleetMember, index: number) => readonly Behaviour[];
  readonly logOf: (member: FleetMember) => IedLog;
  readonly password?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  readonly travelMs?: DurationMs;
  /** Street lights announce themselves there, every minute until they are told not to. */
  readonly registerWith?: Address | undefined;
  /** A registration that did not reach anybody. */
  readonly unreachable?: (member: FleetMember, address: Address) => void;
}

const REGISTER_TIMEOUT_MS: DurationMs = 5 * SECOND_MS;

/** Many simulated IEDs in one process, each on its own port. */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #served = new Map<string, ServedIed>();
  readonly #cancels = new Map<string, () => void>();

  constructor(parts: FleetParts) {
    this.#parts = parts;
    const random = new SeededRandom(hash(parts.seed));
    for (const [index, member] of parts.members.entries()) {
      const ieds = parts.document.ieds
        .filter(({ name }) => name === parts.iedName)
        .map((ied) => ({ ...ied, name: member.iedName }));
      const served = new ServedIed({
        ...{ timers: parts.timers, host: member.address.host, port: member.address.port, tls: parts.tls },
        settings: {
          model: buildModel({ ...parts.document, ieds }),
          behaviours: parts.behaviours(member, index),
          random: random.of(member.uid),
          wall: () => parts.timers.wall(),
          log: parts.logOf(member),
          ...(parts.password === undefined ? {} : { password: parts.password }),
          ...(parts.travelMs === undefined ? {} : { travelMs: parts.travelMs }),
        },
      });
      this.#served.set(member.uid, served);
    }
  }

  /** Opens the ports. Rejects where one cannot be had. */
  async start(): Promise<void> {
    for (const served of this.#served.values()) await served.start();
    if (this.#parts.registerWith !== undefined)
      for (const member of this.#parts.members) this.#register(member, this.#parts.registerWith);
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels.values()) cancel();
    await Promise.all([...this.#served.values()].map((served) => served.stop()));
  }

  portOf(uid: string): number | undefined {
    return this.#served.get(uid)?.port;
  }

  /** Moves something by hand. `undefined` where there is no such IED. */
  touch<Result>(uid: string, act: (ied: SimulatedIed) => Result): Result | undefined {
    const served = this.#served.get(uid);
    if (served === undefined) return undefined;
    const result = act(served.ied);
    served.tick();
    return result;
  }

  /** `serial,ip` and a line end, on a connection of its own, as the device does it. */
  #register(member: FleetMember, platform: Address): void {
    const { timers } = this.#parts;
    if (this.#served.get(member.uid)?.ied === undefined || !this.#isAnnouncing(member)) return;
    const again = timers.at(later(timers.now(), MINUTE_MS), () => this.#register(member, platform));
    this.#cancels.set(member.uid, again);
    dial({ ...platform, timeoutMs: REGISTER_TIMEOUT_MS }).then(
      async (transport) => {
        await transport.write(utf8(`${member.serial},${member.address.host}\r\n`)).catch(() => {});
        await transport.close();
      },
      () => this.#parts.unreachable?.(member, platform),
    );
  }

  #isAnnouncing(member: FleetMember): boolean {
    const ied = this.#served.get(member.uid)?.ied;
    const [domain = ""] = ied?.model.domains.keys() ?? [];
    const enabled = ied?.find(domain, "CSLC$CF$Reg$ntfEnb")?.value;
    return enabled?.type === "boolean" && enabled.value;
  }
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
