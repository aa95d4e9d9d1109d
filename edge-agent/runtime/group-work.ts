import type { Timers } from "../../adapters/io/timers.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { CommandConclusion, DeviceMemory } from "../../adapters/kit/session.ts";
import { later, toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import type { CommandEntry } from "../commands/entry.ts";
import type { Command } from "../model/command.ts";
import type { GatewayEventCode, Severity } from "../model/data.ts";
import type { MessageDraft } from "../model/draft.ts";
import { gatewayEventId, stateId } from "../model/ids.ts";
import type { Message } from "../model/message.ts";
import type { Reign } from "../model/reign.ts";
import { stamp } from "../model/stamp.ts";
import { CIRCUIT_RULES, type Circuit, Circuits } from "./circuits.ts";
import { DeviceStates, type DeviceStateChange } from "./device-states.ts";
import { DeviceTurns } from "./device-turns.ts";
import { Duties } from "./duties.ts";
import type { DutyPorts } from "./duty.ts";
import type { ProtocolService } from "./protocol-service.ts";
import { Sequences } from "./sequences.ts";
import { carryOutAfter, type Southbound } from "./southbound.ts";
import { StateLine } from "./state-line.ts";
import type { Storekeeper } from "./storekeeper.ts";

export interface GroupWorkParts {
  readonly reign: Reign;
  /** CloudEvents source. */
  readonly gateway: string;
  readonly storekeeper: Storekeeper;
  /** Every protocol of the agent: each may have something to do for this group. */
  readonly services: readonly ProtocolService[];
  /** The protocol that has the device, among those of this group. */
  readonly serviceOf: (device: string) => ProtocolService | undefined;
  readonly devices: readonly string[];
  readonly timers: Timers;
  /** The group's queue of commands; absent: there is none to put anything in. */
  readonly commands?: CommandEntry | undefined;
  readonly refused: (device: string | undefined, protocol: string, peer: string, fault: EdgeError) => void;
  /** Everything that became durable, for taps and counters. */
  readonly stored: (messages: readonly Message[]) => void;
  readonly note: (level: "debug" | "info" | "warn", text: string) => void;
  /** Something of an adapter itself threw. */
  readonly broke: (protocol: string, fault: EdgeError) => void;
}

const CHECK_STATES_MS = 1_000;
/** Device states said again after a takeover, per second: 40,000 devices must not hold up what they say themselves. */
const STATES_PER_TURN = 200;
/** For a conversation the device has open: shorter than anybody's patience, and then the command tries again. */
const COMMAND_WAITS_MS = 2_000;

/**
 * What an agent does for one group during one reign: it numbers and stores what devices say, follows their states and
 * carries out commands. It is made at promotion and never outlives its reign.
 */
export class GroupWork {
  readonly reign: Reign;
  readonly states: DeviceStates;
  readonly duties: Duties;
  /** One conversation with a device at a time, whoever opened it. */
  readonly turns: DeviceTurns;
  /** Devices no connection is tried to for a while. */
  readonly circuits: Circuits;
  readonly #parts: GroupWorkParts;
  readonly #sequences = new Sequences();
  readonly #line = new StateLine((change) => this.#storeState(change));
  readonly #cancels: (() => void)[] = [];
  #ended = false;
  #recorded: { readonly wall: WallMs; readonly text: string } | undefined;

  constructor(parts: GroupWorkParts) {
    this.#parts = parts;
    this.reign = parts.reign;
    this.turns = new DeviceTurns(parts.timers);
    this.circuits = new Circuits((device) => parts.serviceOf(device)?.circuit ?? CIRCUIT_RULES);
    this.states = new DeviceStates(
      parts.devices,
      {
        expectEveryMs: (device) => parts.serviceOf(device)?.expectEveryMs(device),
        protocolOf: (device) => parts.serviceOf(device)?.protocol ?? "none",
        failuresUntilOffline: 3,
      },
      parts.timers.wall(),
    );
    this.duties = new Duties({
      services: parts.services,
      portsOf: (service) => this.#dutyPorts(service),
      broke: (protocol, fault) => parts.broke(protocol, fault),
    });
  }

  /** Begins what happens by itself: silence is noticed, states are said again. */
  start(): void {
    this.#every(CHECK_STATES_MS, () => {
      for (const change of this.states.check(this.#parts.timers.wall())) this.#line.tell(change);
    });
  }

  /** Nothing starts any more; what is being stored ends as the storekeeper decides. */
  end(): void {
    this.#ended = true;
    this.duties.end();
    this.#line.end();
    for (const cancel of this.#cancels) cancel();
  }

  /** Numbers, stamps and stores. Resolves when durable; only then is the memory the one sessions see. */
  async store(device: string, drafts: readonly MessageDraft[], memory: DeviceMemory | undefined): Promise<void> {
    if (this.#ended) throw reignOver(this.reign);
    const { gateway, storekeeper, serviceOf, timers } = this.#parts;
    const recordedtime = this.#textOf(timers.wall());
    const { holder: agent, epoch } = this.reign;
    const messages = drafts.map((draft): Message => {
      const sequence = this.#sequences.take(draft.subject);
      return stamp(draft, { source: gateway, agent, epoch, sequence, recordedtime });
    });
    const book = memory === undefined ? undefined : serviceOf(device)?.book;
    if (memory !== undefined) book?.expect(device, memory);
    try {
      await storekeeper.store({ device, messages, memory });
    } catch (thrown) {
      if (memory !== undefined) book?.expectNoMore(device, memory);
      throw thrown;
    }
    // What a reign stored to the end of its time is in what the next one has loaded.
    if (memory !== undefined && !this.#ended) book?.remember(device, memory);
    this.#parts.stored(messages);
    this.duties.stored(messages);
  }

  /** Devices say much in the same millisecond. */
  #textOf(wall: WallMs): string {
    if (this.#recorded?.wall !== wall) this.#recorded = { wall, text: toRfc3339(wall) };
    return this.#recorded.text;
  }

  heard(device: string): void {
    this.circuits.reached(device);
    const change = this.states.heard(device, this.#parts.timers.wall());
    if (change !== undefined) this.#line.tell(change);
  }

  /**
   * Carries one attempt of a command out. `begin` is awaited after the device was reached and before the first byte, so
   * that a device that cannot be reached never counts as an attempt that may have happened. Rejects only as `begin` does.
   */
  async execute(command: Command, begin: () => Promise<void>): Promise<CommandConclusion> {
    const service = this.#parts.serviceOf(command.device);
    if (service === undefined) return concluded(command, "rejected", unknownDevice(command.device));
    const carried = this.duties.carry(service.protocol, command, begin);
    if (carried !== undefined) {
      const conclusion = await carried;
      this.#noteReached(command, conclusion);
      return conclusion;
    }
    const { device } = command;
    if (!this.circuits.mayTry(device, this.#parts.timers.wall())) {
      return concluded(command, "unsent", leftAlone(device, this.circuits.of(device)));
    }
    try {
      if (service.takesTurns !== true) return await this.#dial(service, command, begin);
      const endTurn = await this.turns.take(device, COMMAND_WAITS_MS);
      if (endTurn === undefined) return concluded(command, "unsent", busy(device));
      try {
        return await this.#dial(service, command, begin);
      } finally {
        endTurn();
      }
    } finally {
      this.circuits.gaveUp(device);
    }
  }

  /** The conversation itself. */
  async #dial(service: ProtocolService, command: Command, begin: () => Promise<void>): Promise<CommandConclusion> {
    const session = service.dial(command.device);
    const conversation = { session, timers: this.#parts.timers, southbound: this.southbound(service) };
    const connect = (): Promise<Transport> => service.connect(command.device);
    const conclusion = await carryOutAfter(begin, conversation, command, connect);
    this.#noteReached(command, conclusion);
    return conclusion;
  }

  #noteReached(command: Command, conclusion: CommandConclusion): void {
    if (conclusion.end === "rejected") return;
    if (conclusion.end === "succeeded" || conclusion.end === "failed") {
      this.heard(command.device);
      return;
    }
    const reason = conclusion.fault?.code ?? conclusion.end;
    const now = this.#parts.timers.wall();
    if (conclusion.end === "unanswered") this.circuits.reached(command.device);
    else if (conclusion.fault?.layer === "transport") this.circuits.failed(command.device, now, reason);
    const change = this.states.failed(command.device, now, reason);
    if (change !== undefined) this.#line.tell(change);
  }

  #dutyPorts(service: ProtocolService): DutyPorts {
    const { devices, serviceOf, timers, note, broke, commands = NO_ENTRY } = this.#parts;
    const tell = (change: DeviceStateChange | undefined): void => {
      if (change !== undefined && !this.#ended) this.#line.tell(change);
    };
    return {
      group: this.reign.group,
      reign: this.reign,
      timers,
      devices: devices.filter((device) => serviceOf(device) === service),
      southbound: this.southbound(service),
      commands,
      failed: (device, reason) => tell(this.states.failed(device, timers.wall(), reason)),
      lost: (device, reason) => tell(this.states.lost(device, timers.wall(), reason)),
      note,
      broke: (fault) => broke(service.protocol, fault),
    };
  }

  southbound(service: ProtocolService): Southbound {
    return {
      store: (device, drafts, memory) => this.store(device, drafts, memory),
      heard: (device) => this.heard(device),
      refused: (device, peer, fault) => this.#parts.refused(device, service.protocol, peer, fault),
      permit: () => !this.#ended && this.reign.mayAct(),
    };
  }

  /** Tells the cores about the gateway itself. Best effort: a gateway event is not worth holding anything up. */
  async tellGateway(
    code: GatewayEventCode,
    severity: Severity,
    text: string,
    facts: Record<string, string | number>,
  ): Promise<void> {
    const subject = `gateway-${this.reign.group}`;
    const material = [this.reign.holder, this.reign.epoch, code, toRfc3339(this.#parts.timers.wall())];
    await this.store(
      subject,
      [
        {
          id: gatewayEventId(subject, code, material),
          type: "busbar.gateway-event.v1",
          subject,
          time: undefined,
          timesource: "ingest",
          protocol: "gateway",
          data: { code, severity, text, facts },
        },
      ],
      undefined,
    );
  }

  /** Says every device's state again under this epoch, a portion at a time. */
  async tellAllStates(): Promise<void> {
    let told = 0;
    for (const state of this.states.all()) {
      if (this.#ended) return;
      await this.#storeState(state);
      told += 1;
      if (told % STATES_PER_TURN === 0) await this.#pause(CHECK_STATES_MS);
    }
  }

  async #storeState(change: DeviceStateChange): Promise<void> {
    const service = this.#parts.serviceOf(change.device);
    if (service === undefined) return;
    const since = toRfc3339(toWall(change.since));
    await this.store(
      change.device,
      [
        {
          id: stateId({ device: change.device, state: change.state, since, epoch: this.reign.epoch }),
          type: "busbar.state.v1",
          subject: change.device,
          time: since,
          timesource: "protocol",
          protocol: service.protocol,
          data: {
            state: change.state,
            since,
            reason: change.reason,
            lastMessageAt: change.lastHeardAt === undefined ? undefined : toRfc3339(toWall(change.lastHeardAt)),
          },
        },
      ],
      undefined,
    );
  }

  #every(ms: number, act: () => void): void {
    const { timers } = this.#parts;
    const again = (): void => {
      if (this.#ended) return;
      act();
      this.#cancels[0] = timers.at(later(timers.now(), ms), again);
    };
    this.#cancels[0] = timers.at(later(timers.now(), ms), again);
  }

  #pause(ms: number): Promise<void> {
    const { timers } = this.#parts;
    return new Promise((resolve) => {
      timers.at(later(timers.now(), ms), resolve);
    });
  }
}

function noQueue(): Promise<never> {
  const message = "there is no queue of commands here";
  return Promise.reject(new EdgeError({ code: "queue.unavailable", blame: "us", retry: "never", message }));
}

const NO_ENTRY: CommandEntry = { isKnown: noQueue, submit: noQueue };

function concluded(command: Command, end: CommandConclusion["end"], fault: EdgeError): CommandConclusion {
  return { uid: command.uid, end, fault, result: {} };
}

function unknownDevice(device: string): EdgeError {
  return new EdgeError({
    code: "command.device.unknown",
    blame: "operator",
    retry: "never",
    message: `there is no device ${device} in this group's configuration`,
  });
}

/** Its own conversation goes on: nothing is wrong with it, and the command tries again. */
function busy(device: string): EdgeError {
  return new EdgeError({
    code: "command.device.busy",
    blame: "device",
    retry: "backoff",
    message: `device ${device} has a conversation open that did not end within ${COMMAND_WAITS_MS} ms`,
  });
}

function leftAlone(device: string, circuit: Circuit | undefined): EdgeError {
  const until = circuit?.openUntil === undefined ? "another try ends" : toRfc3339(toWall(circuit.openUntil));
  return new EdgeError({
    code: "command.circuit.open",
    blame: "network",
    retry: "backoff",
    message:
      `device ${device} could not be reached ${circuit?.failures ?? 0} times in a row (${circuit?.reason ?? "?"}); ` +
      `nobody tries until ${until}`,
  });
}

function reignOver(reign: Reign): EdgeError {
  return new EdgeError({
    code: "queue.fenced",
    blame: "us",
    retry: "never",
    message: `the reign ${reign.holder}:${reign.epoch} of group ${reign.group} is over`,
  });
}
