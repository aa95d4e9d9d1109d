import type { LeaseSnapshot } from "../lease/machine.ts";
import type { SpoolStatus } from "../spool/spool-status.ts";
import type { QueueStatus, Reason, RedisStatus } from "../model/agent-status.ts";
import type { PeerFacts } from "./peer-book.ts";
import type { Trouble } from "./troubles.ts";

/** All that decides whether one group is well on this agent. */
export interface GroupView {
  readonly agent: string;
  readonly configHash: string;
  readonly lease: LeaseSnapshot;
  /** Since the role was taken. */
  readonly forMs: number;
  /** The other agents of the group. */
  readonly peers: ReadonlyMap<string, PeerFacts | undefined>;
  readonly redis: Pick<RedisStatus, "state" | "findings">;
  readonly redisAwayForMs: number | undefined;
  /** What would have kept this agent from starting: allowed by the operator, or changed since. */
  readonly redisLoses: readonly string[];
  /** `undefined`: devices cannot come yet. */
  readonly devices: { readonly expecting: number; readonly silent: number; readonly size: number } | undefined;
  readonly lastStoredAgeMs: number | undefined;
  /** Labels of the sockets that should be open and are not. */
  readonly closedListeners: readonly string[];
  readonly spool: SpoolStatus | undefined;
  readonly spoolPolicy: string;
  /** Until a failed spool is tried again. */
  readonly spoolMendsInMs: number | undefined;
  /** Directories of peers' records that are not ours, under the names they were given. */
  readonly mirrorsAside: readonly string[];
  /** Directories of peers' records the disk does not give, or that take nothing, each with the reason. */
  readonly mirrorsFailed: readonly string[];
  /** Records of the spool are to be on the peer's disk too. */
  readonly mirrorWanted: boolean;
  readonly mirrored: boolean;
  readonly queues: readonly QueueStatus[];
  readonly cores: number;
  readonly troubles: readonly Trouble[];
}

/** A reason, and whether it keeps the group from being ready: served here, or able to be taken over here. */
export interface Finding extends Reason {
  readonly blocks: boolean;
}

type Check = (view: GroupView) => Finding | undefined;

/** Listening and loading take a moment after an acquisition; a link takes one to be mirrored. */
const SETTLING_MS = 2_000;
const MIRRORING_MS = 5_000;
/** A group where more than this share of the devices that should speak is silent has a cause in common. */
const SILENT_SHARE = 0.1;

/** Everything worth saying about a group: what blocks first. */
export function findingsOf(view: GroupView): readonly Finding[] {
  const checks = view.lease.role === "active" ? ACTIVE : view.lease.role === "standby" ? STANDBY : CHANGING;
  const found = checks.map((check) => check(view)).filter((one) => one !== undefined);
  const troubles = view.troubles.map((trouble) => ({ ...trouble, blocks: true }));
  return [...troubles, ...found].sort((a, b) => Number(b.blocks) - Number(a.blocks));
}

const blocks = (code: string, message: string): Finding => ({ code, message, blocks: true });
const warns = (code: string, message: string): Finding => ({ code, message, blocks: false });

const changing: Check = ({ lease }) =>
  blocks("lease.changing", `${lease.agent} is ${lease.role} for group ${lease.group}`);

const notServedYet: Check = ({ devices, lease, forMs }) =>
  devices === undefined
    ? blocks(
        "devices.waiting",
        `active for group ${lease.group} since ${seconds(forMs)}, and what is remembered of its devices is not loaded yet`,
      )
    : undefined;

const listenersClosed: Check = ({ closedListeners, devices, forMs }) =>
  devices === undefined || closedListeners.length === 0 || forMs < SETTLING_MS
    ? undefined
    : blocks("listener.closed", `not open: ${closedListeners.join(", ")}; the log says why, mostly the port is taken`);

const spoolFailed: Check = ({ spool, lease, spoolMendsInMs = 0 }) =>
  spool?.condition === "failed"
    ? blocks(
        "spool.failed",
        `the spool of group ${lease.group} takes nothing: ${spool.fault ?? "the disk fails"}; tried again in ${seconds(spoolMendsInMs)}`,
      )
    : undefined;

const mirrorsFailed: Check = ({ mirrorsFailed: failed }) =>
  failed.length === 0
    ? undefined
    : warns("spool.mirror-failed", `what a peer spools is not kept on this disk: ${failed.join("; ")}`);

const mirrorsAside: Check = ({ mirrorsAside: aside }) =>
  aside.length === 0
    ? undefined
    : warns("spool.mirror-aside", `records that are not of this group were found and set aside: ${aside.join(", ")}`);

const spoolFull: Check = ({ spool, spoolPolicy, lease }) => {
  if (spool?.condition === "full") {
    const text = `the spool of group ${lease.group} is full (${spool.why ?? "no room"})`;
    return spoolPolicy === "block"
      ? blocks("spool.full", `${text}: devices are not acknowledged until there is room`)
      : warns("spool.full", `${text}: messages are dropped by the policy ${spoolPolicy} and counted`);
  }
  return spool?.condition === "tight"
    ? warns("spool.tight", `the spool of group ${lease.group} has no further segment: ${spool.why ?? "nearly full"}`)
    : undefined;
};

const redisAwayActive: Check = ({ redis, redisAwayForMs, spool, lease }) => {
  if (redis.state === "usable") return undefined;
  if (redis.state !== "away") return redisNotUsed(redis);
  const room = spool?.timeToFullMs === undefined ? "" : `, room for ${seconds(spool.timeToFullMs)} at this rate`;
  const promise = lease.livingOnPromise ? "; the peer has promised not to take over" : "";
  return warns(
    "redis.away",
    `Redis is away since ${seconds(redisAwayForMs ?? 0)}: ${spool?.records ?? 0} records wait on disk${room}${promise}`,
  );
};

