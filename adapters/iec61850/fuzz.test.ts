import { describe, expect, it } from "vitest";
import { SeededRandom } from "../kit/random.ts";
import { fuzzRun } from "./fuzz.ts";
import { FRAMES, hex } from "./vectors.testing.ts";

const frames = FRAMES.map((one) => hex(one.hex));

describe("broken conversations", () => {
  it("end in order, whatever was broken and where", () => {
    const verdicts = new Set<string>();
    for (let seed = 1; seed <= 1_000; seed++) {
      try {
        verdicts.add(fuzzRun(frames, new SeededRandom(seed)));
      } catch (thrown) {
        throw new Error(`npm run fuzz -- iec61850 --seed ${seed} --n 1`, { cause: thrown });
      }
    }
    for (const reached of [
      "mms.pdu.truncated",
      "mms.pdu.too-deep",
      "iec61850.tpkt.malformed",
      "mms.service.unanswered",
    ])
      expect(verdicts).toContain(reached);
  });
});
