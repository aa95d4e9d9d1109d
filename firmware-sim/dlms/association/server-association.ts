import type { Aarq } from "../../../adapters/dlms/apdu/acse.ts";
import type { Apdu } from "../../../adapters/dlms/apdu/apdu.ts";
import { conforms } from "../../../adapters/dlms/apdu/conformance.ts";
import { decodeLeniently } from "../../../adapters/dlms/apdu/decode-apdu.ts";
import { encodeApdu } from "../../../adapters/dlms/apdu/encode-apdu.ts";
import type { Release } from "../../../adapters/dlms/apdu/release.ts";
import { octetString } from "../../../adapters/dlms/data/data.ts";
import { suffices } from "../../../adapters/dlms/security/control.ts";
import { toHex } from "../../../adapters/kit/bytes.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { Instant } from "../../../adapters/kit/time.ts";
import type { Habit, Reply } from "../behaviour.ts";
import { MECHANISM, type MeterClient } from "../meter-client.ts";
import type { MeterState } from "../meter-state.ts";
import { refused, RESULT } from "../objects/cosem-object.ts";
import type { ResponseRoom } from "../services/get-service.ts";
import type { Bearings } from "../services/object-access.ts";
import { Services } from "../services/services.ts";
import { judge, uncovered } from "./association-request.ts";
import type { AssociationView } from "./association-view.ts";
import { BLOCK_HEADER_OCTETS, BlockExchange } from "./block-exchange.ts";
import { type Cover, overheadOf, PLAIN, protectionOf, signedCover } from "./cover.ts";
import {
  acceptedAare,
  initiateResponse,
  NOT_ALLOWED,
  OTHER_REASON,
  PDU_TOO_LONG,
  refusedAare,
  rejectionApdu,
  SERVICE_UNKNOWN,
  type StateAndService,
} from "./answers.ts";
import { contextName, mechanismName } from "./names.ts";
import { type Challenges, isProofRequest, isProved, proof } from "./proofs.ts";
import { isCiphered, Protector, type Rejection } from "./protector.ts";

/** What a meter sends because of one APDU, and what else happens to the connection. */
export interface Handling {
  readonly sends: readonly { readonly octets: Uint8Array; readonly afterMs: number }[];
  readonly end: undefined | { readonly kind: "hang-up" } | { readonly kind: "reboot"; readonly awayMs: number };
}

const NOTHING_TO_SAY: Handling = { sends: [], end: undefined };
const NO_OCTETS = new Uint8Array(0);
/** The wrapper carries no more. */
const PDU_UNLIMITED = 65_535;
const CHALLENGE_OCTETS = 16;
const CHALLENGE_OCTETS_ECDSA = 32;

/** What one AARQ agreed. */
interface Context {
  readonly isCiphered: boolean;
  readonly conformance: number;
  readonly clientPduMax: number;
  readonly clientTitle: Uint8Array;
  readonly dedicatedKey: Uint8Array | undefined;
  readonly challenges: Challenges | undefined;
}

/**
 * The meter's end of one application association: a client SAP with one logical device over one connection. It takes whole
 * APDUs and gives whole APDUs; what carries them is not its affair.
 */
export class ServerAssociation {
  readonly #meter: MeterState;
  readonly #client: MeterClient;
  readonly #habits: readonly Habit[];
  readonly #protector: Protector;
  readonly #services = new Services();
  readonly #blocks: BlockExchange;
  #status: 0 | 1 | 2;
  #context: Context;
  /** An answer came true in this very APDU: the rest of the association is open from the next one on. */
  #proved = false;

