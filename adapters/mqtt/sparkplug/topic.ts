import { isLevel } from "../topic-template.ts";

/** Where Sparkplug B lives: everything under it is the namespace's, and nothing else. */
export const NAMESPACE = "spBv1.0";

const NODE_TYPES = ["NBIRTH", "NDATA", "NDEATH", "NCMD"] as const;
const DEVICE_TYPES = ["DBIRTH", "DDATA", "DDEATH", "DCMD"] as const;
export type NodeMessageType = (typeof NODE_TYPES)[number];
export type DeviceMessageType = (typeof DEVICE_TYPES)[number];

/** What a topic of the namespace says. */
export type SparkplugTopic =
  | { readonly type: "STATE"; readonly host: string }
  | { readonly type: NodeMessageType; readonly group: string; readonly node: string; readonly device: undefined }
  | { readonly type: DeviceMessageType; readonly group: string; readonly node: string; readonly device: string };

/** The edge node, or a device of it. */
export interface SparkplugAddress {
  readonly group: string;
  readonly node: string;
  readonly device: string | undefined;
}

/** Whether the topic is of the namespace, valid there or not. */
export function isSparkplug(topic: string): boolean {
  return topic === NAMESPACE || topic.startsWith(`${NAMESPACE}/`);
}

/** Reads a topic name; `undefined` where it is none of the specification's. */
export function parseTopic(topic: string): SparkplugTopic | undefined {
  const [namespace, group = "", type = "", node = "", device, ...more] = topic.split("/");
  if (namespace !== NAMESPACE || more.length > 0) return undefined;
  if (group === "STATE")
    return isLevel(type) && node === "" && device === undefined ? { type: "STATE", host: type } : undefined;
  if (!isLevel(group) || !isLevel(node)) return undefined;
  const ofNode = NODE_TYPES.find((one) => one === type);
  if (ofNode !== undefined) return device === undefined ? { type: ofNode, group, node, device } : undefined;
  const ofDevice = DEVICE_TYPES.find((one) => one === type);
  if (ofDevice === undefined || device === undefined || !isLevel(device)) return undefined;
  return { type: ofDevice, group, node, device };
}

/** Writes a topic name. */
export function topicOf(topic: SparkplugTopic): string {
  if (topic.type === "STATE") return `${NAMESPACE}/STATE/${topic.host}`;
  const { type, group, node, device } = topic;
  return [NAMESPACE, group, type, node, ...(device === undefined ? [] : [device])].join("/");
}

/** Reads `group/node` or `group/node/device`, as an address is written in the configuration. */
export function parseAddress(text: string): SparkplugAddress | undefined {
  const [group = "", node = "", device, ...more] = text.split("/");
  if (more.length > 0 || group === "STATE") return undefined;
  if (!isLevel(group) || !isLevel(node) || (device !== undefined && !isLevel(device))) return undefined;
  return { group, node, device };
}

/** Writes the address, in the form `parseAddress` reads. */
export function addressOf({ group, node, device }: SparkplugAddress): string {
  return device === undefined ? `${group}/${node}` : `${group}/${node}/${device}`;
}

/** Where commands to it go. */
export function commandTopic({ group, node, device }: SparkplugAddress): string {
  return device === undefined
    ? topicOf({ type: "NCMD", group, node, device })
    : topicOf({ type: "DCMD", group, node, device });
}
