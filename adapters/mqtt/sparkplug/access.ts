import { covers } from "../topic.ts";
import { NAMESPACE, parseTopic } from "./topic.ts";

/** An edge node as its own connection proves it. */
export interface ConnectedNode {
  readonly group: string;
  readonly node: string;
}

/** Whether the topic is one the edge node speaks of itself and its devices on: births, data and deaths. */
export function mayPublishAs({ group, node }: ConnectedNode, name: string): boolean {
  const topic = parseTopic(name);
  if (topic === undefined || topic.type === "STATE" || topic.type === "NCMD" || topic.type === "DCMD") return false;
  return topic.group === group && topic.node === node;
}

/** Whether everything the filter asks for is said to the edge node: its commands, and whether a host is there. */
export function maySubscribeAs({ group, node }: ConnectedNode, filter: string): boolean {
  const said = [`${group}/NCMD/${node}/#`, `${group}/DCMD/${node}/#`, "STATE/+"];
  return said.some((one) => covers(`${NAMESPACE}/${one}`, filter));
}
