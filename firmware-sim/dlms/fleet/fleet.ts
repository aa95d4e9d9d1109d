import { CipherKeys } from "../../../adapters/io/node/cipher-keys.ts";
import { listen } from "../../../adapters/io/node/listen.ts";
import { listenUdp } from "../../../adapters/io/node/udp.ts";
import type { Timers } from "../../../adapters/io/timers.ts";
import type { EventLog } from "../../../adapters/dlms/config/events.ts";
import { MECHANISMS } from "../../../adapters/dlms/security/hls.ts";
import type { Curve } from "../../../adapters/kit/ciphers.ts";
import { SeededRandom } from "../../../adapters/kit/random.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { Carrier } from "../carriers/carrier.ts";
import { HdlcCarrier } from "../carriers/hdlc-carrier.ts";
import { WrapperCarrier } from "../carriers/wrapper-carrier.ts";
import { SimulatedMeter } from "../meter.ts";
import { type MeterClient, type Mechanism, PUBLIC_CLIENT } from "../meter-client.ts";
import type { Notice } from "../notice.ts";
import { curveOf } from "./fleet-keys.ts";
import type { FleetMember, FleetPlan } from "./fleet-plan.ts";
import { FleetPost } from "./fleet-post.ts";

export interface FleetParts {
  readonly plan: FleetPlan;
  readonly members: readonly FleetMember[];
  readonly timers: Timers;
  readonly behaviours: (member: FleetMember) => readonly Behaviour[];
  readonly log: (member: FleetMember, notice: Notice) => void;
  /** `host:port` that pushes go to until a client says otherwise. */
  readonly pushTo?: string;
  readonly protectsPushes?: boolean;
  /** Longest APDU a meter takes and sends. */
  readonly pduMax?: number;
  /** Connections at once to one address: 4 where not given, more where many meters share it. */
  readonly connectionsMax?: number;
  /** The meters' world clock: the timers' where not given. */
  readonly wall?: () => WallMs;
  /** Meters live from the start, and not only when somebody connects: for those that raise events by themselves. */
  readonly isAwake?: boolean;
}

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

const CONNECTIONS_MAX = 4;
const CONNECTIONS_PER_LOGICAL_DEVICE = 2;
const CONNECT_TIMEOUT_MS = 2_000;
/** Pushes of all meters together under way at once. */
const PUSHES_AT_ONCE = 256;
/** HDLC as meters with a serial interface have it. */
const HDLC_OFFER = { informationTransmitMax: 512, informationReceiveMax: 512, windowTransmit: 1, windowReceive: 1 };

