import { Driver } from "../../adapters/io/drive.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { CommandConclusion, DeviceMemory, Session, SessionOutcome } from "../../adapters/kit/session.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";

/** A session of any protocol, as the runtime sees it. */
export type DeviceSession = Session<Command, MessageDraft>;
export type DeviceOutcome = SessionOutcome<MessageDraft>;

/** Where the outcomes of a conversation go, and who says whether it may go on. */
export interface Southbound {
  /** Resolves when durable; rejects when it must not be acknowledged. */
  store(device: string, drafts: readonly MessageDraft[], memory: DeviceMemory | undefined): Promise<void>;
  heard(device: string): void;
  refused(device: string | undefined, peer: string, fault: EdgeError): void;
  /** Asked in the tick of every write to a device. */
  permit(): boolean;
}

export interface Conversation {
  readonly session: DeviceSession;
  readonly timers: Timers;
  readonly southbound: Southbound;
}

/** Runs a conversation the device opened, to its end. Never rejects: how it ended is told to `refused`. */
export async function converse(conversation: Conversation, transport: Transport): Promise<void> {
  const { southbound } = conversation;
  const told = new Set<EdgeError>();
  const counting: Southbound = {
    store: (device, drafts, memory) => southbound.store(device, drafts, memory),
    heard: (device) => southbound.heard(device),
    permit: () => southbound.permit(),
    refused: (device, peer, fault) => {
      told.add(fault);
      southbound.refused(device, peer, fault);
    },
  };
  const driver = makeDriver({ ...conversation, southbound: counting }, transport, () => {});
  const end = await driver.run();
  // A session that refused something ends with the same fault: it is one refusal.
  if (end !== "done" && !told.has(end)) southbound.refused(undefined, transport.peer, end);
}

/**
 * Runs one command in a conversation we open, over as many connections as the protocol wants. The conclusion always
 * comes: where the conversation ends without one, it says whether bytes had left.
 *
 * @param connect opens a connection to the device; its rejection before the first byte means that nothing was sent
 */
export async function carryOut(
  conversation: Conversation,
  command: Command,
  connect: () => Promise<Transport>,
): Promise<CommandConclusion> {
  let conclusion: CommandConclusion | undefined;
  let sent = false;
  let again = true;
  let fault: EdgeError | undefined;
  for (let connection = 0; again && conclusion === undefined; connection++) {
    again = false;
    let transport: Transport;
    try {
      transport = await connect();
    } catch (thrown) {
      fault = toEdgeError(thrown, "transport.failed");
      break;
    }
    const watched = watchWrites(transport, () => {
      sent = true;
    });
    const driver = makeDriver(conversation, watched, (outcome) => {
      if (outcome.kind === "concluded") conclusion ??= outcome.conclusion;
      else again = true;
    });
    const running = driver.run();
    if (connection === 0) driver.input((now) => conversation.session.submit(command, now));
    const end = await running;
    if (end !== "done") fault = end;
  }
  if (conclusion === undefined && sent) {
    // The session knows best what it had asked for when the device could not be reached again.
    const { outcomes } = conversation.session.close(conversation.timers.now());
    for (const outcome of outcomes) if (outcome.kind === "concluded") conclusion ??= outcome.conclusion;
  }
  if (conclusion !== undefined) return conclusion;
  return { uid: command.uid, end: sent ? "unanswered" : "unsent", fault: fault ?? closedEarly(command), result: {} };
}

/**
 * As `carryOut`; `begin` is the last gate before the first byte, and is passed once however often the session connects. Rejects
 * with what `begin` rejected with: nothing was sent then.
 */
export async function carryOutAfter(
  begin: () => Promise<void>,
  conversation: Conversation,
  command: Command,
  connect: () => Promise<Transport>,
): Promise<CommandConclusion> {
  let begun = false;
  let refusal: unknown;
  const conclusion = await carryOut(conversation, command, async () => {
    const transport = await connect();
    if (begun) return transport;
    try {
      await begin();
    } catch (thrown) {
      transport.destroy();
      refusal = thrown;
      throw thrown;
    }
    begun = true;
    return transport;
  });
  if (refusal !== undefined) throw refusal;
  return conclusion;
}

type Turning = Extract<DeviceOutcome, { kind: "concluded" | "reconnect" }>;

function makeDriver(
  { session, timers, southbound }: Conversation,
  transport: Transport,
  turned: (outcome: Turning) => void,
): Driver<DeviceOutcome> {
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
        case "reconnect":
          turned(outcome);
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
