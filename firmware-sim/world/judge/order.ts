import { type Judge, textOf } from "../court.ts";
import type { World } from "../world.ts";
import type { Message } from "../../../edge-agent/model/message.ts";

/**
 * P5. The events of a device are committed, and applied at the core, in the order the device raised them; only what was
 * salvaged from an earlier epoch may come after what is newer, and says so.
 */
export function order(world: World): Judge {
  const name = "P5 order per device";
  const { court } = world;
  const atQueue = new Progress();
  const atCore = new Progress();
  const look = (progress: Progress, where: string, message: Message): void => {
    const text = textOf(message);
    if (text === undefined) return;
    const ahead = progress.ahead(message.subject, numberOf(text));
    if (ahead === undefined || message.late === true) return;
    court.blame(name, `${text} came ${where} after #${ahead}`);
  };
  return {
    name,
    see: (event) => {
      if (event.kind === "committed") for (const message of event.messages) look(atQueue, "into the queue", message);
      if (event.kind === "applied") look(atCore, "to the core", event.message);
      if (event.kind === "forgot") {
        // What was forgotten is committed again, behind what was not.
        atQueue.forgive();
        atCore.forgive();
      }
    },
  };
}

/** The highest number of each device, and which numbers were seen. */
class Progress {
  readonly #highest = new Map<string, number>();
  readonly #seen = new Map<string, Set<number>>();

  /** The higher number that came before, where this one is new and comes too late. */
  ahead(device: string, number: number): number | undefined {
    const seen = this.#seen.get(device) ?? new Set();
    this.#seen.set(device, seen);
    if (seen.has(number)) return undefined;
    seen.add(number);
    const highest = this.#highest.get(device) ?? 0;
    this.#highest.set(device, Math.max(highest, number));
    return number < highest ? highest : undefined;
  }

  forgive(): void {
    this.#highest.clear();
  }
}

function numberOf(text: string): number {
  return Number(text.slice(text.indexOf("#") + 1));
}
