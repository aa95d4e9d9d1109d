import type {
  InformationReport,
  MmsPdu,
  MmsRequest,
  MmsResponse,
  ServiceError,
} from "../../adapters/iec61850/mms/pdu.ts";
import type { DurationMs, Instant } from "../../adapters/kit/time.ts";
import type { AddCause } from "./control/add-cause.ts";
import type { ControlCommand } from "./control/command.ts";
import type { ControlObject } from "./control/control-object.ts";
import type { SimulatedIed } from "./ied.ts";
import type { Client } from "./surroundings.ts";

/** What an IED does with a confirmed request. */
export type Reply =
  | { readonly kind: "answer"; readonly response: MmsResponse; readonly afterMs?: DurationMs }
  | { readonly kind: "error"; readonly error: ServiceError; readonly afterMs?: DurationMs }
  /** A confirmed-request reject; `reason` 1: unrecognized service. */
  | { readonly kind: "reject"; readonly reason: number }
  /** Another PDU than an answer would be. */
  | { readonly kind: "pdu"; readonly pdu: MmsPdu }
  | { readonly kind: "silence" }
  | { readonly kind: "hang-up" };

/** What becomes of bytes about to leave. */
export type Leaving = { readonly send: readonly Uint8Array[]; readonly thenHangUp?: boolean };

/** What a frame carries. */
export type Cargo = "association" | "answer" | "report" | "release";

/**
 * One small habit of an IED. An IED is a list of them; faulty firmware is a behaviour too, put in front of the good ones. What
 * it remembers about one device it keeps in a `WeakMap` by the device, or is made anew for each.
 */
export interface Behaviour {
  readonly name: string;
  /** Switched on, or back from a restart. */
  readonly starts?: (ied: SimulatedIed) => void;
  /** Time passes: values move. Returns when it wants to be called next. */
  readonly ticks?: (ied: SimulatedIed, now: Instant) => Instant | undefined;
  /** Somebody connects, and has sent an associate request. */
  readonly associates?: (ied: SimulatedIed, client: Client) => "refuse" | "hang-up" | undefined;
  /** A confirmed request: what is returned replaces the device's own answer, which is then not made. */
  readonly answers?: (ied: SimulatedIed, request: MmsRequest, invokeId: number, client: Client) => Reply | undefined;
  /** Sees the reply that was made and may give another one instead. */
  readonly alters?: (ied: SimulatedIed, reply: Reply, request: MmsRequest, invokeId: number) => Reply;
  /** Before a control is carried out: a reason against it, or `stuck`: it begins and never ends. */
  readonly controls?: (
    ied: SimulatedIed,
    control: ControlObject,
    command: ControlCommand,
  ) => AddCause | "stuck" | undefined;
  /** The information reports one report became. */
  readonly reports?: (ied: SimulatedIed, reports: readonly InformationReport[]) => readonly InformationReport[];
  /** A last look at the TPKTs about to leave. */
  readonly leaves?: (ied: SimulatedIed, frames: readonly Uint8Array[], cargo: Cargo) => Leaving | undefined;
  /** Replays the whole buffer of a buffered report control block to whoever enables it. */
  readonly replaysAlways?: boolean;
  /** Carries out controls of objects that say status-only. */
  readonly operatesStatusOnly?: (ied: SimulatedIed) => boolean;
  /** Entries a buffered report control block keeps. */
  readonly bufferEntries?: number;
  /** Associations at once. */
  readonly clients?: number;
}
