import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import { toHex } from "../../adapters/kit/bytes.ts";
import { toRfc3339, toWall } from "../../adapters/kit/time.ts";
import type { CommandAnswer } from "../../adapters/mqtt/command-answer.ts";
import { type CommandRequestPayload, decodeCommandRequest, targetOf } from "../../adapters/mqtt/command-request.ts";
import { mqttFault } from "../../adapters/mqtt/mqtt-fault.ts";
import { nameFlaw } from "../../adapters/mqtt/topic.ts";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import type { LinkMessage } from "../../adapters/mqtt/wire/link-settings.ts";
import type { Submitted } from "../commands/entry.ts";
import { resultDraft } from "../commands/result-draft.ts";
import { readTime } from "../commands/times.ts";
import { type Command, decodeCommand, type ReplyAddress } from "../model/command.ts";
import type { CommandResultData } from "../model/data.ts";
import { digest } from "../model/digest.ts";
import type { MessageDraft } from "../model/draft.ts";
import { CORRELATION_BYTES } from "../model/limits.ts";
import type { DutyPorts } from "./duty.ts";
import type { Arrival } from "./mqtt-bridge.ts";
import { pausing } from "./pausing.ts";

/** The device a message of a bridge is a command to. */
export interface Commanded {
  /** Device uid. */
  readonly device: string;
  /** What stands for `{device}` in topics: the client id, or the uid. */
  readonly name: string;
  /** As the topic says it; absent where the payload has to. */
  readonly action: string | undefined;
  readonly form: "envelope" | "value";
  readonly isMqtt: boolean;
}

export interface BridgeCommandsParts {
  readonly bridge: string;
  readonly ports: Pick<DutyPorts, "commands" | "timers" | "reign" | "southbound">;
  /** Of a command that says no deadline and whose message does not expire, from its arrival. */
  readonly deadlineMs: number;
  /** Where ends are told whose request names no topic: a template with `{device}`, perhaps `{action}`. */
  readonly results: string | undefined;
  readonly answer: (to: ReplyAddress, answer: CommandAnswer, id: string | undefined) => Promise<void>;
  /** Keeps what is no command as a dead letter. */
  readonly refuse: (message: LinkMessage, fault: EdgeError) => Promise<void>;
}

const AGAIN_MS = 200;
/** Equal commands without an identity of their own under one packet identifier that are told apart. */
const ALIKE_MAX = 256;
/** Commands under way whose askers are remembered here besides the first, which the queue has; the oldest is forgotten. */
const ASKING_MAX = 4_096;
/** Askers of one command. */
const ADDRESSES_MAX = 8;

/**
 * Commands that one bridge brings in: each goes into the group's queue under a uid that a broker's resend has again, so that
 * the ledger's rules hold for it as for a core's, and its end goes back to who asked.
 */
export class BridgeCommands {
  readonly #parts: BridgeCommandsParts;
  readonly #results: TopicTemplate | undefined;
  /** By uid. */
  readonly #asking = new Map<string, readonly ReplyAddress[]>();
  #arrivals = 0;

  constructor(parts: BridgeCommandsParts) {
    this.#parts = parts;
    this.#results = parts.results === undefined ? undefined : new TopicTemplate(parts.results);
  }

