import type { Transport } from "../../adapters/kit/ports.ts";
import type { PairOutcome } from "../pair/outcomes.ts";
import { type ChannelLine, ForwardChannel } from "./forward-channel.ts";
import type { PairMesh } from "./pair-mesh.ts";
import { Replayable } from "./replayable.ts";

export interface ForwardingParts {
  readonly mesh: () => PairMesh;
  /**
   * A device's connection that reached the peer: to be served as if it had come to our own socket of that name. Where it
   * `mayReturn` and its device is nobody's here, it is to be destroyed before anything is written to it.
   */
  readonly take: (listener: string, transport: Transport, mayReturn: boolean) => void;
}

/**
 * Carries the connections of devices that reached the standby to the active agent, over the pair link. The standby reads
 * nothing in them; the active one treats them as its own.
 */
export class Forwarding {
  readonly #parts: ForwardingParts;
  readonly #channels = new Map<string, Map<number, ForwardChannel>>();
  #carried = 0;

  constructor(parts: ForwardingParts) {
    this.#parts = parts;
  }

  /** Connections under way, in both directions. */
  get open(): number {
    let open = 0;
    for (const channels of this.#channels.values()) open += channels.size;
    return open;
  }

  /** Connections carried to a peer since the start. */
  get carried(): number {
    return this.#carried;
  }

  /**
   * Carries a connection to the first of the peers that has its device: each but the last is asked with what the device has
   * said so far, and gives it back where the device is of a group it does not serve. `false` where no link takes it.
   */
  carry(peers: readonly string[], listener: string, transport: Transport): boolean {
    const [peer, ...others] = peers;
    if (peer === undefined) return false;
    if (others.length === 0) return this.#carryTo(peer, listener, transport, undefined);
    const asked = new Replayable(transport);
    const returned = (): boolean => {
      if (!asked.isWhole) return false;
      const connection = asked.detach();
      if (!this.carry(others, listener, connection)) connection.destroy();
      return true;
    };
    return this.#carryTo(peer, listener, asked, returned) || this.carry(others, listener, asked.detach());
  }

  /** @param returned takes a connection the peer has reset; `false` where it cannot be asked anew */
  #carryTo(peer: string, listener: string, transport: Transport, returned: (() => boolean) | undefined): boolean {
    let number: number | undefined;
    const offered = this.#parts.mesh().use(peer, (link, now) => {
      const opened = link.forwardOpen(transport.peer, listener, now, returned !== undefined);
      number = opened.channel;
      return opened.step;
    });
    if (!offered || number === undefined) return false;
    const channel = this.#add(peer, number, transport.peer);
    this.#carried += 1;
    let isBroken = false;
    const broke = (): void => {
      if (isBroken) return;
      isBroken = true;
      // The channel is gone before the connection is: it was the peer who let go.
      if (channel.isReset && returned?.() === true) return;
      channel.destroy();
      transport.destroy();
    };
    pipe(transport, channel, () => channel.finish()).catch(broke);
    pipe(channel, transport, () => transport.close()).catch(broke);
    return true;
  }

  heard(peer: string, outcome: PairOutcome): void {
    switch (outcome.kind) {
      case "forward-open":
        this.#parts.take(
          outcome.listener,
          this.#add(peer, outcome.channel, `${outcome.remote} via ${peer}`),
          outcome.mayReturn === true,
        );
        return;
      case "forward-data":
        this.#channels.get(peer)?.get(outcome.channel)?.receive(outcome.bytes);
        return;
      case "forward-writable":
        this.#channels.get(peer)?.get(outcome.channel)?.writable();
        return;
      case "forward-close": {
        const channel = this.#channels.get(peer)?.get(outcome.channel);
        channel?.ended(outcome.how);
        if (channel?.isOver === true) this.#remove(peer, outcome.channel);
        return;
      }
      default:
        return;
    }
  }

  linkClosed(peer: string): void {
    const channels = this.#channels.get(peer);
    this.#channels.delete(peer);
    for (const channel of channels?.values() ?? []) channel.ended("reset");
  }

  #add(peer: string, number: number, remote: string): ForwardChannel {
    const mesh = this.#parts.mesh;
    const line: ChannelLine = {
      send: (bytes) => {
        let taken = 0;
        mesh().use(peer, (link, now) => {
          const sent = link.forwardSend(number, bytes, now);
          taken = sent.taken;
          return sent.step;
        });
        return taken;
      },
      consumed: (bytes) => void mesh().use(peer, (link, now) => link.forwardConsumed(number, bytes, now)),
      close: (how) => {
        mesh().use(peer, (link, now) => link.forwardClose(number, how, now));
        const over = how === "reset" || this.#channels.get(peer)?.get(number)?.isOver === true;
        if (over) this.#remove(peer, number);
      },
    };
    const channel = new ForwardChannel(remote, line);
    const channels = this.#channels.get(peer) ?? new Map<number, ForwardChannel>();
    channels.set(number, channel);
    this.#channels.set(peer, channels);
    return channel;
  }

  #remove(peer: string, number: number): void {
    this.#channels.get(peer)?.delete(number);
  }
}

/** Passes everything on, then the end; rejects where a side breaks. */
async function pipe(from: Transport, to: Transport, end: () => void | Promise<void>): Promise<void> {
  for await (const bytes of from) await to.write(bytes.slice());
  await end();
}
