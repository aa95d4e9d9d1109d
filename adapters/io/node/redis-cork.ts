import type { Redis } from "ioredis";

/** What is written of a stream here; ioredis gives no other hold on when it writes. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

/**
 * Commands that are sent in one turn leave in one write, and Redis reads them in one read: with a few hundred under way at
 * once the system calls cost more than the commands. Nothing waits longer than the turn it was sent in.
 */
export function corkWrites(client: Redis): void {
  const send = client.sendCommand.bind(client);
  let corked: Corkable | undefined;
  client.sendCommand = (command, stream) => {
    const { stream: own } = client;
    if (stream === undefined && corked === undefined && isCorkable(own)) {
      corked = own;
      own.cork();
      // Behind the promises that are settled in this turn: what they go on to send comes along.
      process.nextTick(() => {
        corked = undefined;
        own.uncork();
      });
    }
    return send(command, stream);
  };
}

function isCorkable(stream: unknown): stream is Corkable {
  return typeof stream === "object" && stream !== null && "cork" in stream && "uncork" in stream;
}
