import { describe, expect, it } from "vitest";
import { get, getList } from "../../../adapters/dlms/association/services.ts";
import { elementsOf } from "../../../adapters/dlms/data/data.ts";
import { toObis } from "../../../adapters/dlms/obis.ts";
import type { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { type Bond, dlmsErrorOf, Pair } from "../pair.testing.ts";

/** Meters as they should not be, and what the product's client makes of each: a named fault, never a hang. */

const ENERGY = { classId: 3, instance: toObis("1.0.1.8.0.255"), attribute: 2 };
const PROFILE = { classId: 7, instance: toObis("1.0.99.1.0.255"), attribute: 2 };

const SECURE: Bond = { mechanism: "high-gmac", policy: 3, client: { maxReceivePduSize: 500 } };

/** Reads so many times until it fails; the fault it failed with. */
function failing(pair: Pair, times = 20): EdgeError {
  return dlmsErrorOf(() => {
    pair.open();
    if (pair.ended instanceof Error) throw pair.ended;
    for (let i = 0; i < times; i++) pair.run(i % 2 === 0 ? get(ENERGY) : get(PROFILE));
  });
}

describe("a faulty meter", () => {
  it.each([
    // Before pass 3 of HLS is answered nothing is associated.
    ["falls-silent", "tcp", "dlms.association.unanswered", "backoff"],
    ["loses-blocks", "tcp", "dlms.service.unanswered", "backoff"],
    ["reboots-in-block-transfer", "tcp", "dlms.association.closed", "backoff"],
    ["hangs-up", "tcp", "dlms.association.closed", "backoff"],
    ["repeats-empty-blocks", "tcp", "dlms.block.no-progress", undefined],
    ["spoils-tags", "tcp", "dlms.security.deciphering-failed", "never"],
    ["resets-counter", "tcp", "dlms.security.replayed", "never"],
    ["is-busy", "tcp", "dlms.service.temporary-failure", "backoff"],
    ["truncates-answers", "tcp", undefined, undefined],
    ["garbles-line", "tcp", "dlms.wrapper.version", undefined],
    ["answers-another-request", "tcp", undefined, undefined],
  ] as const)("that %s over %s is found out", (name, transport, code, retry) => {
    const fault = failing(new Pair({ ...SECURE, transport, behaviours: [name] }));
    expect(["device", "network"]).toContain(fault.blame);
    if (code !== undefined) expect(fault.code).toBe(code);
    if (retry !== undefined) expect(fault.retry).toBe(retry);
  });

  it.each([
    ["garbles-line", "garbage between the frames, and damaged frames"],
    ["truncates-answers", "half frames"],
  ])("on HDLC %s: what was lost is asked for again", (name) => {
    const pair = new Pair({
      ...SECURE,
      transport: "hdlc",
      behaviours: [name],
      client: { timeouts: { associateMs: 600_000, responseMs: 600_000, releaseMs: 60_000 } },
    });
    pair.open();
    expect(pair.isAssociated).toBe(true);
    for (let i = 0; i < 5; i++) expect(pair.run(get(ENERGY)).kind).toBe("double-long-unsigned");
    expect(elementsOf(pair.run(get(PROFILE)))).toHaveLength(960);
  });

  it("that is slow is given up by who waits too short, and heard by who waits", () => {
    const patient = new Pair({
      ...SECURE,
      behaviours: ["answers-slowly"],
      client: { timeouts: { associateMs: 60_000, responseMs: 60_000, releaseMs: 60_000 } },
    });
    patient.open();
    expect(patient.run(get(ENERGY)).kind).toBe("double-long-unsigned");
    expect(patient.now).toBeGreaterThan(60_000);
    expect(failing(new Pair({ ...SECURE, behaviours: ["answers-slowly"] })).code).toBe("dlms.association.unanswered");
  });

  it("that lost power in the middle of a long answer is there again, with its counter where it was", () => {
    const pair = new Pair({ ...SECURE, behaviours: ["reboots-in-block-transfer"] });
    expect(failing(pair).code).toBe("dlms.association.closed");
    const counter = pair.meter.state.security.clientCounter;
    pair.pass(6_000).reconnect().open();
    expect(elementsOf(pair.run(get(PROFILE)))).toHaveLength(960);
    expect(pair.meter.state.security.clientCounter).toBeGreaterThan(counter);
  });
});

describe("a meter on HDLC that is not ready", () => {
  it("is asked again until it is", () => {
    const patience = { timeouts: { associateMs: 600_000, responseMs: 600_000, releaseMs: 60_000 } };
    const pair = new Pair({
      ...SECURE,
      transport: "hdlc",
      behaviours: ["answers-slowly"],
      client: patience,
      hdlc: { whileWaiting: "not-ready" },
    });
    pair.open();
    expect(pair.run(get(ENERGY)).kind).toBe("double-long-unsigned");
    expect(pair.now).toBeGreaterThan(60_000);
  });
});

describe("a client with something wrong", () => {
  it.each([
    ["secret", { mechanism: "low" }, "dlms.association.authentication-failed"],
    ["secret", { mechanism: "high-md5" }, "dlms.association.authentication-failed"],
    ["secret", { mechanism: "high-sha256", policy: 3 }, "dlms.association.authentication-failed"],
    ["encryption", { mechanism: "high-gmac", policy: 3 }, undefined],
    ["authentication", { mechanism: "high-gmac", policy: 3 }, undefined],
    ["encryption", { mechanism: "high-gmac" }, "dlms.association.authentication-failed"],
  ] as const)("%s, %j is refused", (wrong, bond, code) => {
    const pair = new Pair({ ...(bond as Bond), wrong }).open();
    expect(pair.isAssociated).toBe(false);
    expect(pair.ended).toBeInstanceOf(Error);
    if (code !== undefined) expect((pair.ended as EdgeError).code).toBe(code);
  });

  it("a counter that was used before is refused, and told which is wanted", () => {
    const pair = new Pair(SECURE).open();
    pair.run(get(ENERGY));
    pair.meter.state.security.clientCounter = 5_000;
    const fault = dlmsErrorOf(() => pair.run(get(ENERGY)));
    expect([fault.code, fault.native]).toEqual(["dlms.service.counter-rejected", 5_000]);
  });

  it("less protection than the policy is refused", () => {
    const pair = new Pair({
      mechanism: "high-gmac",
      policy: 3,
      security: { protection: { authenticated: true, encrypted: false } },
    }).open();
    expect(pair.isAssociated).toBe(false);
  });

  it("a name the meter does not have costs that one answer only", () => {
    const pair = new Pair(SECURE).open();
    const unknown = { ...ENERGY, instance: toObis("1.0.200.8.0.255") };
    const otherClass = { ...ENERGY, classId: 4 };
    const results = pair.run(getList([unknown, ENERGY, otherClass]));
    expect(results.map((one) => (one.kind === "error" ? one.result : 0))).toEqual([4, 0, 9]);
  });
});