  /** Resolves when the queue has it, or it is answered or kept as a dead letter; rejects when the reign is over. */
  async take(message: Arrival, to: Commanded): Promise<void> {
    let asked: CommandRequestPayload = { id: undefined, replyTo: undefined, says: {} };
    let reply: ReplyAddress | undefined;
    let command: Command;
    // What arrived is valid during the call, and the queue may let us wait.
    const kept = { ...message, payload: message.payload.slice() };
    try {
      reply = this.#replyOf(message, asked, to);
      asked = decodeCommandRequest(message.payload, to.form);
      reply = this.#replyOf(message, asked, to);
      if (message.wasRetained) throw invalid("a retained message is no command: it would come with every subscription");
      command = this.#commandOf(message, asked, to, reply);
    } catch (thrown) {
      return await this.#refuse(kept, toEdgeError(thrown, "mqtt.command.invalid"), asked.id, to, reply);
    }
    let submitted: Submitted;
    try {
      const isDeadlineOurs = asked.says["deadline"] === undefined;
      // Once: a submission whose reply was lost is in the queue, and must not be told apart from itself.
      const uid = await this.#insist(() => this.#uidOf(kept, command.uid));
      command = { ...command, uid };
      // Before: its end may come before the submission is answered.
      if (reply !== undefined) this.#note(uid, reply);
      submitted = await this.#insist(() => this.#parts.ports.commands.submit({ command, isDeadlineOurs }));
      if (submitted.kind !== "waits" && reply !== undefined) this.#forget(uid, reply);
    } catch (thrown) {
      const fault = toEdgeError(thrown, "queue.unavailable");
      if (fault.retry !== "never" || !this.#parts.ports.southbound.permit()) throw fault;
      return await this.#refuse(kept, fault, command.uid, to, reply);
    }
    switch (submitted.kind) {
      case "waits":
        return;
      case "reused": {
        const fault = mqttFault("mqtt.command.reused", `the uid ${command.uid} belongs to another command`, {
          blame: "operator",
        });
        return await this.#refuse(kept, fault, command.uid, to, reply);
      }
      case "ended": {
        const draft = resultDraft(submitted.record, command);
        if (draft !== undefined && reply !== undefined) await this.#parts.answer(reply, answerOf(draft), draft.id);
      }
    }
  }

  /** A command has ended: everybody is answered who asked for it by this bridge. Resolves when that is durable. */
  async concluded({ uid, reply }: Command, draft: MessageDraft<"busbar.command-result.v1">): Promise<void> {
    const asked = [...(this.#asking.get(uid) ?? []), ...(reply?.bridge === this.#parts.bridge ? [reply] : [])];
    this.#asking.delete(uid);
    const each = new Map(asked.map((one) => [JSON.stringify([one.topic, one.correlation]), one]));
    await Promise.all([...each.values()].map((one) => this.#parts.answer(one, answerOf(draft), draft.id)));
  }

  /** Who asks again while a command is under way may want the answer elsewhere than who asked first. */
  #note(uid: string, reply: ReplyAddress): void {
    const known = this.#asking.get(uid) ?? [];
    this.#asking.delete(uid);
    this.#asking.set(uid, [...known, reply].slice(-ADDRESSES_MAX));
    if (this.#asking.size <= ASKING_MAX) return;
    for (const oldest of this.#asking.keys()) {
      this.#asking.delete(oldest);
      return;
    }
  }

  #forget(uid: string, reply: ReplyAddress): void {
    const left = this.#asking.get(uid)?.filter((one) => one !== reply) ?? [];
    if (left.length === 0) this.#asking.delete(uid);
    else this.#asking.set(uid, left);
  }

  #commandOf(
    message: LinkMessage,
    asked: CommandRequestPayload,
    to: Commanded,
    reply: ReplyAddress | undefined,
  ): Command {
    const { timers } = this.#parts.ports;
    const { action: written, target, deadline, ...says } = asked.says;
    if (to.action !== undefined && written !== undefined && written !== to.action)
      throw invalid(`the topic says ${to.action}, and the payload ${String(written)}`);
    const expiryMs = message.expiryS === undefined ? this.#parts.deadlineMs : message.expiryS * 1_000;
    const command = decodeCommand({
      ...says,
      ...(target === undefined ? {} : { target: to.isMqtt ? targetOf(target) : target }),
      uid: asked.id ?? message.id ?? this.#derivedUid(message),
      device: to.device,
      action: to.action ?? written,
      deadline: deadline ?? toRfc3339(toWall(timers.wall() + expiryMs)),
      issuedBy: `bridge ${this.#parts.bridge}`,
      reply,
    });
    for (const time of [command.deadline, command.notBefore])
      if (time !== undefined && readTime(time) === undefined) throw invalid(`there is no such time: ${time}`);
    return command;
  }

  /** The Response Topic of MQTT 5, else what the payload says, else what the operator does. */
  #replyOf(
    { responseTopic, correlationData }: LinkMessage,
    { replyTo }: CommandRequestPayload,
    { name, action }: Commanded,
  ): ReplyAddress | undefined {
    const topic = responseTopic ?? replyTo ?? this.#results?.name({ device: name, action: action ?? "command" });
    if (topic === undefined) return undefined;
    const flaw = nameFlaw(topic);
    if (flaw !== undefined) throw invalid(`nothing can be answered to ${JSON.stringify(topic)}: ${flaw}`);
    if (correlationData === undefined) return { bridge: this.#parts.bridge, topic };
    if (correlationData.length > CORRELATION_BYTES)
      throw invalid(`the correlation data has ${correlationData.length} bytes of ${CORRELATION_BYTES}`);
    return { bridge: this.#parts.bridge, topic, correlation: toHex(correlationData) };
  }

  /**
   * Who asks with Correlation Data has named the request. Else a message of QoS 1 is known by its packet identifier and what
   * it says, as far as that goes; one of QoS 0 never comes again.
   */
  #derivedUid({ topic, payload, responseTopic, correlationData, packetId }: LinkMessage): string {
    const { bridge, ports } = this.#parts;
    if (correlationData !== undefined && correlationData.length > 0)
      return `mqtt-${digest([bridge, "request", responseTopic, correlationData])}`;
    if (packetId !== undefined) return `mqtt-${digest([bridge, "packet", packetId, topic, payload])}.1`;
    this.#arrivals += 1;
    return `mqtt-${digest([bridge, "arrival", ports.reign.epoch, this.#arrivals, ports.timers.wall(), topic])}`;
  }

  /**
   * Packet identifiers are used again: what the broker sends for the first time (DUP 0) is never what an earlier command
   * was, and what it sends again (DUP 1) is the last one alike, where there is one.
   */
  async #uidOf(message: LinkMessage, uid: string): Promise<string> {
    const [, stem] = /^(mqtt-[0-9a-f]{32}\.)\d+$/.exec(uid) ?? [];
    if (stem === undefined || message.packetId === undefined || message.id === uid) return uid;
    const { commands } = this.#parts.ports;
    let alike = 0;
    while (alike < ALIKE_MAX && (await commands.isKnown(`${stem}${alike + 1}`))) alike += 1;
    if (!message.dup && alike === ALIKE_MAX)
      throw invalid(`${ALIKE_MAX} equal commands: give each an id, or Correlation Data`);
    return `${stem}${message.dup ? Math.max(1, alike) : alike + 1}`;
  }

  /** Redis may be away for a while: the broker is told nothing until it has the command. */
  async #insist<Reply>(ask: () => Promise<Reply>): Promise<Reply> {
    const { southbound, timers } = this.#parts.ports;
    for (;;) {
      try {
        return await ask();
      } catch (thrown) {
        const fault = toEdgeError(thrown, "queue.unavailable");
        if (fault.retry === "never" || !southbound.permit()) throw fault;
      }
      await pausing(timers, AGAIN_MS);
      if (!southbound.permit()) throw mqttFault("mqtt.broker.unreachable", "no longer active", { retry: "backoff" });
    }
  }

  async #refuse(
    message: LinkMessage,
    fault: EdgeError,
    id: string | undefined,
    { device, action }: Commanded,
    reply: ReplyAddress | undefined,
  ): Promise<void> {
    await this.#parts.refuse(message, fault);
    if (reply === undefined) return;
    const said = { id, device, action, status: "rejected", reason: fault.code, text: fault.message } as const;
    const none = { nativeCode: undefined, attempt: 0, result: undefined, time: undefined };
    await this.#parts.answer(reply, { ...said, ...none }, undefined);
  }
}

/** What a centre is told of an end, made of the message that tells the cores. */
export function answerOf(draft: MessageDraft<"busbar.command-result.v1">): CommandAnswer {
  const data: CommandResultData = draft.data;
  return {
    id: data.uid,
    device: draft.subject,
    action: data.action,
    status: data.state as CommandAnswer["status"],
    reason: data.reason,
    nativeCode: data.nativeCode,
    text: data.text,
    attempt: data.attempt,
    result: data.result,
    time: draft.time,
  };
}

function invalid(message: string): EdgeError {
  return mqttFault("mqtt.command.invalid", message, { blame: "operator" });
}
