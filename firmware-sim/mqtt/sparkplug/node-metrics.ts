import { writeScalar, type Scalar } from "../../../adapters/mqtt/sparkplug/metric-value.ts";
import type { Random } from "../../../adapters/kit/ports.ts";
import { DataType, type Metric } from "../../../proto/sparkplug/gen/types.ts";

/** One metric of an edge node, as its birth declares it. */
export interface NodeMetric {
  readonly name: string;
  readonly alias: bigint;
  readonly datatype: number;
  /** Whether a command may write it. */
  readonly writable: boolean;
  value: Scalar;
}

/** What the one device of a simulated edge node measures and can be told. */
export function meterMetrics(): readonly NodeMetric[] {
  return [
    { name: "Supply/Voltage", alias: 1n, datatype: DataType.Double, writable: false, value: 230 },
    { name: "Supply/Temperature", alias: 2n, datatype: DataType.Int16, writable: false, value: 12 },
    // Beyond 2^53: who reads it as a double loses the last digits.
    { name: "Energy/Total", alias: 3n, datatype: DataType.UInt64, writable: false, value: 9_007_199_254_740_993n },
    { name: "Breaker/Closed", alias: 4n, datatype: DataType.Boolean, writable: true, value: true },
    { name: "Limit/Current", alias: 5n, datatype: DataType.Float, writable: true, value: 25 },
  ];
}

/** Lets time pass over them, and returns those that changed: data is by exception. */
export function measure(metrics: readonly NodeMetric[], random: Random): readonly NodeMetric[] {
  const changed: NodeMetric[] = [];
  for (const metric of metrics) {
    if (metric.name === "Supply/Voltage") metric.value = 225 + random.below(101) / 10;
    else if (metric.name === "Supply/Temperature") metric.value = random.below(40) - 15;
    else if (metric.name === "Energy/Total" && typeof metric.value === "bigint") metric.value += 1n;
    else continue;
    changed.push(metric);
  }
  return changed;
}

/** As it travels: with its name in a birth, by its alias in data. */
export function written(metric: NodeMetric, as: "birth" | "data", timestamp: bigint): Metric {
  const { name, alias, datatype, value } = metric;
  const facts = { alias, timestamp, datatype, ...writeScalar(datatype, value) };
  return as === "birth" ? { name, ...facts } : facts;
}
