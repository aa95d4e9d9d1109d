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
/** In ioredis' own words: who reads them knows them. */
const TIMED_OUT = "Command timed out";

/**
 * A socket into a black hole looks connected for minutes. After a few commands in a row stayed unanswered past the
 * command timeout, the connection is closed and opened anew: through Sentinel this also finds the new primary.
 *
 * The timeout itself is ours and not that of ioredis. Timers come before sockets in a turn of the event loop, so that a process
 * which was kept from running (by others, by its own work, by the collector) would give up answers that are there.
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
    command.setTimeout = leftToUs;
    // Behind what has come meanwhile; who was answered is not touched by it.
    const timer = setTimeout(() => setImmediate(() => command.reject(new Error(TIMED_OUT))), commandTimeoutMs);
    const sent: unknown = send(command, stream, node);
    command.promise.then(
      () => {
        clearTimeout(timer);
        silent = 0;
      },
      (error: unknown) => {
        clearTimeout(timer);
        settled(error, sentAt);
      },
    );
    return sent;
  };
  return watch;
}

function leftToUs(): void {}
