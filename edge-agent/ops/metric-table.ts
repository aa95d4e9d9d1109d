import { DEVICE_STATES } from "../model/data.ts";
import type { AgentStatus, Distribution } from "../model/agent-status.ts";

/** One value and its labels; `undefined` is absent from the page. */
export type Sample = readonly [value: number | undefined, labels?: Readonly<Record<string, string>>];

interface Description {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** A metric is what it says and how it is read from the status; nothing is counted twice. */
export type Metric = ValueMetric | HistogramMetric;

export interface ValueMetric extends Description {
  readonly type: "gauge" | "counter";
  readonly read: (status: AgentStatus) => readonly Sample[];
}

export interface HistogramMetric extends Description {
  readonly type: "histogram";
  readonly read: (status: AgentStatus) => Distribution;
}

const ROLES = ["standby", "acquiring", "active", "stepping-down"] as const;
const REDIS_STATES = ["usable", "waiting", "unusable", "away"] as const;

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1_000);
const flag = (value: boolean): number => (value ? 1 : 0);

function age(status: AgentStatus, at: string | undefined): number | undefined {
  return at === undefined ? undefined : Math.max(0, (Date.parse(status.now) - Date.parse(at)) / 1_000);
}

/** Every metric of an agent. docs/metrics.md is made of this table; a test keeps the two equal. */
export const METRICS: readonly Metric[] = [
  {
    name: "busbar_build_info",
    type: "gauge",
    labels: ["version", "node"],
    help: "Always 1; the version of Busbar and of Node.",
    read: (s) => [[1, { version: s.version, node: process.version }]],
  },
  {
    name: "busbar_config_info",
    type: "gauge",
    labels: ["hash"],
    help: "Always 1; the fingerprint of the configuration both agents must share.",
    read: (s) => [[1, { hash: s.configHash }]],
  },
  {
    name: "busbar_start_time_seconds",
    type: "gauge",
    labels: [],
    help: "When the agent started, in seconds since 1970.",
    read: (s) => [[Date.parse(s.startedAt) / 1_000]],
  },
  {
    name: "busbar_role",
    type: "gauge",
    labels: ["group", "role"],
    help: "1 for the role the agent has in the group. More than one active agent of a group, after fencing, is an alarm.",
    read: (s) =>
      s.groups.flatMap(({ group, role }) => ROLES.map((one): Sample => [flag(one === role), { group, role: one }])),
  },
  {
    name: "busbar_ready",
    type: "gauge",
    labels: ["group"],
    help: "1 while the agent serves the group or could take it over.",
    read: (s) => s.groups.map(({ group, ready }) => [flag(ready), { group }]),
  },
  {
    name: "busbar_paused",
    type: "gauge",
    labels: ["group"],
    help: "1 while an operator keeps the agent from holding the group.",
    read: (s) => s.groups.map(({ group, paused }) => [flag(paused), { group }]),
  },
  {
    name: "busbar_epoch",
    type: "gauge",
    labels: ["group"],
    help: "The highest epoch of the group the agent knows of.",
    read: (s) => s.groups.map(({ group, highestEpoch }) => [highestEpoch, { group }]),
  },
  {
    name: "busbar_lease_left_seconds",
    type: "gauge",
    labels: ["group"],
    help: "How long the agent may still act on its lease; absent without one.",
    read: (s) => s.groups.map(({ group, leaseLeftMs }) => [seconds(leaseLeftMs), { group }]),
  },
  {
    name: "busbar_living_on_promise",
    type: "gauge",
    labels: ["group"],
    help: "1 while Redis is away and the agent serves on the promise of its peer.",
    read: (s) => s.groups.map(({ group, livingOnPromise }) => [flag(livingOnPromise), { group }]),
  },
  {
    name: "busbar_last_takeover_seconds",
    type: "gauge",
    labels: ["group"],
    help: "How long the last takeover left devices unserved.",
    read: (s) => s.groups.map(({ group, lastTakeover }) => [seconds(lastTakeover?.tookMs), { group }]),
  },
  {
    name: "busbar_lease_renew_seconds",
    type: "histogram",
    labels: [],
    help: "How long renewals of the lease took.",
    read: (s) => s.timings.leaseRenewMs,
  },
  {
    name: "busbar_takeover_seconds",
    type: "histogram",
    labels: [],
    help: "How long takeovers left devices unserved.",
    read: (s) => s.timings.takeoverMs,
  },
  {
    name: "busbar_takeovers_total",
    type: "counter",
    labels: ["group"],
    help: "Groups taken over from an agent that died or fell silent.",
    read: (s) => s.groups.map(({ group, takeovers }) => [takeovers, { group }]),
  },
  {
    name: "busbar_handovers_total",
    type: "counter",
    labels: ["group"],
    help: "Groups taken in order, by request or failback.",
    read: (s) => s.groups.map(({ group, handovers }) => [handovers, { group }]),
  },
  {
    name: "busbar_step_downs_total",
    type: "counter",
    labels: ["group"],
    help: "Groups given up.",
    read: (s) => s.groups.map(({ group, stepDowns }) => [stepDowns, { group }]),
  },
  {
    name: "busbar_peer_connected",
    type: "gauge",
    labels: ["peer"],
    help: "1 while the pair link to the peer is open and not silent.",
    read: (s) => s.peers.map(({ agent, state }) => [flag(state === "connected"), { peer: agent }]),
  },
  {
    name: "busbar_peer_round_trip_seconds",
    type: "gauge",
    labels: ["peer"],
    help: "Last measured round trip on the pair link.",
    read: (s) => s.peers.map(({ agent, roundTripMs }) => [seconds(roundTripMs), { peer: agent }]),
  },
  {
    name: "busbar_peer_clock_offset_seconds",
    type: "gauge",
    labels: ["peer"],
    help: "The peer's wall clock minus ours.",
    read: (s) => s.peers.map(({ agent, clockOffsetMs }) => [seconds(clockOffsetMs), { peer: agent }]),
  },
  {
    name: "busbar_peer_config_equal",
    type: "gauge",
    labels: ["peer"],
    help: "0 where the peer runs another configuration.",
    read: (s) =>
      s.peers.map(({ agent, configHash }) => [
        configHash === undefined ? undefined : flag(configHash === s.configHash),
        { peer: agent },
      ]),
  },
  {
    name: "busbar_redis_state",
    type: "gauge",
    labels: ["state"],
    help: "1 for the state Redis is in for this agent.",
    read: (s) => REDIS_STATES.map((state) => [flag(s.redis.state === state), { state }]),
  },
  {
    name: "busbar_redis_round_trip_seconds",
    type: "gauge",
    labels: [],
    help: "Last measured round trip to Redis.",
    read: (s) => [[seconds(s.redis.roundTripMs)]],
  },
  {
    name: "busbar_redis_used_bytes",
    type: "gauge",
    labels: [],
    help: "Memory Redis uses.",
    read: (s) => [[s.redis.usedBytes]],
  },
  {
    name: "busbar_redis_max_bytes",
    type: "gauge",
    labels: [],
    help: "Memory Redis may use; absent where it has no limit.",
    read: (s) => [[s.redis.maxBytes]],
  },
  {
    name: "busbar_messages_stored_total",
    type: "counter",
    labels: ["type"],
    help: "Messages made durable, in the queue or the spool.",
    read: (s) => Object.entries(s.messages.stored).map(([type, n]) => [n, { type }]),
  },
  {
    name: "busbar_messages_committed_total",
    type: "counter",
    labels: [],
    help: "Messages committed into the queue.",
    read: (s) => [[s.messages.committed]],
  },
  {
    name: "busbar_messages_recognised_total",
    type: "counter",
    labels: [],
    help: "Repeated messages recognised and not delivered again.",
    read: (s) => [[s.messages.recognised]],
  },
  {
    name: "busbar_last_message_age_seconds",
    type: "gauge",
    labels: [],
    help: "Since the last message became durable; absent before the first.",
    read: (s) => [[age(s, s.messages.lastAt)]],
  },
  {
    name: "busbar_dropped_total",
    type: "counter",
    labels: ["reason"],
    help: "Messages dropped by the policy the operator chose, by reason.",
    read: (s) => Object.entries(s.messages.dropped).map(([reason, n]) => [n, { reason }]),
  },
  {
    name: "busbar_commit_seconds",
    type: "histogram",
    labels: [],
    help: "From a message's arrival at the commit to durable.",
    read: (s) => s.timings.commitMs,
  },
  {
    name: "busbar_spool_messages",
    type: "gauge",
    labels: [],
    help: "Messages on disk that are not in the queue yet.",
    read: (s) => [[s.spool.messages]],
  },
  {
    name: "busbar_spool_bytes",
    type: "gauge",
    labels: [],
    help: "Bytes of the spool.",
    read: (s) => [[s.spool.bytes]],
  },
  {
    name: "busbar_spool_max_bytes",
    type: "gauge",
    labels: [],
    help: "Bytes the spool may have.",
    read: (s) => [[s.spool.maxBytes]],
  },
  {
    name: "busbar_spool_oldest_seconds",
    type: "gauge",
    labels: [],
    help: "Age of the oldest message in the spool; 0 where it is empty.",
    read: (s) => [[age(s, s.spool.oldestAt) ?? 0]],
  },
  {
    name: "busbar_spool_full_in_seconds",
    type: "gauge",
    labels: [],
    help: "Until the spool is full at the present rate; absent while it does not grow.",
    read: (s) => [[seconds(s.spool.fullInMs)]],
  },
  {
    name: "busbar_spool_replicated",
    type: "gauge",
    labels: [],
    help: "1 while every record is on the peer's disk too.",
    read: (s) => [[flag(s.spool.replicated)]],
  },
  {
    name: "busbar_spool_peer_messages",
    type: "gauge",
    labels: [],
    help: "Messages kept here for the peer.",
    read: (s) => [[s.spool.peerMessages]],
  },
  {
    name: "busbar_spool_failed",
    type: "gauge",
    labels: [],
    help: "1 after the disk failed under the spool.",
    read: (s) => [[flag(s.spool.failed)]],
  },
  {
    name: "busbar_queue_jobs",
    type: "gauge",
    labels: ["group", "queue", "state"],
    help: "Jobs of the queues of the group; failed ones are dead letters.",
    read: (s) =>
      s.queues.flatMap(({ group, name, waiting, active, delayed, failed }) =>
        Object.entries({ waiting, active, delayed, failed }).map(
          ([state, jobs]): Sample => [jobs, { group, queue: name, state }],
        ),
      ),
  },
  {
    name: "busbar_commands_waiting",
    type: "gauge",
    labels: [],
    help: "Commands that wait for their device's turn.",
    read: (s) => [[s.commands.waiting]],
  },
  {
    name: "busbar_commands_under_way",
    type: "gauge",
    labels: [],
    help: "Conversations with devices under way.",
    read: (s) => [[s.commands.underWay]],
  },
  {
    name: "busbar_circuits_open",
    type: "gauge",
    labels: [],
    help: "Devices no connection is tried to for a while, because the last ones failed.",
    read: (s) => [[s.commands.circuitsOpen]],
  },
  {
    name: "busbar_commands_total",
    type: "counter",
    labels: ["state"],
    help: "Commands ended, by terminal state.",
    read: (s) => Object.entries(s.commands.ended).map(([state, n]) => [n, { state }]),
  },
  {
    name: "busbar_command_seconds",
    type: "histogram",
    labels: [],
    help: "From a command's arrival to its end.",
    read: (s) => s.timings.commandMs,
  },
  {
    name: "busbar_devices",
    type: "gauge",
    labels: ["protocol", "state"],
    help: "Devices by state; all unknown on a standby.",
    read: (s) =>
      Object.entries(s.devices).flatMap(([protocol, counts]) =>
        DEVICE_STATES.map((state): Sample => [counts?.[state] ?? 0, { protocol, state }]),
      ),
  },
  {
    name: "busbar_refusals_total",
    type: "counter",
    labels: ["code"],
    help: "Refused connections and messages, by fault code.",
    read: (s) => Object.entries(s.refusals).map(([code, n]) => [n, { code }]),
  },
  {
    name: "busbar_cores",
    type: "gauge",
    labels: [],
    help: "Core instances seen at the queues.",
    read: (s) => [[s.cores.length]],
  },
  {
    name: "busbar_link_up",
    type: "gauge",
    labels: ["name", "kind"],
    help: "1 while the MQTT bridge or the broker of others is connected; absent on the agent that is not active.",
    read: (s) => s.links.map(({ name, kind, isUp }) => [flag(isUp), { name, kind }]),
  },
  {
    name: "busbar_bridge_waiting_messages",
    type: "gauge",
    labels: ["name"],
    help: "Messages in the queue of an MQTT bridge.",
    read: (s) => s.links.flatMap(({ name, bridge }) => (bridge === undefined ? [] : [[bridge.waiting, { name }]])),
  },
  {
    name: "busbar_bridge_waiting_bytes",
    type: "gauge",
    labels: ["name"],
    help: "Bytes of the queue of an MQTT bridge.",
    read: (s) => s.links.flatMap(({ name, bridge }) => (bridge === undefined ? [] : [[bridge.waitingBytes, { name }]])),
  },
  {
    name: "busbar_bridge_replicated",
    type: "gauge",
    labels: ["name"],
    help: "1 while the queue of an MQTT bridge is on the peer's disk too.",
    read: (s) =>
      s.links.flatMap(({ name, bridge }) => (bridge === undefined ? [] : [[flag(bridge.mirrored), { name }]])),
  },
  {
    name: "busbar_bridge_messages_total",
    type: "counter",
    labels: ["name", "direction"],
    help: "Messages an MQTT bridge has sent and received.",
    read: (s) =>
      s.links.flatMap(({ name, bridge }): readonly Sample[] =>
        bridge === undefined
          ? []
          : [
              [bridge.sent, { name, direction: "out" }],
              [bridge.received, { name, direction: "in" }],
            ],
      ),
  },
  {
    name: "busbar_bridge_dropped_total",
    type: "counter",
    labels: ["name"],
    help: "Messages an MQTT bridge did not pass on: its queue's policy, its hop count, a queue that took no more.",
    read: (s) => s.links.flatMap(({ name, bridge }) => (bridge === undefined ? [] : [[bridge.dropped, { name }]])),
  },
];

/** The table of docs/metrics.md. */
export function metricsTable(): string {
  const rows = METRICS.map(({ name, type, help, labels }) => {
    const shown = labels.map((label) => `\`${label}\``).join(", ");
    return `| \`${name}\` | ${type} | ${shown} | ${help} |`;
  });
  return ["| Metric | Type | Labels | What it says |", "|---|---|---|---|", ...rows].join("\n");
}