const redisAwayStandby: Check = ({ redis, redisAwayForMs }) => {
  if (redis.state === "usable") return undefined;
  if (redis.state !== "away") return redisNotUsed(redis);
  return blocks("redis.away", `Redis is away since ${seconds(redisAwayForMs ?? 0)}: no group can be taken over`);
};

const redisLossy: Check = ({ redis, redisLoses }) =>
  redis.state === "unusable" || redisLoses.length === 0
    ? undefined
    : warns("redis.lossy", `Redis would lose what it confirms: ${redisLoses.join("; ")}`);

function redisNotUsed({ state, findings }: GroupView["redis"]): Finding {
  return state === "unusable"
    ? blocks("redis.unusable", `Redis would lose what it confirms: ${findings.join("; ")}`)
    : blocks("redis.waiting", "Redis has not answered since the start");
}

const devicesSilent: Check = ({ devices, lastStoredAgeMs, lease }) => {
  if (devices === undefined || devices.silent === 0) return undefined;
  const { expecting, silent } = devices;
  const last =
    lastStoredAgeMs === undefined
      ? "nothing was stored yet"
      : `the last message was stored ${seconds(lastStoredAgeMs)} ago`;
  if (silent >= expecting) {
    return blocks(
      "devices.silent",
      `none of the ${expecting} devices of group ${lease.group} that should speak does; ${last}`,
    );
  }
  return silent > expecting * SILENT_SHARE
    ? warns("devices.stalled", `${silent} of ${expecting} devices of group ${lease.group} that should speak are silent`)
    : undefined;
};

const noPeer: Check = ({ peers, lease }) => {
  const lost = [...peers].filter(([, peer]) => peer?.state !== "connected").map(([name]) => name);
  if (lost.length === 0 || lost.length < peers.size) return undefined;
  const text = `no pair link to ${lost.join(", ")}`;
  return lease.role === "active"
    ? warns("peer.lost", `${text}: nobody would take group ${lease.group} over at once`)
    : blocks("peer.lost", `${text}: group ${lease.group} could be taken over only after the lease has ended`);
};

const configDiffers: Check = ({ peers, configHash, lease }) => {
  const other = [...peers].find(([, peer]) => peer?.configHash !== undefined && peer.configHash !== configHash);
  if (lease.blocked !== undefined)
    return lease.twin ? blocks("lease.twin", lease.blocked) : blocks("config.differs", lease.blocked);
  if (other === undefined) return undefined;
  const text = `agent ${other[0]} runs configuration ${other[1]?.configHash}, ours is ${configHash}`;
  return lease.role === "active"
    ? warns("config.differs", `${text}: it does not take over`)
    : blocks("config.differs", `${text}: it would not be followed`);
};

const notMirrored: Check = ({ mirrorWanted, mirrored, peers }) => {
  const up = [...peers.values()].some((peer) => peer?.state === "connected");
  return mirrorWanted && up && !mirrored
    ? warns("spool.alone", "the spool is not on the peer's disk: what is spooled now would be lost with this one")
    : undefined;
};

const nobodyTakes: Check = ({ queues, cores, lease }) => {
  const messages = queues.find((one) => one.name === "messages");
  if (messages === undefined || cores > 0 || messages.waiting === 0) return undefined;
  return warns("cores.none", `${messages.waiting} jobs wait for group ${lease.group} and no core is connected`);
};

const deadLetters: Check = ({ queues, lease }) => {
  const dead = queues.reduce((sum, one) => sum + one.failed, 0);
  return dead === 0
    ? undefined
    : warns("queue.dead-letters", `${dead} jobs of group ${lease.group} were given up: somebody has to look`);
};

const paused: Check = ({ lease }) =>
  lease.paused
    ? blocks("agent.paused", `paused by an operator: it takes group ${lease.group} only when resumed`)
    : undefined;

const heldDown: Check = ({ lease }) =>
  lease.heldDown
    ? blocks(
        "lease.held-down",
        `group ${lease.group} changed hands too often: this agent waits before it takes it again`,
      )
    : undefined;

const newborn: Check = ({ lease }) =>
  lease.mature
    ? undefined
    : blocks(
        "lease.newborn",
        `just started: it takes group ${lease.group} over only when nothing its former process may have promised binds it`,
      );

const nobodyHolds: Check = ({ lease, forMs }) =>
  lease.holder === undefined && lease.health === "ok" && forMs > SETTLING_MS && !lease.paused
    ? blocks("lease.nobody", `nobody holds group ${lease.group}`)
    : undefined;

const ACTIVE: readonly Check[] = [
  notServedYet,
  listenersClosed,
  spoolFailed,
  spoolFull,
  redisAwayActive,
  redisLossy,
  devicesSilent,
  configDiffers,
  noPeer,
  notMirrored,
  mirrorsFailed,
  mirrorsAside,
  nobodyTakes,
  deadLetters,
];
const STANDBY: readonly Check[] = [
  paused,
  configDiffers,
  heldDown,
  newborn,
  redisAwayStandby,
  redisLossy,
  noPeer,
  spoolFailed,
  mirrorsFailed,
  mirrorsAside,
  nobodyHolds,
];
const CHANGING: readonly Check[] = [changing, spoolFailed];

/** How long the mirror may take after the link is there, before its absence is worth a word. */
export const MIRROR_SETTLES_MS: number = MIRRORING_MS;

function seconds(ms: number): string {
  const s = Math.round(ms / 1_000);
  if (s < 120) return `${s} s`;
  return s < 7_200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3_600)} h`;
}
