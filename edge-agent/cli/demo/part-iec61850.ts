import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { readScl } from "../../../adapters/iec61850/scl/read.ts";
import { utf8 } from "../../../adapters/kit/bytes.ts";
import { mixFor } from "../../../firmware-sim/iec61850/behaviour-mix.ts";
import { Fleet, type FleetMember, planFleet } from "../../../firmware-sim/iec61850/fleet/fleet.ts";
import type { LogLine } from "../../../firmware-sim/iec61850/log.ts";
import { bayIcd } from "../../../firmware-sim/iec61850/models/bay.ts";
import type { DemoPart, DemoSite, JournalMessage, PartBooks, PartCommand, PartLines } from "./part.ts";

const IEDS = 2;
const IED_NAME = "BAY1";

/**
 * Feeder bays: buffered reports of positions and unbuffered ones of measurements, a breaker that is operated with
 * select-before-operate. What the IEDs themselves say came to be in their buffers is the judge: each entry is in the core's
 * journal once.
 */
export class Iec61850Part implements DemoPart {
  readonly title: string = `${IEDS} IEDs`;
  readonly portCount: number = IEDS;
  #members: readonly FleetMember[] = [];
  #seed = "";
  #fleet: Fleet | undefined;
  /** Entries of the block that is ours, by device. */
  readonly #entries = new Map<string, Set<string>>();
  #associations = 0;

  prepare({ seed }: DemoSite, ports: readonly number[]): Promise<PartLines> {
    this.#seed = seed;
    const plan = { seed, count: IEDS, basePort: 1, iedName: IED_NAME, isNumbered: true };
    this.#members = planFleet(plan).map((member, index) => ({
      ...member,
      address: { host: "127.0.0.1", port: ports[index] ?? 0 },
    }));
    return Promise.resolve({
      sections: ["iec61850:", "  reconnect: { first: 200ms, max: 1s }", "  keepAlive: 2s"],
      devices: this.#members.map(
        ({ uid, iedName, address }) =>
          `  - { uid: ${uid}, protocol: iec61850, identification: ${iedName}, address: ${address.host}, port: ${address.port}, ` +
          `reports: ["${iedName}LD0/LLN0.brcbPositions", "${iedName}LD0/LLN0.urcbMeasurements"] }`,
      ),
    });
  }

  async start(): Promise<void> {
    this.#fleet = new Fleet({
      members: this.#members,
      document: readScl(utf8(bayIcd(IED_NAME)), "bay.icd"),
      iedName: IED_NAME,
      seed: this.#seed,
      timers: new NodeTimers(),
      behaviours: (_member, index) => mixFor(index, [], { everyMs: 2_000, eventEveryMs: 5_000 }),
      logOf: (member) => (line) => this.#note(member.uid, line),
    });
    await this.#fleet.start();
  }

  /** The breaker of each bay in turn, opened and closed. */
  command(n: number): PartCommand | undefined {
    const member = this.#members[n % IEDS];
    if (member === undefined) return undefined;
    const target = { scheme: "iec61850", value: `${member.iedName}CTRL/CSWI1.Pos` } as const;
    return { device: member.uid, action: "operate", target, value: Math.floor(n / IEDS) % 2 === 1 };
  }

  summary(): string {
    return `${this.#associations} IEDs associated`;
  }

  books(journal: readonly JournalMessage[]): PartBooks {
    let [expected, found, repeats, operated, commanded] = [0, 0, 0, 0, 0];
    let complete = true;
    for (const { uid } of this.#members) {
      const mine = journal.filter((message) => message.subject === uid);
      const ids = mine.filter(isPositionReport).map((message) => message.id);
      const entries = this.#entries.get(uid)?.size ?? 0;
      const different = new Set(ids).size;
      expected += entries;
      found += different;
      repeats += ids.length - different;
      complete &&= entries > 0 && different === entries;
      const results = mine.filter((message) => message.type === "busbar.command-result.v1");
      commanded += results.length;
      operated += results.filter((message) => message.data?.["state"] === "succeeded").length;
    }
    return {
      lines: [
        ["reports buffered by IEDs", `${found} of ${expected} entries in the journal, ${repeats} twice`],
        ["breakers operated", `${operated} of ${commanded} with select-before-operate`],
      ],
      kept: complete && repeats === 0,
    };
  }

  async stop(): Promise<void> {
    const fleet = this.#fleet;
    this.#fleet = undefined;
    await fleet?.stop();
  }

  #note(uid: string, line: LogLine): void {
    if (line.kind === "associated") this.#associations += 1;
    else if (line.kind === "ended") this.#associations -= 1;
    else if (line.kind === "entry" && line.rcb.endsWith("$brcbPositions01")) {
      const entries = this.#entries.get(uid) ?? new Set();
      entries.add(line.entryId);
      this.#entries.set(uid, entries);
    }
  }
}

/** A report of the positions' block, which has no measured value in it; answers to commands are not reports. */
function isPositionReport({ type, data }: JournalMessage): boolean {
  if (type !== "busbar.reading.v1" || data?.["cause"] === "request") return false;
  const points = data?.["points"];
  const [first]: readonly unknown[] = Array.isArray(points) ? points : [];
  return !JSON.stringify(first ?? "").includes("[MX]");
}
