import { SimClock } from "../../adapters/io/sim/clock.ts";
import { SimDisk } from "../../adapters/io/sim/disk.ts";
import { SimHost, type SimTimers } from "../../adapters/io/sim/host.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { Message } from "../model/message.ts";
import { stamp } from "../model/stamp.ts";
import type { PlacedEntry } from "../queue/load.ts";
import { DEFAULT_SPOOL_SETTINGS, type SpoolSettings } from "../spool/settings.ts";
import { GroupSpool } from "./group-spool.ts";

const SETTINGS: SpoolSettings = {
  ...DEFAULT_SPOOL_SETTINGS,
  segmentBytes: 65_536,
  maxBytes: 1_048_576,
  maxRecordBytes: 16_384,
  maxUnsyncedBytes: 32_768,
  policy: "block",
};

/** One agent's disk and spool on a virtual clock; `reopen` is a restart of its process. */
export class SpoolSide {
  readonly name: string;
  readonly host: SimHost;
  readonly disks: Map<string, SimDisk> = new Map();
  readonly random: SeededRandom;
  readonly #settings: SpoolSettings;
  readonly #clock: SimClock;
  spool: GroupSpool;
  /** Where pieces go; `undefined` while the link is down. */
  other: SpoolSide | undefined;
  /** Pieces and acknowledgements are dropped on the floor, as by a peer that hangs. */
  deaf = false;
  broken: string[] = [];
  readonly notes: string[] = [];
  /** The directory the disk does not give. */
  refusing: string | undefined;

  constructor(name: string, clock: SimClock, seed: number, settings: Partial<SpoolSettings> = {}) {
    this.name = name;
    this.#clock = clock;
    this.host = new SimHost({ clock, name });
    this.random = new SeededRandom(seed).of(name);
    this.#settings = { ...SETTINGS, ...settings };
    this.spool = this.#open();
  }

  get timers(): SimTimers {
    return this.host.timers;
  }

  /** The process dies and another one starts: what was not synced may be lost or torn. */
  reopen(): void {
    this.host.kill();
    for (const disk of this.disks.values()) disk.crash();
    this.spool = this.#open();
  }

  /** What has left one side reaches the other, which reads it when it runs. */
  #reach(other: SpoolSide, act: () => void): void {
    const { host } = other;
    const { life } = host;
    this.#clock.after(0, () => {
      if (!other.deaf && other.other === this) host.deliver(life, act);
    });
  }

  #open(): GroupSpool {
    const clockOf = this.host;
    return new GroupSpool({
      group: "g",
      source: "/t/gw",
      agent: this.name,
      disk: (name) => {
        if (name === this.refusing)
          throw new EdgeError({ code: "disk.io", blame: "operator", retry: "never", message: "no such device" });
        const known = this.disks.get(name) ?? new SimDisk({ random: this.random.of(name) });
        this.disks.set(name, known);
        return known;
      },
      directories: () => [...this.disks.keys()],
      rename: (from, to) => {
        const disk = this.disks.get(from);
        this.disks.delete(from);
        if (disk !== undefined) this.disks.set(to, disk);
      },
      note: (_level, text) => this.notes.push(text),
      settings: this.#settings,
      groupCommit: { lingerMs: 2, maxBytes: 16_384, maxRecords: 100 },
      timers: clockOf.timers,
      random: this.random,
      send: (_peer, stream, _position, bytes) => {
        const { other } = this;
        if (other === undefined) return false;
        const copy = bytes.slice();
        this.#reach(other, () => other.spool.mirrors.received(this.name, stream, copy));
        return true;
      },
      acknowledge: (_peer, stream, position) => {
        const { other } = this;
        if (other !== undefined)
          this.#reach(other, () => other.spool.mirrors.acknowledged(this.name, stream, position));
      },
      broken: (_peer, fault) => this.broken.push(fault.code),
    });
  }
}

export function link(a: SpoolSide, b: SpoolSide): void {
  a.other = b;
  b.other = a;
  a.spool.mirrors.linkUp(b.name);
  b.spool.mirrors.linkUp(a.name);
}

export function unlink(a: SpoolSide, b: SpoolSide): void {
  a.other = undefined;
  b.other = undefined;
  a.spool.mirrors.linkDown(b.name);
  b.spool.mirrors.linkDown(a.name);
}

/** An entry of one event, with a memory that counts along. */
export function entry(device: string, order: number, epoch: number = 1): PlacedEntry {
  const message: Message = stamp(
    {
      id: `${device}-${epoch}-${order}`,
      type: "busbar.event.v1",
      subject: device,
      time: undefined,
      timesource: "ingest",
      protocol: "oslp",
      data: {
        code: "test",
        category: "diag",
        severity: "info",
        nativeCode: "TEST",
        text: `#${order}`,
        cause: "spontaneous",
        historical: false,
      },
    },
    { source: "/t/gw", agent: "a", epoch, sequence: order, recordedtime: "2026-01-01T00:00:00.000Z" },
  );
  return { device, messages: [message], memory: { n: order }, place: { epoch, order } };
}

export { SimClock };
