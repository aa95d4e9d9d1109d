import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { PAIR_LIMITS, pairFault } from "./frames.ts";

/** How far one stream was sent and how far it is on disk at the other end. */
interface Progress {
  sent: number;
  durable: number;
}

/** The window of the spool's mirror: what is under way and not yet on the other disk, per stream and direction. */
export class Replication {
  readonly #ours = new Map<string, Progress>();
  readonly #peers = new Map<string, Progress>();

  /** Whether so many bytes may be sent now; if so they count as under way. */
  send(stream: string, position: number, bytes: number): boolean {
    const progress = this.#ours.get(stream) ?? { sent: position, durable: position };
    const after = position + bytes;
    if (bytes > PAIR_LIMITS.recordsBytes || after - progress.durable > PAIR_LIMITS.replicationWindow) return false;
    if (!this.#ours.has(stream) && this.#ours.size >= PAIR_LIMITS.streams) return false;
    // A spool that starts over at another place starts its window over.
    if (position < progress.durable) progress.durable = position;
    progress.sent = after;
    this.#ours.set(stream, progress);
    return true;
  }

  /** The peer has everything before `position`. `false`: it was never sent, or known already. */
  acknowledged(stream: string, position: number): boolean {
    const progress = this.#ours.get(stream);
    if (progress === undefined || position <= progress.durable || position > progress.sent) return false;
    progress.durable = position;
    return true;
  }

  /** The peer sent bytes: it must keep to the window too. */
  received(stream: string, position: number, bytes: number): void {
    const known = this.#peers.get(stream);
    if (known === undefined && this.#peers.size >= PAIR_LIMITS.streams) {
      throw new EdgeError(
        pairFault("link.replicate.window", `more than ${PAIR_LIMITS.streams} streams are replicated`),
      );
    }
    const progress = known ?? { sent: position, durable: position };
    if (position < progress.durable) progress.durable = position;
    progress.sent = position + bytes;
    if (progress.sent - progress.durable > PAIR_LIMITS.replicationWindow) {
      const message = `${progress.sent - progress.durable} bytes of ${stream} are under way`;
      throw new EdgeError(pairFault("link.replicate.window", message));
    }
    this.#peers.set(stream, progress);
  }

  /** We have everything before `position` on our disk. */
  stored(stream: string, position: number): void {
    const progress = this.#peers.get(stream);
    if (progress !== undefined && position > progress.durable) progress.durable = Math.min(position, progress.sent);
  }
}
