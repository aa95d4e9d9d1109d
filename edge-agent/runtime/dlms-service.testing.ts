import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { listen, type Listener } from "../../adapters/io/node/listen.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { toHex } from "../../adapters/kit/bytes.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { mixFor, readIngredient } from "../../firmware-sim/dlms/behaviour-mix.ts";
import { Fleet } from "../../firmware-sim/dlms/fleet/fleet.ts";
import { curveOf } from "../../firmware-sim/dlms/fleet/fleet-keys.ts";
import { type FleetMember, type FleetPlan, planFleet, titleText } from "../../firmware-sim/dlms/fleet/fleet-plan.ts";
import { checkConfig } from "../config/check.ts";
import type { Json } from "../model/bounded-json.ts";
import { decodeCommand } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import { dlmsService } from "./dlms-service.ts";
import type { Duty } from "./duty.ts";
import type { ProtocolService } from "./protocol-service.ts";
import { converse, type Southbound } from "./southbound.ts";

/** Simulated meters on sockets, and the service that reads them; storing is a list. */
export class MeterBench {
  readonly dir = mkdtempSync(join(tmpdir(), "busbar-dlms-"));
  readonly timers = new NodeTimers();
  readonly drafts: MessageDraft[] = [];
  readonly refused: EdgeError[] = [];
  readonly notes: string[] = [];
  fleet: Fleet;
  members: readonly FleetMember[] = [];
  service: ProtocolService;
  duty: Duty;
  /** What storing does besides, for tests in which it fails. */
  onStore: (memory: unknown) => void = () => {};
  #count = 0;
  #door: Listener | undefined;
  readonly #options: Parameters<typeof MeterBench.start>[0];

  private constructor(fleet: Fleet, members: readonly FleetMember[], options: Parameters<typeof MeterBench.start>[0]) {
    this.#options = options;
    this.fleet = fleet;
    this.members = members;
    mkdirSync(join(this.dir, "keys"));
    this.service = this.makeService();
    this.duty = this.#begin();
  }

  static async start(
    options: {
      readonly plan?: Partial<FleetPlan>;
      readonly behaviours?: readonly string[];
      /** More lines of the section and of each device, YAML flow. */
      readonly section?: string;
      readonly device?: string;
      /** A pair for `keys.replace` in the key files. */
      readonly nextKeys?: boolean;
      readonly protectsPushes?: boolean;
    } = {},
  ): Promise<MeterBench> {
    const plan: FleetPlan = {
      seed: "bench",
      count: 1,
      profile: "smr-5.5",
      phases: 3,
      mbus: ["gas"],
      carrier: "tcp",
      addressing: "ports",
      host: "127.0.0.1",
      basePort: 0,
      mechanism: "high-gmac",
      policy: 3,
      suite: 0,
      ...options.plan,
    };
    const planned = planFleet({ ...plan, basePort: 1 });
    const zero = planned.map((member) => Object.create(member, { port: { value: 0 } }) as FleetMember);
    const ingredients = (options.behaviours ?? [])
      .map((name) => readIngredient(name))
      .filter((one) => one !== undefined);
    let bench: MeterBench | undefined;
    const door = await listen({
      host: "127.0.0.1",
      port: 0,
      maxConnections: 10,
      onTransport: (transport) => void bench?.converse(transport),
    });
    const fleet = new Fleet({
      pushTo: `127.0.0.1:${door.port}`,
      protectsPushes: options.protectsPushes ?? false,
      plan,
      members: zero,
      timers: new NodeTimers(),
      behaviours: ({ index }) => mixFor(index, ingredients, { eventEveryMs: 0 }),
      log: () => {},
    });
    await fleet.start();
    const members = zero.map(
      (member, index) => Object.create(member, { port: { value: fleet.ports[index] } }) as FleetMember,
    );
    bench = new MeterBench(fleet, members, options);
    bench.#door = door;
    await bench.duty.start();
    return bench;
  }

