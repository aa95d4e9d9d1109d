import { readScalar, writeScalar } from "../../../adapters/mqtt/sparkplug/metric-value.ts";
import { decodePayload, encodePayload } from "../../../adapters/mqtt/sparkplug/payload.ts";
import { DataType, type Metric, type Payload } from "../../../proto/sparkplug/gen/types.ts";
import type { Behaviour, Body, Incoming } from "../behaviour.ts";
import { measure, meterMetrics, type NodeMetric, written } from "./node-metrics.ts";

export const EDGE_NODE = "edge-node";
/** The device under every simulated node. */
export const NODE_DEVICE = "meter";
const REBIRTH = "Node Control/Rebirth";

export type MessageType = "NBIRTH" | "NDATA" | "NDEATH" | "NCMD" | "DBIRTH" | "DDATA" | "DDEATH" | "DCMD";

/** `spBv1.0/<group>/<type>/<node>` with the device behind it where the type is one of a device's. */
export function sparkplugTopic(type: MessageType, group: string, node: string): string {
  return `spBv1.0/${group}/${type}/${node}${type.startsWith("D") ? `/${NODE_DEVICE}` : ""}`;
}

/**
 * An edge node of Sparkplug B 3.0 with one device: its death is its will with the bdSeq of its birth, births with every metric,
 * data by alias and by exception, births again on Rebirth, and what NCMD and DCMD write it takes and tells.
 */
export function edgeNode(): Behaviour {
  const metrics = meterMetrics();
  // Counted up before the first CONNECT too.
  let bdSeq = -1;
  let seq = 0;

  const send = (body: Body, type: MessageType, parts: readonly Metric[]): void => {
    const numbered = { timestamp: BigInt(body.wall()), seq: BigInt(seq), metrics: [...parts] };
    seq = (seq + 1) % 256;
    const topic = sparkplugTopic(type, groupOf(body), body.member.clientId);
    body.publish({ topic, payload: encodePayload(numbered), qos: 0, retain: false, by: EDGE_NODE });
  };
  const beBorn = (body: Body, why: "connected" | "rebirth"): void => {
    seq = 0;
    const timestamp = BigInt(body.wall());
    send(body, "NBIRTH", [
      bdSeqMetric(bdSeq, timestamp),
      { name: REBIRTH, timestamp, datatype: DataType.Boolean, ...writeScalar(DataType.Boolean, false) },
    ]);
    send(
      body,
      "DBIRTH",
      metrics.map((metric) => written(metric, "birth", timestamp)),
    );
    body.tell({ kind: "born", bdSeq, why });
  };
  const tellChanges = (body: Body, changed: readonly NodeMetric[]): void => {
    const timestamp = BigInt(body.wall());
    if (changed.length > 0)
      send(
        body,
        "DDATA",
        changed.map((metric) => written(metric, "data", timestamp)),
      );
  };

  return {
    name: EDGE_NODE,
    connects: (connecting, body) => {
      bdSeq = (bdSeq + 1) % 256;
      const payload: Payload = { metrics: [bdSeqMetric(bdSeq, BigInt(body.wall()))] };
      const topic = sparkplugTopic("NDEATH", groupOf(body), body.member.clientId);
      return { ...connecting, will: { topic, payload: encodePayload(payload), qos: 1, retain: false } };
    },
    connected: (body) => {
      for (const type of ["NCMD", "DCMD"] as const)
        body.subscribe(sparkplugTopic(type, groupOf(body), body.member.clientId), EDGE_NODE);
      beBorn(body, "connected");
    },
    ticks: (body) => tellChanges(body, measure(metrics, body.random)),
    hears: (message, body) => {
      const wanted = readCommands(message, body);
      if (wanted === undefined) return false;
      if (wanted.some(({ name, boolean_value }) => name === REBIRTH && boolean_value === true)) {
        body.tell({ kind: "executed", id: undefined, action: REBIRTH, value: true });
        beBorn(body, "rebirth");
      }
      tellChanges(
        body,
        wanted.flatMap((one) => take(one, metrics, body)),
      );
      return true;
    },
  };
}

/** The metric a command writes, when it may; told either way. */
function take(wanted: Metric, metrics: readonly NodeMetric[], body: Body): readonly NodeMetric[] {
  const metric = metrics.find(({ name, alias }) => name === wanted.name || alias === wanted.alias);
  const value = metric?.writable === true ? readScalar(metric.datatype, wanted) : undefined;
  if (metric === undefined || value === undefined) return [];
  metric.value = value;
  body.tell({ kind: "executed", id: undefined, action: metric.name, value });
  return [metric];
}

/** The metrics of a command for this node; `undefined` where it is none, or cannot be read. */
function readCommands({ topic, payload }: Incoming, body: Body): readonly Metric[] | undefined {
  const node = body.member.clientId;
  if (!(["NCMD", "DCMD"] as const).some((type) => topic === sparkplugTopic(type, groupOf(body), node)))
    return undefined;
  try {
    return decodePayload(payload).metrics;
  } catch (_noSparkplug) {
    return undefined;
  }
}

function bdSeqMetric(bdSeq: number, timestamp: bigint): Metric {
  return { name: "bdSeq", timestamp, datatype: DataType.Int64, ...writeScalar(DataType.Int64, BigInt(bdSeq)) };
}

function groupOf({ member: { speech } }: Body): string {
  return speech.kind === "sparkplug" ? speech.group : "none";
}
