import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { METRICS, type Sample, type ValueMetric } from "./metric-table.ts";
import type { Distribution, OpsSource } from "./source.ts";

export interface Metrics {
  readonly contentType: string;
  /** In the Prometheus text format. */
  text(): Promise<string>;
}

/**
 * Metrics whose values are read from the status when somebody asks, once for all of them. Nothing is counted twice: what the
 * page shows, the metric says. Process metrics (event loop, memory, garbage) are prom-client's own, with the prefix
 * `busbar_process_`.
 */
export function makeMetrics(source: Pick<OpsSource, "status">): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "busbar_process_" });
  let status = source.status();
  for (const metric of METRICS) {
    if (metric.type === "histogram") {
      const { name, help, read } = metric;
      registry.registerMetric(new SnapshotHistogram(name, help, () => read(status)));
    } else if (metric.type === "gauge") addGauge(registry, metric, () => metric.read(status));
    else addCounter(registry, metric, () => metric.read(status));
  }
  return {
    contentType: registry.contentType,
    text: () => {
      status = source.status();
      return registry.metrics();
    },
  };
}

function addGauge(registry: Registry, { name, help, labels }: ValueMetric, read: () => readonly Sample[]): void {
  const metric: Gauge = new Gauge({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect: () => {
      metric.reset();
      if (labels.length === 0) metric.remove();
      for (const [value, of] of read()) if (value !== undefined) metric.set(of ?? {}, value);
    },
  });
}

function addCounter(registry: Registry, { name, help, labels }: ValueMetric, read: () => readonly Sample[]): void {
  const metric: Counter = new Counter({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
    collect: () => {
      metric.reset();
      if (labels.length === 0) metric.remove();
      for (const [value, of] of read()) if (value !== undefined) metric.inc(of ?? {}, value);
    },
  });
}

type Values = Awaited<ReturnType<Histogram["get"]>>;

/** A histogram whose classes were counted elsewhere; bounds are milliseconds there and seconds here. */
class SnapshotHistogram extends Histogram {
  readonly #name: string;
  readonly #read: () => Distribution;

  constructor(name: string, help: string, read: () => Distribution) {
    super({ name, help, registers: [] });
    this.#name = name;
    this.#read = read;
  }

  override async get(): Promise<Values> {
    const { bounds, counts, sum, count } = this.#read();
    let below = 0;
    const values: Values["values"] = bounds.map((bound, index) => {
      below += counts[index] ?? 0;
      return { value: below, labels: { le: bound / 1_000 }, metricName: `${this.#name}_bucket` };
    });
    values.push({ value: count, labels: { le: "+Inf" }, metricName: `${this.#name}_bucket` });
    values.push({ value: sum / 1_000, labels: {}, metricName: `${this.#name}_sum` });
    values.push({ value: count, labels: {}, metricName: `${this.#name}_count` });
    return { ...(await super.get()), values };
  }
}
