import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ExampleSource, STATUS } from "./example.testing.ts";
import { METRICS, metricsTable } from "./metric-table.ts";
import { makeMetrics } from "./metrics.ts";

async function scrape(source: ExampleSource): Promise<readonly string[]> {
  return (await makeMetrics(source).text()).split("\n");
}

const samplesOf = (lines: readonly string[], name: string) =>
  lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

describe("the metrics", () => {
  it("say what the status says", async () => {
    const lines = await scrape(new ExampleSource());
    const expected = [
      'busbar_role{group="main",role="active"} 1',
      'busbar_role{group="main",role="standby"} 0',
      'busbar_epoch{group="main"} 7',
      'busbar_lease_left_seconds{group="main"} 2.4',
      'busbar_last_takeover_seconds{group="main"} 0.34',
      'busbar_peer_config_equal{peer="b"} 1',
      'busbar_peer_clock_offset_seconds{peer="b"} -0.003',
      "busbar_last_message_age_seconds 2",
      "busbar_spool_messages 10",
      "busbar_spool_oldest_seconds 30",
      'busbar_devices{protocol="oslp",state="online"} 37',
      'busbar_queue_jobs{group="main",queue="messages",state="waiting"} 4',
      'busbar_messages_stored_total{type="busbar.event.v1"} 120',
      'busbar_refusals_total{code="oslp.signature.invalid"} 5',
      'busbar_commands_total{state="unknown"} 1',
      'busbar_link_up{name="plant",kind="broker"} 1',
      'busbar_link_up{name="centre",kind="bridge"} 0',
      'busbar_bridge_waiting_messages{name="centre"} 31',
      'busbar_bridge_messages_total{name="centre",direction="out"} 400',
      'busbar_bridge_dropped_total{name="centre"} 5',
    ];
    expect(lines).toEqual(expect.arrayContaining(expected));
  });

  it("make cumulative classes in seconds of counted ones in milliseconds", async () => {
    const lines = await scrape(new ExampleSource());
    expect(lines.filter((line) => line.startsWith("busbar_lease_renew_seconds"))).toEqual([
      'busbar_lease_renew_seconds_bucket{le="0.001"} 5',
      'busbar_lease_renew_seconds_bucket{le="0.01"} 8',
      'busbar_lease_renew_seconds_bucket{le="0.1"} 9',
      'busbar_lease_renew_seconds_bucket{le="+Inf"} 10',
      "busbar_lease_renew_seconds_sum 0.64",
      "busbar_lease_renew_seconds_count 10",
    ]);
    expect(lines).toContain("# TYPE busbar_lease_renew_seconds histogram");
  });

  it("leave out what is not known, and what is no more", async () => {
    const source = new ExampleSource();
    const metrics = makeMetrics(source);
    const before = (await metrics.text()).split("\n");
    expect(samplesOf(before, "busbar_redis_max_bytes")).toEqual([]);
    expect(samplesOf(before, "busbar_spool_full_in_seconds")).toEqual([]);
    expect(samplesOf(before, "busbar_redis_used_bytes")).toHaveLength(1);
    source.status_ = { ...STATUS, groups: [], refusals: {}, redis: { ...STATUS.redis, usedBytes: undefined } };
    const after = (await metrics.text()).split("\n");
    expect(samplesOf(after, "busbar_epoch")).toEqual([]);
    expect(samplesOf(after, "busbar_refusals_total")).toEqual([]);
    expect(samplesOf(after, "busbar_redis_used_bytes")).toEqual([]);
  });

  it("ask for the status once a scrape", async () => {
    const source = new ExampleSource();
    const metrics = makeMetrics(source);
    let asked = 0;
    source.status = () => {
      asked += 1;
      return STATUS;
    };
    await metrics.text();
    expect(asked).toBe(1);
  });

  it("are named as Prometheus asks, and all have samples or a reason", async () => {
    const lines = await scrape(new ExampleSource());
    for (const { name, type, labels } of METRICS) {
      expect(name).toMatch(/^busbar_[a-z_]+$/);
      expect(name.endsWith("_total")).toBe(type === "counter");
      for (const label of labels) expect(label).toMatch(/^[a-z]+$/);
      expect(lines.some((line) => line === `# TYPE ${name} ${type}`)).toBe(true);
    }
    const known = new Set(METRICS.map(({ name }) => name));
    const said = lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []);
    expect(said.filter((name) => !known.has(name) && !name.startsWith("busbar_process_"))).toEqual([]);
  });

  it("are those of docs/metrics.md", () => {
    const text = readFileSync(join(import.meta.dirname, "../../docs/metrics.md"), "utf8");
    expect(text).toContain(metricsTable());
  });
});
