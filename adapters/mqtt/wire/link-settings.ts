import type { ConnectionOptions } from "node:tls";
import type { Timers } from "../../io/timers.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import type { Random } from "../../kit/ports.ts";
import type { DurationMs } from "../../kit/time.ts";
import type { Publish } from "../publish.ts";

/** How to reach a broker of others, and as whom. */
export interface LinkSettings {
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly failover: "prefer-first" | "sticky";
  readonly transport: "tcp" | "websocket";
  readonly path: string;
  readonly tls: ConnectionOptions | undefined;
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: Uint8Array | undefined;
  readonly protocolVersion: 4 | 5;
  readonly fallback: boolean;
  readonly cleanStart: boolean;
  readonly keepAliveS: number;
  readonly sessionExpiryS: number;
  /** Messages of the broker that are not acknowledged yet; over MQTT 5 the broker is told. */
  readonly receiveMaximum: number;
  readonly maxPacketBytes: number;
  readonly connectTimeoutMs: DurationMs;
  readonly reconnect: { readonly minMs: number; readonly maxMs: number; readonly jitter: number };
  /** The protocol-level sign of a bridge; brokers other than mosquitto may refuse it. */
  readonly advertiseBridge: boolean;
  readonly will: { readonly topic: string; readonly payload: Uint8Array; readonly retain: boolean } | undefined;
}

/** What came from the broker. */
export interface LinkMessage extends Publish {
  readonly qos: 0 | 1;
  /** MQTT 5 user properties; the last of several of one name. */
  readonly properties: Readonly<Record<string, string>>;
  /** MQTT 5 Correlation Data, where it is text. */
  readonly correlation: string | undefined;
  /** The same as it came. */
  readonly correlationData: Uint8Array | undefined;
  /** MQTT 5 Response Topic. */
  readonly responseTopic: string | undefined;
  /** What is left of the Message Expiry Interval of MQTT 5, in seconds. */
  readonly expiryS: number | undefined;
  /** The broker may have sent it before. */
  readonly dup: boolean;
  /** Of QoS 1: the same when the broker sends it again, and another message's once it is acknowledged. */
  readonly packetId: number | undefined;
}

export interface LinkParts {
  readonly settings: LinkSettings;
  readonly subscriptions: readonly { readonly filter: string; readonly qos: 0 | 1 }[];
  readonly timers: Timers;
  readonly random: Random;
  /** Asked before every attempt to connect: whoever is no longer active must not throw out who is. */
  readonly permit: () => boolean;
  /** Resolves when the message is durable, and only then is it acknowledged; rejects: the connection ends without. */
  readonly take: (message: LinkMessage) => Promise<void>;
  readonly changed: (state: LinkState) => void;
}

export type LinkState =
  | { readonly kind: "up"; readonly address: string; readonly protocolVersion: 4 | 5; readonly sessionPresent: boolean }
  | { readonly kind: "down"; readonly fault: EdgeError };

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** Where and with what the receiver answers (Response Topic, Correlation Data); MQTT 5 alone. */
  readonly response?: { readonly topic: string; readonly correlation: string } | undefined;
  /** Correlation Data of an answer; MQTT 5 alone. */
  readonly correlationData?: Uint8Array | undefined;
  /** User properties; MQTT 5 alone. */
  readonly properties?: Readonly<Record<string, string>>;
}
