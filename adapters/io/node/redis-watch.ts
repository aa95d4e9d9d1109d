import type { Cluster } from "ioredis";
import { redisErrorPrefix } from "./redis-fault.ts";

export interface ResetWatch {
  readonly resets: number;
}

/** What the watch touches of a client, of one server or of a cluster. */
interface Watched {
  readonly status: string;
  sendCommand: Cluster["sendCommand"];
  disconnect(reconnect: boolean): void;
}

/** Commands in a row without an answer before the connection is thrown away. */
const SILENT_COMMANDS = 3;

/**
 * A socket into a black hole looks connected for minutes. After a few commands in a row stayed unanswered past the
 * command timeout, the connection is closed and opened anew: through Sentinel this also finds the new primary.
 */
export function watchTimeouts(client: Watched, commandTimeoutMs: number): ResetWatch {
  const watch = { resets: 0 };
  let silent = 0;
  const send = client.sendCommand.bind(client);
  const settled = (error: unknown, sentAt: number): void => {
    // A timer of Node may fire up to a millisecond early.
    const unanswered = redisErrorPrefix(error) === undefined && performance.now() - sentAt >= commandTimeoutMs - 1;
    silent = unanswered ? silent + 1 : 0;
    if (silent < SILENT_COMMANDS || client.status !== "ready") return;
    silent = 0;
    watch.resets += 1;
    client.disconnect(true);
  };
  client.sendCommand = (command, stream, node) => {
    const sentAt = performance.now();
    const sent: unknown = send(command, stream, node);
    command.promise.then(
      () => {
        silent = 0;
      },
      (error: unknown) => settled(error, sentAt),
    );
    return sent;
  };
  return watch;
}
