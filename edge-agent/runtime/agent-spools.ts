import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { NodeDisk, toDiskFault } from "../../adapters/io/node/disk.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Config, GroupSettings } from "../config/config.ts";
import type { PairOutcome } from "../pair/outcomes.ts";
import { DEFAULT_SPOOL_SETTINGS, type SpoolSettings } from "../spool/settings.ts";
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

/** The spools of one agent, a directory per group: `state/spool/<group>/own` and one per mirror. */
export class AgentSpools {
  readonly #spools = new Map<string, GroupSpool>();
  readonly #parts: AgentSpoolsParts;

  /** Recovers what is on the disk. Throws `spool.*` and `disk.*`. */
  constructor(parts: AgentSpoolsParts) {
    this.#parts = parts;
    for (const [group, settings] of Object.entries(parts.config.groups)) {
      if (settings.agents.includes(parts.agent)) this.#spools.set(group, this.#make(group, settings));
    }
  }

  of(group: string): GroupSpool | undefined {
    return this.#spools.get(group);
  }

  all(): IterableIterator<GroupSpool> {
    return this.#spools.values();
  }

  linkOpened(peer: string): void {
    if (!this.#parts.config.pair.replicateSpool) return;
    for (const [group, spool] of this.#spools) if (this.#shares(group, peer)) spool.mirrors.linkUp(peer);
  }

  linkClosed(peer: string): void {
    if (!this.#parts.config.pair.replicateSpool) return;
    for (const [group, spool] of this.#spools) if (this.#shares(group, peer)) spool.mirrors.linkDown(peer);
  }

  heard(peer: string, outcome: PairOutcome): void {
    if (outcome.kind === "replicate") {
      this.#spools.get(groupOf(outcome.stream))?.mirrors.received(peer, outcome.stream, outcome.records);
    } else if (outcome.kind === "replicated") {
      this.#spools.get(groupOf(outcome.stream))?.mirrors.acknowledged(peer, outcome.stream, outcome.position);
    }
  }

  close(): void {
    for (const spool of this.#spools.values()) spool.close();
  }

  #shares(group: string, peer: string): boolean {
    return this.#parts.config.groups[group]?.agents.includes(peer) === true;
  }

  #make(group: string, settings: GroupSettings): GroupSpool {
    const { config, agent, timers, mesh, broken, note } = this.#parts;
    const dir = join(config.agents[agent]?.state ?? ".", "spool", group);
    mkdirSync(dir, { recursive: true });
    return new GroupSpool({
      group,
      source: config.gateway,
      agent,
      succession: membersOf(config, group, settings),
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
      settings: spoolSettings(config),
      crc32: typeof crc32 === "function" ? (bytes, seed) => crc32(bytes, seed) : undefined,
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

function groupOf(stream: string): string {
  return stream.slice(stream.indexOf("/") + 1);
}
