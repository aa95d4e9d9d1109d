import { describe, expect, it } from "vitest";
import { SeededRandom } from "../kit/random.ts";
import { fuzzRun } from "./fuzz.ts";
import { hex, vectorsOf } from "./vectors.testing.ts";

const payloads = (["hdlc", "wrapper", "apdu"] as const).flatMap((layer) => vectorsOf(layer)).map((one) => hex(one.hex));

describe("broken octets and broken conversations", () => {
  it("end in order, whatever was broken, and reach what is behind the association", () => {
    const verdicts = new Set<string>();
    for (let seed = 1; seed <= 2_500; seed++) {
      try {
        verdicts.add(fuzzRun(payloads, new SeededRandom(seed)));
      } catch (thrown) {
        throw new Error(`npm run fuzz -- dlms --seed ${seed} --n 1`, { cause: thrown });
      }
    }
    for (const reached of [
      "completed",
      "framed",
      "get-response-with-list",
      "failed dlms.data.malformed",
      "dlms.apdu.truncated",
      "failed dlms.association.unexpected-apdu",
      "failed dlms.service.unanswered",
      "failed dlms.security.unprotected",
      "failed dlms.block.no-progress",
    ]) {
      expect(verdicts).toContain(reached);
    }
  });
});
