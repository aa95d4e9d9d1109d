import { SimDisk } from "../../adapters/io/sim/disk.ts";
import type { SimClock } from "../../adapters/io/sim/clock.ts";
import type { SimCrypto } from "../../adapters/io/sim/crypto.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import type { SimNetwork } from "../../adapters/io/sim/network.ts";
import type { SeededRandom } from "../../adapters/kit/random.ts";
import type { Config } from "../../edge-agent/config/config.ts";
import type { Court } from "./court.ts";
import type { RedisReach } from "./redis-line.ts";
import type { Sabotage } from "./sabotage.ts";
import { SimProcess } from "./sim-process.ts";
import type { SimRedis } from "./sim-redis.ts";

export interface SimAgentParts {
  readonly name: string;
  readonly config: Config;
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly network: SimNetwork;
  readonly crypto: SimCrypto;
  readonly redis: SimRedis;
  readonly reach: RedisReach;
  readonly court: Court;
  readonly devices: readonly { readonly uid: string; readonly identification: string; readonly address: string }[];
  readonly sabotage: Sabotage;
  readonly wallMs: number;
}

/** One machine with an edge agent on it: its clocks and disks outlive every process of it. */
export class SimAgent {
  readonly name: string;
  readonly host: SimHost;
  readonly parts: SimAgentParts;
  readonly #disks = new Map<string, SimDisk>();
  #process: SimProcess | undefined;
  #starts = 0;

  constructor(parts: SimAgentParts) {
    this.parts = parts;
    this.name = parts.name;
    this.host = new SimHost({
      clock: parts.clock,
      name: parts.name,
      monotonicOffsetMs: parts.random.between(1, 1_000_000),
      rate: 1 + (parts.random.below(101) - 50) / 100_000,
      wallStartMs: parts.wallMs + parts.random.between(-1_500, 1_500),
    });
  }

  get process(): SimProcess | undefined {
    return this.#process;
  }

  disk(name: string): SimDisk {
    const known = this.#disks.get(name);
    if (known !== undefined) return known;
    const disk = new SimDisk({ random: this.parts.random.of(`disk ${name}`), quota: DISK_BYTES });
    this.#disks.set(name, disk);
    return disk;
  }

  renameDisk(from: string, to: string): void {
    const disk = this.#disks.get(from);
    if (disk === undefined) return;
    this.#disks.delete(from);
    this.#disks.set(to, disk);
  }

  disks(): ReadonlyMap<string, SimDisk> {
    return this.#disks;
  }

  start(): void {
    if (this.#process !== undefined) return;
    this.#starts += 1;
    this.parts.court.tell({ kind: "started", agent: this.name });
    this.#process = SimProcess.start(this, this.parts.random.of(`process ${this.#starts}`));
  }

  /** As SIGKILL: the kernel closes what was open and keeps what was written. */
  kill(): void {
    if (this.#process === undefined) return;
    this.parts.court.tell({ kind: "killed", agent: this.name });
    this.#bury();
    for (const disk of this.#disks.values()) disk.forgetProcess();
  }

  /** The power goes: nobody hears a goodbye, and what was not synced is kept, lost or torn. */
  losePower(): void {
    this.parts.court.tell({ kind: "power-lost", agent: this.name });
    this.parts.network.unplug(this.name);
    this.#bury();
    for (const disk of this.#disks.values()) disk.crash();
  }

  powerUp(): void {
    this.parts.network.plug(this.name);
    this.start();
  }

  freeze(): void {
    if (this.#process === undefined || this.host.frozen) return;
    this.parts.court.tell({ kind: "frozen", agent: this.name });
    this.host.freeze();
  }

  thaw(): void {
    if (!this.host.frozen) return;
    this.parts.court.tell({ kind: "thawed", agent: this.name });
    this.host.thaw();
  }

  /** Flips a bit somewhere in what is kept here of a peer's spool. */
  rotMirror(random: SeededRandom): void {
    const name = random.pick([...this.#disks.keys()].filter((one) => one.startsWith("peer-")));
    if (name === undefined) return;
    const disk = this.disk(name);
    const file = random.pick(disk.list().filter((one) => one.startsWith("segment-")));
    const size = file === undefined ? 0 : (disk.durable(file)?.length ?? 0);
    // Near the beginning, where something is written.
    if (file !== undefined && size > 0) disk.rot(file, random.below(Math.min(size, 16_384)), 1 << random.below(8));
  }

  /** A disk let one of its spools down. */
  get hasFailedSpool(): boolean {
    const spools = [...(this.#process?.spool.sources.all() ?? [])];
    return spools.some((spool) => spool.status().condition === "failed");
  }

  #bury(): void {
    this.#process = undefined;
    this.host.kill();
  }
}

const DISK_BYTES = 1_048_576;
