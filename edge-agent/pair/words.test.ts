import { describe, expectTypeOf, it } from "vitest";
import type { Beat, LinkEnd } from "../lease/words.ts";
import type { GroupBeat } from "./frames.ts";
import type { PairOutcome } from "./outcomes.ts";

// Two rooms of one floor cannot import each other; the runtime passes values from one to the other. Checked by the compiler.
describe("the words of the pair link", () => {
  it("are those of the lease machine", () => {
    expectTypeOf<Omit<GroupBeat, "group" | "spoolBytes">>().toEqualTypeOf<Omit<Beat, "kind">>();
    // A broken link becomes one of the lease's words when it is known whether the peer's process is gone.
    type Closed = Extract<PairOutcome, { kind: "closed" }>["how"];
    expectTypeOf<Exclude<Closed, "broken">>().toEqualTypeOf<Exclude<LinkEnd, "died">>();
  });
});
