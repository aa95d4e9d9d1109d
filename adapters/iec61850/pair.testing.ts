import { createHash } from "node:crypto";
import { type Command, type CommandRequest, decodeCommand } from "../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import type { MessageType } from "../../edge-agent/model/message.ts";
import type { IedAssociation } from "../../firmware-sim/iec61850/association/association.ts";
import { SimulatedIed, type IedSettings } from "../../firmware-sim/iec61850/ied.ts";
import type { LogLine } from "../../firmware-sim/iec61850/log.ts";
import { buildModel } from "../../firmware-sim/iec61850/model/build.ts";
import { bayIcd } from "../../firmware-sim/iec61850/models/bay.ts";
import type { Registry, Seams } from "../kit/adapter.ts";
import { utf8 } from "../kit/bytes.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import { SeededRandom } from "../kit/random.ts";
import type { CommandConclusion, DeviceMemory, SessionOutcome } from "../kit/session.ts";
import type { Step } from "../kit/step.ts";
import { type Instant, toInstant, toWall } from "../kit/time.ts";
import { presetParameters } from "./association/parameters.ts";
import type { IedDevice } from "./device.ts";
import { readScl } from "./scl/read.ts";
import { PLAN_DEFAULTS, type ReportPlan, reportPattern } from "./report/plan.ts";
import { IedSession, type SessionPurpose } from "./session.ts";
import { iec61850Settings } from "./settings.ts";

/** 2026-11-21 00:00 UTC. */
export const WALL_START = 1_795_219_200_000;

export function plan(text: string, rest: Partial<ReportPlan> = {}): ReportPlan {
  return { pattern: reportPattern(text), ...PLAN_DEFAULTS, ...rest };
}

export function ied(rest: Partial<IedDevice> = {}): IedDevice {
  return {
    uid: "ied_1",
    protocolId: "BAY1",
    profile: "generic",
    association: presetParameters("libiec61850"),
    address: "192.0.2.10",
    reports: [],
    originator: { category: 3, identification: "busbar" },
    ...rest,
  };
}

export function command(action: string, rest: Partial<CommandRequest> = {}): Command {
  return decodeCommand({
    uid: `cmd-${action.replaceAll(".", "-")}-${JSON.stringify(rest).length}`,
    device: "ied_1",
    action,
    deadline: "2026-11-22T00:00:00Z",
    issuedBy: "test",
    ...rest,
  });
}

export class TestRegistry implements Registry<IedDevice> {
  readonly memories = new Map<string, DeviceMemory>();
  readonly #devices: readonly IedDevice[];
  constructor(devices: readonly IedDevice[]) {
    this.#devices = devices;
  }
  byUid(uid: string): IedDevice | undefined {
    return this.#devices.find((one) => one.uid === uid);
  }
  byProtocolId(id: string): IedDevice | undefined {
    return this.#devices.find((one) => one.protocolId === id);
  }
  memory(uid: string): DeviceMemory | undefined {
    return this.memories.get(uid);
  }
  byMemory(): IedDevice | undefined {
    return undefined;
  }
}

export function testSeams(registry: TestRegistry, wall: () => number): Seams<IedDevice> {
  return {
    random: new SeededRandom(1),
    crypto: {
      sign: () => new Uint8Array(0),
      verify: () => false,
      sha256: (bytes) => createHash("sha256").update(bytes).digest(),
    },
    wall: () => toWall(wall()),
    registry,
  };
}

export interface PairOptions extends Partial<Omit<IedSettings, "model" | "wall" | "rouse">> {
  readonly icd?: string;
  readonly device?: IedDevice;
  /** Everything the device says to us. */
  readonly heard?: (bytes: Uint8Array) => void;
  readonly timeouts?: Parameters<typeof iec61850Settings>[0]["timeouts"];
}

/**
 * Our session and a simulated IED under one virtual clock, without sockets. What the session wants stored is durable at
 * once, unless `holdStores` is set: then it is lost with the connection, as with an agent that dies.
 */
export class Pair {
  readonly ied: SimulatedIed;
  readonly device: IedDevice;
  readonly registry: TestRegistry;
  readonly log: LogLine[] = [];
  readonly drafts: MessageDraft[] = [];
  readonly conclusions: CommandConclusion[] = [];
  readonly refusals: EdgeError[] = [];
  session: IedSession;
  ended: "done" | EdgeError | undefined;
  holdStores = false;
  /** TPKTs each way. */
  sent = 0;
  readonly #options: PairOptions;
  #association: IedAssociation | undefined;
  #now: Instant = toInstant(0);
  readonly #toServer: Uint8Array[] = [];
  readonly #toClient: Uint8Array[] = [];
  #isCarrying = false;
  #closing: "client" | "server" | undefined;
  #wakeClient: Instant | undefined;
  #wakeServer: Instant | undefined;

