import { afterEach, describe, expect, it } from "vitest";
import { get, getList } from "../../../adapters/dlms/association/services.ts";
import { decodeApdu } from "../../../adapters/dlms/apdu/decode-apdu.ts";
import { elementsOf, textOf } from "../../../adapters/dlms/data/data.ts";
import { CounterReserve } from "../../../adapters/dlms/security/invocation-counter.ts";
import { toObis } from "../../../adapters/dlms/obis.ts";
import { decodeWrapperPdu } from "../../../adapters/dlms/transport/wrapper.ts";
import type { Mechanism } from "../../../adapters/dlms/security/hls.ts";
import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { listen, type Listener } from "../../../adapters/io/node/listen.ts";
import { concat } from "../../../adapters/kit/bytes.ts";
import { mixFor } from "../behaviour-mix.ts";
import type { Notice } from "../notice.ts";
import { Fleet } from "./fleet.ts";
import { carryOut } from "./fleet-control.ts";
import { type FleetCarrier, type FleetMember, type FleetPlan, planFleet } from "./fleet-plan.ts";
import { readMeter } from "./reader.testing.ts";

const PLAN: FleetPlan = {
  seed: "test",
  count: 2,
  profile: "smr-5.2",
  phases: 1,
  mbus: ["gas"],
  carrier: "tcp",
  addressing: "logical",
  host: "127.0.0.1",
  basePort: 0,
  mechanism: "high-gmac",
  policy: 3,
  suite: 0,
};
const ENERGY = { classId: 3, instance: toObis("1.0.1.8.0.255"), attribute: 2 };
const NAME = { classId: 1, instance: toObis("0.0.96.1.1.255"), attribute: 2 };
const PROFILE = { classId: 7, instance: toObis("1.0.99.1.0.255"), attribute: 2 };

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of closing.splice(0)) await one.close();
});

async function fleetOf(
  plan: FleetPlan,
  more: { pushTo?: string } = {},
): Promise<{ fleet: Fleet; members: FleetMember[]; log: Notice[] }> {
  const members = planFleet(plan);
  const log: Notice[] = [];
  const fleet = new Fleet({
    plan,
    members,
    timers: new NodeTimers(),
    behaviours: ({ index }) => mixFor(index, [], { eventEveryMs: 0 }),
    log: (_member, notice) => log.push(notice),
    ...more,
  });
  await fleet.start();
  closing.push({ close: () => fleet.stop() });
  return { fleet, members, log };
}

