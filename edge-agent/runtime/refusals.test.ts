import { describe, expect, it } from "vitest";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { REFUSALS_KEPT, Refusals } from "./refusals.ts";

const fault = new EdgeError({
  code: "oslp.signature.invalid",
  blame: "device",
  retry: "never",
  message: "not its own",
});

const where = (device: string | undefined, at: number) => ({
  at: String(at),
  protocol: "oslp",
  peer: "10.1.0.9:1",
  device,
});

describe("Refusals", () => {
  it("counts all and keeps the last ones", () => {
    const refusals = new Refusals();
    for (let i = 0; i < 1_000; i++) refusals.note(where(undefined, i), fault);
    expect(refusals.counts().get("oslp.signature.invalid")).toBe(1_000);
    expect(refusals.last()).toHaveLength(REFUSALS_KEPT);
    expect(refusals.last()[0]?.at).toBe("999");
  });

  it("keeps a device's own although another one is refused all the time", () => {
    const refusals = new Refusals();
    refusals.note(where("quiet", 0), fault);
    for (let i = 1; i < 10_000; i++) refusals.note(where("noisy", i), fault);
    expect(refusals.of("quiet").map((one) => one.at)).toEqual(["0"]);
    expect(refusals.of("noisy")).toHaveLength(5);
    expect(refusals.of("noisy")[0]?.at).toBe("9999");
  });

  it("bounds the devices it remembers", () => {
    const refusals = new Refusals();
    for (let i = 0; i < 5_000; i++) refusals.note(where(`device-${i}`, i), fault);
    expect(refusals.of("device-0")).toEqual([]);
    expect(refusals.of("device-4999")).toHaveLength(1);
  });
});
