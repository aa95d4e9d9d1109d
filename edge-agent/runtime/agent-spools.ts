import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { NodeDisk, toDiskFault } from "../../adapters/io/node/disk.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Config, GroupSettings } from "../config/config.ts";
import type { PairOutcome } from "../pair/outcomes.ts";
import type { Crc32 } from "../spool/crc32.ts";
import type { GroupCommitSettings } from "../spool/group-commit.ts";
import { newIncarnation } from "../spool/position.ts";
import { DEFAULT_SPOOL_SETTINGS, type SpoolSettings } from "../spool/settings.ts";
import { bridgeSpool } from "./bridge-queue.ts";
import { adoptEarlierQueue } from "./earlier-bridge-queue.ts";
import { GroupSpool } from "./group-spool.ts";
import { membersOf } from "./placing.ts";
import type { PairMesh } from "./pair-mesh.ts";

export interface AgentSpoolsParts {
  readonly config: Config;
  readonly agent: string;
  readonly timers: Timers;
  readonly mesh: () => PairMesh;
  readonly broken: (peer: string, fault: EdgeError) => void;
  readonly note: (level: "info" | "warn" | "error", text: string) => void;
  /** Called before every wait for the disk. */
  readonly beforeDisk?: (() => void) | undefined;
}

interface MadeSpool {
  readonly key: string;
  /** Below the agent's state. */
  readonly folder: string;
  /** The group whose agents share it. */
  readonly group: string;
  readonly settings: SpoolSettings;
  readonly groupCommit?: GroupCommitSettings;
}

/**
 * The spools of one agent, a directory per group: `state/spool/<group>/own` and one per mirror. The queue of a bridge is one
 * too, `state/bridges/<name>`, on the disks of the agents of its group.
 */
export class AgentSpools {
  readonly #spools = new Map<string, GroupSpool>();
  /** By name of the bridge. */
  readonly #bridges = new Map<string, GroupSpool>();
  readonly #parts: AgentSpoolsParts;

  /** Recovers what is on the disk. Throws `spool.*` and `disk.*`. */
  constructor(parts: AgentSpoolsParts) {
    this.#parts = parts;
    for (const [group, settings] of Object.entries(parts.config.groups)) {
      if (!settings.agents.includes(parts.agent)) continue;
      const of = { key: group, folder: join("spool", group), group, settings: spoolSettings(parts.config) };
      this.#spools.set(group, this.#make(of, settings));
    }
    for (const [name, bridge] of Object.entries(parts.config.protocols.mqtt?.bridges ?? {})) {
      const { group, queue } = bridge;
      const settings = parts.config.groups[group];
      if (settings?.agents.includes(parts.agent) !== true) continue;
      const of = { key: bridgeKey(name), folder: join("bridges", name), group, ...bridgeSpool(queue) };
      const spool = this.#make(of, settings);
      this.#bridges.set(name, spool);
      this.#adoptEarlier(name, of, spool);
    }
  }

  of(group: string): GroupSpool | undefined {
    return this.#spools.get(group);
  }

  ofBridge(name: string): GroupSpool | undefined {
    return this.#bridges.get(name);
  }

