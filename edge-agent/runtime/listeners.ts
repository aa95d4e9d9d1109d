import type { Timers } from "../../adapters/io/timers.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { later } from "../../adapters/kit/time.ts";
import { ConversationTurn } from "./conversation-turn.ts";
import type { GroupWork } from "./group-work.ts";
import { type Network, type NetworkListener, NODE_NETWORK } from "./network.ts";
import type { ProtocolService, ServiceListener } from "./protocol-service.ts";
import { Replayable } from "./replayable.ts";
import { converse, type DeviceSession, type Southbound } from "./southbound.ts";

export interface ListenersParts {
  readonly services: readonly ProtocolService[];
  readonly timers: Timers;
  /** Real sockets where not given. */
  readonly network?: Network | undefined;
  /** The work of the group a device belongs to, where it is active here. */
  readonly workOf: (device: string) => GroupWork | undefined;
  readonly refused: (device: string | undefined, protocol: string, peer: string, fault: EdgeError) => void;
  readonly note: (level: "info" | "warn", text: string) => void;
  /** Something of an adapter itself threw, outside any conversation's own steps. */
  readonly broke?: ((protocol: string, fault: EdgeError) => void) | undefined;
  /** Absent: devices that reach the wrong agent are refused, and the sockets of a standby are closed. */
  readonly elsewhere?: Elsewhere | undefined;
  /** Groups whose devices nobody can tell from strangers here and now: active neither here nor where a device is carried to. */
  readonly unserved?: (() => readonly string[]) | undefined;
}

/** The agents that serve the devices this one does not. */
export interface Elsewhere {
  /** Whether any group is active here. */
  isServing(): boolean;
  /** Carries a connection to the agent that serves its device; `false` where nobody does. */
  carry(listener: string, transport: Transport): boolean;
}

const AGAIN_MS = 250;
/** For a command under way: far below what devices wait for their answer. */
const DEVICE_WAITS_MS = 1_000;

/**
 * The server sockets devices connect to. Where connections can be carried to the other agent they are always open; else
 * only while this agent is active for some group, so that a device that reaches the standby is refused by its kernel at
 * once and tries the other address.
 */
export class Listeners {
  readonly #parts: ListenersParts;
  readonly #open = new Map<ServiceListener, NetworkListener>();
  /** Conversations under way and, once it is known, whose device they are with. */
  readonly #conversations = new Map<Transport, GroupWork | undefined>();
  readonly #protocolOf = new WeakMap<Transport, string>();
  /** Protocols whose sockets stay closed. */
  readonly #shut = new Set<string>();
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

