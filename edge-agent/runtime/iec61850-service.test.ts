import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Certificates, type Issued } from "../../adapters/io/node/certificates.testing.ts";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { type Listener, listen } from "../../adapters/io/node/listen.ts";
import { serverTls } from "../../adapters/io/node/tls.ts";
import { readScl } from "../../adapters/iec61850/scl/read.ts";
import { utf8 } from "../../adapters/kit/bytes.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { later } from "../../adapters/kit/time.ts";
import { lightsStreets } from "../../firmware-sim/iec61850/behaviours/lights-streets.ts";
import { Fleet, type FleetMember, planFleet } from "../../firmware-sim/iec61850/fleet/fleet.ts";
import { ServedIed } from "../../firmware-sim/iec61850/fleet/served-ied.ts";
import { buildModel } from "../../firmware-sim/iec61850/model/build.ts";
import { bayIcd } from "../../firmware-sim/iec61850/models/bay.ts";
import { streetLightIcd } from "../../firmware-sim/iec61850/models/street-light.ts";
import { checkConfig } from "../config/check.ts";
import { type CommandRequest, decodeCommand } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import type { Duty } from "./duty.ts";
import { iec61850Service } from "./iec61850-service.ts";
import type { ProtocolService } from "./protocol-service.ts";
import { converse, type Southbound } from "./southbound.ts";

const timers = new NodeTimers();
const closing: (() => Promise<void> | void)[] = [];
/** Beside them is where the configuration is. */
const certificates = new Certificates();

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => certificates.remove());

/** The service a configuration comes to, with its duty under way; storing is a list. */
class Bench {
  readonly drafts: MessageDraft[] = [];
  readonly refused: EdgeError[] = [];
  readonly reasons: string[] = [];
  readonly service: ProtocolService;
  readonly duty: Duty;
  #count = 0;

  constructor(section: string, devices: readonly string[]) {
    const text = [
      "gateway: /test/gw",
      "agents: { a: { host: 127.0.0.1 } }",
      "redis: { url: redis://127.0.0.1 }",
      `iec61850: { reconnect: { first: 100ms, max: 1s }, connectTimeout: 2s${section} }`,
      "devices:",
      ...devices.map((one) => `  - { protocol: iec61850, ${one} }`),
      "",
    ].join("\n");
    const { config, issues } = checkConfig("busbar.yaml", text, certificates.dir, { filesMustExist: true });
    if (config === undefined) throw new Error(issues.map((one) => one.message).join("; "));
    const parts = { keys: new KeyStore(), random: new SeededRandom(7), timers, isServed: () => true };
    const service = iec61850Service({ config, agent: "a", ...parts });
    const duty = service?.begin?.({
      group: "main",
      reign: { group: "main", holder: "a", epoch: 1, mayAct: () => true } as never,
      timers,
      devices: config.devices.map((one) => one.uid),
      southbound: this.southbound,
      commands: { isKnown: () => Promise.resolve(false), submit: () => Promise.reject(new Error("no queue here")) },
      failed: (_device, reason) => void this.reasons.push(reason),
      lost: (_device, reason) => void this.reasons.push(reason),
      note: () => {},
      broke: (fault) => void this.refused.push(fault),
    });
    if (service === undefined || duty === undefined) throw new Error("no service");
    [this.service, this.duty] = [service, duty];
    closing.push(() => duty.end());
  }

  get southbound(): Southbound {
    return {
      store: (device, drafts, memory) => {
        this.drafts.push(...drafts);
        if (memory !== undefined) this.service.book.remember(device, memory);
        return Promise.resolve();
      },
      heard: () => {},
      refused: (_device, _peer, fault) => void this.refused.push(fault),
      permit: () => true,
    };
  }

  async send(device: string, action: string, rest: Partial<CommandRequest> = {}): Promise<CommandConclusion> {
    this.#count += 1;
    const deadline = new Date(Date.now() + 60_000).toISOString();
    const command = decodeCommand({ uid: `cmd-${this.#count}`, device, action, deadline, issuedBy: "test", ...rest });
    const carried = this.duty.carry?.(command, () => Promise.resolve());
    if (carried === undefined) throw new Error("not carried");
    return await carried;
  }

