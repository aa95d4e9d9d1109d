import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { CommandClient } from "../../core-client/command-client.ts";
import { type Consumer, consume } from "../../core-client/consume.ts";
import { exportMeters } from "../../edge-agent/cli/simulate-dlms-export.ts";
import type { CommandRequest } from "../../edge-agent/model/command.ts";
import type { Message } from "../../edge-agent/model/message.ts";
import { Observer } from "../bed/observer.ts";
import { Program } from "../bed/program.ts";
import { type RedisBed, startStandalone } from "../bed/redis-bed.ts";
import { until } from "../bed/until.ts";
import { Warden } from "../bed/warden.ts";
import { mixFor } from "../dlms/behaviour-mix.ts";
import { takesImages } from "../dlms/behaviours/takes-images.ts";
import { Fleet } from "../dlms/fleet/fleet.ts";
import { type FleetMember, type FleetPlan, planFleet } from "../dlms/fleet/fleet-plan.ts";
import type { Notice } from "../dlms/notice.ts";

/** Small enough that a profile is many blocks and every image block some: octets of an APDU, both ways. */
const PDU_OCTETS = 200;
const IMAGE_BLOCK_OCTETS = 216;
const IMAGE_BLOCKS = 300;
const PATIENCE_MS = 45_000;

type Deciphered = Extract<Notice, { kind: "deciphered" }>;

/** Two agents as they are installed, a Redis, a core, and one ciphered meter that writes down every counter it received. */
class MeterPair {
  readonly notices: Notice[] = [];
  readonly messages: Message[] = [];
  readonly commands: CommandClient;
  readonly observer: Observer;
  /** Called for each protected APDU in the moment the meter has taken it. */
  onApdu: (apdu: Deciphered) => void = () => {};
  readonly uid: string;
  readonly #dir: string;
  readonly #redis: RedisBed;
  readonly #warden: Warden;
  readonly #agents: ReadonlyMap<string, Program>;
  readonly #fleet: Fleet;
  readonly #consumer: Consumer;