  constructor(meter: MeterState, client: MeterClient, habits: readonly Habit[], blocksAtOnce: number) {
    this.#blocks = new BlockExchange(blocksAtOnce);
    this.#meter = meter;
    this.#client = client;
    this.#habits = habits;
    this.#context = {
      isCiphered: client.isPreEstablished === true && meter.security.policy !== 0,
      conformance: meter.conformance,
      clientPduMax: PDU_UNLIMITED,
      clientTitle: NO_OCTETS,
      dedicatedKey: undefined,
      challenges: undefined,
    };
    this.#status = client.isPreEstablished === true ? 2 : 0;
    this.#protector = new Protector(meter, client, () => this.#context);
  }

  get status(): 0 | 1 | 2 {
    return this.#status;
  }

  /** One whole APDU of the client. Never throws on what it says. */
  take(octets: Uint8Array, now: Instant): Handling {
    let apdu: Apdu;
    try {
      apdu = decodeLeniently(octets).apdu;
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      return this.#exception(
        thrown.code === "dlms.apdu.unknown-tag" ? SERVICE_UNKNOWN : OTHER_REASON,
        PLAIN,
        now,
        thrown.message,
      );
    }
    switch (apdu.kind) {
      case "aarq":
        return this.#associate(apdu, now);
      case "rlrq":
        return this.#release(apdu, now);
      case "general-block-transfer": {
        const { send, whole } = this.#blocks.take(apdu);
        if (whole === undefined) return this.#sendAll(send.map(encodeApdu), 0, now);
        return this.#request(whole, now, "blocks");
      }
      default:
        return this.#request(octets, now, "whole");
    }
  }

  /** The connection, or the link below, is gone. */
  drop(): void {
    this.#status = this.#client.isPreEstablished === true ? 2 : 0;
    this.#services.abort();
    this.#blocks.abort();
  }

  #associate(aarq: Aarq, now: Instant): Handling {
    const { notice } = this.#meter;
    this.drop();
    this.#context = {
      ...this.#context,
      clientTitle: aarq.callingApTitle?.slice() ?? NO_OCTETS,
      dedicatedKey: undefined,
    };
    const judgement = judge(aarq, this.#client, this.#meter, this.#protector);
    if (judgement.kind !== "accepted") {
      notice({ kind: "association-refused", client: this.#client.sap, why: judgement.why }, now);
      if (judgement.kind === "exception") {
        this.#rejected(judgement.rejection, now);
        return this.#send(rejectionApdu(judgement.rejection), PLAIN, now);
      }
      return this.#send(refusedAare(aarq, judgement.diagnostic, judgement.initiateError), PLAIN, now);
    }
    const { initiate, cover, isCiphered, counter } = judgement;
    if (counter !== undefined) this.#deciphered(counter, initiate.kind, now);
    const isHigh = this.#client.mechanism > MECHANISM.lls;
    this.#context = {
      isCiphered,
      conformance: initiate.conformance & this.#meter.conformance,
      clientPduMax: initiate.maxReceivePduSize === 0 ? PDU_UNLIMITED : initiate.maxReceivePduSize,
      clientTitle: this.#context.clientTitle,
      dedicatedKey: initiate.dedicatedKey?.slice(),
      challenges: isHigh ? this.#challenges(aarq) : undefined,
    };
    this.#status = isHigh ? 1 : 2;
    if (!isHigh) this.#associated(now);
    const response = initiateResponse(this.#context.conformance, this.#meter);
    const { challenges } = this.#context;
    const hasTitle = isCiphered || this.#client.mechanism >= MECHANISM.gmac;
    const aare = acceptedAare(aarq, {
      systemTitle: hasTitle ? this.#meter.identity.systemTitle : undefined,
      challenges,
      userInformation: this.#protector.cover(response, cover),
    });
    return this.#send(aare, PLAIN, now);
  }

  #challenges(aarq: Aarq): Challenges {
    const { mechanism, publicKey } = this.#client;
    const length = mechanism === MECHANISM.ecdsa ? CHALLENGE_OCTETS_ECDSA : CHALLENGE_OCTETS;
    return {
      mechanism,
      clientToServer: aarq.callingAuthenticationValue?.slice() ?? NO_OCTETS,
      serverToClient: this.#meter.random.bytes(length),
      clientTitle: this.#context.clientTitle,
      clientKey: publicKey,
    };
  }

  #release(rlrq: Release, now: Instant): Handling {
    // In a ciphered association it has to prove that it is the client's own wish.
    const opened = uncovered(rlrq, this.#protector);
    const cover = opened !== undefined && !("kind" in opened) ? opened.cover : PLAIN;
    if (opened !== undefined && "initiate" in opened && opened.counter !== undefined) {
      this.#deciphered(opened.counter, opened.initiate.kind, now);
    }
    if (this.#status === 0) return this.#send({ kind: "rlre", reason: 0, userInformation: undefined }, PLAIN, now);
    const response = initiateResponse(this.#context.conformance, this.#meter);
    const userInformation = cover.kind === "plain" ? undefined : this.#protector.cover(response, cover);
    this.drop();
    this.#meter.notice({ kind: "released", client: this.#client.sap }, now);
    return this.#send({ kind: "rlre", reason: 0, userInformation }, PLAIN, now);
  }

  #request(octets: Uint8Array, now: Instant, arrived: "whole" | "blocks"): Handling {
    let apdu: Apdu;
    let cover: Cover = PLAIN;
    try {
      apdu = decodeLeniently(octets).apdu;
      const signature = apdu.kind === "general-signing" ? apdu : undefined;
      if (signature !== undefined) {
        const inside = this.#protector.verified(signature);
        if (inside === undefined) return this.#send(rejectionApdu({ kind: "deciphering-error" }), PLAIN, now);
        apdu = decodeLeniently(inside).apdu;
      }
      if (isCiphered(apdu)) {
        const plain = this.#protector.uncover(apdu);
        if ("kind" in plain) {
          this.#rejected(plain, now);
          return this.#send(rejectionApdu(plain), PLAIN, now);
        }
        cover = plain.cover;
        apdu = decodeLeniently(plain.octets).apdu;
        this.#deciphered(plain.counter, apdu.kind, now);
      }
      if (signature !== undefined) cover = signedCover(signature, cover);
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      return this.#exception(OTHER_REASON, cover, now, thrown.message);
    }
    if (!this.#isAllowed(apdu, cover))
      return this.#exception(NOT_ALLOWED, PLAIN, now, `a ${apdu.kind} that may not be`);
    for (const habit of this.#habits) {
      const own = habit.answers?.(apdu, now);
      if (own !== undefined) return this.#reply(own, apdu, cover, now, arrived);
    }
    const answer = this.#serve(apdu, cover, now, arrived);
    if (answer === undefined) return NOTHING_TO_SAY;
    return this.#reply({ kind: "answer", apdu: answer }, apdu, cover, now, arrived);
  }

  /** Before pass 3 of HLS only that; never weaker than the policy. */
  #isAllowed(apdu: Apdu, cover: Cover): boolean {
    if (this.#status === 0) return false;
    if (this.#status === 1) {
      if (!isProofRequest(apdu)) return false;
    }
    const { policy } = this.#meter.security;
    if (!this.#context.isCiphered) return cover.kind === "plain";
    return suffices(protectionOf(cover), { authenticated: (policy & 1) !== 0, encrypted: (policy & 2) !== 0 });
  }

  #serve(apdu: Apdu, cover: Cover, now: Instant, arrived: "whole" | "blocks"): Apdu | undefined {
    const bearings: Bearings = { meter: this.#meter, association: this.#view(), now };
    const response = this.#services.serve(apdu, bearings, (block) => this.#room(cover, block, arrived));
    if (this.#proved) this.#associated(now);
    return response;
  }

  #room(cover: Cover, block: Parameters<typeof conforms>[1], arrived: "whole" | "blocks"): ResponseRoom {
    const { clientPduMax, conformance } = this.#context;
    const octets = clientPduMax - overheadOf(cover);
    return { octets, blocks: arrived === "whole" && conforms(conformance, block) };
  }

  #reply(first: Reply, request: Apdu, cover: Cover, now: Instant, arrived: "whole" | "blocks"): Handling {
    let reply = first;
    for (const habit of this.#habits) reply = habit.alters?.(reply, request, now) ?? reply;
    switch (reply.kind) {
      case "silence":
        return NOTHING_TO_SAY;
      case "hang-up":
        return { sends: [], end: { kind: "hang-up" } };
      case "reboot":
        return { sends: [], end: { kind: "reboot", awayMs: reply.awayMs } };
      case "answer":
        return this.#respond(reply.apdu, reply.afterMs ?? 0, cover, now, arrived);
    }
  }

  #respond(apdu: Apdu, afterMs: number, cover: Cover, now: Instant, arrived: "whole" | "blocks"): Handling {
    let plain = encodeApdu(apdu);
    for (const habit of this.#habits) plain = habit.encodes?.(plain, now) ?? plain;
    const octets = this.#protected(plain, cover, now);
    const { clientPduMax, conformance } = this.#context;
    if (arrived === "whole" && octets.length <= clientPduMax) return this.#sendAll([octets], afterMs, now);
    if (!conforms(conformance, "general-block-transfer")) {
      if (arrived === "whole")
        return this.#exception(PDU_TOO_LONG, cover, now, "an answer longer than the client takes");
      return this.#sendAll([octets], afterMs, now);
    }
    const blocks = this.#blocks.begin(octets, Math.max(1, clientPduMax - BLOCK_HEADER_OCTETS));
    return this.#sendAll(blocks.map(encodeApdu), afterMs, now);
  }

  #protected(octets: Uint8Array, cover: Cover, now: Instant): Uint8Array {
    let covered = this.#protector.cover(octets, cover);
    if (cover.kind !== "plain") for (const habit of this.#habits) covered = habit.protects?.(covered, now) ?? covered;
    for (const then of this.#meter.afterAnswer.splice(0)) then();
    return covered;
  }

  #deciphered(counter: number, apdu: string | undefined, now: Instant): void {
    const title = toHex(this.#context.clientTitle);
    this.#meter.notice({ kind: "deciphered", client: this.#client.sap, title, counter, apdu }, now);
  }

  #rejected(rejection: Rejection, now: Instant): void {
    if (rejection.kind === "counter-error") this.#deciphered(rejection.counter, undefined, now);
  }

  #exception(error: StateAndService, cover: Cover, now: Instant, why: string): Handling {
    this.#meter.notice({ kind: "request-refused", client: this.#client.sap, why }, now);
    return this.#send({ kind: "exception-response", ...error, expectedCounter: undefined }, cover, now);
  }

  #send(apdu: Apdu, cover: Cover, now: Instant): Handling {
    return this.#sendAll([this.#protected(encodeApdu(apdu), cover, now)], 0, now);
  }

  #sendAll(all: readonly Uint8Array[], afterMs: number, _now: Instant): Handling {
    return { sends: all.map((octets) => ({ octets, afterMs })), end: undefined };
  }

  #associated(now: Instant): void {
    this.#proved = false;
    this.#status = 2;
    const { sap, mechanism } = this.#client;
    this.#meter.notice({ kind: "associated", client: sap, mechanism, ciphered: this.#context.isCiphered }, now);
  }

  #view(): AssociationView {
    const { isCiphered, conformance, clientPduMax } = this.#context;
    return {
      client: this.#client,
      logicalDevice: this.#meter.identity.logicalDevice,
      contextName: contextName(this.#meter.referencing, isCiphered),
      mechanismName: mechanismName(this.#client.mechanism),
      conformance,
      clientPduMax,
      serverPduMax: this.#meter.pduMax,
      status: this.#status,
      replyToHls: (answer) => this.#replyToHls(answer),
      changeSecret: (secret) => {
        this.#meter.keys.secret = secret.slice();
      },
    };
  }

  #replyToHls(answer: Uint8Array): ReturnType<AssociationView["replyToHls"]> {
    const { challenges } = this.#context;
    if (this.#status !== 1 || challenges === undefined) return refused(RESULT.scopeOfAccessViolated);
    const own = isProved(this.#meter, challenges, answer)
      ? proof(this.#meter, challenges, this.#meter.security.serverCounter)
      : undefined;
    if (own === undefined) {
      this.#status = 0;
      return refused(RESULT.otherReason);
    }
    // A GMAC of its own uses the counter up where the answer is not ciphered with it.
    if (challenges.mechanism === MECHANISM.gmac && !this.#context.isCiphered) this.#protector.nextCounter();
    this.#proved = true;
    return octetString(own);
  }
}
