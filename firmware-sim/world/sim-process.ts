import * as zlib from "node:zlib";
import type { Timers } from "../../adapters/io/timers.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { SeededRandom } from "../../adapters/kit/random.ts";
import type { Config } from "../../edge-agent/config/config.ts";
import type { LeaseOutcome, PeerWord } from "../../edge-agent/lease/words.ts";
import type { PairOutcome } from "../../edge-agent/pair/outcomes.ts";
import type { GroupSurroundings } from "../../edge-agent/runtime/active-group.ts";
import { spoolSettings } from "../../edge-agent/runtime/agent-spools.ts";
import { EpochFile } from "../../edge-agent/runtime/epoch-file.ts";
import { GroupRunner } from "../../edge-agent/runtime/group-runner.ts";
import { GroupSpool } from "../../edge-agent/runtime/group-spool.ts";
import type { GroupWork } from "../../edge-agent/runtime/group-work.ts";
import { Listeners } from "../../edge-agent/runtime/listeners.ts";
import { type MeshOwner, makeMesh } from "../../edge-agent/runtime/make-mesh.ts";
import type { Network } from "../../edge-agent/runtime/network.ts";
import type { PairMesh } from "../../edge-agent/runtime/pair-mesh.ts";
import type { ProtocolService } from "../../edge-agent/runtime/protocol-service.ts";
import { RedisLine } from "./redis-line.ts";
import { leaseStore } from "./redis-ports.ts";
import { GROUP, LEASE, PATIENCE } from "./rules.ts";
import { CurrentCommands, reignWork, type SimReign } from "./sim-reign.ts";
import type { SimAgent } from "./sim-agent.ts";
import { simService } from "./sim-service.ts";
import { Promises, type Watched, watchedStore, watchedTransport } from "./watched.ts";

const crc32 =
  typeof zlib.crc32 === "function" ? (bytes: Uint8Array, seed?: number) => zlib.crc32(bytes, seed) : undefined;

/** One process of an edge agent: the real parts of the runtime, put together as the runtime does, in simulated surroundings. */
export class SimProcess implements GroupSurroundings, MeshOwner {
  /** What of the promises between the two is known here. */
  readonly #promises: Promises;
  readonly config: Config;
  readonly agent: string;
  readonly configHash = "same-everywhere";
  readonly timers: Timers;
  readonly network: Network;
  readonly runners: MeshOwner["runners"];
  readonly runner: GroupRunner;
  readonly mesh: PairMesh;
  readonly spool: GroupSpool;
  readonly commands: CurrentCommands = new CurrentCommands();
  readonly watched: Watched;
  reign: SimReign | undefined;
  readonly #machine: SimAgent;
  readonly #random: SeededRandom;
  readonly #service: ProtocolService;
  readonly #listeners: Listeners;
  #work: GroupWork | undefined;

  /** `undefined` where the disk does not let it start: its supervisor tries again. */
  static start(machine: SimAgent, random: SeededRandom): SimProcess | undefined {
    try {
      const process = new SimProcess(machine, random);
      process.mesh.start();
      process.runner.start();
      return process;
    } catch (thrown) {
      machine.parts.court.note(`${machine.name} cannot start: ${toEdgeError(thrown, "disk.io").message}`);
      return undefined;
    }
  }