/** Many simulated meters in one process, on real sockets. */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #posts = new Map<FleetMember, FleetPost>();
  readonly #all: FleetPost[] = [];
  readonly #listening: Listening[] = [];
  readonly #ciphers = new CipherKeys();
  readonly #random: SeededRandom;
  #pushing = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#random = new SeededRandom(hash(parts.plan.seed));
  }

  /** Ports in the order of the members' addresses; where 0 was asked for, those that were given. */
  get ports(): readonly number[] {
    return this.#listening.map(({ port }) => port);
  }

  /** Opens the meters' ports. Rejects where one cannot be had. */
  async start(): Promise<void> {
    const { plan, members, isAwake } = this.#parts;
    const groups = plan.addressing === "ports" ? members.map((member) => [member]) : [members];
    for (const group of groups) {
      const post = this.#post(group);
      const [first] = group;
      if (first !== undefined) await this.#listen(post, first);
    }
    if (isAwake === true) for (const member of members) this.meter(member);
  }

  async stop(): Promise<void> {
    for (const post of this.#all) post.stop();
    for (const waiting of this.#waiting.splice(0)) waiting();
    await Promise.all(this.#listening.map((one) => one.close()));
  }

  meter(member: FleetMember): SimulatedMeter {
    const post = this.#posts.get(member);
    if (post === undefined) throw new Error(`${member.uid} is not of this fleet`);
    return post.meter(member);
  }

  /** By hand: something happens to a meter. */
  raise(member: FleetMember, log: EventLog, code: number): void {
    this.meter(member).raise(log, code, this.#parts.timers.now());
    this.#posts.get(member)?.tick();
  }

  /** By hand: as method 1 of a push setup; `false` where there is no such setup. */
  push(member: FleetMember, setup: string): boolean {
    const done = this.meter(member).push(setup, this.#parts.timers.now());
    this.#posts.get(member)?.tick();
    return done;
  }

  /** By hand: a meter loses power. */
  reboot(member: FleetMember, awayMs: number): void {
    this.meter(member).reboot(this.#parts.timers.now(), awayMs);
    this.#posts.get(member)?.tick();
  }

  get members(): readonly FleetMember[] {
    return this.#parts.members;
  }

  #post(members: readonly FleetMember[]): FleetPost {
    const { timers, plan } = this.#parts;
    const shared = Math.max(CONNECTIONS_MAX, members.length * CONNECTIONS_PER_LOGICAL_DEVICE);
    const post = new FleetPost({
      members,
      make: (member) => this.#make(member),
      carrier: () => carrierOf(plan),
      timers,
      connectionsMax: this.#parts.connectionsMax ?? shared,
      whenFull: plan.carrier === "udp" ? "replace" : "refuse",
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      gate: (run) => this.#through(run),
    });
    for (const member of members) this.#posts.set(member, post);
    this.#all.push(post);
    return post;
  }

  async #listen(post: FleetPost, { host, port }: FleetMember): Promise<void> {
    const maxConnections = CONNECTIONS_MAX + this.#parts.members.length * CONNECTIONS_PER_LOGICAL_DEVICE;
    const { carrier } = this.#parts.plan;
    this.#listening.push(
      carrier === "udp"
        ? await listenUdp({ host, port, peersMax: 2 * maxConnections, onTransport: (one) => void post.answer(one) })
        : await listen({ host, port, maxConnections, onTransport: (one) => void post.answer(one) }),
    );
  }

  #make(member: FleetMember): SimulatedMeter {
    const { plan, timers, behaviours, log, pushTo, protectsPushes, pduMax, wall } = this.#parts;
    const curve = curveOf(plan.suite);
    const mechanism: Mechanism = MECHANISMS[plan.mechanism];
    const pair = (at: Curve, scalar: Uint8Array) => this.#ciphers.agreementPair(at, scalar);
    const { keys } = member;
    const management: MeterClient = {
      sap: 1,
      mechanism,
      rights: "all",
      ...(curve !== undefined && {
        publicKey: pair(curve, keys.clientScalar).publicKey,
        agreementKey: pair(curve, keys.clientAgreementScalar).publicKey,
      }),
    };
    const own = (name: string, at: Curve, scalar: Uint8Array) =>
      this.#ciphers.addPrivate(`${member.uid}/${name}`, pair(at, scalar).privateKey, at);
    const ownKeys = curve !== undefined && {
      signingKey: own("signing", curve, keys.serverScalar),
      agreementKey: own("agreement", curve, keys.serverAgreementScalar),
    };
    const { encryption, authentication, broadcast, master, secret } = keys;
    return new SimulatedMeter({
      identity: { ...member.identity, ...ownKeys },
      keys: {
        encryption,
        authentication,
        broadcast,
        master,
        secret,
        mbusFirmware: (channel) => keys.mbus(channel).firmware,
      },
      security: { suite: plan.suite, policy: plan.policy },
      ...(plan.referencing === undefined ? {} : { referencing: plan.referencing }),
      clients: [PUBLIC_CLIENT, management],
      behaviours: behaviours(member),
      random: this.#random.of(member.uid),
      ciphers: this.#ciphers,
      wall: wall ?? (() => timers.wall()),
      log: (notice) => log(member, notice),
      ...(pduMax === undefined ? {} : { pduMax }),
      ...(pushTo === undefined ? {} : { pushTo }),
      ...(protectsPushes === undefined ? {} : { protectsPushes }),
    });
  }

  /** A place among those that push at once. */
  async #through<T>(run: () => Promise<T>): Promise<T> {
    if (this.#pushing >= PUSHES_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#pushing += 1;
    try {
      return await run();
    } finally {
      this.#pushing -= 1;
      this.#waiting.shift()?.();
    }
  }
}

function carrierOf({ carrier }: FleetPlan): Carrier {
  if (carrier === "hdlc") return new HdlcCarrier({ offer: HDLC_OFFER });
  return new WrapperCarrier(carrier === "tcp" ? "stream" : "datagram");
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