  codes(device: string): unknown[] {
    return this.drafts
      .filter((one) => one.subject === device)
      .map((one) => ("code" in one.data ? one.data.code : one.type));
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = later(timers.now(), 15_000);
  while (!holds()) {
    if (timers.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise<void>((resolve) => timers.at(later(timers.now(), 5), resolve));
  }
}

describe("an IED behind mutual TLS (IEC 62351-3)", () => {
  let ied: Issued;
  beforeAll(() => {
    for (const name of ["ca", "other"]) certificates.authority(name);
    ied = certificates.issue("ied", "ca");
    certificates.issue("agent", "ca");
    certificates.issue("stranger", "other");
  });

  async function secureIed(): Promise<ServedIed> {
    const served = new ServedIed({
      ...{ timers, host: "127.0.0.1", port: 0 },
      tls: serverTls(ied, { mutual: true }),
      settings: {
        model: buildModel(readScl(utf8(bayIcd("BAY1")), "bay.icd")),
        behaviours: [],
        random: new SeededRandom(1),
        wall: () => timers.wall(),
        travelMs: 5,
      },
    });
    await served.start();
    closing.push(() => served.stop());
    return served;
  }

  const bay = (port: number, tls: string): string =>
    `uid: bay-1, address: 127.0.0.1, port: ${port}, tls: ${tls}, reports: [BAY1LD0/LLN0.brcbPositions]`;

  it("is operated and reports, where each shows the other a certificate", async () => {
    const { port } = await secureIed();
    const bench = new Bench("", [bay(port, "{ ca: ca.crt, cert: agent.crt, key: agent.key }")]);
    await bench.duty.start();
    const target = { scheme: "iec61850", value: "BAY1CTRL/CSWI1.Pos" } as const;
    expect(await bench.send("bay-1", "operate", { target, value: false })).toMatchObject({ end: "succeeded" });
    await until("the report of the breaker", () => JSON.stringify(bench.drafts).includes('"off"'));
    expect(bench.refused).toEqual([]);
  });

  it("that shows one of another authority is not spoken to, nor does it speak to us without one of ours", async () => {
    const { port } = await secureIed();
    for (const [tls, reason] of [
      ["{ ca: other.crt, cert: agent.crt, key: agent.key }", "transport.tls-untrusted"],
      // In TLS 1.3 the server's no comes after the handshake: the association is what is refused.
      ["{ ca: ca.crt, cert: stranger.crt, key: stranger.key }", "transport.|association.refused"],
      ["{ ca: ca.crt }", "transport.|association.refused"],
    ] as const) {
      const bench = new Bench("", [bay(port, tls)]);
      await bench.duty.start();
      await until(tls, () => bench.reasons.length > 0);
      expect(bench.reasons[0]).toMatch(new RegExp(reason));
      expect(bench.drafts).toEqual([]);
      bench.duty.end();
    }
  });
});

describe("a fleet of street lights (SWDevice-010805)", () => {
  async function street(count: number): Promise<{ bench: Bench; fleet: Fleet; members: readonly FleetMember[] }> {
    let bench: Bench | undefined;
    const door: Listener = await listen({
      ...{ host: "127.0.0.1", port: 0, maxConnections: 10 },
      onTransport: (transport) => {
        if (bench === undefined) return;
        void converse({ session: bench.service.accept(), timers, southbound: bench.southbound }, transport);
      },
    });
    closing.push(() => door.close());
    const plan = { seed: "street", count, basePort: 0, iedName: "SWDeviceGeneric", isNumbered: false };
    const members = planFleet(plan);
    const document = readScl(utf8(streetLightIcd("SWDeviceGeneric")), "light.icd");
    const fleet = new Fleet({
      ...{ members, document, seed: "street", timers, iedName: document.ieds[0]?.name ?? "" },
      behaviours: () => [lightsStreets()],
      logOf: () => () => {},
      registerWith: { host: "127.0.0.1", port: door.port },
    });
    await fleet.start();
    closing.push(() => fleet.stop());
    const devices = members.map(
      ({ uid, serial }) =>
        `uid: ${uid}, profile: swdevice-010805, identification: KAI-${serial}, port: ${fleet.portOf(uid)}, position: { latitude: 52.1, longitude: 5.2 }, relays: [{ internal: 2, index: 1, kind: light }]`,
    );
    bench = new Bench(", allow: [127.0.0.0/8], listen: [{ port: 50000 }]", devices);
    await bench.duty.start();
    return { bench, fleet, members };
  }

  it("registers, is dialled where it said it is, told to stop, switched, and reports what it did", async () => {
    const { bench, members } = await street(3);
    for (const { uid } of members) {
      await until(`${uid} is registered`, () => bench.codes(uid).includes("device.registered"));
      const lit = await bench.send(uid, "light.set", { value: { values: [{ index: 1, on: true }] } });
      expect(lit, JSON.stringify(lit.fault)).toMatchObject({ end: "succeeded" });
      const status = await bench.send(uid, "light.status");
      expect(status).toMatchObject({ end: "succeeded" });
      await until(`${uid} reports it`, () => bench.codes(uid).some((code) => /^light\./.test(String(code))));
      expect((await bench.send(uid, "firmware.version")).end).toBe("succeeded");
    }
    expect(bench.refused.map((one) => one.message)).toEqual([]);
  });

  it("that says it is where nobody may be dialled is registered, and not dialled", async () => {
    const bench = new Bench(", listen: [{ port: 50000 }], allow: [10.0.0.0/8]", [
      "uid: light-1, profile: swdevice-010805, identification: KAI-0000000001",
    ]);
    bench.service.book.remember("light-1", { address: "127.0.0.1" });
    await bench.duty.start();
    await until("it was tried", () => bench.reasons.length > 0);
    expect(bench.reasons[0]).toBe("iec61850.device.unregistered");
  });
});

describe("an IED of another stack", () => {
  it("is said to have none where libiec61850 is not installed, and costs the others nothing", async () => {
    const served = new ServedIed({
      ...{ timers, host: "127.0.0.1", port: 0 },
      settings: {
        model: buildModel(readScl(utf8(bayIcd("BAY1")), "bay.icd")),
        behaviours: [],
        random: new SeededRandom(1),
        wall: () => timers.wall(),
      },
    });
    await served.start();
    closing.push(() => served.stop());
    const at = `address: 127.0.0.1, port: ${served.port}`;
    const bench = new Bench(", library: /nowhere/libiec61850.so", [
      `uid: ours, ${at}, reports: []`,
      `uid: theirs, ${at}, reports: [], backend: libiec61850`,
    ]);
    await bench.duty.start();
    await until("it was tried", () => bench.reasons.includes("iec61850.native.missing"));
    expect(await bench.send("ours", "device.identify")).toMatchObject({ end: "succeeded" });
  });
});
