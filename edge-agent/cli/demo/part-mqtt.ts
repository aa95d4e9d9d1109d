import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { TopicTemplate } from "../../../adapters/mqtt/topic-template.ts";
import { ANONYMOUS } from "../../../firmware-sim/mqtt/broker-address.ts";
import { COMMAND_TOPIC, REPLY_TOPIC } from "../../../firmware-sim/mqtt/command.ts";
import { Fleet } from "../../../firmware-sim/mqtt/fleet.ts";
import { type FleetMember, planFleet } from "../../../firmware-sim/mqtt/fleet-plan.ts";
import type { DeviceLog } from "../../../firmware-sim/mqtt/log.ts";
import type { DemoPart, DemoSite, JournalMessage, PartBooks, PartCommand, PartLines, PartOptions } from "./part.ts";

const SENSORS = 6;
const EVERY_MS = 500;
/** The control centre's broker is away for a while, again and again: what goes to it waits on both agents' disks. */
const CENTRE = { upMs: 12_000, awayMs: 4_000 };
const RAW = "centre/raw/";

/**
 * Sensors as `busbar simulate mqtt --qos 1 --every 500ms` has them, which answer commands, and a bridge that passes on to the broker of a control centre, which is
 * not always there, what they publish and the normalized readings of everybody.
 */
export class MqttPart implements DemoPart {
  readonly title: string = `${SENSORS} MQTT sensors and a bridge`;
  /** Where the agents listen, and the centre's broker. */
  readonly portCount: number = 3;
  #ports: readonly number[] = [];
  readonly #members: readonly FleetMember[] = planFleet({ name: "sensor", count: SENSORS, everyMs: EVERY_MS, qos: 1 });
  #seed = "";
  #fleet: Fleet | undefined;
  readonly #acknowledged = new Set<string>();
  #published = 0;
  #atCentre = 0;
  /** What sensors were thanked for, as the centre has it. */
  readonly #rawAtCentre = new Set<string>();
  readonly #isAgainAndAgain: boolean;
  readonly #away: { readonly upMs: number; readonly awayMs: number };
  #absences = 0;
  #centre: { readonly server: Server; readonly sockets: Set<Socket> } | undefined;
  #broker: Aedes | undefined;
  #turn: NodeJS.Timeout | undefined;

  constructor({ stopBrokerAfterMs, brokerAwayMs }: PartOptions) {
    this.#isAgainAndAgain = stopBrokerAfterMs === undefined;
    this.#away = stopBrokerAfterMs === undefined ? CENTRE : { upMs: stopBrokerAfterMs, awayMs: brokerAwayMs };
  }

