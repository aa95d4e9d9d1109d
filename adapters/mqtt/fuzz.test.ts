import { describe, expect, it } from "vitest";
import { SeededRandom } from "../kit/random.ts";
import { fuzzRun } from "./fuzz.ts";

describe("broken messages of edge nodes, of plain devices and of control centres", () => {
  it("become valid messages or are refused, and reach all there is to reach", () => {
    const verdicts = new Set<string>();
    for (let seed = 1; seed <= 3_000; seed++) {
      try {
        verdicts.add(fuzzRun([], new SeededRandom(seed)));
      } catch (thrown) {
        throw new Error(`npm run fuzz -- mqtt --seed ${seed} --n 1`, { cause: thrown });
      }
    }
    for (const reached of [
      "sparkplug: birth",
      "sparkplug: data",
      "sparkplug: history",
      "mqtt.sparkplug.unreadable",
      "mqtt.sparkplug.unknown-alias",
      "mqtt.sparkplug.not-born",
      "mqtt.sparkplug.stale-death",
      "mqtt.sparkplug.seq",
      "mapped: d1/json",
      "mapped: d1/csv",
      "mapped: msr/d1/congestion",
      "mqtt.payload.not-json",
      "mqtt.point.missing",
      "command: taken",
      "command: mqtt.command.invalid",
      "command: mqtt.payload.not-json",
      "command: model.command.invalid",
    ]) {
      expect(verdicts).toContain(reached);
    }
  });
});
