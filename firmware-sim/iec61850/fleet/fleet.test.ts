import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Driver } from "../../../adapters/io/drive.ts";
import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { dial } from "../../../adapters/io/node/dial.ts";
import { Association } from "../../../adapters/iec61850/association/association.ts";
import type { AssociationOutcome } from "../../../adapters/iec61850/association/exchange.ts";
import { presetParameters } from "../../../adapters/iec61850/association/parameters.ts";
import { mmsBoolean } from "../../../adapters/iec61850/mms/data.ts";
import type { InformationReport, MmsRequest, MmsResponse } from "../../../adapters/iec61850/mms/pdu.ts";
import { readScl } from "../../../adapters/iec61850/scl/read.ts";
import { utf8 } from "../../../adapters/kit/bytes.ts";
import { byHand } from "../by-hand.ts";
import { nameOf, textOf } from "../client.testing.ts";
import type { LogLine } from "../log.ts";
import { bayIcd } from "../models/bay.ts";
import { streetLightIcd } from "../models/street-light.ts";
import { Fleet, type FleetParts, planFleet } from "./fleet.ts";

const SETTINGS = { everyMs: 50, eventEveryMs: 60_000 };
const fleets: Fleet[] = [];
const connections: Connection[] = [];

afterEach(async () => {
  for (const one of connections.splice(0)) one.close();
  await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()));
});

async function start(icd: string, iedName: string, count: number, rest: Partial<FleetParts> = {}) {
  const log: (LogLine & { readonly device: string })[] = [];
  const members = planFleet({ seed: "s", count, basePort: 0, iedName, isNumbered: true });
  const fleet = new Fleet({
    ...{ members, document: readScl(utf8(icd), "a.icd"), iedName, seed: "s", timers: new NodeTimers() },
    behaviours: () => [],
    logOf: (member) => (line) => log.push({ device: member.uid, ...line }),
    ...rest,
  });
  fleets.push(fleet);
  await fleet.start();
  return { fleet, log, port: (uid: string): number => fleet.portOf(uid) ?? 0 };
}

/** Our client over a real socket. */
class Connection {
  readonly reports: InformationReport[] = [];
  readonly #driver: Driver<AssociationOutcome>;
  readonly #association: Association;
  readonly #answers = new Map<unknown, (outcome: MmsResponse | Error) => void>();
  #tell: (() => void)[] = [];
  readonly ended: Promise<unknown>;
  readonly #close: () => void;

  constructor(transport: Awaited<ReturnType<typeof dial>>) {
    const timeouts = { associateMs: 5_000, requestMs: 5_000, releaseMs: 1_000 };
    this.#association = new Association(presetParameters("libiec61850"), timeouts);
    this.#driver = new Driver({
      ...{ machine: this.#association, transport, timers: new NodeTimers(), permit: () => true, isDuplex: true },
      take: (outcome) => this.#take(outcome),
    });
    this.#close = () => transport.destroy();
    this.ended = this.#driver.run();
  }

  static async to(port: number): Promise<Connection> {
    const one = new Connection(await dial({ host: "127.0.0.1", port, timeoutMs: 5_000 }));
    connections.push(one);
    await one.until(() => one.#association.isOpen);
    return one;
  }

  close(): void {
    this.#close();
  }

  ask(request: MmsRequest): Promise<MmsResponse> {
    return new Promise((resolve, reject) => {
      this.#driver.input((now) => {
        const { ticket, step } = this.#association.request(request, now);
        this.#answers.set(ticket, (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
        return step;
      });
    });
  }

  async write(name: string, data: Parameters<typeof textOf>[0]): Promise<MmsResponse> {
    const specification = { kind: "variables", variables: [{ name: nameOf(name) }] } as const;
    return this.ask({ service: "write", specification, data: [data as never] });
  }

  /** Looks again whenever something came. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#tell.push(resolve));
  }

  #take(outcome: AssociationOutcome): void {
    if (outcome.kind === "report") this.reports.push(outcome.report);
    if (outcome.kind === "answered") this.#answers.get(outcome.ticket)?.(outcome.response);
    if (outcome.kind === "failed") this.#answers.get(outcome.ticket)?.(outcome.fault);
    for (const tell of this.#tell.splice(0)) tell();
  }
}

describe("simulated IEDs on real ports", () => {
  it("are each their own, with names of their own", async () => {
    const { port } = await start(bayIcd("BAY1"), "BAY1", 3);
    const connections = await Promise.all(
      ["ied-00001", "ied-00002", "ied-00003"].map((uid) => Connection.to(port(uid))),
    );
    const lists = await Promise.all(
      connections.map((one) => one.ask({ service: "get-name-list", objectClass: 9, scope: { scope: "vmd" } })),
    );
    expect(lists.map((list) => "names" in list && list.names[0])).toEqual(["BAY1CTRL", "BAY2CTRL", "BAY3CTRL"]);
  });

  it("tell one client what another one does, and a hand", async () => {
    const { fleet, port } = await start(bayIcd("BAY1"), "BAY1", 1);
    const [watching, acting] = [await Connection.to(port("ied-00001")), await Connection.to(port("ied-00001"))];
    await watching.write("BAY1LD0/LLN0$BR$brcbPositions01$RptEna", mmsBoolean(true));
    expect(fleet.touch("ied-00001", (ied) => byHand(ied, "set BAY1CTRL/GGIO1$ST$Ind1$stVal true", SETTINGS))).toBe(
      "BAY1CTRL/GGIO1$ST$Ind1$stVal is true",
    );
    await watching.until(() => watching.reports.length === 1);
    acting.close();
    fleet.touch("ied-00001", (ied) => byHand(ied, "trip", SETTINGS));
    await watching.until(() => watching.reports.length === 6);
    expect(watching.reports.map(({ results }) => textOf(results[2] ?? mmsBoolean(false)))).toEqual([
      "0",
      "1",
      "2",
      "3",
      "4",
      "5",
    ]);
  });

  it("go away on a restart by hand, and come back with nothing", async () => {
    const { fleet, log, port } = await start(bayIcd("BAY1"), "BAY1", 1);
    const before = await Connection.to(port("ied-00001"));
    fleet.touch("ied-00001", (ied) => byHand(ied, "restart", SETTINGS));
    await before.ended;
    const after = await Connection.to(port("ied-00001"));
    expect(await after.ask({ service: "identify" })).toMatchObject({ vendor: "Busbar" });
    expect(log.filter(({ kind }) => kind === "started")).toHaveLength(2);
  });

  it("announce themselves where they are street lights: serial number and address", async () => {
    const heard = await new Promise<string>((resolve, reject) => {
      const server = createServer((socket) => {
        let text = "";
        socket.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        socket.on("end", () => {
          server.close();
          resolve(text);
        });
      });
      server.listen(0, "127.0.0.1", () => {
        const at = server.address();
        const platform = { host: "127.0.0.1", port: typeof at === "object" && at !== null ? at.port : 0 };
        start(streetLightIcd(), "SWDeviceGeneric", 1, { registerWith: platform }).catch(reject);
      });
    });
    expect(heard).toBe("0000000001,127.0.0.1\r\n");
  });
});
