import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { mixFor } from "../../../firmware-sim/dlms/behaviour-mix.ts";
import { Fleet } from "../../../firmware-sim/dlms/fleet/fleet.ts";
import { type FleetMember, type FleetPlan, planFleet } from "../../../firmware-sim/dlms/fleet/fleet-plan.ts";
import { exportMeters } from "../simulate-dlms-export.ts";
import type { DemoPart, DemoSite, JournalMessage, PartBooks, PartCommand, PartLines } from "./part.ts";

const METERS = 6;

/**
 * Ciphered electricity meters with gas behind them: read every minute, switched off and on by commands whose effect they
 * tell, alarms of their own pushed and ciphered.
 */
export class DlmsPart implements DemoPart {
  readonly title: string = `${METERS} meters`;
  /** The last two are where the agents listen for pushes. */
  readonly portCount: number = METERS + 2;
  #members: readonly FleetMember[] = [];
  #plan: FleetPlan | undefined;
  #pushPorts: readonly number[] = [];
  #fleet: Fleet | undefined;

  prepare({ dir, seed }: DemoSite, ports: readonly number[]): Promise<PartLines> {
    const plan: FleetPlan = {
      seed,
      count: METERS,
      profile: "smr-5.5",
      phases: 3,
      mbus: ["gas"],
      carrier: "tcp",
      addressing: "ports",
      host: "127.0.0.1",
      basePort: 1,
      mechanism: "high-gmac",
      policy: 3,
      suite: 0,
    };
    this.#plan = plan;
    this.#pushPorts = ports.slice(METERS);
    this.#members = planFleet(plan).map((member, index) =>
      Object.create(member, { port: { value: ports[index] ?? 0, enumerable: true } }),
    );
    const file = join(dir, "meters.yaml");
    exportMeters(file, plan, this.#members);
    const [, ...devices] = readFileSync(file, "utf8").trimEnd().split("\n");
    const listen = (port: number | undefined) => [
      "    dlms:",
      `      listen: [{ address: 127.0.0.1, port: ${port ?? 0} }]`,
    ];
    return Promise.resolve({
      agents: { a: listen(this.#pushPorts[0]), b: listen(this.#pushPorts[1]) },
      sections: [
        "dlms:",
        "  keyFolder: meter-keys",
        "  allow: [127.0.0.1]",
        "  responseTimeout: 3s",
        "  schedules:",
        '    minute: { cron: "* * * * *", jitter: 2s, action: bundle, value: { actions: [{ action: readings.actual }, { action: readings.actual-mbus }] } }',
      ],
      devices,
    });
  }

  async start(): Promise<void> {
    const plan = this.#plan;
    if (plan === undefined) return;
    this.#fleet = new Fleet({
      plan,
      members: this.#members,
      timers: new NodeTimers(),
      behaviours: ({ index }) => mixFor(index, [], { eventEveryMs: 15_000 }),
      log: () => {},
      pushTo: `127.0.0.1:${this.#pushPorts[0] ?? 0}`,
      protectsPushes: true,
      isAwake: true,
    });
    await this.#fleet.start();
  }

  command(n: number): PartCommand | undefined {
    const member = this.#members[Math.floor(n / 3) % METERS];
    if (member === undefined) return undefined;
    switch (n % 3) {
      case 0:
        return { device: member.uid, action: "readings.actual" };
      case 1:
        return {
          device: member.uid,
          action: "administrative-status.set",
          value: { status: n % 2 === 0 ? "on" : "off" },
        };
      default:
        return { device: member.uid, action: "clock.read" };
    }
  }

  summary(): string {
    return "";
  }

  books(journal: readonly JournalMessage[]): PartBooks {
    const mine = new Set(this.#members.map((one) => one.uid));
    const of = journal.filter((message) => mine.has(message.subject));
    const readings = of.filter((message) => message.type === "busbar.reading.v1");
    const pushes = of.filter((message) => message.data?.["cause"] === "push");
    const results = of.filter((message) => message.type === "busbar.command-result.v1");
    const read = new Set(readings.map((message) => message.subject));
    const done = results.filter((message) => message.data?.["state"] === "succeeded");
    return {
      lines: [
        ["meters read", `${read.size} of ${METERS}, ${readings.length} readings, ${pushes.length} pushes`],
        ["meters commanded", `${done.length} of ${results.length} succeeded`],
      ],
      kept: read.size === METERS,
    };
  }

  async stop(): Promise<void> {
    const fleet = this.#fleet;
    this.#fleet = undefined;
    await fleet?.stop();
  }
}