  prepare({ seed }: DemoSite, ports: readonly number[]): Promise<PartLines> {
    this.#ports = ports;
    this.#seed = seed;
    const listen = (port: number | undefined) => [
      "    mqtt:",
      `      listen: [{ address: 127.0.0.1, port: ${port ?? 0} }]`,
    ];
    return Promise.resolve({
      agents: { a: listen(ports[0]), b: listen(ports[1]) },
      sections: [
        "mqtt:",
        "  anonymous: true",
        "  commands: { answerTimeout: 5s }",
        "  mappings:",
        "    default:",
        '      - { topic: "{device}/m", time: { at: /t, form: unix-ms }, points: [{ name: voltage.l1, at: /u, unit: V }, { name: number, at: /n }] }',
        "  bridges:",
        "    centre:",
        `      addresses: [127.0.0.1:${ports[2] ?? 0}]`,
        "      protocolVersion: 4",
        "      reconnect: { min: 200ms, max: 1s }",
        "      rules:",
        '        - { direction: out, filter: "reading/+", localPrefix: $busbar/, remotePrefix: centre/ }',
        `        - { direction: out, filter: "+/m", remotePrefix: ${RAW} }`,
      ],
      devices: this.#members.map(
        ({ uid, clientId }) => `  - { uid: ${uid}, protocol: mqtt, clientId: ${clientId}, expectEvery: 30s }`,
      ),
    });
  }

  async start(): Promise<void> {
    this.#broker = await Aedes.createBroker({
      authorizePublish: (_client, packet, done) => {
        if (packet.topic.startsWith(RAW)) {
          const { n } = JSON.parse(packet.payload.toString()) as { readonly n: number };
          this.#rawAtCentre.add(`${packet.topic.slice(RAW.length).split("/")[0]} ${n}`);
        } else if (packet.topic.startsWith("centre/")) this.#atCentre += 1;
        done(null);
      },
    });
    await this.#openCentre();
    this.#fleet = this.#makeFleet();
    this.#fleet.start();
  }

  command(n: number): PartCommand | undefined {
    return { device: this.#members[n % SENSORS]?.uid ?? "", action: "set-limit", value: { volts: 250 + (n % 5) } };
  }

  summary(): string {
    return this.#centre === undefined ? `the centre's broker is away, ${this.#notAtCentre()} readings wait` : "";
  }

  /** The bridge keeps what is not sent; its broker is back for the end, and nothing is published any more. */
  async settle(): Promise<void> {
    await this.#stopFleet();
    clearTimeout(this.#turn);
    if (this.#centre === undefined) await this.#openCentre();
    clearTimeout(this.#turn);
  }

  #notAtCentre(): number {
    let missing = 0;
    for (const one of this.#acknowledged) if (!this.#rawAtCentre.has(one)) missing += 1;
    return missing;
  }

  books(journal: readonly JournalMessage[]): PartBooks {
    const mine = new Set(this.#members.map(({ uid }) => uid));
    const of = journal.filter((message) => mine.has(message.subject));
    const numbers = new Set(of.filter((message) => message.type === "busbar.reading.v1").map(numberOf));
    const lost = [...this.#acknowledged].filter((one) => !numbers.has(one));
    const results = of.filter((message) => message.type === "busbar.command-result.v1");
    const done = results.filter((message) => message.data?.["state"] === "succeeded");
    return {
      lines: [
        [
          "sensor readings",
          `${this.#acknowledged.size} acknowledged of ${this.#published}, ${lost.length} of them not at the core`,
        ],
        ["sensors commanded", `${done.length} of ${results.length} succeeded`],
        [
          "at the control centre",
          `${this.#rawAtCentre.size} of ${this.#acknowledged.size} sensor readings as they came, ${this.#atCentre} normalized; its broker was away ${this.#absences} times`,
        ],
      ],
      kept: lost.length === 0 && this.#notAtCentre() === 0 && this.#acknowledged.size > 0,
    };
  }

  async stop(): Promise<void> {
    const broker = this.#broker;
    this.#broker = undefined;
    clearTimeout(this.#turn);
    await this.#stopFleet();
    await this.#closeCentre();
    await new Promise<void>((resolve) => (broker === undefined ? resolve() : broker.close(() => resolve())));
  }

  #makeFleet(): Fleet {
    const topics = { command: new TopicTemplate(COMMAND_TOPIC), reply: new TopicTemplate(REPLY_TOPIC) };
    return new Fleet({
      members: this.#members,
      brokers: this.#ports.slice(0, 2).map((port) => ({ protocol: "mqtt" as const, host: "127.0.0.1", port })),
      credentials: ANONYMOUS,
      protocolVersion: 4,
      seed: this.#seed,
      settings: { topics, stormEveryMs: 0, floodMessages: 0 },
      startsPerSecond: SENSORS,
      timers: new NodeTimers(),
      logOf: (member) => this.#logOf(member),
    });
  }

  /** What a sensor was thanked for, by its own word. */
  #logOf({ uid }: FleetMember): DeviceLog {
    const numbers = new Map<number, unknown>();
    return (fact) => {
      if (fact.kind === "published" && fact.by === "measures") {
        this.#published += 1;
        numbers.set(fact.number, (JSON.parse(fact.payload ?? "{}") as { readonly n?: unknown }).n);
      } else if (fact.kind === "acknowledged" && fact.by === "measures") {
        this.#acknowledged.add(`${uid} ${numbers.get(fact.number)}`);
        numbers.delete(fact.number);
      } else if (fact.kind === "given-up") numbers.delete(fact.number);
    };
  }

  async #stopFleet(): Promise<void> {
    const fleet = this.#fleet;
    this.#fleet = undefined;
    await fleet?.stop();
  }

  async #openCentre(): Promise<void> {
    const broker = this.#broker;
    if (broker === undefined) return;
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      broker.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.#ports[2], "127.0.0.1", resolve));
    // Stopped meanwhile: what opens now nobody would close.
    if (this.#broker === undefined) {
      server.close();
      return;
    }
    this.#centre = { server, sockets };
    if (this.#absences > 0 && !this.#isAgainAndAgain) return;
    this.#turn = setTimeout(() => {
      this.#absences += 1;
      void this.#closeCentre().then(() => {
        if (this.#broker === undefined) return;
        this.#turn = setTimeout(() => void this.#openCentre(), this.#away.awayMs);
      });
    }, this.#away.upMs);
  }

  async #closeCentre(): Promise<void> {
    const centre = this.#centre;
    this.#centre = undefined;
    if (centre === undefined) return;
    for (const socket of centre.sockets) socket.destroy();
    await new Promise<void>((resolve) => centre.server.close(() => resolve()));
  }
}

function numberOf(message: JournalMessage): string {
  const points = message.data?.["points"];
  const found: unknown = Array.isArray(points)
    ? points.find((point: { readonly name?: string }) => point.name === "number")
    : undefined;
  return `${message.subject} ${String((found as { readonly value?: unknown } | undefined)?.value)}`;
}
