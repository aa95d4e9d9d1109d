import type { AgentStatus, GroupRequest, HandoverRequest, Health, LogLevel, Outcome } from "../model/agent-status.ts";
import type {
  DeviceDetail,
  DevicePage,
  DeviceQuery,
  RefusalRecord,
  TapFilter,
  TapItem,
  UnknownDevice,
} from "../model/device-status.ts";

/**
 * What the ops room may ask of a running agent. The runtime implements it; page, CLI, health and metrics are all made of
 * these values, so they cannot tell different stories. Times are RFC 3339 UTC, durations milliseconds, sizes bytes.
 */
export interface OpsSource {
  status(): AgentStatus;
  health(): Health;
  /** Ordered by uid, after `after`, at most `limit`. */
  devices(query: DeviceQuery): DevicePage;
  device(uid: string): DeviceDetail | undefined;
  /** Devices nobody has configured that tried to talk to this agent, the last one first. */
  unknownDevices(): readonly UnknownDevice[];
  /** Refused connections and messages, newest first. */
  refusals(): readonly RefusalRecord[];
  /** Messages as they become durable, from now until the signal. It never holds the agent up: see `TapItem`. */
  tap(filter: TapFilter, signal: AbortSignal): AsyncIterable<TapItem>;
  /** Gives a group (every group it holds, where absent) to another agent, in order. */
  handover(request: HandoverRequest): Promise<Outcome>;
  /** A paused agent hands over what it holds and takes nothing until it is resumed. */
  pause(request: GroupRequest): Promise<Outcome>;
  resume(request: GroupRequest): Promise<Outcome>;
  setLogLevel(level: LogLevel): void;
  /** The configuration without secrets. */
  configuration(): Readonly<Record<string, unknown>>;
}