  private constructor(parts: {
    readonly dir: string;
    readonly redis: RedisBed;
    readonly warden: Warden;
    readonly plan: FleetPlan;
    readonly member: FleetMember;
  }) {
    const { dir, redis, warden, plan, member } = parts;
    this.#dir = dir;
    this.#redis = redis;
    this.#warden = warden;
    this.uid = member.uid;
    this.commands = new CommandClient({ redis: redis.url });
    this.observer = new Observer(redis.client(), "main");
    this.#consumer = consume({
      redis: redis.url,
      groups: ["main"],
      handler: async (message) => void this.messages.push(message),
    });
    this.#fleet = new Fleet({
      plan,
      members: [member],
      timers: new NodeTimers(),
      pduMax: PDU_OCTETS,
      behaviours: ({ index }) =>
        mixFor(index, [], { eventEveryMs: 0 }).map((one) =>
          one.name === "takes-images"
            ? takesImages({ blockOctets: IMAGE_BLOCK_OCTETS, verifyMs: 100, activateMs: 100 })
            : one,
        ),
      log: (_member, notice) => {
        this.notices.push(notice);
        if (notice.kind === "deciphered") this.onApdu(notice);
      },
    });
    this.#agents = new Map(
      ["a", "b"].map((name) => [
        name,
        new Program({
          name: `agent ${name}`,
          args: ["run", "--no-supervisor", "-c", join(dir, "busbar.yaml"), "-a", name],
          logFile: join(dir, `${name}.log`),
          warden,
        }),
      ]),
    );
  }

  static async start(): Promise<MeterPair> {
    const dir = mkdtempSync(join(tmpdir(), "busbar-dlms-takeover-"));
    const warden = new Warden(dir);
    const redis = await startStandalone({ dir: join(dir, "redis") });
    const plan: FleetPlan = {
      seed: "takeover",
      count: 1,
      profile: "smr-5.5",
      phases: 3,
      mbus: [],
      carrier: "tcp",
      addressing: "ports",
      host: "127.0.0.1",
      basePort: await freePort(),
      mechanism: "high-gmac",
      policy: 3,
      suite: 0,
    };
    const [member] = planFleet(plan);
    if (member === undefined) throw new Error("a fleet of one has one");
    await writeFiles(dir, redis.url, plan, member);
    const pair = new MeterPair({ dir, redis, warden, plan, member });
    await pair.#fleet.start();
    for (const agent of pair.#agents.values()) agent.start();
    await until("somebody is active", async () => (await pair.observer.holding()) !== undefined, PATIENCE_MS);
    return pair;
  }

  async active(): Promise<Program> {
    const holding = await this.observer.holding();
    const agent = this.#agents.get(holding?.holder ?? "");
    if (agent === undefined) throw new Error("nobody is active");
    return agent;
  }

  get deciphered(): readonly Deciphered[] {
    return this.notices.filter((notice) => notice.kind === "deciphered");
  }

  send(request: Pick<CommandRequest, "uid" | "action" | "value" | "idempotent">): Promise<unknown> {
    const deadline = new Date(Date.now() + 120_000).toISOString();
    return this.commands.send({ ...request, device: this.uid, deadline, issuedBy: "test" }, { group: "main" });
  }

  /** Every message that tells how that command ended. */
  endsOf(uid: string): readonly string[] {
    return this.messages.flatMap((message) =>
      message.type === "busbar.command-result.v1" && message.data.uid === uid ? [message.data.state] : [],
    );
  }

  lastWords(): string {
    return [...this.#agents.values()].map((one) => one.log().trim().split("\n").slice(-15).join("\n")).join("\n---\n");
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents.values()) await agent.kill();
    await Promise.all([this.#consumer.close(), this.commands.close(), this.#fleet.stop()]);
    this.observer.close();
    await this.#redis.stop();
    this.#warden.dismiss();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

async function writeFiles(dir: string, url: string, plan: FleetPlan, member: FleetMember): Promise<void> {
  exportMeters(join(dir, "meters.yaml"), plan, [member]);
  mkdirSync(join(dir, "firmware"));
  const image = Uint8Array.from({ length: IMAGE_BLOCK_OCTETS * IMAGE_BLOCKS }, (_, at) => (at * 7) & 0xff);
  writeFileSync(join(dir, "firmware", "new.bin"), image);
  const agents: Record<string, unknown> = {};
  for (const name of ["a", "b"]) {
    mkdirSync(join(dir, name));
    const ops = `127.0.0.1:${await freePort()}`;
    agents[name] = { host: "127.0.0.1", link: await freePort(), ops, state: join(dir, name) };
  }
  const dlms = { keyFolder: "meter-keys", firmwareFolder: "firmware", responseTimeout: "3s", counterBlock: 50 };
  const devices = readFileSync(join(dir, "meters.yaml"), "utf8").replaceAll(" }\n", `, maxPdu: ${PDU_OCTETS} }\n`);
  const sections = Object.entries({ gateway: "/test/gw", agents, redis: { url }, dlms });
  const lines = sections.map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  writeFileSync(join(dir, "busbar.yaml"), lines.join("") + devices);
}

let pair: MeterPair | undefined;
afterEach(async () => {
  await pair?.stop();
  pair = undefined;
});

/** The block-wise APDUs of each long transfer, and after how many of them the agent dies. */
const TRANSFERS = [
  {
    what: "a long profile",
    request: {
      action: "profile.read",
      value: { object: "1-0:99.1.0", entries: [{ from: 1, to: 500 }] },
      idempotent: true,
    },
    inBlocks: ["get-request-next"],
    after: 25,
    end: "succeeded",
    attempts: 2,
  },
  {
    what: "a firmware image that may be sent again",
    request: { action: "firmware.update", value: { image: "new.bin" }, idempotent: true },
    inBlocks: ["action-request-with-first-pblock", "action-request-with-pblock"],
    after: 200,
    end: "succeeded",
    attempts: 2,
  },
  {
    what: "a firmware image that must not be sent again",
    request: { action: "firmware.update", value: { image: "new.bin" }, idempotent: false },
    inBlocks: ["action-request-with-first-pblock", "action-request-with-pblock"],
    after: 200,
    end: "unknown",
    attempts: 1,
  },
] as const;

describe("a takeover in the middle of a ciphered block transfer", () => {
  it.each(TRANSFERS)("$what: ends once as $end, and no counter is used twice", { timeout: 150_000 }, async (row) => {
    const of = await MeterPair.start();
    pair = of;
    const dying = await of.active();
    let [blocks, lastOfTheDead] = [0, 0];
    const inBlocks: readonly (string | undefined)[] = row.inBlocks;
    of.onApdu = ({ apdu, counter }) => {
      if (lastOfTheDead > 0 || !inBlocks.includes(apdu)) return;
      blocks += 1;
      if (blocks < row.after) return;
      lastOfTheDead = counter;
      // The signal is sent before the meter answers this block.
      void dying.kill();
    };
    await of.send({ uid: "long", ...row.request });
    await until("the active agent is dead", () => lastOfTheDead > 0 && !dying.running, PATIENCE_MS).catch(
      async (error) => {
        const said = JSON.stringify(await of.commands.look("long", { group: "main" }));
        throw new Error(`${String(error)}; ${blocks} blocks\n${said}\n${of.lastWords()}`);
      },
    );
    const record = await of.commands.result("long", { timeoutMs: PATIENCE_MS, where: { group: "main" } });
    expect(record, of.lastWords()).toMatchObject({ state: row.end, attempt: row.attempts });

    // What comes after it goes well, and tells that the meter takes the next counters.
    await of.send({ uid: "after", action: "clock.read", idempotent: true });
    const after = await of.commands.result("after", { timeoutMs: PATIENCE_MS, where: { group: "main" } });
    expect(after).toMatchObject({ state: "succeeded" });

    const counters = of.deciphered.map(({ counter }) => counter);
    expect(counters.filter((counter, at) => at > 0 && counter <= (counters[at - 1] ?? 0))).toEqual([]);
    expect(of.deciphered.every(({ apdu }) => apdu !== undefined)).toBe(true);
    const next = counters.find((counter) => counter > lastOfTheDead);
    // Not the next one: what the dead agent had reserved is skipped.
    expect(next).toBeGreaterThan(lastOfTheDead + 1);

    await until("the core was told of both ends", () => of.endsOf("after").length > 0, PATIENCE_MS);
    await until("the core was told of the end", () => of.endsOf("long").length > 0, PATIENCE_MS);
    expect(of.endsOf("long")).toEqual([row.end]);
    if (row.request.action !== "firmware.update" || row.end !== "succeeded") return;
    expect(of.notices.filter(({ kind }) => kind === "image-activated")).toHaveLength(1);
    // The second agent went on where the first stopped.
    expect(record.result?.["resumedAt"]).toBeGreaterThan(0);
  });
});