  /** The queues of the bridges that go with a group. */
  bridgesOf(group: string): readonly GroupSpool[] {
    const bridges = this.#parts.config.protocols.mqtt?.bridges ?? {};
    return [...this.#bridges].flatMap(([name, spool]) => (bridges[name]?.group === group ? [spool] : []));
  }

  /** Those of the groups. */
  all(): IterableIterator<GroupSpool> {
    return this.#spools.values();
  }

  linkOpened(peer: string): void {
    if (!this.#parts.config.pair.replicateSpool) return;
    for (const spool of this.#sharedWith(peer)) spool.mirrors.linkUp(peer);
  }

  linkClosed(peer: string): void {
    if (!this.#parts.config.pair.replicateSpool) return;
    for (const spool of this.#sharedWith(peer)) spool.mirrors.linkDown(peer);
  }

  heard(peer: string, outcome: PairOutcome): void {
    if (outcome.kind === "replicate") {
      this.#at(outcome.stream)?.mirrors.received(peer, outcome.stream, outcome.records);
    } else if (outcome.kind === "replicated") {
      this.#at(outcome.stream)?.mirrors.acknowledged(peer, outcome.stream, outcome.position);
    }
  }

  close(): void {
    for (const spool of this.#spools.values()) spool.close();
    for (const spool of this.#bridges.values()) spool.close();
  }

  #sharedWith(peer: string): readonly GroupSpool[] {
    const { groups } = this.#parts.config;
    return Object.keys(groups)
      .filter((group) => groups[group]?.agents.includes(peer) === true)
      .flatMap((group) => {
        const own = this.#spools.get(group);
        return own === undefined ? [] : [own, ...this.bridgesOf(group)];
      });
  }

  /** The spool a stream of the pair link is of. */
  #at(stream: string): GroupSpool | undefined {
    const key = stream.slice(stream.indexOf("/") + 1);
    return key.startsWith(BRIDGE) ? this.#bridges.get(key.slice(BRIDGE.length)) : this.#spools.get(key);
  }

  #adoptEarlier(name: string, { folder, group, settings }: MadeSpool, into: GroupSpool): void {
    const { config, agent, timers, beforeDisk, note } = this.#parts;
    const dir = join(config.agents[agent]?.state ?? ".", folder);
    const adopted = adoptEarlierQueue({
      disk: new NodeDisk(dir, beforeDisk),
      name,
      source: config.gateway,
      group,
      options: { clock: timers, settings, incarnation: newIncarnation(new NodeRandom()), crc32: fastCrc32() },
      into: into.own,
    });
    if (adopted === undefined) return;
    const { messages, fault } = adopted;
    if (messages > 0)
      note("info", `bridge ${name}: ${messages} messages that an earlier version had queued go over now`);
    if (fault !== undefined)
      note("error", `bridge ${name}: what an earlier version had queued stays in ${dir}: ${fault.message}`);
  }

  #make(of: MadeSpool, members: GroupSettings): GroupSpool {
    const { config, agent, timers, mesh, broken, note } = this.#parts;
    const dir = join(config.agents[agent]?.state ?? ".", of.folder);
    mkdirSync(dir, { recursive: true });
    return new GroupSpool({
      group: of.key,
      source: config.gateway,
      agent,
      succession: membersOf(config, of.group, members),
      disk: (name) => {
        return new NodeDisk(join(dir, name), this.#parts.beforeDisk);
      },
      directories: () => readdirSync(dir),
      rename: (from, to) => {
        try {
          renameSync(join(dir, from), join(dir, to));
        } catch (thrown) {
          throw toDiskFault(from, thrown, "disk.io");
        }
      },
      settings: of.settings,
      groupCommit: of.groupCommit,
      crc32: fastCrc32(),
      timers,
      random: new NodeRandom(),
      send: (peer, stream, position, bytes) => {
        let sent = false;
        mesh().use(peer, (link, now) => {
          const offered = link.replicate(stream, position, bytes, now);
          sent = offered.sent;
          return offered.step;
        });
        return sent;
      },
      acknowledge: (peer, stream, position) => {
        mesh().use(peer, (link, now) => link.replicated(stream, position, now));
      },
      broken,
      note,
    });
  }
}

/** Of Node, where it has one. */
function fastCrc32(): Crc32 | undefined {
  return typeof crc32 === "function" ? (bytes, seed) => crc32(bytes, seed) : undefined;
}

/** The spool's settings of the configuration. `block` drops nothing, so there age is no reason to drop either. */
export function spoolSettings(config: Pick<Config, "spool">): SpoolSettings {
  const { maxBytes, maxAgeMs, segmentBytes, policy } = config.spool;
  const d = DEFAULT_SPOOL_SETTINGS;
  const unsynced = Math.min(d.maxUnsyncedBytes, Math.floor(segmentBytes / 2));
  return {
    ...d,
    maxBytes,
    segmentBytes,
    policy,
    maxAgeMs: policy === "block" ? undefined : maxAgeMs,
    maxUnsyncedBytes: unsynced,
    maxRecordBytes: Math.min(d.maxRecordBytes, unsynced),
  };
}

/** No group has a colon in its name. */
const BRIDGE = "bridge:";

/** What the queue of a bridge is called where groups have their names: on the pair link and in its segments. */
function bridgeKey(name: string): string {
  return `${BRIDGE}${name}`;
}
