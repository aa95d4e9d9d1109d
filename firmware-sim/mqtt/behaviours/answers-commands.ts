import { utf8 } from "../../../adapters/kit/bytes.ts";
import type { Behaviour, Body, DeviceCommand, Reply } from "../behaviour.ts";
import { type CommandTopics, readCommand } from "../command.ts";

/**
 * Subscribes to its own command topic, does what it is told each time it is told, and says so with the id of the command, on
 * the topic the command names.
 */
export function answersCommands(topics: CommandTopics): Behaviour {
  const name = "answers-commands";
  const answer = (
    body: Body,
    command: DeviceCommand,
    reply: Extract<Reply, { readonly kind: "answer" | "refuse" }>,
  ) => {
    if (command.replyTo === undefined) return;
    const id = reply.kind === "answer" ? (reply.id ?? command.id) : command.id;
    const said =
      reply.kind === "answer"
        ? { id, status: "succeeded" as const, result: { action: command.action } }
        : { id, status: "failed" as const, reason: reply.reason };
    const payload = utf8(JSON.stringify(said));
    const times = reply.kind === "answer" ? (reply.times ?? 1) : 1;
    for (let i = 0; i < times; i++) {
      const correlation = id === command.id ? command.correlation : utf8(id ?? "");
      body.publish({ topic: command.replyTo, payload, qos: 1, retain: false, by: name, correlation });
      body.tell({ kind: "answered", id, status: said.status });
    }
  };
  return {
    name,
    connected: (body) => body.subscribe(topics.command.filter({ device: body.member.clientId }), name),
    hears: (message, body) => {
      const command = readCommand(message, body.member.clientId, topics);
      if (command === undefined) return false;
      const reply = body.execute(command);
      if (reply.kind !== "refuse") {
        const { id, action, value } = command;
        body.tell({ kind: "executed", id, action, value });
      }
      if (reply.kind === "silence") return true;
      const afterMs = reply.kind === "answer" ? (reply.afterMs ?? 0) : 0;
      if (afterMs === 0) answer(body, command, reply);
      else body.after(afterMs, () => answer(body, command, reply));
      return true;
    },
  };
}
