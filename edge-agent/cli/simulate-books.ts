import type { DeviceLog } from "../../firmware-sim/oslp/device-state.ts";
import type { Notice } from "../../firmware-sim/oslp/notice.ts";

/** The books of a simulation: what the devices saw, counted by them alone. */
export interface Books {
  readonly devices: number;
  /** Devices that were registered at least once. */
  readonly registered: number;
  readonly registrations: number;
  readonly acknowledged: number;
  /** Requests carried out, by their name in the contract. */
  readonly executed: Readonly<Record<string, number>>;
  /** Requests not carried out, by the reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Conversations without the answer they wanted, by the reason. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** Tries to reach an address, by its fault code. */
  readonly unreachable: Readonly<Record<string, number>>;
  readonly eventsDropped: number;
  readonly seconds: number;
}

export interface LogLine {
  readonly device: string;
  readonly kind: string;
  readonly [fact: string]: unknown;
}

export class SimulationBooks {
  readonly #devices: number;
  readonly #startedAt: number = performance.now();
  readonly #registered = new Set<string>();
  readonly #executed = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  readonly #unanswered = new Map<string, number>();
  readonly #unreachable = new Map<string, number>();
  readonly #write: ((line: LogLine) => void) | undefined;
  #registrations = 0;
  #acknowledged = 0;
  #dropped = 0;

  constructor(parts: { readonly devices: number; readonly write: ((line: LogLine) => void) | undefined }) {
    this.#devices = parts.devices;
    this.#write = parts.write;
  }

  logOf(device: string): DeviceLog {
    const write = this.#write;
    return {
      acknowledged: (event) => {
        this.#acknowledged += 1;
        write?.({ device, kind: "acknowledged", ...event });
      },
      executed: ({ member, sequenceNumber, body }) => {
        addTo(this.#executed, member);
        write?.({ device, kind: "executed", member, sequenceNumber, body });
      },
      note: () => {},
      noticed: (notice) => this.#take(device, notice),
    };
  }

  unreachable(device: string, address: string, code: string): void {
    addTo(this.#unreachable, code);
    this.#write?.({ device, kind: "unreachable", address, code });
  }

  get books(): Books {
    return {
      devices: this.#devices,
      registered: this.#registered.size,
      registrations: this.#registrations,
      acknowledged: this.#acknowledged,
      executed: Object.fromEntries(this.#executed),
      refused: Object.fromEntries(this.#refused),
      unanswered: Object.fromEntries(this.#unanswered),
      unreachable: Object.fromEntries(this.#unreachable),
      eventsDropped: this.#dropped,
      seconds: Math.round((performance.now() - this.#startedAt) / 100) / 10,
    };
  }

  #take(device: string, notice: Notice): void {
    switch (notice.kind) {
      case "registered":
        this.#registrations += 1;
        this.#registered.add(device);
        break;
      case "unanswered":
        addTo(this.#unanswered, notice.why);
        break;
      case "refused":
        addTo(this.#refused, notice.why);
        break;
      case "event-dropped":
        this.#dropped += 1;
        break;
      default:
        break;
    }
    this.#write?.({ device, ...notice });
  }
}

/** Reasons come from a closed list, plus what codecs say about bytes: a peer must not fill the memory with them. */
const REASONS_MAX = 100;

export function addTo(counts: Map<string, number>, what: string): void {
  const name = counts.has(what) || counts.size < REASONS_MAX ? what : "other";
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}
