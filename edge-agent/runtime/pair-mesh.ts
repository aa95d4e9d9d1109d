import { Driver } from "../../adapters/io/drive.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { type Instant, later, MINUTE_MS } from "../../adapters/kit/time.ts";
import { PairLink } from "../pair/link.ts";
import { dials, type PairLinkOptions, type PairOutcome } from "../pair/outcomes.ts";
import type { GroupWord } from "../model/group-word.ts";
import type { GroupBeat, Hello } from "../pair/frames.ts";
import { isGone } from "./knock.ts";
import { type Network, type NetworkListener, NODE_NETWORK } from "./network.ts";
import type { PairSecurity } from "./pair-security.ts";
import { pausing } from "./pausing.ts";

export interface PairPeer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** What the owner of the mesh hears. All calls are in the order things happened on the link. */
export interface PairEvents {
  opened(peer: string, hello: Hello): void;
  closed(peer: string, how: LinkLoss): void;
  /** After `closed`, and no new link since: the peer's process is gone, its port refuses. */
  died(peer: string): void;
  beat(peer: string, groups: readonly GroupBeat[]): void;
  word(peer: string, group: string, word: GroupWord): void;
  /** Spool mirror and forwarded connections. */
  other(peer: string, outcome: PairOutcome): void;
  /** A connection that did not become a link: somebody else, a wrong key, garbage. */
  refused(where: string, fault: EdgeError): void;
}

/** `broken`: without a word. Whether the peer's process is gone is found out next. */
export type LinkLoss = "broken" | "bye" | "given-up";

export interface PairMeshParts {
  readonly options: Omit<PairLinkOptions, "status">;
  readonly status: (peer: string) => readonly GroupBeat[];
  readonly peers: readonly PairPeer[];
  readonly listen: { readonly host: string; readonly port: number };
  readonly security: PairSecurity;
  readonly timers: Timers;
  /** Real sockets where not given. */
  readonly network?: Network | undefined;
  readonly events: PairEvents;
}

interface OpenLink {
  readonly link: PairLink;
  readonly driver: Driver<PairOutcome>;
  readonly transport: Transport;
}

const DIAL_TIMEOUT_MS = 1_000;
const DIAL_AGAIN_MS = 100;
const LISTEN_AGAIN_MS = 250;
/** Different refusals told within a minute. */
const TOLD_AT_ONCE = 64;
/** Connections that have not said who they are yet, at once. */
const MAX_STRANGERS = 32;

/** The links of one agent to all it shares groups with. Of two agents the one with the lower name dials; both listen. */
export class PairMesh {
  readonly #parts: PairMeshParts;
  readonly #open = new Map<string, OpenLink>();
  readonly #all = new Set<OpenLink>();
  /** Refusals told within the last minute. */
  readonly #told = new Map<string, Instant>();
  #listener: NetworkListener | undefined;
  #stopping = false;

  constructor(parts: PairMeshParts) {
    this.#parts = parts;
  }

  start(): void {
    const { options, peers } = this.#parts;
    // Who dials listens too: that nobody listens any more is how the other one knows that we are dead.
    if (peers.length > 0) void this.#listenOn();
    for (const peer of peers) if (dials(options.agent, peer.name)) void this.#dialOn(peer);
  }

  /** Says goodbye on every link and closes. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { driver, link } of this.#all) driver.input((now) => link.leave("the agent is stopping", now));
    await pausing(this.#parts.timers, 20);
    for (const { transport } of this.#all) transport.destroy();
    await this.#listener?.close();
  }

  isOpen(peer: string): boolean {
    return this.#open.has(peer);
  }

  /** Gives the link to a peer up; a new one is made. */
  drop(peer: string): void {
    this.use(peer, (link, now) => link.giveUp("the link is given up: what it carries cannot go on", now));
  }

  /** Dropped where the link is not open. */
  say(peer: string, group: string, word: GroupWord): void {
    this.use(peer, (link, now) => link.say(group, word, now));
  }

  /** Sends a beat out of turn to everybody: a role has changed. */
  beatNow(): void {
    for (const { driver, link } of this.#open.values()) driver.input((now) => link.beatNow(now));
  }

  /** Gives the open link to a peer one input; `false` where there is none. */
  use(
    peer: string,
    give: (link: PairLink, ...now: Parameters<PairLink["open"]>) => ReturnType<PairLink["open"]>,
  ): boolean {
    const open = this.#open.get(peer);
    if (open === undefined) return false;
    open.driver.input((now) => give(open.link, now));
    return true;
  }

  async #listenOn(): Promise<void> {
    const { security, timers, events, network = NODE_NETWORK } = this.#parts;
    const settings = {
      ...this.#parts.listen,
      maxConnections: this.#parts.peers.length + MAX_STRANGERS,
      onTransport: (transport: Transport) => void this.#run(transport),
      onTurnedAway: (peer: string, why: string) => this.#refused(peer, turnedAway(why)),
    };
    let complained = false;
    while (!this.#stopping && this.#listener === undefined) {
      try {
        this.#listener = await network.listen(
          security.server === undefined ? settings : { ...settings, tls: security.server },
        );
      } catch (thrown) {
        if (!complained) events.refused(`${settings.host}:${settings.port}`, toEdgeError(thrown, "link.listen.failed"));
        complained = true;
        await pausing(timers, LISTEN_AGAIN_MS);
      }
    }
    if (this.#stopping) await this.#listener?.close();
  }