  /** A service as an agent has it; a second one is what a takeover begins with. */
  makeService(): ProtocolService {
    const { section = "", device = "", nextKeys = false } = this.#options ?? {};
    for (const member of this.members) {
      const { encryption, authentication, master, secret } = member.keys;
      const curve = curveOf(this.#options?.plan?.suite ?? 0);
      const pair = (scalar: Uint8Array) => new CipherKeys().agreementPair(curve ?? "P-256", scalar);
      const { clientScalar, serverScalar, clientAgreementScalar, serverAgreementScalar } = member.keys;
      const file = {
        encryption: toHex(encryption),
        authentication: toHex(authentication),
        master: toHex(master),
        secret: toHex(secret),
        ...(curve === undefined
          ? {}
          : {
              signing: toHex(pair(clientScalar).privateKey),
              serverSigning: toHex(pair(serverScalar).publicKey),
              agreement: toHex(pair(clientAgreementScalar).privateKey),
              serverAgreement: toHex(pair(serverAgreementScalar).publicKey),
            }),
        mbus: { 1: { master: "33".repeat(16), user: "44".repeat(16), firmware: toHex(member.keys.mbus(1).firmware) } },
        ...(nextKeys ? { next: { encryption: "11".repeat(16), authentication: "22".repeat(16) } } : {}),
      };
      writeFileSync(join(this.dir, "keys", `${member.uid}.json`), JSON.stringify(file), { mode: 0o600 });
    }
    const text = [
      "gateway: /test/gw",
      "agents: { a: { host: 127.0.0.1 } }",
      "redis: { url: redis://127.0.0.1 }",
      `dlms: { keyFolder: keys, responseTimeout: 1s, connectTimeout: 2s${section === "" ? "" : `, ${section}`} }`,
      "devices:",
      ...this.members.map(
        (one) =>
          `  - { uid: ${one.uid}, protocol: dlms, identification: ${one.identity.equipment}, ${device.includes("profile") ? "" : `profile: ${one.identity.profile}, `}address: 127.0.0.1, port: ${one.port}, zone: Europe/Amsterdam, serverTitle: "${titleText(one)}"${device.includes("authentication") ? "" : ", authentication: hls-gmac, protection: both"}${device === "" ? "" : `, ${device}`} }`,
      ),
      "",
    ].join("\n");
    const { config, issues } = checkConfig("busbar.yaml", text, this.dir, { filesMustExist: false });
    if (config === undefined) throw new Error(issues.map((one) => one.message).join("; "));
    const service = dlmsService({
      config,
      agent: "a",
      keys: new KeyStore(),
      random: new SeededRandom(7),
      timers: this.timers,
      isServed: () => true,
    });
    if (service === undefined) throw new Error("no section");
    return service;
  }

  get southbound(): Southbound {
    return {
      store: (device, drafts, memory) => {
        this.onStore(memory);
        this.drafts.push(...drafts);
        if (memory !== undefined) this.service.book.remember(device, memory);
        return Promise.resolve();
      },
      heard: () => {},
      refused: (_device, _peer, fault) => void this.refused.push(fault),
      permit: () => true,
    };
  }

  #begin(): Duty {
    const duty = this.service.begin?.({
      group: "main",
      reign: { group: "main", holder: "a", epoch: 1, mayAct: () => true } as never,
      timers: this.timers,
      devices: this.members.map((one) => one.uid),
      southbound: this.southbound,
      commands: { isKnown: () => Promise.resolve(false), submit: () => Promise.reject(new Error("no queue here")) },
      failed: () => {},
      lost: () => {},
      note: (_level, text) => void this.notes.push(text),
      broke: (fault) => void this.refused.push(fault),
    });
    if (duty === undefined) throw new Error("no duty");
    return duty;
  }

  /** The other agent's turn: everything anew but what is remembered. */
  async takeOver(): Promise<void> {
    const memories = this.members.map((one) => [one.uid, this.service.book.memory(one.uid)] as const);
    this.duty.end();
    this.service = this.makeService();
    for (const [uid, memory] of memories) if (memory !== undefined) this.service.book.remember(uid, memory);
    this.duty = this.#begin();
    await this.duty.start();
  }

  send(
    action: string,
    value?: Json,
    {
      object,
      member = this.members[0],
      priority = "normal",
    }: {
      readonly object?: string;
      readonly member?: FleetMember | undefined;
      readonly priority?: "urgent" | "normal" | "bulk";
    } = {},
  ): Promise<CommandConclusion> {
    this.#count += 1;
    const command = decodeCommand({
      uid: `cmd-${this.#count}`,
      device: member?.uid ?? "",
      action,
      ...(value === undefined ? {} : { value }),
      ...(object === undefined ? {} : { target: { scheme: "obis", value: object } }),
      deadline: new Date(Date.now() + 60_000).toISOString(),
      priority,
      issuedBy: "test",
    });
    const carried = this.duty.carry?.(command, () => Promise.resolve());
    if (carried === undefined) throw new Error("the duty carries no such command");
    return carried;
  }

  /** A file beside the configuration. */
  write(name: string, content: Uint8Array): void {
    mkdirSync(dirname(join(this.dir, name)), { recursive: true });
    writeFileSync(join(this.dir, name), content);
  }

  /** A connection a meter opened, as the listeners run it. */
  converse(transport: Parameters<typeof converse>[1]): Promise<void> {
    return converse({ session: this.service.accept(), timers: this.timers, southbound: this.southbound }, transport);
  }

  async stop(): Promise<void> {
    this.duty.end();
    await this.#door?.close();
    await this.fleet.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
