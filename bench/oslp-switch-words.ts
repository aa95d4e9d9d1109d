import type { LedgerEntry, SentCommand } from "../firmware-sim/bed/accountant.ts";
import type { DeviceBook } from "../firmware-sim/bed/device-books.ts";
import type { CpuReading } from "./part-process.ts";

/** What is asked of the part that is all devices. */
export interface FleetWords {
  /** Opens the devices' sockets and lets them register. */
  readonly start: { readonly ask: object; readonly answer: object };
  readonly progress: {
    readonly ask: object;
    readonly answer: { readonly registered: number; readonly executed: number; readonly cpu: CpuReading };
  };
  /** What each device itself wrote down. */
  readonly books: { readonly ask: object; readonly answer: readonly DeviceBook[] };
}

export interface FleetPartSettings {
  readonly seed: string;
  readonly devices: number;
  readonly basePort: number;
  /** Base64 of the platform's SubjectPublicKeyInfo. */
  readonly platformKey: string;
  readonly platformPorts: readonly number[];
  readonly atOnce: number;
}

/** What is asked of the part that is the core. */
export interface SwitchCoreWords {
  /** Resolves when it takes from the queue of messages. */
  readonly ready: { readonly ask: object; readonly answer: object };
  /** Sends one command to every device; resolves when Redis has all of them. */
  readonly send: { readonly ask: object; readonly answer: object };
  readonly progress: { readonly ask: object; readonly answer: { readonly ended: number; readonly cpu: CpuReading } };
  readonly report: { readonly ask: object; readonly answer: SwitchReport };
}

export interface SwitchCoreSettings {
  readonly redis: string;
  readonly group: string;
  readonly seed: string;
  readonly devices: number;
  readonly deadlineMs: number;
  /** Whether a ResumeSchedule follows each SetLight, as the platforms of the field have it. */
  readonly resume: boolean;
}

export interface SwitchReport {
  readonly commands: readonly SentCommand[];
  /** The terminal states the core was told, by command. */
  readonly told: readonly (readonly [uid: string, state: string])[];
  /** Of every command whose end came: from the moment it was sent until the core had its result. */
  readonly resultMs: readonly number[];
  /** From the first command sent to the last result, and until Redis had the last command. */
  readonly allMs: number;
  readonly sendMs: number;
  readonly ledger: readonly LedgerEntry[];
}
