import { listenUdp, type UdpListener } from "../../adapters/io/node/udp.ts";
import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { DutyPorts } from "./duty.ts";
import { converse, type DeviceSession, type Southbound } from "./southbound.ts";

export interface DatagramParts {
  readonly sockets: readonly { readonly host: string; readonly port: number }[];
  readonly peersMax: number;
  readonly accept: () => DeviceSession;
  readonly groupOf: (device: string) => string | undefined;
  /** Whether pushes of this address are taken at all. */
  readonly admits: (peer: string) => boolean;
}

/**
 * Datagram sockets for pushes, shared by the groups that are active here: open while there is one. A datagram on a standby
 * reaches nobody, as the network may lose it anyway.
 */
export class DlmsDatagrams {
  readonly #parts: DatagramParts;
  readonly #active = new Map<string, DutyPorts>();
  #open: Promise<readonly UdpListener[]> = Promise.resolve([]);

  constructor(parts: DatagramParts) {
    this.#parts = parts;
  }

  /** A group is active here from now on. Returns what ends it. */
  join(ports: DutyPorts): () => void {
    this.#active.set(ports.group, ports);
    if (this.#active.size === 1) this.#open = this.#open.then(() => this.#listen(ports));
    return () => {
      if (this.#active.get(ports.group) !== ports) return;
      this.#active.delete(ports.group);
      if (this.#active.size > 0) return;
      this.#open = this.#open.then(async (open) => {
        await Promise.all(open.map((one) => one.close()));
        return [];
      });
    };
  }

  async #listen(ports: DutyPorts): Promise<readonly UdpListener[]> {
    const { sockets, peersMax } = this.#parts;
    const open: UdpListener[] = [];
    for (const { host, port } of sockets) {
      try {
        const onTransport = (transport: Transport): void => this.#take(transport, ports);
        open.push(await listenUdp({ host, port, peersMax, onTransport }));
        ports.note("info", `DLMS pushes are taken on ${host}:${port} (UDP)`);
      } catch (thrown) {
        ports.note("warn", `no datagrams on ${host}:${port}: ${toEdgeError(thrown, "transport.failed").message}`);
      }
    }
    return open;
  }

  #take(transport: Transport, { timers, southbound }: DutyPorts): void {
    if (!this.#parts.admits(transport.peer)) {
      southbound.refused(undefined, transport.peer, notAdmitted(transport.peer));
      transport.destroy();
      return;
    }
    let found: Southbound | undefined;
    const of = (device: string): Southbound | undefined => {
      const group = this.#parts.groupOf(device);
      found ??= group === undefined ? undefined : this.#active.get(group)?.southbound;
      return found;
    };
    const shared: Southbound = {
      store: (device, drafts, memory) => {
        const own = of(device);
        return own === undefined ? Promise.reject(notActive(device)) : own.store(device, drafts, memory);
      },
      heard: (device) => of(device)?.heard(device),
      refused: (device, peer, fault) => southbound.refused(device, peer, fault),
      permit: () => found?.permit() ?? false,
    };
    void converse({ session: this.#parts.accept(), timers, southbound: shared }, transport);
  }
}

/** A push from an address that is on no list. */
export function notAdmitted(peer: string): EdgeError {
  return new EdgeError({
    code: "transport.source-refused",
    blame: "operator",
    retry: "never",
    message: `${peer} is in none of the networks that may push`,
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
