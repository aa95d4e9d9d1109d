import type { Command } from "../../../edge-agent/model/command.ts";
import { DataType, type Metric } from "../../../proto/sparkplug/gen/types.ts";
import { fromHex } from "../../kit/bytes.ts";
import type { WallMs } from "../../kit/time.ts";
import { mqttFault } from "../mqtt-fault.ts";
import { type EdgeNode, REBIRTH } from "./edge-node.ts";
import { type Scalar, writeScalar } from "./metric-value.ts";
import { encodePayload } from "./payload.ts";
import type { BornMetric } from "./points.ts";
import { addressOf, commandTopic, type SparkplugAddress } from "./topic.ts";

/** An NCMD or DCMD. They have no `seq` and go with QoS 0, not retained. */
export interface SparkplugCommand {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The metric that says that it was done; `undefined`: the NBIRTH does. */
  readonly metric: BornMetric | undefined;
}

/** Asks the edge node for an NBIRTH and a DBIRTH of each of its devices. */
export function rebirthCommand(
  address: { readonly group: string; readonly node: string },
  now: WallMs,
): SparkplugCommand {
  const metric = { name: REBIRTH, datatype: DataType.Boolean, boolean_value: true };
  return { ...written({ ...address, device: undefined }, metric, now), metric: undefined };
}

/**
 * `rebirth`, or `write` with the metric's name as target (the value of the reference, or its JSON pointer as readings have
 * it) and the value: as the model writes it, 64-bit integers as text, bytes as hex. The metric goes with the data type it was
 * born with. Throws `mqtt.command.offline` where there is no birth, `mqtt.sparkplug.unknown-metric` where it declared no such
 * metric, `mqtt.command.invalid` or `mqtt.point.type` where it cannot be written.
 */
export function encodeSparkplugCommand(
  command: Command,
  address: SparkplugAddress,
  node: EdgeNode,
  now: WallMs,
): SparkplugCommand {
  if (command.action === "rebirth") return rebirthCommand(address, now);
  if (command.action !== "write")
    throw invalid(`the actions of a Sparkplug device are write and rebirth, not ${command.action.slice(0, 64)}`);
  const name = nameOf(command);
  if (!node.isAlive(address.device)) {
    const message = `${addressOf(address)} is not born: nobody knows its metrics`;
    throw mqttFault("mqtt.command.offline", message, { retry: "backoff" });
  }
  const born = node.declared(address.device, name);
  if (born === undefined) {
    throw mqttFault("mqtt.sparkplug.unknown-metric", `no birth declared the metric ${name.slice(0, 64)}`, {
      blame: "operator",
    });
  }
  const slots = writeScalar(born.datatype, scalarOf(born.datatype, command.value));
  return { ...written(address, { name, datatype: born.datatype, ...slots }, now), metric: born };
}

function written(address: SparkplugAddress, metric: Metric, now: WallMs): Omit<SparkplugCommand, "metric"> {
  const timestamp = BigInt(Math.trunc(now));
  const payload = encodePayload({ timestamp, metrics: [{ ...metric, timestamp }] });
  return { topic: commandTopic(address), payload };
}

function nameOf({ target }: Command): string {
  if (target === undefined) throw invalid("a write names its metric as target");
  const { value, pointer } = target;
  return pointer === undefined ? value : pointer.slice(1).replace(/~1/g, "/").replace(/~0/g, "~");
}

function scalarOf(datatype: number, value: Command["value"]): Scalar {
  const wide = datatype === DataType.Int64 || datatype === DataType.UInt64 || datatype === DataType.DateTime;
  if (wide && typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (wide && typeof value === "string" && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  if (!wide && datatype === DataType.Bytes && typeof value === "string") {
    const bytes = fromHex(value);
    if (bytes !== undefined) return bytes;
  } else if (!wide && (typeof value === "number" || typeof value === "boolean" || typeof value === "string")) {
    return value;
  }
  throw invalid(`the value is not of Sparkplug data type ${datatype}`);
}

function invalid(message: string): Error {
  return mqttFault("mqtt.command.invalid", message, { blame: "operator" });
}