describe("a fleet on sockets", () => {
  const rows = (["tcp", "udp", "hdlc"] as FleetCarrier[]).flatMap((carrier) =>
    (
      [
        ["lowest", 0],
        ["low", 0],
        ["high-md5", 0],
        ["high-gmac", 3],
        ["high-sha256", 1],
      ] as [Mechanism, 0 | 1 | 3][]
    ).map(([mechanism, policy]) => ({ carrier, mechanism, policy })),
  );
  it.each(rows)("is read over $carrier with $mechanism, policy $policy", async ({ carrier, mechanism, policy }) => {
    const plan = { ...PLAN, carrier, mechanism, policy };
    const { fleet, members, log } = await fleetOf(plan);
    for (const member of members) {
      const [port = 0] = fleet.ports;
      const [energy, name, rows_] = await readMeter(
        plan,
        member,
        port,
        (function* () {
          const list = yield* getList([ENERGY, NAME]);
          return [...list, yield* get(PROFILE)] as const;
        })(),
      );
      expect(energy).toMatchObject({ kind: "data", data: { kind: "double-long-unsigned" } });
      expect(name?.kind === "data" ? textOf(name.data) : undefined).toBe(member.identity.equipment);
      expect(elementsOf(rows_ as never)?.length).toBe(960);
    }
    expect(log.filter(({ kind }) => kind === "associated")).toHaveLength(2);
    expect(log.filter(({ kind }) => kind === "released")).toHaveLength(2);
  });

  it.each(["tcp", "udp", "hdlc"] as FleetCarrier[])("of short names is read over %s", async (carrier) => {
    const plan: FleetPlan = { ...PLAN, count: 1, carrier, referencing: "short-name" };
    const { fleet, members, log } = await fleetOf(plan);
    const [member] = members;
    if (member === undefined) throw new Error("a fleet of one has one");
    const [energy, name, rows_] = await readMeter(
      plan,
      member,
      fleet.ports[0] ?? 0,
      (function* () {
        const list = yield* getList([ENERGY, NAME]);
        return [...list, yield* get(PROFILE)] as const;
      })(),
    );
    expect(energy).toMatchObject({ kind: "data", data: { kind: "double-long-unsigned" } });
    expect(name?.kind === "data" ? textOf(name.data) : undefined).toBe(member.identity.equipment);
    expect(elementsOf(rows_ as never)?.length).toBe(960);
    expect(log.filter(({ kind }) => kind === "released")).toHaveLength(1);
  });

  it("is read over UDP again and again, though nobody says when he has gone", async () => {
    const plan: FleetPlan = { ...PLAN, count: 1, carrier: "udp" };
    const { fleet, members, log } = await fleetOf(plan);
    const [member] = members;
    if (member === undefined) throw new Error("a fleet of one has one");
    const counters = new CounterReserve(1);
    for (let i = 0; i < 12; i++) await readMeter(plan, member, fleet.ports[0] ?? 0, get(ENERGY), counters);
    expect(log.filter(({ kind }) => kind === "associated")).toHaveLength(12);
  });

  it("pushes an alarm to where it was told to", async () => {
    const heard: Uint8Array[] = [];
    const platform: Listener = await listen({
      host: "127.0.0.1",
      port: 0,
      maxConnections: 10,
      onTransport: async (transport) => {
        for await (const chunk of transport) heard.push(chunk.slice());
        await transport.close();
      },
    });
    closing.push(platform);
    const { fleet, members, log } = await fleetOf({ ...PLAN, count: 1 }, { pushTo: `127.0.0.1:${platform.port}` });
    const [member] = members;
    if (member === undefined) throw new Error("a fleet of one has one");
    fleet.meter(member);
    await expect.poll(() => log.filter(({ kind }) => kind === "pushed").length).toBe(1);
    heard.length = 0;
    fleet.raise(member, "fraud", 40);
    await expect.poll(() => log.filter(({ kind }) => kind === "pushed").length).toBe(2);
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    const { apdu } = decodeWrapperPdu(concat(heard));
    const notification = decodeApdu(apdu);
    if (notification.kind !== "data-notification") throw new Error(`a ${notification.kind}`);
    const [equipment, setup, register] = elementsOf(notification.body) ?? [];
    expect(textOf(equipment as never)).toBe(member.identity.equipment);
    expect(setup).toMatchObject({ octets: Uint8Array.of(0, 1, 25, 9, 0, 255) });
    expect(register).toEqual({ kind: "double-long-unsigned", value: 1 << 13 });
  });

  it("does what it is told by hand, and says why not", async () => {
    const { fleet, members, log } = await fleetOf(PLAN);
    const [first] = members;
    if (first === undefined) throw new Error("a fleet of two has a first");
    expect(carryOut(fleet, "event fraud 40 all")).toEqual({ ok: true, meters: 2 });
    expect(log.filter(({ kind }) => kind === "alarm-raised")).toHaveLength(2);
    expect(carryOut(fleet, `fault hangs-up ${first.uid}`)).toEqual({ ok: true, meters: 1 });
    const [port = 0] = fleet.ports;
    const reading = (): Promise<unknown> =>
      readMeter(
        PLAN,
        first,
        port,
        (function* () {
          for (let i = 0; i < 6; i++) yield* get(ENERGY);
        })(),
        counters,
      );
    const counters = new CounterReserve(1);
    await expect(reading()).rejects.toMatchObject({ code: "dlms.association.closed" });
    expect(carryOut(fleet, "heal hangs-up 1")).toEqual({ ok: true, meters: 1 });
    await reading();
    expect(carryOut(fleet, "reboot 0 2")).toEqual({ ok: true, meters: 1 });
    await expect.poll(() => log.filter(({ kind }) => kind === "powered-on").length).toBe(1);
    for (const wrong of ["event nope 1", "fault pushes", "push mail", "reboot -1", "dance", "event fraud 40 nobody"]) {
      expect([wrong, carryOut(fleet, wrong).ok]).toEqual([wrong, false]);
    }
  });

  it("has the same keys for the same seed, and others for another", () => {
    const [a, b, c] = ["one", "one", "two"].map((seed) => planFleet({ ...PLAN, seed })[0]?.keys);
    expect([a?.encryption, a?.secret, a?.mbus(1)]).toEqual([b?.encryption, b?.secret, b?.mbus(1)]);
    expect(a?.encryption).not.toEqual(c?.encryption);
    expect(a?.encryption).not.toEqual(a?.authentication);
    expect(a?.encryption).toHaveLength(16);
  });
});