  constructor(options: PairOptions = {}) {
    const {
      icd = bayIcd("BAY1"),
      device = ied(),
      timeouts: _timeouts,
      heard: _heard,
      behaviours = [],
      ...rest
    } = options;
    this.#options = options;
    this.device = device;
    this.registry = new TestRegistry([device]);
    this.ied = new SimulatedIed({
      ...{ random: new SeededRandom(1), ...rest },
      ...{ model: buildModel(readScl(utf8(icd), "test.icd")), behaviours },
      wall: () => toWall(WALL_START + this.#now),
      log: (line) => this.log.push(line),
      rouse: () => this.#server((one) => one.wake(this.#now)),
    });
    this.session = this.#make("standing");
    this.ied.tick(this.#now);
  }

  get now(): Instant {
    return this.#now;
  }

  /** Connects, with a session of its own. */
  open(purpose: SessionPurpose = "standing"): this {
    this.session = this.#make(purpose);
    this.ended = undefined;
    this.#association = this.ied.accept("192.0.2.1:4001");
    this.#server((one) => one.open(this.#now));
    this.#client((one) => one.open(this.#now));
    return this;
  }

  /** The connection breaks: neither side hears of the other again. */
  cut(): void {
    const association = this.#association;
    this.#association = undefined;
    this.#client((one) => one.close(this.#now));
    association?.close(this.#now);
    this.ied.tick(this.#now);
  }

  /** Ends the association in good order. */
  release(): void {
    this.#client((session) => session.release(this.#now));
  }

  submit(one: Command): void {
    this.#client((session) => session.submit(one, this.#now));
  }

  /** Runs a command to its end. */
  run(one: Command, forMs: number = 60_000): CommandConclusion {
    this.submit(one);
    const until = this.#now + forMs;
    while (this.#now < until && !this.conclusions.some((conclusion) => conclusion.uid === one.uid)) this.pass(100);
    const found = this.conclusions.find((conclusion) => conclusion.uid === one.uid);
    if (found === undefined) throw new Error(`${one.action} was never concluded`);
    return found;
  }

  /** Lets time pass, deadline by deadline. */
  pass(ms: number): this {
    const until = this.#now + ms;
    for (let turns = 0; turns < 100_000; turns++) {
      const tick = this.ied.tick(this.#now);
      const next = Math.min(tick ?? Infinity, this.#wakeClient ?? Infinity, this.#wakeServer ?? Infinity);
      if (next > until) break;
      this.#now = toInstant(Math.max(next, this.#now));
      this.ied.tick(this.#now);
      if ((this.#wakeServer ?? Infinity) <= this.#now) this.#server((one) => one.wake(this.#now));
      if ((this.#wakeClient ?? Infinity) <= this.#now) this.#client((one) => one.wake(this.#now));
    }
    this.#now = toInstant(until);
    this.ied.tick(this.#now);
    return this;
  }

  /** Readings, events … that were stored. */
  messages<Type extends MessageType>(type: Type): MessageDraft<Type>[] {
    return this.drafts.filter((one): one is MessageDraft & MessageDraft<Type> => one.type === type);
  }

  #make(purpose: SessionPurpose): IedSession {
    const seams = testSeams(this.registry, () => WALL_START + this.#now);
    const settings = iec61850Settings({ timeouts: this.#options.timeouts ?? {} });
    return new IedSession(settings, this.device, seams, purpose);
  }

  #server(give: (association: IedAssociation) => Step<never>): void {
    const association = this.#association;
    if (association === undefined) return;
    const step = give(association);
    this.#wakeServer = step.wakeAt;
    this.#toClient.push(...step.send);
    if (step.ended !== undefined) this.#closing = "server";
    this.#carry();
  }

  #client(give: (session: IedSession) => Step<SessionOutcome<MessageDraft>>): void {
    const step = give(this.session);
    this.#wakeClient = step.wakeAt;
    const tokens = step.outcomes.flatMap((outcome) => this.#take(outcome));
    this.#toServer.push(...step.send);
    if (step.ended !== undefined && this.ended === undefined) {
      this.ended = step.ended;
      this.#closing ??= "client";
    }
    for (const token of tokens) this.#client((one) => one.stored(token, this.#now));
    this.#carry();
  }

  /** Carries bytes both ways, in their order, until nobody has anything to say. */
  #carry(): void {
    if (this.#isCarrying) return;
    this.#isCarrying = true;
    for (;;) {
      const up = this.#toServer.shift();
      if (up !== undefined) {
        this.sent += 1;
        this.#server((one) => one.receive(up, this.#now));
        continue;
      }
      const down = this.#toClient.shift();
      if (down !== undefined) {
        this.#options.heard?.(down);
        this.#client((one) => one.receive(down, this.#now));
        continue;
      }
      if (this.#closing === undefined) break;
      const association = this.#association;
      this.#association = undefined;
      this.#wakeServer = undefined;
      const who = this.#closing;
      this.#closing = undefined;
      if (who === "client") association?.close(this.#now);
      else this.#client((one) => one.close(this.#now));
    }
    this.#isCarrying = false;
  }

  #take(outcome: SessionOutcome<MessageDraft>) {
    switch (outcome.kind) {
      case "store":
        if (this.holdStores) return [];
        this.drafts.push(...outcome.drafts);
        if (outcome.memory !== undefined) this.registry.memories.set(outcome.device, outcome.memory);
        return [outcome.token];
      case "concluded":
        this.conclusions.push(outcome.conclusion);
        return [];
      case "refused":
        this.refusals.push(outcome.fault);
        return [];
      case "heard":
      case "reconnect":
        return [];
    }
  }
}
