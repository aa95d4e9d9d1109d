import { CommandClient } from "../../core-client/command-client.ts";
import type { CommandRequest } from "../../edge-agent/model/command.ts";
import type { SentCommand } from "./accountant.ts";
import { lightDeed } from "./device-books.ts";
import { pause } from "./until.ts";

export interface CommandLoadParts {
  readonly redis: ConstructorParameters<typeof CommandClient>[0]["redis"];
  readonly group: string;
  readonly devices: readonly string[];
  /** Told apart from other runs on the same devices. */
  readonly name: string;
  readonly deadlineMs: number;
}

const DIM_STEPS = 100;
const DAY_S = 86_400;
const AGAIN_MS = 100;

/** Sends commands as a core would, each with a deed of its own, and writes down every one Redis took. */
export class CommandLoad {
  readonly sent: SentCommand[] = [];
  readonly #parts: CommandLoadParts;
  readonly #client: CommandClient;
  readonly #sending = new Set<Promise<void>>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: CommandLoadParts) {
    this.#parts = parts;
    this.#client = new CommandClient({ redis: parts.redis });
  }

  /** One command after so many milliseconds, again and again. */
  every(ms: number): void {
    this.#timer = setInterval(() => void this.send(), ms);
  }

  /** Sends no more; resolves when Redis has everything that was begun. */
  async pause(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#sending);
  }

  /** Resolves when Redis took it, however long that takes; a uid is one command however often it is sent. */
  send(): Promise<void> {
    const { request, command } = this.#next();
    const sending = this.#insist(request, command);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
    return sending;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await Promise.all(this.#sending);
    await this.#client.close();
  }

  async #insist(request: CommandRequest, command: SentCommand): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#client.send(request, { group: this.#parts.group });
        this.sent.push(command);
        return;
      } catch (_redisIsAway) {
        await pause(AGAIN_MS);
      }
    }
  }

  /** Devices take turns; every second command of a device may be repeated, every other must not. */
  #next(): { readonly request: CommandRequest; readonly command: SentCommand } {
    const { devices, name, deadlineMs } = this.#parts;
    const number = this.#count++;
    const device = devices[number % devices.length] ?? "";
    const turn = Math.floor(number / devices.length);
    const deadline = Date.now() + deadlineMs;
    const common = { uid: `${name}-${number}`, device, deadline: new Date(deadline).toISOString(), issuedBy: "bed" };
    const repeatable = turn % 2 === 0;
    const nth = Math.floor(turn / 2);
    if (repeatable) {
      // Two light relays with a hundred steps each: ten thousand deeds before one comes again.
      const values = [
        { index: 2, on: true, dimValue: 1 + (nth % DIM_STEPS) },
        { index: 3, on: true, dimValue: 1 + (Math.floor(nth / DIM_STEPS) % DIM_STEPS) },
      ];
      return {
        request: { ...common, action: "light.set", value: { values }, idempotent: true, maxAttempts: 3 },
        command: { uid: common.uid, device, deed: lightDeed(values), repeatable, deadline },
      };
    }
    const time = clockText(nth % DAY_S);
    return {
      request: { ...common, action: "transition.set", value: { transitionType: "DAY_NIGHT", time } },
      command: { uid: common.uid, device, deed: `transition ${time}`, repeatable, deadline },
    };
  }
}

/** HHmmss of a second of the day. */
function clockText(second: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(second / 3_600))}${two(Math.floor(second / 60) % 60)}${two(second % 60)}`;
}
