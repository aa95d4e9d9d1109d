import { toRfc3339, toWall } from "../../adapters/kit/time.ts";
import { redact } from "../config/redact.ts";
import type { DeviceState } from "../model/data.ts";
import type {
  DeviceDetail,
  DevicePage,
  DeviceQuery,
  RefusalRecord,
  TapFilter,
  TapItem,
  UnknownDevice,
} from "../model/device-status.ts";
import type { MessageType } from "../model/message.ts";
import type { SpoolStatus } from "../spool/spool-status.ts";
import { GroupActions } from "./ops-source-actions.ts";
import type { ObservedAgent } from "./ops-source-agent.ts";
import { DeviceDirectory } from "./ops-source-devices.ts";
import { type Finding, findingsOf, type GroupView, MIRROR_SETTLES_MS } from "./ops-source-health.ts";
import { RedisGauge } from "./ops-source-redis.ts";
import type * as Words from "../model/agent-status.ts";
import { VERSION } from "./version.ts";

export interface OpsSourceParts {
  readonly agent: ObservedAgent;
  /** The logger whose level may be changed while it runs. */
  readonly log: { level: string; info(facts: object, text: string): void };
}

/** A running agent as status, health, metrics, page and CLI see it: every figure from the thing that acts on it. */
export class AgentOpsSource {
  readonly #agent: ObservedAgent;
  readonly #log: OpsSourceParts["log"];
  readonly #gauge: RedisGauge;
  readonly #directory: DeviceDirectory;
  readonly #actions: GroupActions;
  #logLevel: Words.LogLevel;

  constructor({ agent, log }: OpsSourceParts) {
    this.#agent = agent;
    this.#log = log;
    this.#logLevel = agent.config.log.level;
    const { redis, watch, config, timers } = agent;
    this.#gauge = new RedisGauge({ redis, watch, settings: config.redis, groups: this.#groups, timers });
    this.#directory = new DeviceDirectory(agent);
    this.#actions = new GroupActions(agent, (text) => log.info({ audit: true }, text));
  }

  /** Begins to look at Redis now and then. */
  start(): void {
    this.#gauge.start();
  }

  stop(): void {
    this.#gauge.stop();
  }

  /** Looks at Redis now, so that the next status is not up to two seconds old. */
  refresh(): Promise<void> {
    return this.#gauge.poll();
  }

