import { describe, expect, it } from "vitest";
import { SeededRandom } from "../kit/random.ts";
import { fuzzRun } from "./fuzz.ts";
import { hex, vectorsOf } from "./vectors.testing.ts";

const payloads = vectorsOf<{ hex: string }>("messages").vectors.map((vector) => hex(vector.hex));

describe("broken conversations", () => {
  it("end in order, whatever was broken, and reach what is behind the signature", () => {
    const verdicts = new Set<string>();
    for (let seed = 1; seed <= 6_000; seed++) {
      try {
        verdicts.add(fuzzRun(payloads, new SeededRandom(seed)));
      } catch (thrown) {
        throw new Error(`npm run fuzz -- oslp --seed ${seed} --n 1`, { cause: thrown });
      }
    }
    for (const reached of [
      "stored",
      "succeeded",
      "failed",
      "unanswered",
      "oslp.message.unexpected",
      "oslp.payload.malformed",
    ]) {
      expect(verdicts).toContain(reached);
    }
  });
});
