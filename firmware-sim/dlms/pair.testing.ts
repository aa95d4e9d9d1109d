import { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import { ClientAssociation } from "../../adapters/dlms/association/client-association.ts";
import type { AssociationOutcome } from "../../adapters/dlms/association/outcome.ts";
import type { CosemDialogue } from "../../adapters/dlms/association/services.ts";
import {
  type AssociationSettings,
  associationSettings,
  securitySettings,
  type SecuritySettings,
} from "../../adapters/dlms/association/settings.ts";
import { clientAddress, serverAddress } from "../../adapters/dlms/hdlc/address.ts";
import { HdlcClientLink } from "../../adapters/dlms/hdlc/client-link.ts";
import { GENEROUS_PROPOSAL } from "../../adapters/dlms/hdlc/link-settings.ts";
import type { Mechanism } from "../../adapters/dlms/security/hls.ts";
import { CounterReserve } from "../../adapters/dlms/security/invocation-counter.ts";
import type { DlmsLink } from "../../adapters/dlms/transport/link.ts";
import { WrapperLink } from "../../adapters/dlms/transport/wrapper.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { Step } from "../../adapters/kit/step.ts";
import { type Instant, toInstant, toWall, type WallMs } from "../../adapters/kit/time.ts";
import { BEHAVIOURS, completeMeter } from "./behaviours/roster.ts";
import { HdlcCarrier, type HdlcCarrierSettings } from "./carriers/hdlc-carrier.ts";
import { WrapperCarrier } from "./carriers/wrapper-carrier.ts";
import { Conversation, type ConversationOutcome } from "./conversation.ts";
import { SimulatedMeter, type MeterParts } from "./meter.ts";
import { MECHANISM, type MeterClient, PUBLIC_CLIENT } from "./meter-client.ts";
import { MeterPost } from "./meter-post.ts";
import type { Notice } from "./notice.ts";

/** One clock, one line, the product's client and a simulated meter on its two ends; no sockets. */

export type TransportName = "tcp" | "udp" | "hdlc";

export const MECHANISMS: Readonly<Record<Mechanism, (typeof MECHANISM)[keyof typeof MECHANISM]>> = {
  lowest: MECHANISM.none,
  low: MECHANISM.lls,
  "high-manufacturer": MECHANISM.manufacturer,
  "high-md5": MECHANISM.md5,
  "high-sha1": MECHANISM.sha1,
  "high-gmac": MECHANISM.gmac,
  "high-sha256": MECHANISM.sha256,
  "high-ecdsa": MECHANISM.ecdsa,
};

export interface Bond {
  readonly mechanism?: Mechanism;
  readonly suite?: 0 | 1 | 2;
  /** Security policy of the meter, and what the client does. 0 is a context without ciphering unless `isCiphered`. */
  readonly policy?: 0 | 1 | 2 | 3;
  readonly transport?: TransportName;
  readonly security?: Partial<Omit<SecuritySettings, "material">>;
  readonly client?: Partial<AssociationSettings>;
  readonly meter?: Partial<MeterParts>;
  /** Names of the roster in front of a complete meter. */
  readonly behaviours?: readonly string[];
  readonly seed?: number;
  /** What the client knows wrong. */
  readonly wrong?: "secret" | "encryption" | "authentication";
  readonly sap?: number;
  readonly hdlc?: HdlcCarrierSettings;
}

export const WALL: WallMs = toWall(Date.UTC(2026, 5, 17, 10, 7, 30));
const SERVER_TITLE = Uint8Array.of(0x42, 0x55, 0x53, 0, 0, 0, 0, 7);
const CLIENT_TITLE = Uint8Array.of(0x43, 0x4c, 0x49, 0, 0, 0, 0, 1);
const octets = (length: number, from: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (from + at) & 0xff);

export interface Run {
  readonly outcomes: readonly AssociationOutcome[];
  readonly ended: Step<unknown>["ended"];
}

export class Pair {
  readonly meter: SimulatedMeter;
  readonly post: MeterPost;
  readonly notices: Notice[] = [];
  readonly ciphers = new CipherKeys();
  readonly outcomes: AssociationOutcome[] = [];
  readonly happened: ConversationOutcome[] = [];
  now: Instant = toInstant(1_000);
  client: ClientAssociation;
  conversation: Conversation;
  ended: Step<unknown>["ended"];
  readonly #bond: Bond;
  readonly #counters = new CounterReserve(1);
  readonly #keys;
  #clientWake: Instant | undefined;
  #meterWake: Instant | undefined;
  readonly #wire: { readonly to: "client" | "meter"; readonly octets: Uint8Array }[] = [];
  #carrying = false;
  #lineOpen = true;

  constructor(bond: Bond) {
    this.#bond = bond;
    const { suite = 0, policy = 0, mechanism = "lowest" } = bond;
    const length = suite === 2 ? 32 : 16;
    this.#keys = {
      encryption: octets(length, 0),
      authentication: octets(length, 0xd0),
      broadcast: octets(length, 0x40),
      master: octets(length, 0x90),
      secret: octets(16, 0x30),
    };
    const ec = this.#ecKeys(suite);
    const clients: MeterClient[] = [
      PUBLIC_CLIENT,
      {
        sap: 1,
        mechanism: MECHANISMS[mechanism],
        rights: "all",
        ...(ec === undefined ? {} : { publicKey: ec.clientPublic, agreementKey: ec.clientAgreementPublic }),
      },
    ];
    const faults = (bond.behaviours ?? []).flatMap((name) => BEHAVIOURS[name]?.make({ eventEveryMs: 0 }) ?? []);
    if (faults.length !== (bond.behaviours?.length ?? 0)) throw new Error("no such behaviour");
    this.meter = new SimulatedMeter({
      identity: {
        uid: "meter-1",
        equipment: "EBUS0000000000007",
        systemTitle: SERVER_TITLE,
        profile: "smr-5.5",
        phases: 3,
        mbus: [
          { channel: 1, medium: "gas", identification: 12_345_678 },
          { channel: 2, medium: "water", identification: 23_456_789 },
        ],
        logicalDevice: 1,
        ...(ec === undefined ? {} : { signingKey: ec.serverPrivate, agreementKey: ec.serverAgreement }),
      },
      keys: this.#keys,
      security: { suite, policy },
      clients,
      behaviours: [...faults, ...completeMeter({ eventEveryMs: 0 })],
      random: new SeededRandom(bond.seed ?? 1),
      ciphers: this.ciphers,
      wall: () => toWall(WALL + this.now),
      log: (notice) => this.notices.push(notice),
      ...bond.meter,
    });
    this.meter.tick(this.now);
    this.post = new MeterPost([this.meter]);
    this.conversation = this.#conversation();
    this.client = this.#association();
  }

  /** A new connection to the same meter; the client's counters go on. */
  reconnect(): this {
    this.conversation = this.#conversation();
    this.client = this.#association();
    this.ended = undefined;
    this.#clientWake = undefined;
    this.#meterWake = undefined;
    this.#wire.length = 0;
    this.#lineOpen = true;
    return this;
  }

  open(): this {
    this.#fromMeter(this.conversation.open(this.now));
    this.#fromClient(this.client.open(this.now));
    return this.settle();
  }

  /** Runs a procedure to its end. Throws what it failed with. */
  run<Result>(dialogue: CosemDialogue<Result>): Result {
    const before = this.outcomes.length;
    this.#fromClient(this.client.run(dialogue, this.now));
    this.settle(() => this.outcomes.slice(before).some(({ kind }) => kind === "completed" || kind === "failed"));
    const outcome = this.outcomes.slice(before).find(({ kind }) => kind === "completed" || kind === "failed");
    if (outcome?.kind === "failed") throw outcome.fault;
    if (outcome?.kind !== "completed") throw this.ended instanceof Error ? this.ended : new Error("nothing came of it");
    return outcome.result as Result;
  }

  release(): this {
    this.#fromClient(this.client.release(this.now));
    return this.settle(() => this.ended !== undefined);
  }

  get isAssociated(): boolean {
    return this.outcomes.some(({ kind }) => kind === "associated");
  }

  /** Until nothing more happens by itself, or what was waited for; idle timeouts are not waited for. */
  settle(done: () => boolean = () => this.isAssociated): this {
    for (let wakes = 0; wakes < 10_000 && !done() && this.ended === undefined; wakes++) {
      const meterWake = this.#lineOpen ? this.#meterWake : undefined;
      const at = Math.min(...[this.#clientWake, meterWake].filter((one) => one !== undefined)) as Instant;
      if (!Number.isFinite(at)) break;
      this.now = Math.max(at, this.now) as Instant;
      this.meter.tick(this.now);
      if (this.#clientWake !== undefined && this.#clientWake <= this.now) this.#fromClient(this.client.wake(this.now));
      else this.#fromMeter(this.conversation.wake(this.now));
    }
    return this;
  }

  pass(ms: number): this {
    this.now = (this.now + ms) as Instant;
    this.meter.tick(this.now);
    return this;
  }

  #fromClient(step: Step<AssociationOutcome>): void {
    this.#clientWake = step.wakeAt;
    this.outcomes.push(...step.outcomes);
    if (step.ended !== undefined) this.ended = step.ended;
    for (const one of step.send) this.#wire.push({ to: "meter", octets: one });
    for (const { kind } of step.outcomes) {
      if (kind !== "counters-wanted") continue;
      this.#counters.wanted();
      this.#counters.reserved();
      this.#fromClient(this.client.countersReserved(this.now));
    }
    this.#carry();
  }

  #fromMeter(step: Step<ConversationOutcome>): void {
    this.#meterWake = step.wakeAt;
    this.happened.push(...step.outcomes);
    for (const one of step.send) this.#wire.push({ to: "client", octets: one });
    this.#carry();
    if (step.ended !== undefined && this.#lineOpen) {
      this.#lineOpen = false;
      if (this.ended === undefined) this.#fromClient(this.client.close(this.now));
    }
  }

  #carry(): void {
    if (this.#carrying) return;
    this.#carrying = true;
    for (let next = this.#wire.shift(); next !== undefined; next = this.#wire.shift()) {
      if (next.to === "client") this.#fromClient(this.client.receive(next.octets, this.now));
      else if (this.#lineOpen) this.#fromMeter(this.conversation.receive(next.octets, this.now));
    }
    this.#carrying = false;
  }

  #conversation(): Conversation {
    const { transport = "tcp" } = this.#bond;
    const carrier =
      transport === "hdlc"
        ? new HdlcCarrier({
            ...this.#bond.hdlc,
            offer: { informationTransmitMax: 200, informationReceiveMax: 150, windowTransmit: 3, windowReceive: 2 },
          })
        : new WrapperCarrier(transport === "tcp" ? "stream" : "datagram");
    return new Conversation({ post: this.post, carrier });
  }

  #association(): ClientAssociation {
    return new ClientAssociation({
      settings: this.#settings(),
      link: this.#link(),
      ciphers: this.ciphers,
      random: new SeededRandom(99),
      counters: this.#counters,
    });
  }

  #link(): DlmsLink {
    const { transport = "tcp", sap = 1 } = this.#bond;
    if (transport === "hdlc") {
      return new HdlcClientLink({
        client: clientAddress(sap),
        server: serverAddress(1, 17),
        proposal: GENEROUS_PROPOSAL,
      });
    }
    return new WrapperLink({ clientWport: sap, serverWport: 1, carrier: transport === "tcp" ? "stream" : "datagram" });
  }

  #settings(): AssociationSettings {
    const { mechanism = "lowest", policy = 0, suite = 0, security, wrong, sap = 1 } = this.#bond;
    const spoil = (key: Uint8Array, name: Bond["wrong"]): Uint8Array =>
      wrong === name ? key.map((octet) => octet ^ 1) : key;
    const material = {
      suite,
      encryptionKey: spoil(this.#keys.encryption, "encryption"),
      authenticationKey: spoil(this.#keys.authentication, "authentication"),
      broadcastKey: this.#keys.broadcast,
    };
    const isPublic = sap === 16;
    const protection = { authenticated: (policy & 1) !== 0, encrypted: (policy & 2) !== 0 };
    const secret = spoil(this.#keys.secret, "secret");
    const ec = this.#ecKeys(suite);
    const party = {
      master: this.#keys.master,
      ...(ec === undefined
        ? {}
        : {
            signing: ec.clientPrivate,
            peerSigning: ec.serverPublic,
            agreement: ec.clientAgreement,
            peerAgreement: ec.serverAgreementPublic,
          }),
    };
    const isCiphered = !isPublic && (policy !== 0 || security !== undefined);
    return associationSettings({
      authentication: isPublic
        ? { mechanism: "lowest" }
        : {
            mechanism,
            password: secret,
            secret,
            gmac: material,
            ...(ec === undefined ? {} : { signingKey: ec.clientPrivate, serverKey: ec.serverPublic }),
          },
      security: isCiphered ? securitySettings(material, { protection, party, ...security }) : undefined,
      clientSystemTitle: CLIENT_TITLE,
      referencing: this.#bond.meter?.referencing ?? "logical-name",
      ...this.#bond.client,
    });
  }

  /** A pair to sign and a pair to agree for each side, from fixed scalars. */
  #ecKeys(suite: 0 | 1 | 2) {
    if (suite === 0) return undefined;
    const curve = suite === 1 ? "P-256" : "P-384";
    const length = (suite === 1 ? 32 : 48) + 8;
    const client = this.ciphers.agreementPair(curve, octets(length, 3));
    const server = this.ciphers.agreementPair(curve, octets(length, 77));
    const clientAgreement = this.ciphers.agreementPair(curve, octets(length, 31));
    const serverAgreement = this.ciphers.agreementPair(curve, octets(length, 131));
    return {
      clientAgreement: this.ciphers.addPrivate("client-agreement", clientAgreement.privateKey, curve),
      clientAgreementPublic: clientAgreement.publicKey,
      serverAgreement: this.ciphers.addPrivate("server-agreement", serverAgreement.privateKey, curve),
      serverAgreementPublic: serverAgreement.publicKey,
      clientPrivate: this.ciphers.addPrivate("client", client.privateKey, curve),
      clientPublic: client.publicKey,
      serverPrivate: this.ciphers.addPrivate("server", server.privateKey, curve),
      serverPublic: server.publicKey,
    };
  }
}

/** The fault a call throws. */
export function dlmsErrorOf(call: () => unknown): EdgeError {
  try {
    call();
  } catch (thrown) {
    if (thrown instanceof EdgeError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
