import type { Cluster, Redis } from "ioredis";

/**
 * The connections of a cluster client queue commands while they are being opened, and send them afterwards even where they
 * were given up in between. A question that could not be asked in time must not be asked later: such commands are left out.
 * To be called before the client has connected.
 */
export function skipSettled(cluster: Cluster): void {
  cluster.on("+node", (node: Redis) => {
    const send = node.sendCommand.bind(node);
    node.sendCommand = (command, stream) => (command.isSettled ? command.promise : send(command, stream));
  });
}
