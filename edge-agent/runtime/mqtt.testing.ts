import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { NodeDisk } from "../../adapters/io/node/disk.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { DeviceMemory } from "../../adapters/kit/session.ts";
import { checkConfig } from "../config/check.ts";
import type { Config } from "../config/config.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import type { Message } from "../model/message.ts";
import { stamp } from "../model/stamp.ts";
import { bridgeSpool } from "./bridge-queue.ts";
import { MemoryEntry } from "./command-entry.testing.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import { GroupSpool } from "./group-spool.ts";
import { mqttService } from "./mqtt-service.ts";
import type { ProtocolService } from "./protocol-service.ts";

/** A configuration with this mqtt section and these devices (YAML). */
export function mqttConfig(mqtt: string, devices: string, state: string = "/nowhere"): Config {
  const text = `gateway: /s/g
agents: { a: { host: 127.0.0.1, state: "${state}" } }
redis: { url: "redis://127.0.0.1:1" }
mqtt: ${mqtt}
devices: ${devices}
`;
  const { config, issues } = checkConfig("busbar.yaml", text, "/", { filesMustExist: false });
  if (config === undefined) throw new Error(JSON.stringify(issues));
  return config;
}

/** A command to `s1`, not to be repeated blindly. */
export function mqttCommand(over: Partial<Command> = {}): Command {
  return {
    uid: "cmd-1",
    device: "s1",
    action: "limit",
    value: 7,
    mode: "direct",
    priority: "normal",
    deadline: "2030-01-01T00:00:00.000Z",
    maxAttempts: 1,
    idempotent: false,
    issuedBy: "core",
    role: "operator",
    ...over,
  };
}

/** The same to the device `d` of a Sparkplug edge node: its metric Limit. */
export function sparkplugCommand(over: Partial<Command> = {}): Command {
  const target = { scheme: "mqtt", value: "Limit" } as const;
  return mqttCommand({ uid: "c1", device: "edge-d", action: "write", target, ...over });
}

/** The MQTT service of one agent in one reign, with everything it says to the runtime written down. */
export class DutyBed {
  readonly service: ProtocolService;
  readonly stored: MessageDraft[] = [];
  readonly states: string[] = [];
  readonly refusals: EdgeError[] = [];
  readonly notes: string[] = [];
  /** Awaited before something counts as durable. */
  durable: () => Promise<void> = () => Promise.resolve();
  mayAct = true;
  duty: Duty | undefined;
  readonly ports: DutyPorts;
  readonly commands: MemoryEntry;
  readonly #clients: MqttClient[] = [];
  readonly #spools = new Map<string, GroupSpool>();

  constructor(config: Config, epoch: number = 1) {
    const timers = new NodeTimers();
    const bridgeSpool = (name: string): GroupSpool | undefined => this.#bridgeSpool(config, name);
    const random = new NodeRandom();
    const parts = { config, agent: "a", keys: new KeyStore(), random, timers, isServed: () => true, bridgeSpool };
    const service = mqttService(parts);
    if (service === undefined) throw new Error("there is no mqtt section");
    this.service = service;
    const store = async (
      device: string,
      drafts: readonly MessageDraft[],
      memory: DeviceMemory | undefined,
    ): Promise<void> => {
      if (memory !== undefined) service.book.expect(device, memory);
      await this.durable();
      this.stored.push(...drafts);
      const stamped = drafts.map((draft) =>
        stamp(draft, {
          source: "/s/g",
          agent: "a",
          epoch,
          sequence: this.stored.length,
          recordedtime: "2026-11-21T10:00:00.000Z",
        }),
      );
      this.duty?.stored?.(stamped as readonly Message[]);
      if (memory !== undefined) service.book.remember(device, memory);
    };
    const reign = { group: "main", holder: "a", epoch, mayAct: () => this.mayAct };
    this.commands = new MemoryEntry({
      reign,
      timers,
      execute: async (command, begin) => {
        const carried = await this.duty?.carry?.(command, begin);
        if (carried !== undefined) return carried;
        const message = `there is no device ${command.device}`;
        const fault = new EdgeError({ code: "command.device.unknown", blame: "operator", retry: "never", message });
        return { uid: command.uid, end: "rejected", fault, result: {} };
      },
      concluded: (command, draft) => this.duty?.concluded?.(command, draft),
    });
    this.ports = {
      group: "main",
      reign,
      timers,
      commands: this.commands,
      devices: [...service.book.all()].map((device) => device.uid),
      southbound: {
        store,
        heard: (device) => void this.states.push(`${device} heard`),
        refused: (_device, _peer, fault) => void this.refusals.push(fault),
        permit: () => this.mayAct,
      },
      failed: (device, reason) => void this.states.push(`${device} failed: ${reason}`),
      lost: (device, reason) => void this.states.push(`${device} lost: ${reason}`),
      note: (_level, text) => void this.notes.push(text),
      broke: (fault) => void this.notes.push(`broke: ${fault.message}`),
    };
  }

  /** The next reign on the same agent, or with `memories` the first on another. */
  async begin(): Promise<void> {
    this.duty = this.service.begin?.(this.ports);
    await this.duty?.start();
  }

  async client(port: number, clientId: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = connect(`mqtt://127.0.0.1:${port}`, {
      clientId,
      reconnectPeriod: 0,
      protocolVersion: 4,
      ...options,
    });
    this.#clients.push(client);
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      client.once("error", reject);
    });
    client.on("error", () => {});
    return client;
  }

  async end(): Promise<void> {
    for (const client of this.#clients) client.end(true);
    this.commands.end();
    await this.duty?.drain(1_000);
    this.duty?.end();
    for (const spool of this.#spools.values()) spool.close();
  }

  /** The queue of a bridge as it is on an agent without a peer. */
  #bridgeSpool(config: Config, name: string): GroupSpool | undefined {
    const bridge = config.protocols.mqtt?.bridges[name];
    const known = this.#spools.get(name);
    if (known !== undefined || bridge === undefined) return known;
    const dir = join(config.agents["a"]?.state ?? ".", "bridges", name);
    mkdirSync(dir, { recursive: true });
    const spool = new GroupSpool({
      ...bridgeSpool(bridge.queue),
      group: `bridge:${name}`,
      source: config.gateway,
      agent: "a",
      disk: (folder) => new NodeDisk(join(dir, folder)),
      directories: () => readdirSync(dir),
      rename: () => undefined,
      timers: this.ports.timers,
      random: new NodeRandom(),
      send: () => false,
      acknowledge: () => undefined,
      broken: () => undefined,
      note: () => undefined,
    });
    this.#spools.set(name, spool);
    return spool;
  }
}
