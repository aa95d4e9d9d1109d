import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeTimers } from "../adapters/io/node/clock.ts";
import { NodeDisk } from "../adapters/io/node/disk.ts";
import { NodeRandom } from "../adapters/io/node/random.ts";
import { connectRedis, type RedisConnection } from "../adapters/io/node/redis.ts";
import type { Reign } from "../edge-agent/model/reign.ts";
import { Committer } from "../edge-agent/queue/committer.ts";
import { FencedScript } from "../edge-agent/queue/fenced-script.ts";
import { memoriesOf } from "../edge-agent/queue/memories.ts";
import { MESSAGE_JOB_OPTIONS, MESSAGES_QUEUE } from "../edge-agent/queue/group-queue.ts";
import { announceGaps } from "../edge-agent/runtime/announce-gaps.ts";
import { Counters } from "../edge-agent/runtime/counters.ts";
import { DeviceBook, type KnownDevice } from "../edge-agent/runtime/device-book.ts";
import { DirectStorekeeper } from "./direct-storekeeper.ts";
import { GroupSpool } from "../edge-agent/runtime/group-spool.ts";
import { GroupWork } from "../edge-agent/runtime/group-work.ts";
import { LastMessages } from "../edge-agent/runtime/last-messages.ts";
import type { ProtocolService } from "../edge-agent/runtime/protocol-service.ts";
import { SpoolingStorekeeper } from "../edge-agent/runtime/spooling-storekeeper.ts";
import type { Storekeeper } from "../edge-agent/runtime/storekeeper.ts";
import { Taps } from "../edge-agent/runtime/taps.ts";
import { DEFAULT_DRAIN } from "../edge-agent/spool/drain.ts";
import { DEFAULT_SPOOL_SETTINGS } from "../edge-agent/spool/settings.ts";
import { ExampleDevice } from "./example-event.ts";

export const BENCH_GROUP = "bench";
export const BENCH_TOKEN = "a:1";
const GATEWAY = "/bench/gw";

/** `spooling`: as in the field. `direct`: the committer without a spool in front. */
export type PathKind = "spooling" | "direct";

/**
 * An agent's path from a draft to the queue, of the parts the agent itself puts together at a promotion; only the session
 * in front of it, which checks and signs envelopes, is not there.
 */
export class AgentPath {
  readonly devices: readonly ExampleDevice[];
  readonly work: GroupWork;
  readonly connection: RedisConnection;
  readonly #storekeeper: Storekeeper;
  readonly #committer: Committer;
  readonly #spool: GroupSpool | undefined;
  readonly #dir: string;
  /** Messages that took the way over the disk. */
  spooled = 0;

  constructor(options: { readonly port: number; readonly devices: number; readonly path: PathKind }) {
    const timers = new NodeTimers();
    const reign: Reign = { group: BENCH_GROUP, holder: "a", epoch: 1, mayAct: () => true };
    this.devices = Array.from({ length: options.devices }, (_, index) => new ExampleDevice(index));
    this.#dir = mkdtempSync(join(tmpdir(), "busbar-bench-"));
    const target = { kind: "standalone", host: "127.0.0.1", port: options.port } as const;
    this.connection = connectRedis({ target }, "effects");
    const queue = { group: BENCH_GROUP, name: MESSAGES_QUEUE, jobOptions: MESSAGE_JOB_OPTIONS };
    const lastMessages = new LastMessages();
    this.#committer = new Committer({
      reign,
      fence: new FencedScript(this.connection.client, queue),
      timers,
      committed: (loads) => {
        for (const { device, messages } of loads) lastMessages.note(device, messages);
      },
    });
    if (options.path === "spooling") {
      this.#spool = openSpool(this.#dir, timers);
      this.#storekeeper = new SpoolingStorekeeper({
        reign,
        committer: this.#committer,
        spool: this.#spool,
        drain: DEFAULT_DRAIN,
        timers,
        random: new NodeRandom(),
        announce: (gaps) => announceGaps(gaps, { gateway: GATEWAY, reign, at: timers.wall() }),
        remembered: (devices) => memoriesOf(this.connection.client, BENCH_GROUP, devices),
        noted: (what) => {
          if (what.kind === "direct") this.spooled += what.buffered;
        },
      });
    } else this.#storekeeper = new DirectStorekeeper(this.#committer);
    const service = serviceOf(this.devices);
    const [counters, taps] = [new Counters(timers), new Taps()];
    this.work = new GroupWork({
      reign,
      gateway: GATEWAY,
      storekeeper: this.#storekeeper,
      services: [service],
      serviceOf: () => service,
      devices: this.devices.map((device) => device.uid),
      timers,
      refused: () => {},
      stored: (messages) => {
        for (const message of messages) counters.stored(message.type);
        taps.show(messages);
      },
      note: () => {},
      broke: () => {},
    });
  }

  async open(): Promise<void> {
    await this.connection.ready({ timeoutMs: 5_000 });
    this.#storekeeper.begin();
  }

  get messagesPerJob(): number {
    const { messages, jobs } = this.#committer.counts;
    return messages / Math.max(1, jobs);
  }

  async settle(): Promise<void> {
    await this.#storekeeper.settle();
  }

  async close(): Promise<void> {
    this.work.end();
    this.#storekeeper.end();
    await this.connection.close();
    this.#spool?.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function openSpool(dir: string, timers: NodeTimers): GroupSpool {
  return new GroupSpool({
    group: BENCH_GROUP,
    source: GATEWAY,
    agent: "a",
    disk: (name) => {
      mkdirSync(join(dir, name), { recursive: true });
      return new NodeDisk(join(dir, name));
    },
    directories: () => readdirSync(dir),
    rename: (from, to) => renameSync(join(dir, from), join(dir, to)),
    settings: DEFAULT_SPOOL_SETTINGS,
    timers,
    random: new NodeRandom(),
    send: () => false,
    acknowledge: () => {},
    broken: () => {},
    note: () => {},
  });
}

/** The book of the devices; there are no sockets to ask for. */
function serviceOf(devices: readonly ExampleDevice[]): ProtocolService {
  const noSockets = (): never => {
    throw new Error("this path has no sockets");
  };
  const known = devices.map(({ uid }): KnownDevice => ({ uid, protocolId: uid, group: BENCH_GROUP }));
  return {
    protocol: "oslp",
    book: new DeviceBook(known, ["deviceId", "pendingDeviceId"]),
    listeners: [],
    expectEveryMs: () => undefined,
    accept: noSockets,
    dial: noSockets,
    connect: noSockets,
    describe: noSockets,
  };
}
