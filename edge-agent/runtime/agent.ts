import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { invariant } from "../../adapters/kit/invariant.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import { toRfc3339 } from "../../adapters/kit/time.ts";
import { peersOf } from "../config/choose-agent.ts";
import type { Config } from "../config/config.ts";
import { configHash } from "../config/hash.ts";
import { RedisLeaseStore } from "../lease/redis/redis-lease-store.ts";
import type { LeaseSnapshot } from "../lease/machine.ts";
import type { LeaseOutcome, LeaseRequest, PeerWord } from "../lease/words.ts";
import type { Message } from "../model/message.ts";
import type { Hello } from "../pair/frames.ts";
import type { PairOutcome } from "../pair/outcomes.ts";
import { AdapterCare } from "./adapter-care.ts";
import { AdapterLoss } from "./adapter-loss.ts";
import { AgentSpools } from "./agent-spools.ts";
import { Counters } from "./counters.ts";
import { DeviceIndex } from "./device-index.ts";
import { activeElsewhere, type GroupsHere, idleGroups, servedNowhere } from "./elsewhere.ts";
import { EpochFile, stateDisk } from "./epoch-file.ts";
import { GroupRunner } from "./group-runner.ts";
import { GivenAway } from "./given-away.ts";
import type { GroupSpool } from "./group-spool.ts";
import type { GroupWork } from "./group-work.ts";
import { leaseSettings } from "./lease-settings.ts";
import type { Hooks } from "./hooks.ts";
import { LastMessages } from "./last-messages.ts";
import { Forwarding } from "./forwarding.ts";
import { type Elsewhere, Listeners } from "./listeners.ts";
import { makeHooks } from "./make-hooks.ts";
import { makeMesh } from "./make-mesh.ts";
import type { PairMesh } from "./pair-mesh.ts";
import { pausing } from "./pausing.ts";
import { membersOf, Placing } from "./placing.ts";
import { PeerBook } from "./peer-book.ts";
import { PortCare } from "./port-care.ts";
import type { ProtocolService } from "./protocol-service.ts";
import { openRedis, type RedisLinks } from "./redis-links.ts";
import { RedisWatch } from "./redis-watch.ts";
import { Refusals } from "./refusals.ts";
import { RoleBook } from "./role-book.ts";
import { loadServices, type MakeServices } from "./roster.ts";
import type { Surroundings } from "./surroundings.ts";
import { Taps } from "./taps.ts";
import { Troubles } from "./troubles.ts";
import { makeActiveGroup } from "./make-active-group.ts";
import { watchedLeaseStore } from "./watched-lease-store.ts";

export interface AgentLog {
  debug(facts: object, text: string): void;
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

export interface AgentOptions {
  readonly config: Config;
  /** Which of the configuration's agents this is. */
  readonly agent: string;
  readonly log: AgentLog;
  /** Take over although the living holder runs another configuration. */
  readonly replaceConfig?: boolean;
  /** Called before every wait for the disk, which stops the event loop. */
  readonly beforeDisk?: () => void;
}

const STOP_DRAIN_MS = 2_000;
/** What a demote hook may take while the agent stops; one that takes longer ends with its own timeout. */
const STOP_HOOKS_MS = 5_000;

/** One edge agent: every group of the configuration that names it, the sockets devices connect to, the link to Redis. */
export class EdgeAgent implements Surroundings {
  readonly config: Config;
  readonly agent: string;
  readonly timers: NodeTimers = new NodeTimers();
  readonly redis: RedisLinks;
  readonly counters: Counters = new Counters(this.timers);
  readonly refusals: Refusals = new Refusals();
  readonly taps: Taps = new Taps();
  readonly lastMessages: LastMessages = new LastMessages();
  readonly roles: RoleBook;
  readonly peers: PeerBook;
  readonly troubles: Troubles = new Troubles();
  readonly hooks: Hooks;
  readonly adapters: AdapterCare;
  readonly givenAway: GivenAway;
  readonly ports: PortCare;
  readonly watch: RedisWatch;
  readonly configHash: string;
  readonly startedAt: number;
  readonly services: readonly ProtocolService[];
  readonly listeners: Listeners;
  readonly forwarding: Forwarding;
  readonly runners: ReadonlyMap<string, GroupRunner>;
  readonly mesh: PairMesh;
  readonly spools: AgentSpools;
  readonly placing: Placing;
  readonly #log: AgentLog;
  readonly #replaceConfig: boolean;
  readonly #devices: DeviceIndex;
  readonly #works = new Map<string, GroupWork>();
  /** Text of what keeps a group from being ready here. */
  readonly blocked: Map<string, string> = new Map();
  #stopping = false;