  /** The sockets of a protocol that should be open now and are not, for people. */
  closedOf(service: ProtocolService): readonly string[] {
    if (!this.#wanted || this.#shut.has(service.protocol)) return [];
    const closed = service.listeners.filter((wanted) => !this.#open.has(wanted));
    return closed.map(({ label, host, port }) => `${label} on ${host}:${port}`);
  }

  /** Whether every socket of a protocol is open, or could be: one that is not is opened and closed again. */
  async couldOpen(service: ProtocolService): Promise<boolean> {
    const { network = NODE_NETWORK } = this.#parts;
    for (const { host, port } of service.listeners.filter((wanted) => !this.#open.has(wanted))) {
      try {
        const listener = await network.listen({ host, port, maxConnections: 1, onTransport: (one) => one.destroy() });
        await listener.close();
      } catch (_taken) {
        return false;
      }
    }
    return true;
  }

  /** Resolves when every socket is open or was found taken; a port in use is tried again until it is free. */
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

  /** Closes the sockets and conversations of one protocol until `openProtocol`; the others go on. */
  closeProtocol(protocol: string): Promise<void> {
    this.#shut.add(protocol);
    for (const transport of this.#conversations.keys()) {
      if (this.#protocolOf.get(transport) === protocol) transport.destroy();
    }
    const service = this.#parts.services.find((one) => one.protocol === protocol);
    this.#turn = this.#turn.then(async () => {
      for (const wanted of service?.listeners ?? []) {
        const open = this.#open.get(wanted);
        this.#open.delete(wanted);
        await open?.close();
      }
    });
    return this.#turn;
  }

  openProtocol(protocol: string): Promise<void> {
    this.#shut.delete(protocol);
    if (!this.#wanted) return this.#turn;
    return this.open();
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
    if (!this.#isDue(service, wanted)) return;
    const fault = await this.#tryOpen(service, wanted);
    if (fault === undefined) return;
    // A port somebody has must not keep the devices of the other sockets waiting.
    this.#parts.note("warn", `${wanted.label} cannot listen yet: ${fault.message}`);
    void this.#openLater(service, wanted);
  }

  async #openLater(service: ProtocolService, wanted: ServiceListener): Promise<void> {
    while (this.#isDue(service, wanted)) {
      await this.#pause();
      if (this.#isDue(service, wanted)) await this.#tryOpen(service, wanted);
    }
  }

  async #tryOpen(service: ProtocolService, wanted: ServiceListener): Promise<EdgeError | undefined> {
    const { host, port, maxConnections, tls } = wanted;
    const onTransport = (transport: Transport): void => this.#accept(service, wanted, transport);
    const onTurnedAway = (peer: string, why: "overfull" | "tls"): void =>
      this.#parts.refused(undefined, service.protocol, peer, turnedAway(why, maxConnections));
    const options = { host, port, maxConnections, onTransport, onTurnedAway };
    const { network = NODE_NETWORK } = this.#parts;
    try {
      const listener = await network.listen(tls === undefined ? options : { ...options, tls });
      if (!this.#isDue(service, wanted)) {
        await listener.close();
        return undefined;
      }
      this.#open.set(wanted, listener);
      this.#parts.note("info", `${wanted.label} listens on ${host}:${listener.port}`);
      return undefined;
    } catch (thrown) {
      return toEdgeError(thrown, "transport.failed");
    }
  }

  #isDue(service: ProtocolService, wanted: ServiceListener): boolean {
    return this.#wanted && !this.#open.has(wanted) && !this.#shut.has(service.protocol);
  }

  /** The service behind the socket of that name, for a connection that came by way of the peer. */
  serviceAt(listener: string): ProtocolService | undefined {
    return this.#parts.services.find((service) => service.listeners.some((one) => one.label === listener));
  }

  #accept(service: ProtocolService, wanted: ServiceListener, transport: Transport): void {
    if (wanted.admits?.(transport.peer) === false) {
      this.#parts.refused(undefined, service.protocol, transport.peer, notAdmitted(transport.peer));
      transport.destroy();
      return;
    }
    const { elsewhere } = this.#parts;
    if (elsewhere === undefined) {
      this.take(service, transport);
      return;
    }
    if (!elsewhere.isServing()) {
      if (!elsewhere.carry(wanted.label, transport)) transport.destroy();
      return;
    }
    const replayable = new Replayable(transport);
    this.take(service, replayable, () => {
      if (!replayable.isWhole) return false;
      const connection = replayable.detach();
      if (elsewhere.carry(wanted.label, connection)) return true;
      // Nobody has it: hung up here and now, and counted as what it is.
      connection.destroy();
      return false;
    });
  }

  /**
   * Runs a conversation a device opened: on our own socket, or forwarded by the peer.
   *
   * @param elsewhere tries to give away the connection of a device nobody knows here; `true` where somebody has it now
   */
  take(service: ProtocolService, transport: Transport, elsewhere: () => boolean = () => false): void {
    let session: DeviceSession;
    try {
      session = service.accept();
    } catch (thrown) {
      transport.destroy();
      this.#parts.broke?.(service.protocol, toEdgeError(thrown, "transport.failed"));
      return;
    }
    this.#conversations.set(transport, undefined);
    this.#protocolOf.set(transport, service.protocol);
    let work: GroupWork | undefined;
    // The first outcome that names a device decides whose conversation this is; nothing is written before.
    const find = (device: string): GroupWork | undefined => {
      if (work === undefined) {
        work = this.#parts.workOf(device);
        if (work !== undefined) this.#conversations.set(transport, work);
      }
      return work;
    };
    const turn = new ConversationTurn(this.#parts.timers);
    const southbound: Southbound = {
      store: async (device, drafts, memory) => {
        const found = find(device);
        if (found === undefined) throw notActive(device);
        const hasContent = drafts.length > 0 || memory !== undefined;
        if (hasContent || service.takesTurns !== true) {
          await found.store(device, drafts, memory);
          turn.answered();
          return;
        }
        // It asks for its turn. It goes on without where a command of ours holds it for too long: a device
        // that does one thing at a time answers that one only when it has our answer to this one.
        await turn.begin(() => found.turns.take(device, DEVICE_WAITS_MS));
      },
      heard: (device) => find(device)?.heard(device),
      refused: (device, peer, fault) => {
        if (device !== undefined || work !== undefined || !isUnknownDevice(fault)) {
          this.#parts.refused(device, service.protocol, peer, fault);
          return;
        }
        if (elsewhere()) return;
        const unserved = this.#parts.unserved?.() ?? [];
        this.#parts.refused(
          device,
          service.protocol,
          peer,
          unserved.length === 0 ? fault : unservedHere(fault, unserved),
        );
      },
      permit: () => work?.reign.mayAct() ?? false,
    };
    void converse({ session, timers: this.#parts.timers, southbound }, transport).finally(() => {
      this.#conversations.delete(transport);
      turn.end();
    });
  }

  #pause(): Promise<void> {
    const { timers } = this.#parts;
    return new Promise((resolve) => {
      timers.at(later(timers.now(), AGAIN_MS), resolve);
    });
  }
}

/** The protocols' codes for "I know nobody of that name": the device may be known where its group is active. */
function isUnknownDevice(fault: EdgeError): boolean {
  return fault.code.endsWith(".device.unknown") || fault.code.endsWith(".device.unregistered");
}

function notAdmitted(peer: string): EdgeError {
  return new EdgeError({
    code: "transport.source-refused",
    blame: "operator",
    retry: "never",
    message: `${peer} is in none of the networks that may connect here`,
  });
}

function notActive(device: string): EdgeError {
  return new EdgeError({
    code: "lease.not-active",
    blame: "us",
    retry: "now",
    message: `the group of device ${device} is not active on this agent`,
  });
}

/** Not a stranger: perhaps one whose group is just being taken over. It comes again. */
function unservedHere(fault: EdgeError, groups: readonly string[]): EdgeError {
  return new EdgeError({
    code: "lease.not-active",
    blame: "us",
    retry: "now",
    message: `${fault.message} in the groups that are active here; ${groups.join(", ")} ${groups.length === 1 ? "is" : "are"} not`,
    cause: fault,
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
