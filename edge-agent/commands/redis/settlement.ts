import { EdgeError, toEdgeError } from "../../../adapters/kit/edge-error.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { Command } from "../../model/command.ts";
import type { EndedRecord, Ending } from "../../model/ledger.ts";
import type { Hold, Ledger } from "../ledger.ts";
import { insist, type Patience } from "../insist.ts";
import { refuse } from "../refuse.ts";
import { resultDraft } from "../result-draft.ts";
import type { TakenJob } from "./command-queue.ts";
import type { CommandIntakeOptions } from "./intake-options.ts";
import type { JobQueue } from "./intake-ports.ts";

export interface SettlementSetting {
  readonly queue: JobQueue;
  readonly ledger: Ledger;
  readonly hold: Hold;
  readonly wall: () => WallMs;
  readonly publish: CommandIntakeOptions["publish"];
  readonly patience: Patience;
  /** Nothing is waited for any more. */
  readonly ending: AbortSignal;
}

/** What a refusal knows of the command it refuses. */
export interface Refused {
  readonly uid: string | undefined;
  readonly device: string | undefined;
  readonly command: Command | undefined;
  readonly ending: Ending;
}

/**
 * The last steps of a job, in the order that survives a crash between any two of them: the end is recorded, then told,
 * then the job is let go. No method rejects: a job that cannot be let go stays taken, and the next active finds it.
 */
export class Settlement {
  readonly #setting: SettlementSetting;

  constructor(setting: SettlementSetting) {
    this.#setting = setting;
  }

  /** Tells a recorded end and completes its job. */
  async conclude(job: TakenJob, record: EndedRecord, command: Command | undefined): Promise<void> {
    const { publish, queue } = this.#setting;
    await this.#orAside(job, async () => {
      const draft = resultDraft(record, command);
      if (
        draft !== undefined &&
        (await this.#insist(() => publish(draft, record, command).then(() => true, again))) === undefined
      )
        return;
      const { uid, state, attempt, reason } = record;
      await this.#insist(() => queue.complete(job, { uid, state, attempt, reason }));
    });
  }

  /** Ends a command that is not carried. Returns its record, or `undefined` where it has none or is not ours to end. */
  async refuse(job: TakenJob, refused: Refused): Promise<EndedRecord | undefined> {
    const { ledger, hold, wall } = this.#setting;
    const { uid, device, command, ending } = refused;
    if (uid === undefined) {
      await this.aside(job, `${ending.reason}: ${ending.text}`);
      return undefined;
    }
    let ended: EndedRecord | undefined;
    await this.#orAside(job, async () => {
      const record = await this.#insist(async () => {
        const reply = await refuse(ledger, { hold, uid, wall, ending });
        return reply === "fenced" ? again(fenced(uid)) : reply;
      });
      if (record === undefined) return;
      ended = record;
      await this.conclude(job, { ...record, device: record.device ?? device }, command);
    });
    return ended;
  }

  /** Puts a job among the failed ones, for a person to look at. */
  async aside(job: TakenJob, reason: string): Promise<void> {
    await this.#attempt(() => this.#insist(() => this.#setting.queue.fail(job, reason)));
  }

  async delay(job: TakenJob, until: WallMs): Promise<void> {
    await this.#attempt(() => this.#insist(() => this.#setting.queue.delay(job, until)));
  }

  async #orAside(job: TakenJob, work: () => Promise<void>): Promise<void> {
    const fault = await this.#attempt(work);
    if (fault !== undefined) await this.aside(job, `${fault.code}: ${fault.message}`);
  }

  async #attempt(work: () => Promise<unknown>): Promise<EdgeError | undefined> {
    try {
      await work();
      return undefined;
    } catch (thrown) {
      const fault = toEdgeError(thrown, "command.settlement.broken");
      this.#setting.patience.onFault(fault);
      return fault;
    }
  }

  #insist<Reply>(call: () => Promise<Reply>): Promise<Reply | undefined> {
    return insist(call, this.#setting.patience, this.#setting.ending);
  }
}

/**
 * Fenced is not yet lost: a lease that went with a restart of Redis is granted again. Until we are told to stop it is a
 * reason to repeat; after that the job is the next holder's, and so is what is still to be told.
 */
function again(thrown: unknown): never {
  const fault = toEdgeError(thrown, "queue.unavailable");
  if (fault.code !== "queue.fenced") throw fault;
  throw new EdgeError({ code: fault.code, blame: "us", retry: "backoff", message: fault.message, cause: fault });
}

function fenced(uid: string): EdgeError {
  const message = `command ${uid} cannot be refused: the lease is not ours`;
  return new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message });
}