  /** Loads the protocols of the configuration and recovers the spools. Rejects where it may not run. */
  static async make(options: AgentOptions): Promise<EdgeAgent> {
    return new EdgeAgent(options, await loadServices(options.config));
  }

  private constructor(options: AgentOptions, makeServices: MakeServices) {
    const { config, agent, log } = options;
    this.config = config;
    this.agent = agent;
    this.#log = log;
    this.#replaceConfig = options.replaceConfig === true;
    this.startedAt = this.timers.wall();
    this.configHash = configHash(config);
    this.roles = new RoleBook(agent, this.timers);
    this.peers = new PeerBook(this.timers, peersOf(config, agent));
    this.redis = openRedis(config.redis, agent, (fault) => this.watch?.fault(fault));
    this.watch = new RedisWatch({ redis: this.redis, config, log, timers: this.timers });
    this.services = makeServices({
      config,
      agent,
      keys: new KeyStore(),
      random: new NodeRandom(),
      timers: this.timers,
      isServed: (group) => this.#works.has(group),
      bridgeSpool: (name) => this.spools.ofBridge(name),
    });
    this.#devices = new DeviceIndex(config, this.services);
    const here: GroupsHere = {
      groups: () => this.runners.keys(),
      isServed: (group) => this.#works.has(group),
      snapshot: (group) => this.snapshot(group),
    };
    const forwards = config.pair.forwardDevices;
    this.listeners = new Listeners({
      services: this.services,
      timers: this.timers,
      workOf: (device) => this.workOf(device),
      refused: (device, protocol, peer, fault) => this.refused(device, protocol, peer, fault),
      note: (level, text) => this.note(level, text),
      broke: (protocol, fault) => this.broke(protocol, fault),
      elsewhere: forwards ? this.#elsewhere(here) : undefined,
      unserved: () => (forwards ? servedNowhere(here) : idleGroups(here)),
    });
    this.forwarding = new Forwarding({
      mesh: () => this.mesh,
      take: (listener, transport, mayReturn) => this.#takeForwarded(listener, transport, mayReturn),
    });
    this.spools = new AgentSpools({
      config,
      agent,
      timers: this.timers,
      beforeDisk: options.beforeDisk,
      mesh: () => this.mesh,
      broken: (peer, fault) => {
        log.error({ peer, ...fault.toJSON() }, `the mirror of agent ${peer} cannot go on: ${fault.message}`);
        this.mesh.drop(peer);
      },
      note: (level, text) => this.note(level, text),
    });
    this.mesh = makeMesh(this, log);
    this.hooks = makeHooks(this);
    this.givenAway = new GivenAway(this);
    const loss = new AdapterLoss(this);
    this.adapters = new AdapterCare({
      timers: this.timers,
      close: (protocol) => {
        for (const work of this.#works.values()) work.duties.close(protocol);
        return this.listeners.closeProtocol(protocol);
      },
      open: async (protocol) => {
        await this.listeners.openProtocol(protocol);
        for (const work of this.#works.values()) await work.duties.open(protocol);
      },
      tell: (news) => loss.take(news),
    });
    this.ports = new PortCare({
      timers: this.timers,
      protocols: this.services.map((service) => service.protocol),
      closed: (protocol) => this.closedSockets(protocol),
      couldOpen: (protocol) => this.#couldOpen(protocol),
      snapshot: (group) => this.snapshot(group),
      givenAway: this.givenAway,
      note: (level, text) => this.note(level, text),
    });
    this.runners = new Map(
      Object.entries(config.groups)
        .filter(([, group]) => group.agents.includes(agent))
        .map(([name]) => [name, this.#makeRunner(name)]),
    );
    this.placing = new Placing({
      config,
      agent,
      timers: this.timers,
      snapshot: (group) => this.snapshot(group),
      request: (group, request) => this.request(group, request),
      note: (level, text) => this.note(level, text),
    });
  }

  /** Waits for Redis, checks that it keeps what it is given, then joins every group. Rejects where it may not run. */
  async start(): Promise<void> {
    // An earlier life of this agent may have left an address behind: nobody is active here yet.
    this.hooks.starting(this.runners.keys());
    await this.watch.untilUsable();
    if (this.#stopping) return;
    this.mesh.start();
    if (this.config.pair.forwardDevices) void this.listeners.open();
    for (const runner of this.runners.values()) {
      runner.start();
      if (this.#replaceConfig) runner.lease.request({ kind: "replace-config" });
    }
    this.placing.start();
    this.ports.start();
  }

  /** Gives every group back in order, then closes everything. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.placing.stop();
    this.watch.stop();
    this.adapters.stop();
    this.ports.stop();
    for (const runner of this.runners.values()) {
      if (runner.lease.reign() !== undefined) runner.lease.request({ kind: "step-down" });
    }
    const until = this.timers.now() + STOP_DRAIN_MS;
    while ([...this.runners.values()].some((one) => one.lease.reign() !== undefined) && this.timers.now() < until) {
      await pausing(this.timers, 10);
    }
    // One more moment for the release itself to reach Redis.
    await pausing(this.timers, 50);
    for (const [group, runner] of this.runners) {
      const held = runner.lease.reign();
      runner.stop();
      // It did not let go in time: the lease ends by itself, and what the promotion brought goes now.
      if (held !== undefined) this.hooks.call({ event: "demote", group, epoch: held.epoch, reason: "stop" });
    }
    await this.mesh.stop();
    this.taps.close();
    await this.listeners.close();
    await Promise.race([this.hooks.idle(), pausing(this.timers, STOP_HOOKS_MS)]);
    await this.redis.close();
    this.spools.close();
  }

  /** `undefined` when it was taken, else why not. */
  request(group: string, request: LeaseRequest): string | undefined {
    const runner = this.runners.get(group);
    return runner === undefined ? `agent ${this.agent} is not in group ${group}` : runner.lease.request(request);
  }

  snapshot(group: string): LeaseSnapshot | undefined {
    return this.runners.get(group)?.snapshot();
  }

  workOf(device: string): GroupWork | undefined {
    const group = this.groupOf(device);
    return group === undefined ? undefined : this.#works.get(group);
  }

  workOfGroup(group: string): GroupWork | undefined {
    return this.#works.get(group);
  }

  groupOf(device: string): string | undefined {
    return this.#devices.groupOf(device);
  }

  serviceOf(device: string): ProtocolService | undefined {
    return this.#devices.serviceOf(device);
  }

  devicesOf(group: string): readonly string[] {
    return this.#devices.devicesOf(group);
  }

  /** The sockets that should be open now and are not, for people: of one protocol, or of all. */
  closedSockets(protocol?: string): readonly string[] {
    return this.services
      .filter((service) => protocol === undefined || service.protocol === protocol)
      .flatMap((service) => [...this.listeners.closedOf(service), ...(service.closedSockets?.() ?? [])]);
  }

  forget(group: string): void {
    for (const service of this.services) service.book.forget(group);
  }

  async serve(group: string, work: GroupWork): Promise<void> {
    this.#works.set(group, work);
    await this.listeners.open();
    this.roles.serving(group);
  }

  async unserve(group: string, work: GroupWork): Promise<void> {
    if (this.#works.get(group) !== work) return;
    this.#works.delete(group);
    this.listeners.endConversations(work);
    if (this.#works.size === 0 && !this.config.pair.forwardDevices) await this.listeners.close();
  }

  spoolOf(group: string): GroupSpool {
    const spool = this.spools.of(group);
    invariant(spool !== undefined, "an agent has a spool for every group it serves");
    return spool;
  }

  bridgeSpoolsOf(group: string): readonly GroupSpool[] {
    return this.spools.bridgesOf(group);
  }

  spoolBytes(group: string): number {
    return this.spools.of(group)?.own.status().bytes ?? 0;
  }

  linkOpened(peer: string, hello: Hello): void {
    this.peers.opened(peer, hello);
    this.spools.linkOpened(peer);
  }

  linkClosed(peer: string): void {
    this.forwarding.linkClosed(peer);
    this.peers.closed(peer);
    this.spools.linkClosed(peer);
  }

  linkOutcome(peer: string, outcome: PairOutcome): void {
    this.peers.heard(peer, outcome);
    this.spools.heard(peer, outcome);
    this.forwarding.heard(peer, outcome);
  }

  refused(device: string | undefined, protocol: string, peer: string, fault: EdgeError): void {
    this.counters.refusals += 1;
    const isStranger = this.refusals.note({ at: toRfc3339(this.timers.wall()), protocol, peer, device }, fault);
    const facts = { device, protocol, peer, ...fault.toJSON() };
    if (isStranger) this.#log.info({ ...facts, claimed: fault.decoded }, "refused: a device nobody has configured");
    else this.#log.debug(facts, "refused");
  }

  broke(protocol: string, fault: EdgeError): void {
    this.adapters.broke(protocol, fault);
  }

  stored(messages: readonly Message[]): void {
    for (const message of messages) this.counters.stored(message.type);
    this.taps.show(messages);
  }

  note(level: "debug" | "info" | "warn" | "error", text: string, facts: Readonly<Record<string, unknown>> = {}): void {
    this.#log[level](facts, text);
  }

  /** Where the devices go that this agent does not serve: to the peers that are active for the other groups. */
  #elsewhere(here: GroupsHere): Elsewhere {
    return {
      isServing: () => this.#works.size > 0,
      carry: (listener, transport) => this.forwarding.carry(activeElsewhere(here), listener, transport),
    };
  }

  /** What a service opens itself is opened only where its group is active. */
  async #couldOpen(protocol: string): Promise<boolean | undefined> {
    const service = this.services.find((one) => one.protocol === protocol);
    if (service === undefined || service.listeners.length === 0) return undefined;
    return this.listeners.couldOpen(service);
  }

  #takeForwarded(listener: string, transport: Transport, mayReturn: boolean): void {
    const service = this.listeners.serviceAt(listener);
    if (service === undefined || this.#works.size === 0) transport.destroy();
    else this.listeners.take(service, transport, () => giveBack(transport, mayReturn));
  }

  #makeRunner(group: string): GroupRunner {
    const settings = this.config.groups[group];
    const state = this.config.agents[this.agent]?.state ?? ".";
    const members = settings === undefined ? [this.agent] : membersOf(this.config, group, settings);
    const wait = this.config.redis.wait;
    return new GroupRunner({
      identity: { group, agent: this.agent, members, configHash: this.configHash },
      settings: leaseSettings(this.config, settings ?? { preferred: undefined, failbackAfterMs: undefined }),
      store: watchedLeaseStore(
        new RedisLeaseStore(this.redis.lease.client, {
          group,
          waitReplicas: typeof wait === "object" ? wait.replicas : 0,
        }),
        {
          clock: this.timers,
          renewMs: this.counters.renewMs,
          sawHolder: (holder) => this.roles.sees(group, holder),
        },
      ),
      timers: this.timers,
      random: new NodeRandom(),
      voice: { say: (peer, word) => this.#say(peer, group, word) },
      epochs: new EpochFile(stateDisk(state), group),
      makeWork: (reign, reason, detectedAfterMs: DurationMs) =>
        makeActiveGroup({ reign, reason, detectedAfterMs, around: this, counters: this.counters }),
      onOutcome: (outcome) => this.#tell(group, outcome),
      onWorkFailed: (fault) => this.#log.error({ group, ...fault.toJSON() }, "the reign could not begin its work"),
    });
  }

  #say(peer: string, group: string, word: PeerWord): void {
    if (word.kind !== "beat") this.mesh.say(peer, group, word);
  }

  #tell(group: string, outcome: LeaseOutcome): void {
    // The peer learns of a change of role with the next beat; why wait for it.
    if (outcome.kind !== "epoch-noted") queueMicrotask(() => this.mesh.beatNow());
    this.roles.note(group, outcome);
    this.hooks.note(group, outcome);
    switch (outcome.kind) {
      case "active":
        if (outcome.reason === "handover" || outcome.reason === "failback") this.counters.handovers += 1;
        else if (outcome.reason !== "first") this.counters.takeovers += 1;
        this.#log.info({ group, ...outcome }, `active for group ${group} in epoch ${outcome.epoch}: ${outcome.reason}`);
        return;
      case "stepping-down":
        this.counters.stepDowns += 1;
        this.#log.info({ group, ...outcome }, `stepping down from group ${group}: ${outcome.reason}`);
        return;
      case "standby":
        this.#log.info({ group, ...outcome }, `standby for group ${group}: ${outcome.reason}`);
        return;
      case "blocked":
        this.blocked.set(group, outcome.message);
        this.#log.error({ group, reason: outcome.reason }, outcome.message);
        return;
      case "unblocked":
        this.blocked.delete(group);
        return;
      case "epoch-noted":
      case "request-taken":
        return;
      default:
        this.#log.warn({ group, ...outcome }, `group ${group}: ${outcome.kind}`);
    }
  }
}

/** Whoever carried it here asks the next one. */
function giveBack(transport: Transport, mayReturn: boolean): boolean {
  if (mayReturn) transport.destroy();
  return mayReturn;
}
