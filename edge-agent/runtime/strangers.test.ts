import { describe, expect, it } from "vitest";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { Refusals } from "./refusals.ts";
import { STRANGERS_KEPT } from "./strangers.ts";

function unknown(identification: string, deviceId = "AAEAAAAAAAAAAAAB"): EdgeError {
  return new EdgeError({
    code: "oslp.device.unknown",
    blame: "operator",
    retry: "never",
    message: `no device is configured as ${identification}`,
    decoded: { identification, deviceId },
  });
}

const from = (at: number, peer: string) => ({
  at: new Date(at * 1_000).toISOString(),
  protocol: "oslp",
  peer,
  device: undefined,
});

describe("devices nobody knows", () => {
  it("are kept once each, with what they said last and how often, the last one first", () => {
    const refusals = new Refusals();
    refusals.note(from(1, "10.0.0.1:1"), unknown("LAMP-1"));
    refusals.note(from(2, "10.0.0.2:1"), unknown("LAMP-2"));
    refusals.note(from(3, "10.0.0.9:1"), unknown("LAMP-1", "AAEAAAAAAAAAAAAC"));
    expect(refusals.strangers.all()).toEqual([
      {
        protocol: "oslp",
        claimed: { identification: "LAMP-1", deviceId: "AAEAAAAAAAAAAAAC" },
        peer: "10.0.0.9:1",
        firstAt: "1970-01-01T00:00:01.000Z",
        lastAt: "1970-01-01T00:00:03.000Z",
        times: 2,
      },
      expect.objectContaining({ peer: "10.0.0.2:1", times: 1 }),
    ]);
  });

  it("are not those whose signature is wrong, nor those who said nothing of themselves", () => {
    const refusals = new Refusals();
    const facts = { blame: "device", retry: "never", message: "m" } as const;
    refusals.note(from(1, "p"), new EdgeError({ ...facts, code: "oslp.signature.invalid", decoded: { x: 1 } }));
    refusals.note(from(1, "p"), new EdgeError({ ...facts, code: "oslp.device.unknown" }));
    expect(refusals.strangers.all()).toEqual([]);
  });

  it("are bounded: who was silent for longest is forgotten", () => {
    const refusals = new Refusals();
    for (let n = 0; n <= STRANGERS_KEPT; n++) refusals.note(from(n, "p"), unknown(`LAMP-${n}`));
    const kept = refusals.strangers.all();
    expect([kept.length, refusals.strangers.forgotten]).toEqual([STRANGERS_KEPT, 1]);
    expect(kept.at(-1)?.claimed).toMatchObject({ identification: "LAMP-1" });
  });
});
