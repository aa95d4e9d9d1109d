import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import type { Message } from "../model/message.ts";
import type { Duty, DutyPorts } from "./duty.ts";
import type { ProtocolLink } from "../model/agent-status.ts";
import type { ProtocolService } from "./protocol-service.ts";

export interface DutiesParts {
  /** Every protocol of the agent; those without a duty for this group are left out. */
  readonly services: readonly ProtocolService[];
  readonly portsOf: (service: ProtocolService) => DutyPorts;
  /** A duty threw: the adapter broke, not a device. */
  readonly broke: (protocol: string, fault: EdgeError) => void;
}

/** The duties of all protocols for one group during one reign. */
export class Duties {
  readonly #parts: DutiesParts;
  readonly #under = new Map<string, Duty>();
  #started = false;
  #ended = false;

  constructor(parts: DutiesParts) {
    this.#parts = parts;
  }

  /** Never rejects: a duty that cannot begin is its adapter's failure, the others go on. */
  async start(): Promise<void> {
    this.#started = true;
    await Promise.all(this.#parts.services.map((service) => this.#begin(service)));
  }

  /** `undefined` where no duty carries it. Rejects as `begin` does. */
  carry(protocol: string, command: Command, begin: () => Promise<void>): Promise<CommandConclusion> | undefined {
    return this.#under.get(protocol)?.carry?.(command, begin);
  }

  /** Messages of the group that are durable, for the duties that pass them on. */
  stored(messages: readonly Message[]): void {
    for (const [protocol, duty] of this.#under) {
      try {
        duty.stored?.(messages);
      } catch (thrown) {
        this.#parts.broke(protocol, toEdgeError(thrown, "command.failed"));
      }
    }
  }

  /** The end of a command goes to the duty it came by. Never rejects: a duty that fails here leaves the ledger right. */
  async concluded(command: Command, draft: MessageDraft<"busbar.command-result.v1">): Promise<void> {
    for (const [protocol, duty] of this.#under) {
      try {
        await duty.concluded?.(command, draft);
      } catch (thrown) {
        this.#parts.broke(protocol, toEdgeError(thrown, "command.failed"));
      }
    }
  }

  links(): readonly ProtocolLink[] {
    return [...this.#under.values()].flatMap((duty) => duty.links?.() ?? []);
  }

  /** Ends one protocol's duty: what it had open is closed. */
  close(protocol: string): void {
    const duty = this.#under.get(protocol);
    this.#under.delete(protocol);
    if (duty !== undefined) this.#end(protocol, duty);
  }

  /** Begins one protocol's duty anew, where it is not under way. */
  async open(protocol: string): Promise<void> {
    if (!this.#started || this.#under.has(protocol)) return;
    const service = this.#parts.services.find((one) => one.protocol === protocol);
    if (service !== undefined) await this.#begin(service);
  }

  async drain(forMs: DurationMs): Promise<void> {
    await Promise.all(
      [...this.#under].map(([protocol, duty]) =>
        duty
          .drain(forMs)
          .catch((thrown: unknown) => this.#parts.broke(protocol, toEdgeError(thrown, "command.failed"))),
      ),
    );
  }

  end(): void {
    this.#ended = true;
    for (const protocol of [...this.#under.keys()]) this.close(protocol);
  }

  async #begin(service: ProtocolService): Promise<void> {
    if (this.#ended) return;
    try {
      const duty = service.begin?.(this.#parts.portsOf(service));
      if (duty === undefined) return;
      this.#under.set(service.protocol, duty);
      await duty.start();
    } catch (thrown) {
      this.#parts.broke(service.protocol, toEdgeError(thrown, "command.failed"));
    }
  }

  #end(protocol: string, duty: Duty): void {
    try {
      duty.end();
    } catch (thrown) {
      this.#parts.broke(protocol, toEdgeError(thrown, "command.failed"));
    }
  }
}
