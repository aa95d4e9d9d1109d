import { createServer, type Server, type Socket } from "node:net";
import { Aedes } from "aedes";
import { connect, type MqttClient } from "mqtt";
import type { DemoPart, DemoSite, JournalMessage, PartBooks, PartCommand, PartLines, PartOptions } from "./part.ts";

const SENSORS = 6;
const EVERY_MS = 500;
/** The control centre's broker is away for a while, again and again: what goes to it waits on both agents' disks. */
const CENTRE = { upMs: 12_000, awayMs: 4_000 };
const RAW = "centre/raw/";

interface Sensor {
  readonly uid: string;
  readonly client: MqttClient;
  readonly timer: NodeJS.Timeout;
}

/**
 * Sensors that publish with QoS 1 and answer commands, and a bridge that passes on to the broker of a control centre, which is
 * not always there, what they publish and the normalized readings of everybody.
 */
export class MqttPart implements DemoPart {
  readonly title: string = `${SENSORS} MQTT sensors and a bridge`;
  /** Where the agents listen, and the centre's broker. */
  readonly portCount: number = 3;
  #ports: readonly number[] = [];
  readonly #sensors: Sensor[] = [];
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

  prepare(_site: DemoSite, ports: readonly number[]): Promise<PartLines> {
    this.#ports = ports;
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
      devices: Array.from({ length: SENSORS }, (_, i) => `  - { uid: ${uidOf(i)}, protocol: mqtt, expectEvery: 30s }`),
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
    for (let i = 0; i < SENSORS; i++) this.#sensors.push(this.#sensor(i));
  }

  command(n: number): PartCommand | undefined {
    return { device: uidOf(n % SENSORS), action: "set-limit", value: { volts: 250 + (n % 5) } };
  }

  summary(): string {
    return this.#centre === undefined ? `the centre's broker is away, ${this.#notAtCentre()} readings wait` : "";
  }

  /** The bridge keeps what is not sent; its broker is back for the end, and nothing is published any more. */
  async settle(): Promise<void> {
    for (const { timer } of this.#sensors) clearInterval(timer);
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
    const mine = new Set(Array.from({ length: SENSORS }, (_, i) => uidOf(i)));
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
    for (const { client, timer } of this.#sensors.splice(0)) {
      clearInterval(timer);
      client.end(true);
    }
    await this.#closeCentre();
    await new Promise<void>((resolve) => (broker === undefined ? resolve() : broker.close(() => resolve())));
  }

  #sensor(index: number): Sensor {
    const uid = uidOf(index);
    const servers = this.#ports.slice(0, 2).map((port) => ({ host: "127.0.0.1", port, protocol: "mqtt" as const }));
    const client = connect({ servers, clientId: uid, clean: false, protocolVersion: 4, reconnectPeriod: 200 });
    client.on("error", () => {});
    client.subscribe(`${uid}/command/+`, { qos: 1 });
    client.on("message", (_topic, payload) => {
      const { id, replyTo } = JSON.parse(payload.toString()) as { readonly id: string; readonly replyTo: string };
      client.publish(replyTo, JSON.stringify({ id, status: "succeeded" }), { qos: 1 });
    });
    let number = 0;
    const timer = setInterval(() => {
      // Who is not connected measures on and sends nothing: the demo counts what was sent.
      if (!client.connected) return;
      number += 1;
      this.#published += 1;
      const one = `${uid} ${number}`;
      const payload = JSON.stringify({ t: Date.now(), u: 230 + (number % 7) / 10, n: number });
      client.publish(`${uid}/m`, payload, { qos: 1 }, (error) => {
        if (!error) this.#acknowledged.add(one);
      });
    }, EVERY_MS);
    return { uid, client, timer };
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

function uidOf(index: number): string {
  return `sensor-${String(index + 1).padStart(3, "0")}`;
}

function numberOf(message: JournalMessage): string {
  const points = message.data?.["points"];
  const found: unknown = Array.isArray(points)
    ? points.find((point: { readonly name?: string }) => point.name === "number")
    : undefined;
  return `${message.subject} ${String((found as { readonly value?: unknown } | undefined)?.value)}`;
}
