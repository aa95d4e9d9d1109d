import type { AccessRules } from "../access.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import type { Timers } from "../../io/timers.ts";
import type { Publish } from "../publish.ts";
import type { ConnectedNode } from "../sparkplug/access.ts";
import type { Passwords } from "./passwords.ts";
import type { SocketSettings } from "./sockets.ts";

/** What one client, and all of them, may use. */
export interface ListenerLimits {
  /** Connections at once; a further one is refused before it says anything. */
  readonly clients: number;
  /** Of one client, with a burst of a second; what is faster waits, and TCP makes the client wait. */
  readonly messagesPerSecond: number;
  /** A client that is ahead of its rate by more is disconnected, ms. */
  readonly heldBackMs: number;
  readonly payloadBytes: number;
  readonly topicLevels: number;
  /** The longest keep-alive a client may ask for, s; 0: any, and none. */
  readonly keepAliveS: number;
  /** Until CONNECT has come, ms. */
  readonly connectMs: number;
  /** A client that does not read what we send for so long is disconnected, ms. */
  readonly drainMs: number;
  /** Commands and other messages on their way to one client. */
  readonly outgoing: number;
}

/** A device as the listener needs to know it. */
export interface ListedDevice {
  readonly uid: string;
  /** Its client id, and what `{device}` stands for in its topics. */
  readonly identification: string;
  /** Its group is active on this agent. */
  readonly served: boolean;
  /** It is an edge node of Sparkplug: that namespace is its own too. */
  readonly sparkplug?: ConnectedNode | undefined;
}

/** Finds devices by what their connection proves. */
export interface DeviceDirectory {
  byClientId(clientId: string): ListedDevice | undefined;
  byUsername(username: string): ListedDevice | undefined;
  byCertificate(name: string): ListedDevice | undefined;
}

/** Where what happens at the listener goes. */
export interface ListenerDesk {
  /** Resolves when the message is durable, and only then is it acknowledged; rejects: the client is disconnected without. */
  take(device: ListedDevice, publish: Publish, packetId: number | undefined): Promise<void>;
  /** The PUBREL of a QoS 2 message; PUBCOMP waits for it. */
  released(device: ListedDevice, packetId: number): Promise<void>;
  connected(device: ListedDevice, peer: string): void;
  /** It was granted a subscription: it hears from now on. */
  subscribed(device: ListedDevice, filter: string): void;
  disconnected(device: ListedDevice, reason: string): void;
  refused(device: ListedDevice | undefined, peer: string, fault: EdgeError): void;
  /** Whether a client of the device may be written to in this very tick. */
  permit(device: ListedDevice): boolean;
}

export interface ListenerParts {
  readonly sockets: readonly SocketSettings[];
  readonly limits: ListenerLimits;
  /** A second connection under a client id that is connected: takes its place [MQTT-3.1.4-2], or is refused. */
  readonly sameClientId: "replace" | "refuse";
  readonly access: AccessRules;
  readonly directory: DeviceDirectory;
  /** `undefined`: no passwords, certificates or nothing. */
  readonly passwords: Passwords | undefined;
  readonly desk: ListenerDesk;
  readonly timers: Timers;
  readonly note: (level: "debug" | "info" | "warn", text: string) => void;
}
