
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { CommandConclusion, DeviceMemory, Session, SessionOutcome } from "../../adapters/kit/session.ts";
import { Driver } from "../../adapters/io/drive.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";

/** What the devices of one protocol are, so far as the runtime cares. */
export type DeviceSession = Session<Command, MessageDraft>;
export type DeviceOutcome = SessionOutcome<MessageDraft>;

/** Where the outcomes of a conversation go. Implemented by the work of a reign. */
export interface Southbound {
  /** Resolves when durable; rejects when it must not be acknowledged. */
  store(device: string, drafts: readonly MessageDraft[], memory: DeviceMemory | undefined): Promise<void>;
  heard(device: string): void;
  refused(device: string | undefined, peer: string, fault: EdgeError): void;
  /** Asked in the tick of every write to a device. */
  permit(): boolean;
}

export interface ConversationSetting {
  readonly session: DeviceSession;
  readonly transport: Transport;
  readonly timers: Timers;
  readonly southbound: Southbound;
}

/** Runs a conversation the device opened, to its end. Never rejects: how it ended is counted by `refused`. */
export async function converse(setting: ConversationSetting): Promise<void> {
  const { transport, southbound } = setting;
  const driver = makeDriver(setting, () => {});
  const end = await driver.run();
  if (end !== "done") southbound.refused(undefined, transport.peer, end);
}

/**
 * Runs one command in a conversation we opened. The conclusion always comes: where the conversation ends without one, it
 * says whether bytes had left.
 */
export async function carryOut(setting: ConversationSetting, command: Command): Promise<CommandConclusion> {
  let conclusion: CommandConclusion | undefined;
  let sent = false;
  const watched: Transport = watchWrites(setting.transport, () => {
    sent = true;
  });
  const driver = makeDriver({ ...setting, transport: watched }, (concluded) => {
    conclusion ??= concluded;
  });
  const running = driver.run();
  driver.input((now) => setting.session.submit(command, now));
  const end = await running;
  if (conclusion !== undefined) return conclusion;
  const fault = end === "done" ? closedEarly(command) : end;
  return { uid: command.uid, end: sent ? "unanswered" : "unsent", fault, result: {} };
}

function makeDriver(setting: ConversationSetting, concluded: (conclusion: CommandConclusion) => void): Driver<DeviceOutcome> {
  const { session, transport, timers, southbound } = setting;
  const driver: Driver<DeviceOutcome> = new Driver<DeviceOutcome>({
    machine: session,
    transport,
    timers,
    permit: () => southbound.permit(),
    take: async (outcome) => {
      switch (outcome.kind) {
        case "store":
          await southbound.store(outcome.device, outcome.drafts, outcome.memory);
          driver.input((now) => session.stored(outcome.token, now));
          return;
        case "concluded":
          concluded(outcome.conclusion);
          return;
        case "refused":
          southbound.refused(outcome.device, transport.peer, outcome.fault);
          return;
        case "heard":
          southbound.heard(outcome.device);
          return;
      }
    },
  });
  return driver;
}

function watchWrites(transport: Transport, wrote: () => void): Transport {
  return {
    peer: transport.peer,
    write: (bytes) => {
      wrote();
      return transport.write(bytes);
    },
    close: () => transport.close(),
    destroy: () => transport.destroy(),
    [Symbol.asyncIterator]: () => transport[Symbol.asyncIterator](),
  };
}

function closedEarly(command: Command): EdgeError {
  return new EdgeError({
    code: "command.conversation.ended",
    blame: "device",
    retry: "backoff",
    message: `the conversation ended before command ${command.uid} was answered`,
  });
}

