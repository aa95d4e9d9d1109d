import { Queue } from "bullmq";
import { connectRedis, type RedisConnection } from "../../../adapters/io/node/redis.ts";
import { NodeTimers } from "../../../adapters/io/node/clock.ts";
import { redisSettingsOf } from "../../../adapters/io/node/redis-settings.ts";
import { type PrivateRedis, startPrivateRedis } from "../../../adapters/io/node/private-redis.ts";
import { SeededRandom } from "../../../adapters/kit/random.ts";
import type { CommandConclusion } from "../../../adapters/kit/session.ts";
import { type Command, commandJobId, queuePriority } from "../../model/command.ts";
import type { MessageDraft } from "../../model/draft.ts";
import type { LedgerRecord } from "../../model/ledger.ts";
import { leaseToken } from "../../model/reign.ts";
import type { Attempt } from "../carry-ports.ts";
import { concluded } from "../command.testing.ts";
import type { Hold } from "../ledger.ts";
import { CommandIntake } from "./intake.ts";
import type { CommandIntakeOptions } from "./intake-options.ts";
import { type IntakePorts, intakePorts } from "./intake-ports.ts";
import { RedisLedger } from "./ledger.ts";

/** One group on a Redis of its own: a core's queue, the lease key, and agents as a test needs them. */
export class Rig {
  readonly redis: PrivateRedis;
  readonly connection: RedisConnection;
  readonly group: string;
  readonly queue: Queue;
  readonly ledger: RedisLedger;
  readonly #agents: Agent[] = [];

  constructor(redis: PrivateRedis, connection: RedisConnection, group: string) {
    this.redis = redis;
    this.connection = connection;
    this.group = group;
    const prefix = `{busbar:${group}}`;
    this.queue = new Queue("commands", { connection: { port: redis.port, host: "127.0.0.1" }, prefix });
    this.queue.on("error", () => {});
    this.ledger = new RedisLedger(connection.client, group);
  }

  async send(commands: readonly Command[], options: { readonly forget?: boolean } = {}): Promise<void> {
    await this.queue.addBulk(
      commands.map((command) => ({
        name: command.action,
        data: command,
        opts: {
          jobId: commandJobId(command.uid),
          priority: queuePriority(command.priority),
          removeOnComplete: options.forget === true,
        },
      })),
    );
  }

  async lend(hold: Hold): Promise<void> {
    await this.connection.client.set(`{busbar:${this.group}}:lease`, leaseToken(hold));
  }

  /** Gives the lease to a new agent and starts its intake. */
  async promote(hold: Hold, facts: AgentFacts = {}): Promise<Agent> {
    await this.lend(hold);
    const agent = this.agent(hold, facts);
    await agent.intake.start();
    return agent;
  }

  agent(hold: Hold, facts: AgentFacts = {}): Agent {
    const agent = new Agent(this, hold, facts);
    this.#agents.push(agent);
    return agent;
  }

  async record(uid: string): Promise<LedgerRecord | undefined> {
    return this.ledger.read(uid);
  }

  async state(uid: string): Promise<string | undefined> {
    return (await this.record(uid))?.state;
  }

  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.intake.stop({ drainMs: 0 })));
    await this.queue.close();
  }
}

export interface AgentFacts extends Partial<Pick<CommandIntakeOptions, "limits" | "verifier" | "publish" | "quietMs">> {
  /** What stands between the intake and Redis. */
  readonly ports?: (ports: IntakePorts) => IntakePorts;
  readonly execute?: (command: Command, attempt: Attempt) => Promise<CommandConclusion>;
}

export class Agent {
  readonly intake: CommandIntake;
  readonly hold: Hold;
  /** uids in the order in which their attempts reached the device. */
  readonly did: string[] = [];
  readonly told: MessageDraft<"busbar.command-result.v1">[] = [];
  readonly faults: string[] = [];
  mayAct = true;

  constructor(rig: Rig, hold: Hold, facts: AgentFacts) {
    this.hold = hold;
    const execute = facts.execute ?? ((command, attempt) => this.obey(command, attempt));
    this.intake = new CommandIntake({
      group: rig.group,
      reign: { group: rig.group, ...hold, mayAct: () => this.mayAct },
      ports: (facts.ports ?? ((ports) => ports))(
        intakePorts({
          group: rig.group,
          reign: hold,
          redis: rig.connection.client,
          connectWorker: () => connectRedis(redisSettingsOf(rig.redis.url), "worker"),
          timers: new NodeTimers(),
        }),
      ),
      timers: new NodeTimers(),
      random: new SeededRandom(hold.epoch),
      execute,
      verifier: facts.verifier,
      publish:
        facts.publish ??
        (async (draft) => {
          this.told.push(draft);
        }),
      limits: facts.limits,
      backoff: { firstMs: 5, maxMs: 50, factor: 2, jitter: 0.5 },
      quietMs: facts.quietMs ?? 0,
      onFault: (fault) => this.faults.push(fault.code),
    });
  }

  /** Begins, does it, and says so. */
  async obey(command: Command, attempt: Attempt): Promise<CommandConclusion> {
    await attempt.begin();
    this.did.push(command.uid);
    return concluded(command.uid, "succeeded");
  }
}

/** Rigs of one test file: one Redis, a group per rig. */
export class Rigs {
  readonly redis: PrivateRedis;
  readonly connection: RedisConnection;
  readonly #open: Rig[] = [];
  #count = 0;

  constructor(redis: PrivateRedis, connection: RedisConnection) {
    this.redis = redis;
    this.connection = connection;
  }

  static async start(options: { readonly appendonly?: boolean } = {}): Promise<Rigs> {
    const redis = await startPrivateRedis(options);
    const connection = connectRedis(redisSettingsOf(redis.url), "effects");
    await connection.ready({ timeoutMs: 5_000 });
    return new Rigs(redis, connection);
  }

  rig(): Rig {
    this.#count += 1;
    const rig = new Rig(this.redis, this.connection, `g${this.#count}`);
    this.#open.push(rig);
    return rig;
  }

  async closeRigs(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((rig) => rig.close()));
  }

  async close(): Promise<void> {
    await this.closeRigs();
    await this.connection.close();
    await this.redis.stop();
  }
}

/** A promise and the way to keep it. */
export function promised<T = void>(): { readonly promise: Promise<T>; readonly keep: (value: T) => void } {
  let keep: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    keep = resolve;
  });
  return { promise, keep };
}

/** Waits for a condition, at most `withinMs`; returns how long it took. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs = 5_000): Promise<number> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > withinMs) throw new Error(`not so within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - start;
}