  async #dialOn(peer: PairPeer): Promise<void> {
    const { security, timers, events, network = NODE_NETWORK } = this.#parts;
    const where = { host: peer.host, port: peer.port, timeoutMs: DIAL_TIMEOUT_MS };
    let complained: string | undefined;
    while (!this.#stopping) {
      try {
        const transport = await network.dial(
          security.client === undefined ? where : { ...where, tls: security.client },
        );
        if (this.#stopping) {
          transport.destroy();
          return;
        }
        const end = await this.#run(transport);
        complained = end === "done" ? undefined : end.code;
      } catch (thrown) {
        const fault = toEdgeError(thrown, "link.dial.failed");
        // A peer that is simply not there is seen in the status; anything else is worth a word, once.
        if (fault.code !== "transport.refused" && fault.code !== complained)
          events.refused(`${peer.host}:${peer.port}`, fault);
        complained = fault.code;
      }
      await pausing(timers, DIAL_AGAIN_MS);
    }
  }

  async #run(transport: Transport): Promise<"done" | EdgeError> {
    const { options, timers, status, events } = this.#parts;
    const link: PairLink = new PairLink({ ...options, status: () => status(link.peer?.agent ?? "") });
    let name: string | undefined;
    const driver: Driver<PairOutcome> = new Driver<PairOutcome>({
      machine: link,
      transport,
      timers,
      permit: () => true,
      isDuplex: true,
      take: (outcome) => {
        if (outcome.kind === "opened" && this.#isHeard(outcome.peer.agent)) {
          // Given up, not cut: whoever is turned away must not take us for dead.
          const { agent } = outcome.peer;
          driver.input((now) => link.giveUp(`another process is linked as agent ${agent}: stop one of the two`, now));
        } else if (outcome.kind === "opened") {
          name = outcome.peer.agent;
          this.#replace(name, open);
          events.opened(name, outcome.peer);
        } else if (name !== undefined && this.#open.get(name) === open) this.#tell(name, outcome);
      },
    });
    const open: OpenLink = { link, driver, transport };
    this.#all.add(open);
    const end = await driver.run();
    this.#all.delete(open);
    if (end !== "done") this.#refused(transport.peer, end);
    if (name !== undefined && this.#open.get(name) === open) {
      // Ended without a word of the machine: the driver gave up first.
      this.#lost(name);
    }
    return end;
  }

  /** Whether that agent is on another link and was heard a moment ago: two processes cannot be one agent. */
  #isHeard(peer: string): boolean {
    const { options, timers } = this.#parts;
    const open = this.#open.get(peer);
    return open !== undefined && open.link.silentFor(timers.now()) < options.timing.suspectAfterMs;
  }

  /** Whoever is refused tries again at once: the same thing is told once a minute. */
  #refused(where: string, fault: EdgeError): void {
    const now = this.#parts.timers.now();
    const what = `${fault.code} ${fault.message}`;
    for (const [told, at] of this.#told) if (now >= later(at, MINUTE_MS)) this.#told.delete(told);
    if (this.#told.has(what) || this.#told.size >= TOLD_AT_ONCE) return;
    this.#told.set(what, now);
    this.#parts.events.refused(where, fault);
  }

  /**
   * A new link to a peer we believe connected and do not hear: the old connection is a ghost. Its other end may have died
   * or only been cut; whichever, the peer is heard again now.
   */
  #replace(peer: string, by: OpenLink): void {
    const before = this.#open.get(peer);
    this.#open.delete(peer);
    if (before !== undefined) {
      before.transport.destroy();
      this.#parts.events.closed(peer, "given-up");
    }
    this.#open.set(peer, by);
  }

  /** A link broke without a word. */
  #lost(peer: string): void {
    this.#open.delete(peer);
    this.#parts.events.closed(peer, "broken");
    void this.#findOut(peer);
  }

  async #findOut(peer: string): Promise<void> {
    const { options, peers, security, timers, events, network = NODE_NETWORK } = this.#parts;
    const address = peers.find(({ name }) => name === peer);
    if (address === undefined || this.#stopping) return;
    const { host, port } = address;
    const where = security.client === undefined ? { host, port } : { host, port, tls: security.client };
    const gone = await isGone({ where, network, timers, withinMs: options.timing.suspectAfterMs });
    if (gone && !this.#stopping && !this.#open.has(peer)) events.died(peer);
  }

  #tell(peer: string, outcome: PairOutcome): void {
    const { events } = this.#parts;
    switch (outcome.kind) {
      case "beat":
        events.beat(peer, outcome.groups);
        return;
      case "word":
        events.word(peer, outcome.group, outcome.word);
        return;
      case "closed":
        if (outcome.how === "broken") {
          this.#lost(peer);
          return;
        }
        this.#open.delete(peer);
        events.closed(peer, outcome.how);
        return;
      default:
        events.other(peer, outcome);
    }
  }
}

function turnedAway(why: string): EdgeError {
  const text = why === "tls" ? "it did not prove itself: wrong certificate or key" : "too many connections at once";
  return toEdgeError(new Error(text), "link.peer.refused");
}