  status(): Words.AgentStatus {
    const { agent, config, configHash, counters, refusals, timers, startedAt } = this.#agent;
    const groups = this.#groups.map((group) => this.#group(group));
    return {
      agent,
      gateway: config.gateway,
      version: VERSION,
      startedAt: toRfc3339(toWall(startedAt)),
      now: toRfc3339(timers.wall()),
      configHash,
      groups,
      peers: this.#peers(),
      redis: this.#gauge.facts(),
      messages: this.#messages(),
      spool: this.#spool(),
      queues: this.#gauge.queues,
      commands: {
        ...counters.reigns.commands((group) => this.#agent.workOfGroup(group) !== undefined),
        circuitsOpen: this.#groups.reduce((sum, one) => sum + (this.#agent.workOfGroup(one)?.circuits.open ?? 0), 0),
      },
      devices: this.#devices(),
      refusals: Object.fromEntries(refusals.counts()),
      cores: this.#gauge.cores,
      links: this.#groups.flatMap((group) =>
        (this.#agent.workOfGroup(group)?.duties.links() ?? []).map((link) => ({ group, ...link })),
      ),
      timings: {
        leaseRenewMs: counters.renewMs,
        takeoverMs: this.#agent.roles.takeoverMs,
        commitMs: counters.reigns.commits().commitMs,
        commandMs: counters.commandMs,
      },
      logLevel: this.#logLevel,
    };
  }

  health(): Words.Health {
    const all = this.#groups.map((group) => ({
      group,
      lease: this.#agent.snapshot(group),
      found: this.#findings(group),
    }));
    const groups = all.map(({ group, lease, found }) => ({
      group,
      role: lease?.role ?? ("standby" as const),
      epoch: lease?.epoch ?? 0,
      ...readiness(found),
    }));
    const said = new Map(all.flatMap(({ found }) => found.map((one) => [one.message, toReason(one)])));
    // What a group lacks does not come back with a new process, and a loop that hangs is the supervisor's business.
    return { live: true, ready: groups.every((one) => one.ready), reasons: [...said.values()], groups };
  }

  devices(question: DeviceQuery): DevicePage {
    return this.#directory.page(question);
  }

  device(uid: string): DeviceDetail | undefined {
    return this.#directory.detail(uid);
  }

  refusals(): readonly RefusalRecord[] {
    return this.#agent.refusals.last();
  }

  unknownDevices(): readonly UnknownDevice[] {
    return this.#agent.refusals.strangers.all();
  }

  tap(filter: TapFilter, signal: AbortSignal): AsyncIterable<TapItem> {
    return this.#agent.taps.open(filter, signal);
  }

  handover(asked: Words.HandoverRequest): Promise<Words.Outcome> {
    return this.#actions.handover(asked);
  }

  pause(asked: Words.GroupRequest): Promise<Words.Outcome> {
    return this.#actions.pause(asked);
  }

  resume(asked: Words.GroupRequest): Promise<Words.Outcome> {
    return this.#actions.resume(asked);
  }

  setLogLevel(level: Words.LogLevel): void {
    this.#log.info({ audit: true }, `the log level becomes ${level}`);
    this.#logLevel = level;
    this.#log.level = level;
  }

  configuration(): Readonly<Record<string, unknown>> {
    return redact(this.#agent.config);
  }

  get #groups(): readonly string[] {
    return [...this.#agent.runners.keys()];
  }

  #group(group: string): Words.GroupStatus {
    const { roles, timers } = this.#agent;
    const lease = this.#agent.snapshot(group);
    const last = roles.last(group, this.#agent.workOfGroup(group)?.states.firstHeardAt);
    return {
      group,
      role: lease?.role ?? "standby",
      paused: lease?.paused ?? false,
      epoch: lease?.epoch ?? 0,
      highestEpoch: lease?.highestEpoch ?? 0,
      holder: lease?.holder,
      since: toRfc3339(roles.since(group)),
      leaseLeftMs: lease?.deadline === undefined ? undefined : Math.max(0, Math.round(lease.deadline - timers.now())),
      livingOnPromise: lease?.livingOnPromise ?? false,
      ...readiness(this.#findings(group)),
      devices: this.#agent.devicesOf(group).length,
      lastTakeover:
        last?.tookMs === undefined
          ? undefined
          : {
              at: toRfc3339(last.at),
              reason: last.reason,
              from: last.from,
              to: last.to,
              epoch: last.epoch,
              tookMs: Math.round(last.tookMs),
            },
      ...roles.counts(group),
    };
  }

  #findings(group: string): readonly Finding[] {
    const view = this.#view(group);
    return view === undefined ? [] : findingsOf(view);
  }

  #view(group: string): GroupView | undefined {
    const { agent, configHash, config, timers, roles, counters, peers, troubles } = this.#agent;
    const lease = this.#agent.snapshot(group);
    if (lease === undefined) return undefined;
    const now = timers.wall();
    const others = (config.groups[group]?.agents ?? []).filter((name) => name !== agent);
    const linkedFor = Math.max(0, ...others.map((name) => now - (peers.of(name)?.since ?? now)));
    const spool = this.#agent.spools.of(group);
    const states = this.#agent.workOfGroup(group)?.states;
    const { lastStoredAt } = counters;
    return {
      agent,
      configHash,
      lease,
      forMs: Math.max(0, now - roles.since(group)),
      peers: new Map(others.map((name) => [name, peers.of(name)])),
      redis: this.#gauge.facts(),
      redisAwayForMs: this.#gauge.awayForMs(),
      redisLoses: this.#agent.watch.losing.map((one) => `${one.node}: ${one.message}; ${one.fix}`),
      devices:
        states === undefined ? undefined : { expecting: states.expecting, silent: states.silent, size: states.size },
      lastStoredAgeMs: lastStoredAt === undefined ? undefined : Math.max(0, now - lastStoredAt),
      closedListeners: this.#agent.closedSockets(),
      spool: spool?.own.status(),
      spoolPolicy: config.spool.policy,
      spoolMendsInMs: spool?.mendsInMs,
      mirrorsAside: spool?.mirrors.kept.aside ?? [],
      mirrorsFailed: spool?.mirrors.kept.failed ?? [],
      mirrorWanted: config.pair.replicateSpool && others.length > 0 && linkedFor > MIRROR_SETTLES_MS,
      mirrored: spool?.mirrors.state === "mirrored",
      queues: this.#gauge.queues.filter((queue) => queue.group === group),
      cores: this.#gauge.cores.filter((core) => core.groups.includes(group)).length,
      troubles: troubles.of(group),
    };
  }

  #peers(): readonly Words.PeerStatus[] {
    const { config, agent, peers } = this.#agent;
    const names = new Set(Object.values(config.groups).flatMap(({ agents }) => (agents.includes(agent) ? agents : [])));
    names.delete(agent);
    return [...names].flatMap((name) => {
      const facts = peers.of(name);
      const link = config.agents[name]?.link;
      if (facts === undefined || link === undefined) return [];
      return [
        {
          agent: name,
          address: `${link.host}:${link.port}`,
          state: facts.state,
          since: toRfc3339(facts.since),
          roundTripMs: undefined,
          configHash: facts.configHash,
          clockOffsetMs: undefined,
        },
      ];
    });
  }

  #messages(): Words.MessageCounts {
    const { counters } = this.#agent;
    const { messages, recognised } = counters.reigns.commits();
    const dropped: Record<string, number> = {};
    for (const status of this.#spools()) {
      for (const [reason, count] of Object.entries(status.dropped)) {
        if (count > 0) dropped[reason] = (dropped[reason] ?? 0) + count;
      }
    }
    const stored: Partial<Record<MessageType, number>> = Object.fromEntries(counters.messagesByType);
    return {
      stored,
      storedPerSecond: counters.storedPerSecond(),
      committed: messages,
      recognised,
      dropped,
      lastAt: counters.lastStoredAt === undefined ? undefined : toRfc3339(counters.lastStoredAt),
    };
  }

  /** Of all groups together: the sums, and the worst of what cannot be summed. */
  #spool(): Words.SpoolStatus {
    const { config, timers, spools } = this.#agent;
    const all = this.#spools();
    const sum = (of: (status: SpoolStatus) => number): number => all.reduce((total, one) => total + of(one), 0);
    const ages = all.map((one) => one.oldestAgeMs).filter((age) => age !== undefined);
    const full = all.map((one) => one.timeToFullMs).filter((left) => left !== undefined);
    const own = this.#groups.flatMap((group) => spools.of(group) ?? []);
    let peerMessages = 0;
    for (const spool of own) for (const mirror of spool.mirrors.spools()) peerMessages += mirror.status().records;
    return {
      messages: sum((one) => one.records),
      bytes: sum((one) => one.bytes),
      maxBytes: sum((one) => one.maxBytes),
      oldestAt: ages.length === 0 ? undefined : toRfc3339(toWall(timers.wall() - Math.max(...ages))),
      policy: config.spool.policy,
      replicated: own.length > 0 && own.every((spool) => spool.mirrors.state === "mirrored"),
      fullInMs: full.length === 0 ? undefined : Math.round(Math.min(...full)),
      peerMessages,
      failed: all.some((one) => one.condition === "failed"),
    };
  }

  #spools(): readonly SpoolStatus[] {
    return this.#groups.flatMap((group) => this.#agent.spools.of(group)?.own.status() ?? []);
  }

  #devices(): Words.AgentStatus["devices"] {
    const counts: Record<string, Record<DeviceState, number>> = {};
    const none = { online: 0, degraded: 0, stalled: 0, offline: 0, unknown: 0 };
    for (const group of this.#groups) {
      for (const [protocol, states] of this.#directory.counts(group)) {
        const sum = counts[protocol] ?? { ...none };
        counts[protocol] = sum;
        for (const state of ["online", "degraded", "stalled", "offline", "unknown"] as const)
          sum[state] += states[state];
      }
    }
    return counts;
  }
}

function readiness(found: readonly Finding[]): { readonly ready: boolean; readonly reasons: readonly Words.Reason[] } {
  const reasons = found.filter((one) => one.blocks).map(toReason);
  return { ready: reasons.length === 0, reasons };
}

function toReason({ code, message }: Finding): Words.Reason {
  return { code, message };
}
