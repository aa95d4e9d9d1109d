import type { Timers } from "../../adapters/io/timers.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { later } from "../../adapters/kit/time.ts";
import type { GroupWork } from "./group-work.ts";
import { type Network, type NetworkListener, NODE_NETWORK } from "./network.ts";
import type { ProtocolService, ServiceListener } from "./protocol-service.ts";
import { converse, type Southbound } from "./southbound.ts";

export interface ListenersParts {
  readonly services: readonly ProtocolService[];
  readonly timers: Timers;
  /** Real sockets where not given. */
  readonly network?: Network | undefined;
  /** The work of the group a device belongs to, where it is active here. */
  readonly workOf: (device: string) => GroupWork | undefined;
  readonly refused: (device: string | undefined, protocol: string, peer: string, fault: EdgeError) => void;
  readonly note: (level: "info" | "warn", text: string) => void;
}

const AGAIN_MS = 250;

/**
 * The server sockets devices connect to. They are open only while this agent is active for some group: a device that
 * reaches the standby is refused by its kernel at once and tries the other address.
 */
export class Listeners {
  readonly #parts: ListenersParts;
  readonly #open = new Map<ServiceListener, NetworkListener>();
  /** Conversations under way and, once it is known, whose device they are with. */
  readonly #conversations = new Map<Transport, GroupWork | undefined>();
  #wanted = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  get conversations(): number {
    return this.#conversations.size;
  }

  /** The sockets that are open, for status. */
  *bound(): IterableIterator<{ readonly label: string; readonly host: string; readonly port: number }> {
    for (const [wanted, listener] of this.#open) yield { label: wanted.label, host: wanted.host, port: listener.port };
  }

  /** Resolves when every socket is open, or `close` was called instead. A port in use is tried again until it is free. */
  open(): Promise<void> {
    this.#wanted = true;
    this.#turn = this.#turn.then(() => this.#openAll());
    return this.#turn;
  }

  /** Stops listening and ends every conversation. */
  close(): Promise<void> {
    this.#wanted = false;
    this.#turn = this.#turn.then(async () => {
      const open = [...this.#open.values()];
      this.#open.clear();
      await Promise.all(open.map((one) => one.close()));
    });
    for (const transport of this.#conversations.keys()) transport.destroy();
    return this.#turn;
  }

  /** Ends the conversations of a reign that is over, and those of which we do not know the device yet. */
  endConversations(work: GroupWork): void {
    for (const [transport, owner] of this.#conversations) {
      if (owner === undefined || owner === work) transport.destroy();
    }
  }

  async #openAll(): Promise<void> {
    const all = this.#parts.services.flatMap((service) => service.listeners.map((listener) => ({ service, listener })));
    await Promise.all(all.map(({ service, listener }) => this.#openOne(service, listener)));
  }

  async #openOne(service: ProtocolService, wanted: ServiceListener): Promise<void> {
    let complained = false;
    while (this.#wanted && !this.#open.has(wanted)) {
      try {
        const { host, port, maxConnections, tls } = wanted;
        const onTransport = (transport: Transport): void => this.take(service, transport);
        const onTurnedAway = (peer: string, why: "overfull" | "tls"): void =>
          this.#parts.refused(undefined, service.protocol, peer, turnedAway(why, maxConnections));
        const options = { host, port, maxConnections, onTransport, onTurnedAway };
        const { network = NODE_NETWORK } = this.#parts;
        const listener = await network.listen(tls === undefined ? options : { ...options, tls });
        if (!this.#wanted) {
          await listener.close();
          return;
        }
        this.#open.set(wanted, listener);
        this.#parts.note("info", `${wanted.label} listens on ${host}:${listener.port}`);
      } catch (thrown) {
        const fault = toEdgeError(thrown, "transport.failed");
        if (!complained) this.#parts.note("warn", `${wanted.label} cannot listen yet: ${fault.message}`);
        complained = true;
        await this.#pause();
      }
    }
  }

  /** Runs a conversation a device opened: on our own socket, or forwarded by the peer. */
  take(service: ProtocolService, transport: Transport): void {
    this.#conversations.set(transport, undefined);
    let work: GroupWork | undefined;
    // The first outcome that names a device decides whose conversation this is; nothing is written before.
    const find = (device: string): GroupWork | undefined => {
      if (work === undefined) {
        work = this.#parts.workOf(device);
        if (work !== undefined) this.#conversations.set(transport, work);
      }
      return work;
    };
    const southbound: Southbound = {
      store: (device, drafts, memory) => {
        const found = find(device);
        return found === undefined ? Promise.reject(notActive(device)) : found.store(device, drafts, memory);
      },
      heard: (device) => find(device)?.heard(device),
      refused: (device, peer, fault) => this.#parts.refused(device, service.protocol, peer, fault),
      permit: () => work?.reign.mayAct() ?? false,
    };
    void converse({ session: service.accept(), timers: this.#parts.timers, southbound }, transport).finally(() =>
      this.#conversations.delete(transport),
    );
  }

  #pause(): Promise<void> {
    const { timers } = this.#parts;
    return new Promise((resolve) => {
      timers.at(later(timers.now(), AGAIN_MS), resolve);
    });
  }
}

function notActive(device: string): EdgeError {
  return new EdgeError({
    code: "lease.not-active",
    blame: "us",
    retry: "now",
    message: `the group of device ${device} is not active on this agent`,
  });
}

function turnedAway(why: "overfull" | "tls", limit: number): EdgeError {
  return why === "overfull"
    ? new EdgeError({
        code: "transport.overfull",
        blame: "operator",
        retry: "backoff",
        message: `${limit} connections are open already (maxConnections)`,
      })
    : new EdgeError({
        code: "transport.tls",
        blame: "device",
        retry: "backoff",
        message: "the TLS handshake failed",
      });
}
