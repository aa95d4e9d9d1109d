import type { Random } from "../../adapters/kit/ports.ts";
import type { DurationMs, WallMs } from "../../adapters/kit/time.ts";
import type { LogFact } from "./log.ts";
import type { FleetMember } from "./fleet-plan.ts";

export type Qos = 0 | 1 | 2;

/** A message a device is about to publish. */
export interface Outgoing {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
  /** The behaviour that says it. */
  readonly by: string;
  /** MQTT 5: goes with the answer to a command. */
  readonly correlation?: Uint8Array | undefined;
}

/** How a device connects. */
export interface Connecting {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly will: Omit<Outgoing, "by" | "correlation"> | undefined;
  readonly keepAliveS: number;
  /** Between the end of a connection and the next attempt. */
  readonly reconnectMs: DurationMs;
}

/** What came on a topic the device has subscribed to. */
export interface Incoming {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly responseTopic: string | undefined;
  readonly correlation: Uint8Array | undefined;
}

/** A command as its payload or, with MQTT 5, its properties say it. */
export interface DeviceCommand {
  /** Absent where the payload is the value alone. */
  readonly id: string | undefined;
  readonly action: string;
  readonly value: unknown;
  readonly replyTo: string | undefined;
  readonly correlation: Uint8Array | undefined;
}

/** What a device does with a command. It is carried out in every case but `refuse`. */
export type Reply =
  | {
      readonly kind: "answer";
      /** Instead of the command's own. */
      readonly id?: string;
      readonly afterMs?: DurationMs;
      readonly times?: number;
    }
  | { readonly kind: "refuse"; readonly reason: string }
  | { readonly kind: "silence" };

/** A device as its behaviours see it: what it knows, and what it can do to its broker. */
export interface Body {
  readonly member: FleetMember;
  /** All devices of the simulation, this one among them. */
  readonly members: readonly FleetMember[];
  readonly random: Random;
  wall(): WallMs;
  /** The measurement of its schedule with this number. */
  measurement(number: number): { readonly topic: string; readonly payload: Uint8Array };
  /** The QoS of the next message: the device's own, or thrown where they are mixed. */
  qos(): Qos;
  /** Dropped and counted while the device is not connected. */
  publish(message: Outgoing): void;
  subscribe(filter: string, by: string): void;
  /** First whoever of its behaviours has an opinion, then plain obedience. */
  execute(command: DeviceCommand): Reply;
  /** Calls back unless the connection has ended before. */
  after(ms: DurationMs, act: () => void): void;
  /** Bytes past the codec, whatever they are. */
  write(bytes: Uint8Array): void;
  /** Ends the connection without DISCONNECT: the will speaks. */
  die(): void;
  /** Does not read what comes for so long. */
  stopReading(ms: DurationMs): void;
  /** A further connection with this client id and the device's own credentials, for a moment. */
  connectAs(clientId: string, by: string): void;
  tell(fact: LogFact): void;
}

/**
 * One small habit of a device. A device is a list of them, faulty firmware is one more. What a behaviour remembers it
 * remembers for one device: it is made anew for each.
 */
export interface Behaviour {
  readonly name: string;
  /** Before every connection. */
  readonly connects?: (connecting: Connecting, body: Body) => Connecting;
  /** CONNACK has come. */
  readonly connected?: (body: Body) => void;
  /** The time for the measurement with this number has come, and the device is connected. */
  readonly ticks?: (body: Body, number: number) => void;
  /** Sees a message that another behaviour says, and what it returns is published instead. */
  readonly alters?: (message: Outgoing, body: Body) => readonly Outgoing[];
  /** Whether the message was for it. */
  readonly hears?: (message: Incoming, body: Body) => boolean;
  /** What becomes of a command; `undefined` has no opinion. */
  readonly answers?: (command: DeviceCommand, body: Body) => Reply | undefined;
}
