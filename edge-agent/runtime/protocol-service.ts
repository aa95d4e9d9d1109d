import type { TlsOptions } from "node:tls";
import type { Protocol } from "../../adapters/kit/adapter.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { Verifier } from "../commands/carry-ports.ts";
import type { Command } from "../model/command.ts";
import type { CircuitRules } from "./circuits.ts";
import type { DeviceBook, KnownDevice } from "./device-book.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import type { DeviceSession } from "./southbound.ts";

/** One server socket of a protocol on this agent. */
export interface ServiceListener {
  readonly host: string;
  readonly port: number;
  readonly label: string;
  readonly maxConnections: number;
  readonly tls: TlsOptions | undefined;
  /** Whether a connection of this peer is taken at all; absent: of any. */
  readonly admits?: ((peer: string) => boolean) | undefined;
}

/**
 * One protocol as the runtime runs it: its adapter bound to this configuration. Everything protocol-specific about
 * running it is behind this; `roster.ts` is the one list of them.
 */
export interface ProtocolService {
  readonly protocol: Protocol;
  readonly book: DeviceBook<KnownDevice>;
  readonly listeners: readonly ServiceListener[];
  /** How often a device speaks by itself, where the operator said so, ms. */
  expectEveryMs(device: string): number | undefined;
  /**
   * Both directions share something of the device (a counter): one conversation with it at a time. Its sessions ask for their
   * turn with a `store` that has no content; commands wait for theirs before they connect.
   */
  readonly takesTurns?: boolean | undefined;
  /** When its devices are left alone for a while because they cannot be reached. */
  readonly circuit?: CircuitRules | undefined;
  /** A session for a connection a device opened. */
  accept(): DeviceSession;
  /** A session for a command to this device. */
  dial(device: string): DeviceSession;
  /** Opens a connection to the device, at its configured address or the one it registered. */
  connect(device: string): Promise<Transport>;
  /**
   * Reads back what commands did, where the protocol can tell. `read` carries out a command that changes nothing at the
   * device; absent, nothing can be read back.
   */
  verifier?(read: (command: Command) => Promise<CommandConclusion>): Verifier;
  /**
   * What the protocol does by itself for a group while it is active here: see `Duty`. Called at the beginning of every
   * reign; `undefined` where there is nothing to do for this group. It may throw for a configuration it cannot serve.
   */
  begin?(ports: DutyPorts): Duty | undefined;
  /** Sockets the protocol opens itself, besides `listeners`, that should be open by now and are not, for people. */
  closedSockets?(): readonly string[];
  /** What the device is called and where it is, for people. */
  describe(device: string): {
    readonly identification: string;
    readonly address: string | undefined;
    readonly version: string;
  };
}
