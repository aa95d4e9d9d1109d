import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { type HistogramMetric, METRICS, type Sample, type ValueMetric } from "./metric-table.ts";
import type { Distribution } from "../model/agent-status.ts";
import type { OpsSource } from "./source.ts";

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
  const histograms: HistogramMetric[] = [];
  for (const metric of METRICS) {
    if (metric.type === "histogram") histograms.push(metric);
    else if (metric.type === "gauge") addGauge(registry, metric, () => metric.read(status));
    else addCounter(registry, metric, () => metric.read(status));
  }
  return {
    contentType: registry.contentType,
    text: async () => {
      status = source.status();
      const distributions = histograms.map((metric) => histogramText(metric, metric.read(status)));
      return (await registry.metrics()) + distributions.join("");
    },
  };
}

function addGauge(registry: Registry, metric: ValueMetric, read: () => readonly Sample[]): void {
  const gauge: Gauge = new Gauge({
    ...described(registry, metric),
    collect: () => refill(gauge, metric, read(), (of, value) => gauge.set(of, value)),
  });
}

function addCounter(registry: Registry, metric: ValueMetric, read: () => readonly Sample[]): void {
  const counter: Counter = new Counter({
    ...described(registry, metric),
    collect: () => refill(counter, metric, read(), (of, value) => counter.inc(of, value)),
  });
}

function described(registry: Registry, { name, help, labels }: ValueMetric) {
  return { name, help, labelNames: [...labels], registers: [registry] };
}

/** A metric without labels shows 0 after a reset, where it should show nothing. */
function refill(
  of: Gauge | Counter,
  { labels }: ValueMetric,
  samples: readonly Sample[],
  put: (labels: Record<string, string>, value: number) => void,
): void {
  of.reset();
  if (labels.length === 0) of.remove();
  for (const [value, labelled] of samples) if (value !== undefined) put({ ...labelled }, value);
}

/** A distribution in the text format; prom-client only counts for itself. Bounds are milliseconds there and seconds here. */
function histogramText({ name, help }: HistogramMetric, { bounds, counts, sum, count }: Distribution): string {
  let below = 0;
  const classes = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return `${name}_bucket{le="${bound / 1_000}"} ${below}`;
  });
  const total = [`${name}_bucket{le="+Inf"} ${count}`, `${name}_sum ${sum / 1_000}`, `${name}_count ${count}`];
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...classes, ...total, ""].join("\n");
}
