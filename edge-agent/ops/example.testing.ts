import type {
  AgentStatus,
  Distribution,
  GroupRequest,
  HandoverRequest,
  Health,
  Outcome,
} from "../model/agent-status.ts";
import type { DeviceDetail, DeviceQuery, TapFilter, TapItem, UnknownDevice } from "../model/device-status.ts";
import type { OpsSource } from "./source.ts";

export const UNKNOWN_DEVICE: UnknownDevice = {
  protocol: "oslp",
  claimed: {
    identification: "LAMP 17",
    deviceId: "AAEAAAAAAAAAABEA",
    deviceType: 1,
    hasSchedule: false,
    address: "10.1.0.17",
  },
  peer: "10.1.0.17:40112",
  firstAt: "2026-11-21T00:01:00.000Z",
  lastAt: "2026-11-21T00:09:00.000Z",
  times: 12,
};

const NONE: Distribution = { bounds: [1, 10, 100], counts: [0, 0, 0, 0], sum: 0, count: 0 };

export const STATUS: AgentStatus = {
  agent: "a",
  gateway: "/sub-042/gw",
  version: "0.1.0",
  startedAt: "2026-11-21T00:00:00.000Z",
  now: "2026-11-21T00:10:00.000Z",
  configHash: "9f895b5b737b6fe0e0359157dbb22baa",
  groups: [
    {
      group: "main",
      role: "active",
      paused: false,
      epoch: 7,
      highestEpoch: 7,
      holder: "a",
      since: "2026-11-21T00:05:00.000Z",
      leaseLeftMs: 2_400,
      livingOnPromise: false,
      ready: true,
      reasons: [],
      devices: 40,
      lastTakeover: {
        at: "2026-11-21T00:05:00.000Z",
        reason: "link-closed",
        from: "b",
        to: "a",
        epoch: 7,
        tookMs: 340,
      },
      takeovers: 1,
      handovers: 2,
      stepDowns: 1,
    },
  ],
  peers: [
    {
      agent: "b",
      address: "10.0.0.2:7411",
      state: "connected",
      since: "2026-11-21T00:05:01.000Z",
      roundTripMs: 0.4,
      configHash: "9f895b5b737b6fe0e0359157dbb22baa",
      clockOffsetMs: -3,
    },
  ],
  redis: {
    state: "usable",
    since: "2026-11-21T00:00:00.000Z",
    address: "10.0.0.10:6379",
    version: "7.0.15",
    roundTripMs: 0.3,
    usedBytes: 12_000_000,
    maxBytes: undefined,
    findings: [],
  },
  messages: {
    stored: { "busbar.event.v1": 120, "busbar.state.v1": 40 },
    storedPerSecond: 12.4,
    committed: 150,
    recognised: 3,
    dropped: {},
    lastAt: "2026-11-21T00:09:58.000Z",
  },
  spool: {
    messages: 10,
    bytes: 16_777_216,
    maxBytes: 2_147_483_648,
    oldestAt: "2026-11-21T00:09:30.000Z",
    policy: "block",
    replicated: true,
    fullInMs: undefined,
    peerMessages: 0,
    failed: false,
  },
  queues: [
    { group: "main", name: "messages", waiting: 4, active: 1, delayed: 0, failed: 0 },
    { group: "main", name: "commands", waiting: 0, active: 0, delayed: 0, failed: 0 },
  ],
  commands: { waiting: 1, underWay: 2, circuitsOpen: 3, ended: { succeeded: 9, unknown: 1 } },
  devices: { oslp: { online: 37, degraded: 1, stalled: 1, offline: 1, unknown: 0 } },
  refusals: { "oslp.signature.invalid": 5 },
  cores: [{ name: "core-1", groups: ["main"], lastSeenAt: "2026-11-21T00:09:59.000Z" }],
  links: [
    { group: "main", name: "plant", kind: "broker", isUp: true, bridge: undefined },
    {
      group: "main",
      name: "centre",
      kind: "bridge",
      isUp: false,
      bridge: { waiting: 31, waitingBytes: 9_120, mirrored: true, sent: 400, received: 2, dropped: 5 },
    },
  ],
  timings: {
    leaseRenewMs: { bounds: [1, 10, 100], counts: [5, 3, 1, 1], sum: 640, count: 10 },
    takeoverMs: NONE,
    commitMs: NONE,
    commandMs: NONE,
  },
  logLevel: "info",
};

export const HEALTH: Health = {
  live: true,
  ready: true,
  reasons: [],
  groups: [{ group: "main", role: "active", epoch: 7, ready: true, reasons: [] }],
};

/** A source whose answers a test sets, and that remembers what it was asked. */
export class ExampleSource implements OpsSource {
  status_: AgentStatus = STATUS;
  health_: Health = HEALTH;
  outcome: Outcome = { done: true, message: "done" };
  readonly asked: unknown[] = [];
  openTaps = 0;
  #items: TapItem[] = [];
  #wake: () => void = () => {};

  status(): AgentStatus {
    return this.status_;
  }

  health(): Health {
    return this.health_;
  }

  devices(query: DeviceQuery): { devices: DeviceDetail[]; total: number; next: string | undefined } {
    this.asked.push(query);
    return {
      devices: [DEVICE].filter((one) => query.state === undefined || one.state === query.state),
      total: 1,
      next: undefined,
    };
  }

  device(uid: string): DeviceDetail | undefined {
    return uid === DEVICE.uid ? DEVICE : undefined;
  }

  refusals() {
    return DEVICE.lastRefusals;
  }

  unknownDevices(): UnknownDevice[] {
    return [UNKNOWN_DEVICE];
  }

  offer(...items: TapItem[]): void {
    this.#items.push(...items);
    this.#wake();
  }

  async *tap(filter: TapFilter, signal: AbortSignal): AsyncGenerator<TapItem> {
    this.asked.push(filter);
    this.openTaps += 1;
    try {
      while (!signal.aborted) {
        const item = this.#items.shift();
        if (item !== undefined) yield item;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
            signal.addEventListener("abort", () => resolve(), { once: true });
          });
        }
      }
    } finally {
      this.openTaps -= 1;
    }
  }

  async handover(request: HandoverRequest): Promise<Outcome> {
    this.asked.push(request);
    return this.outcome;
  }

  async pause(request: GroupRequest): Promise<Outcome> {
    this.asked.push({ pause: request });
    return this.outcome;
  }

  async resume(request: GroupRequest): Promise<Outcome> {
    this.asked.push({ resume: request });
    return this.outcome;
  }

  setLogLevel(level: string): void {
    this.asked.push(level);
  }

  configuration(): Readonly<Record<string, unknown>> {
    return { gateway: "/sub-042/gw" };
  }
}

export const DEVICE: DeviceDetail = {
  uid: "lamp-1",
  protocol: "oslp",
  group: "main",
  identification: "SSLD-1",
  state: "online",
  since: "2026-11-21T00:05:02.000Z",
  reason: "data received",
  lastHeardAt: "2026-11-21T00:09:58.000Z",
  address: "10.1.0.1:12122",
  memory: { sequence: 12 },
  commandsWaiting: 0,
  talking: false,
  circuit: { failures: 4, openUntil: "2026-11-21T00:10:10.000Z", reason: "transport.refused" },
  lastMessages: [],
  lastRefusals: [
    {
      at: "2026-11-21T00:09:00.000Z",
      protocol: "oslp",
      peer: "10.1.0.9:4711",
      device: undefined,
      code: "oslp.signature.invalid",
      reason: "the signature is not this device's",
      decoded: { sequence: 3 },
    },
  ],
};