  private constructor(machine: SimAgent, random: SeededRandom) {
    const { name, config, crypto, devices, redis, clock, reach, court, sabotage } = machine.parts;
    const { host } = machine;
    this.#machine = machine;
    this.#random = random;
    this.config = config;
    this.agent = name;
    this.timers = host.timers;
    this.watched = { agent: name, host, court };
    this.network = this.#networkFor((transport) => transport);
    this.#service = simService({
      host: name,
      devices,
      crypto,
      random: random.of("oslp"),
      timers: host.timers,
      isServed: () => this.#work !== undefined,
      dial: async (to, device) => {
        const transport = await machine.parts.network.dial(host, { ...to, timeoutMs: PATIENCE.connectMs });
        return watchedTransport(transport, this.watched, { device, uid: this.commands.of(device) });
      },
    });
    this.#listeners = new Listeners({
      services: [this.#service],
      timers: this.timers,
      network: this.#networkFor((transport) =>
        watchedTransport(transport, this.watched, { device: this.#deviceAt(transport), uid: undefined }),
      ),
      workOf: () => this.#work,
      refused: (device, protocol, peer, fault) => this.refused(device, protocol, peer, fault),
      note: (level, text) => this.note(level, text),
    });
    this.spool = this.#openSpool();
    sabotage.spool?.(this.spool);
    this.mesh = makeMesh(this, { info: () => {}, warn: (_facts, text) => this.note("warn", text) });
    const codes = { unreachable: "lease.store.unreachable", refused: "lease.store.refused" } as const;
    const line = new RedisLine({ redis, clock, random: random.of("lease line"), host, reach, codes });
    const store = watchedStore(leaseStore(redis, line), this.watched);
    const epochs = new EpochFile(this.#disk("state"), GROUP);
    this.runner = new GroupRunner({
      identity: { group: GROUP, agent: name, members: Object.keys(config.agents), configHash: this.configHash },
      settings: sabotage.leaseSettings?.(LEASE) ?? LEASE,
      store: sabotage.leaseStore?.(store, redis) ?? store,
      timers: this.timers,
      random: random.of("lease"),
      voice: { say: (peer, word) => this.#say(peer, word) },
      epochs: sabotage.epochs?.(epochs) ?? epochs,
      makeWork: (reign, reason, detectedAfterMs) => {
        this.reign = reignWork({ process: this, machine, random, reign, reason, detectedAfterMs });
        return this.reign.group;
      },
      onOutcome: (outcome) => this.#tell(outcome),
      onWorkFailed: (fault) => this.note("error", `work failed: ${fault.message}`),
    });
    const { lease } = this.runner;
    this.#promises = new Promises(this.watched, () => lease.reign()?.epoch ?? 0);
    this.runners = new Map([
      [
        GROUP,
        {
          group: GROUP,
          lease: {
            linkOpened: (peer) => lease.linkOpened(peer),
            linkClosed: (peer, how) => lease.linkClosed(peer, how),
            beat: (peer) => lease.beat(peer),
            heard: (peer, word) => this.#hear(peer, word),
          },
        },
      ],
    ]);
  }

  serviceOf(device: string): ProtocolService | undefined {
    return this.#service.book.knows(device) === undefined ? undefined : this.#service;
  }

  devicesOf(): readonly string[] {
    return this.#machine.parts.devices.map((one) => one.uid);
  }

  forget(group: string): void {
    this.#service.book.forget(group);
  }

  async serve(_group: string, work: GroupWork): Promise<void> {
    this.#work = work;
    await this.#listeners.open();
  }

  async unserve(_group: string, work: GroupWork): Promise<void> {
    if (this.#work !== work) return;
    this.#work = undefined;
    this.#listeners.endConversations(work);
    await this.#listeners.close();
  }

  get services(): readonly ProtocolService[] {
    return [this.#service];
  }

  broke(protocol: string, fault: EdgeError): void {
    this.note("error", `the ${protocol} adapter broke: ${fault.message}`);
  }

  refused(device: string | undefined, _protocol: string, peer: string, fault: EdgeError): void {
    this.note("debug", `refused ${device ?? peer}: ${fault.code}`);
  }

  stored(): void {}

  note(_level: string, text: string): void {
    this.watched.court.note(`${this.agent}: ${text}`);
  }

  spoolBytes(): number {
    return this.spool.own.status().bytes;
  }

  linkOpened(peer: string): void {
    this.spool.mirrors.linkUp(peer);
  }

  linkClosed(peer: string): void {
    this.spool.mirrors.linkDown(peer);
  }

  linkOutcome(peer: string, outcome: PairOutcome): void {
    const { mirrors } = this.spool;
    if (outcome.kind === "replicate") mirrors.received(peer, outcome.stream, outcome.records);
    else if (outcome.kind === "replicated") mirrors.acknowledged(peer, outcome.stream, outcome.position);
  }

  #networkFor(wrap: (transport: Transport) => Transport): Network {
    const { host } = this.#machine;
    const { network } = this.#machine.parts;
    return {
      dial: ({ host: to, port, timeoutMs }) => network.dial(host, { host: to, port, timeoutMs }).then(wrap),
      listen: ({ port, maxConnections, onTransport }) =>
        network.listen(host, { port, maxConnections, onTransport: (transport) => onTransport(wrap(transport)) }),
    };
  }

  #openSpool(): GroupSpool {
    const { config, name } = this.#machine.parts;
    return new GroupSpool({
      group: GROUP,
      source: config.gateway,
      agent: name,
      disk: (directory) => this.#disk(directory),
      directories: () => [...this.#machine.disks().keys()],
      rename: (from, to) => this.#machine.renameDisk(from, to),
      settings: spoolSettings(config),
      crc32,
      timers: this.timers,
      random: this.#random.of("spool"),
      send: (peer, stream, position, bytes) => {
        let sent = false;
        this.mesh.use(peer, (link, now) => {
          const offered = link.replicate(stream, position, bytes, now);
          sent = offered.sent;
          return offered.step;
        });
        return sent;
      },
      acknowledge: (peer, stream, position) => {
        this.mesh.use(peer, (link, now) => link.replicated(stream, position, now));
      },
      broken: (peer, fault) => this.note("warn", `the mirror of ${peer} is broken: ${fault.message}`),
      note: (level, text) => this.note(level, text),
    });
  }

  #disk(directory: string) {
    return this.#machine.disk(directory);
  }

  #deviceAt(transport: Transport): string {
    const address = transport.peer.slice(0, transport.peer.lastIndexOf(":"));
    return this.#machine.parts.devices.find((one) => one.address === address)?.uid ?? address;
  }

  #say(peer: string, word: PeerWord): void {
    this.#promises.said(word);
    if (word.kind !== "beat") this.mesh.say(peer, GROUP, word);
  }

  #hear(peer: string, word: PeerWord): void {
    const { heard } = this.#machine.parts.sabotage;
    const left = heard === undefined ? word : heard(word, (answer) => this.#say(peer, answer));
    if (left === undefined) return;
    this.#promises.heard(left);
    this.runner.lease.heard(peer, left);
  }

  #tell(outcome: LeaseOutcome): void {
    queueMicrotask(() => this.mesh.beatNow());
    const { court } = this.watched;
    if (outcome.kind === "standby") this.reign = undefined;
    if (outcome.kind === "active" || outcome.kind === "standby") {
      court.tell({ kind: outcome.kind, agent: this.agent, epoch: outcome.epoch });
      court.note(`${this.agent}: ${outcome.kind} because of ${outcome.reason}`);
    } else court.note(`${this.agent}: ${Object.values(outcome).join(" ")}`);
  }
}
