import { concat } from "../kit/bytes.ts";
import type { Ciphers } from "../kit/ciphers.ts";
import { EdgeError } from "../kit/edge-error.ts";
import { invariant } from "../kit/invariant.ts";
import type { SeededRandom } from "../kit/random.ts";
import type { Step } from "../kit/step.ts";
import { type Instant, toInstant } from "../kit/time.ts";
import type { Apdu } from "./apdu/apdu.ts";
import type { KeyInfo } from "./apdu/protection.ts";
import { LN_CONFORMANCE, SN_CONFORMANCE } from "./apdu/conformance.ts";
import { decodeApdu } from "./apdu/decode-apdu.ts";
import { VAA_LOGICAL_NAMES, VAA_SHORT_NAMES } from "./apdu/initiate.ts";
import { encodeApdu } from "./apdu/encode-apdu.ts";
import { ClientAssociation } from "./association/client-association.ts";
import { applicationContextName, mechanismName, type Referencing, REFERENCINGS } from "./association/names.ts";
import type { AssociationOutcome } from "./association/outcome.ts";
import { action, getList, set } from "./association/services.ts";
import { type AssociationSettings, associationSettings, securitySettings } from "./association/settings.ts";
import { type DlmsData, number, octetString } from "./data/data.ts";
import { explain } from "./explain.ts";
import { shortNameAnswer } from "./fuzz-short-names.ts";
import { HdlcFramer } from "./hdlc/framer.ts";
import { toObis } from "./obis.ts";
import { sealApdu, sealGeneral, type SecurityMaterial } from "./security/envelope.ts";
import { CounterReserve } from "./security/invocation-counter.ts";
import { decodeWrapperPdu, encodeWrapperPdu, WrapperLink, wrapperFramer } from "./transport/wrapper.ts";
import { type Mutations, mutated } from "../kit/mutate.ts";

/** Ends of ranges, tags and length forms. */
const MUTATIONS: Mutations = { telling: [0, 1, 0x7f, 0x80, 0x84, 0xff] };

/**
 * One run of the fuzzer: good octets, broken in the ways tired meters and busy attackers break them, against the codec, the
 * framers, the explanations, and an association whose ciphers believe everything, so that nothing stops at the tag. Throws
 * where something throws that should not, never ends, or keeps more than its bound.
 */
export function fuzzRun(payloads: readonly Uint8Array[], random: SeededRandom): string {
  const octets = mutated(random.pick(payloads) ?? new Uint8Array(0), random, random.between(0, 6), MUTATIONS);
  switch (random.below(6)) {
    case 0:
      return codec(octets);
    case 1:
      return framers(octets, random);
    case 2:
      explain(octets, { ciphers: BELIEVING, material: MATERIAL, systemTitle: TITLE });
      return "explained";
    default:
      return new FuzzedAssociation(payloads, random).play();
  }
}

const TITLE = new Uint8Array(8).fill(0x41);
const MATERIAL: SecurityMaterial = {
  suite: 0,
  encryptionKey: new Uint8Array(16),
  authenticationKey: new Uint8Array(16),
};

/** Ciphertext is plaintext, every tag and every signature is right. */
const BELIEVING: Ciphers = {
  gcmSeal: ({ plaintext, tagOctets, prefix = new Uint8Array(0) }) =>
    concat([prefix, plaintext, new Uint8Array(tagOctets)]),
  gcmOpen: ({ sealed, tagOctets }) =>
    sealed.length < tagOctets ? undefined : sealed.slice(0, sealed.length - tagOctets),
  wrapKey: () => new Uint8Array(24),
  unwrapKey: () => new Uint8Array(16),
  aesEcb: (_secret, blocks) => blocks,
  digest: () => new Uint8Array(32),
  ecdsaSign: () => new Uint8Array(64),
  ecdsaVerify: () => true,
  ecdh: () => new Uint8Array(32),
  agreementPair: () => ({ privateKey: new Uint8Array(32), publicKey: new Uint8Array(64) }),
  password: () => Uint8Array.of(1, 2, 3),
};

/** What decodes, encodes; and what it encodes to decodes to the same. */
function codec(octets: Uint8Array): string {
  let apdu: Apdu;
  try {
    apdu = decodeApdu(octets);
  } catch (thrown) {
    if (thrown instanceof EdgeError) return thrown.code;
    throw thrown;
  }
  const encoded = encodeApdu(apdu);
  const again = encodeApdu(decodeApdu(encoded));
  invariant(encoded.length === again.length && encoded.every((octet, i) => octet === again[i]), "encoding is stable");
  return apdu.kind;
}

function framers(octets: Uint8Array, random: SeededRandom): string {
  const hdlc = new HdlcFramer();
  const wrapper = wrapperFramer();
  let frames = 0;
  for (let at = 0; at < octets.length; ) {
    const take = random.between(1, 40);
    const chunk = octets.subarray(at, at + take);
    frames += hdlc.cut(chunk).frames.length + wrapper.cut(chunk).frames.length;
    at += take;
  }
  return frames > 0 ? "framed" : "no frame";
}

const REFERENCES = [
  { classId: 8, instance: toObis("0-0:1.0.0*255"), attribute: 2 },
  { classId: 7, instance: toObis("1-0:99.1.0*255"), attribute: 2 },
  { classId: 3, instance: toObis("1-0:1.8.0*255"), attribute: 2 },
];
const METHOD = { classId: 70, instance: toObis("0-0:96.3.10*255"), method: 1 };

function* procedure() {
  const results = yield* getList(REFERENCES);
  yield* set(REFERENCES[0] ?? METHOD_ATTRIBUTE, octetString(new Uint8Array(400)));
  yield* action(METHOD, number("integer", 0));
  return results.length;
}
const METHOD_ATTRIBUTE = { ...METHOD, attribute: 2 };

/** Both sides of a conversation; the server answers in shape, and is broken now and then. */
class FuzzedAssociation {
  readonly #payloads: readonly Uint8Array[];
  readonly #random: SeededRandom;
  readonly #client: ClientAssociation;
  readonly #secure: boolean;
  readonly #referencing: Referencing;
  readonly #reserve = new CounterReserve(1);
  readonly #framer = wrapperFramer();
  #now: Instant = toInstant(0);
  #wakeAt: Instant | undefined;
  #ended: Step<unknown>["ended"];
  #verdict = "silent";
  #counter = 1;
  #waiting: Uint8Array[] = [];

  constructor(payloads: readonly Uint8Array[], random: SeededRandom) {
    this.#payloads = payloads;
    this.#random = random;
    this.#secure = random.chance({ times: 1, of: 2 });
    this.#referencing = random.pick(REFERENCINGS) ?? "logical-name";
    const settings: Partial<AssociationSettings> = {
      referencing: this.#referencing,
      authentication: random.chance({ times: 1, of: 2 })
        ? { mechanism: "lowest" }
        : { mechanism: "high-sha256", secret: new Uint8Array(8) },
      security: this.#secure
        ? securitySettings(MATERIAL, { form: random.pick(["general", "service-specific"]) ?? "general" })
        : undefined,
      clientSystemTitle: TITLE,
      onDisorder: random.pick(["end", "resynchronise"]) ?? "end",
      listItemsMax: random.pick([1, 32]) ?? 1,
      preferGeneralBlockTransfer: random.chance({ times: 1, of: 2 }),
    };
    this.#client = new ClientAssociation({
      settings: associationSettings(settings),
      link: new WrapperLink({ clientWport: 1, serverWport: 1, carrier: "stream" }),
      ciphers: BELIEVING,
      random,
      counters: this.#reserve,
    });
  }

  play(): string {
    this.#take(this.#client.open(this.#now));
    if (this.#ended === undefined) this.#take(this.#client.run(procedure(), this.#now));
    for (let turns = 0; this.#ended === undefined; turns++) {
      invariant(turns < 5_000, "a conversation comes to an end");
      const octets = this.#waiting.shift();
      if (octets !== undefined) this.#give(octets);
      else if (this.#wakeAt !== undefined) {
        this.#now = this.#wakeAt;
        this.#take(this.#client.wake(this.#now));
      } else if (this.#client.busy || this.#random.chance({ times: 1, of: 2 })) {
        this.#take(this.#client.close(this.#now));
      } else this.#take(this.#client.release(this.#now));
    }
    invariant(!this.#client.busy, "an association that ended runs nothing");
    return this.#verdict;
  }

  #give(octets: Uint8Array): void {
    for (let at = 0; at < octets.length && this.#ended === undefined; ) {
      const take = this.#random.between(1, 300);
      this.#take(this.#client.receive(octets.subarray(at, at + take), this.#now));
      at += take;
    }
  }

  #take(step: Step<AssociationOutcome>): void {
    this.#wakeAt = step.wakeAt;
    this.#ended = step.ended ?? this.#ended;
    if (step.ended instanceof EdgeError) this.#verdict = step.ended.code;
    for (const outcome of step.outcomes) {
      if (outcome.kind === "completed") this.#verdict = "completed";
      else if (outcome.kind === "failed") this.#verdict = `failed ${outcome.fault.code}`;
    }
    for (const bytes of step.send) {
      for (const frame of this.#framer.push(bytes)) this.#hear(decodeWrapperPdu(frame).apdu);
    }
    if (step.outcomes.some(({ kind }) => kind === "counters-wanted")) {
      this.#reserve.wanted(50);
      this.#reserve.reserved();
      this.#take(this.#client.countersReserved(this.#now));
    }
    invariant(this.#waiting.length < 1_000, "a client does not ask without end");
  }

  #hear(octets: Uint8Array): void {
    const apdu = this.#plain(decodeApdu(octets));
    for (const answer of this.#answers(apdu)) {
      const broken = this.#random.chance({ times: 1, of: 6 });
      const inside = broken ? mutated(encodeApdu(answer), this.#random, 2, MUTATIONS) : encodeApdu(answer);
      const sent = this.#sealed(apdu, inside);
      const outside = this.#random.chance({ times: 1, of: 12 }) ? mutated(sent, this.#random, 2, MUTATIONS) : sent;
      this.#waiting.push(encodeWrapperPdu({ source: 1, destination: 1, apdu: outside }));
    }
  }

  #plain(apdu: Apdu): Apdu {
    if (!("content" in apdu) || apdu.kind === "general-signing") return apdu;
    // Control and counter before, the tag behind.
    return decodeApdu(apdu.content.subarray(5, apdu.content.length - 12));
  }

  #sealed(asked: Apdu, plain: Uint8Array): Uint8Array {
    const covered = asked.kind !== "aarq" && asked.kind !== "rlrq" && asked.kind !== "general-block-transfer";
    if (!this.#secure || !covered || plain.length === 0) return plain;
    const protection = { authenticated: true, encrypted: true };
    const facts = {
      key: "global",
      protection,
      systemTitle: TITLE,
      counter: this.#counter++,
      material: MATERIAL,
    } as const;
    if (this.#random.chance({ times: 1, of: 8 })) return this.#sealedGeneral(plain);
    return encodeApdu(sealApdu(BELIEVING, { ...facts, form: "service-specific" }, plain));
  }

  /** In general-ciphering with a key told in any way, wrong ones among them, and now and then signed. */
  #sealedGeneral(plain: Uint8Array): Uint8Array {
    const random = this.#random;
    const header = {
      transactionId: random.bytes(random.pick([0, 8]) ?? 0),
      originatorSystemTitle: random.chance({ times: 1, of: 6 }) ? random.bytes(8) : TITLE,
      recipientSystemTitle: new Uint8Array(0),
      dateTime: new Uint8Array(0),
      otherInformation: random.bytes(random.below(4)),
    };
    const keyCipheredData = random.bytes(random.pick([0, 24, 128]) ?? 0);
    const keyInfo: KeyInfo | undefined = random.pick([
      undefined,
      { kind: "identified-key", keyId: random.below(4) } as const,
      { kind: "wrapped-key", kekId: random.below(2), keyCipheredData } as const,
      { kind: "agreed-key", keyParameters: random.bytes(random.below(3)), keyCipheredData } as const,
    ]);
    const sealing = { ...header, keyInfo, keys: MATERIAL, counter: this.#counter++ };
    const sealed = encodeApdu(
      sealGeneral(BELIEVING, { ...sealing, protection: { authenticated: true, encrypted: true } }, plain),
    );
    if (!random.chance({ times: 1, of: 4 })) return sealed;
    return encodeApdu({ kind: "general-signing", ...header, content: sealed, signature: random.bytes(64) });
  }

  #answers(asked: Apdu): Apdu[] {
    if (this.#random.chance({ times: 1, of: 40 })) return [];
    if (this.#random.chance({ times: 1, of: 40 })) return [this.#strange(), this.#answer(asked)];
    return [this.#answer(asked)];
  }

  #strange(): Apdu {
    const exception = { kind: "exception-response", stateError: 1, serviceError: this.#random.below(8) } as const;
    try {
      return decodeApdu(this.#random.pick(this.#payloads) ?? new Uint8Array(0));
    } catch (_frame) {
      return { ...exception, expectedCounter: undefined };
    }
  }

  #answer(asked: Apdu): Apdu {
    const data: DlmsData = octetString(this.#random.bytes(this.#random.between(0, 60)));
    switch (asked.kind) {
      case "aarq":
        return this.#accept(asked.mechanismName !== undefined);
      case "get-request-normal":
        if (this.#random.chance({ times: 1, of: 2 })) return this.#block(asked.invoke, 1);
        return { kind: "get-response-normal", invoke: asked.invoke, result: { kind: "data", data } };
      case "get-request-next":
        return this.#block(asked.invoke, asked.blockNumber + 1);
      case "get-request-with-list":
        return {
          kind: "get-response-with-list",
          invoke: asked.invoke,
          results: asked.references.map(() => ({ kind: "data", data })),
        };
      case "set-request-normal":
        return { kind: "set-response-normal", invoke: asked.invoke, result: this.#random.pick([0, 0, 2, 3]) ?? 0 };
      case "set-request-with-first-datablock":
      case "set-request-with-datablock": {
        const { last, number: blockNumber } = asked.block;
        if (!last) return { kind: "set-response-datablock", invoke: asked.invoke, blockNumber };
        return { kind: "set-response-last-datablock", invoke: asked.invoke, result: 0, blockNumber };
      }
      case "action-request-normal": {
        // The proof of a server whose every digest is zeros.
        const returned = asked.method.classId === 15 ? octetString(new Uint8Array(32)) : data;
        return {
          kind: "action-response-normal",
          invoke: asked.invoke,
          result: 0,
          returned: { kind: "data", data: returned },
        };
      }
      case "general-block-transfer": {
        const { blockNumber: blockNumberAck } = asked;
        const blockData = asked.last
          ? encodeApdu({ kind: "set-response-normal", invoke: 0xc0 | this.#random.below(16), result: 0 })
          : new Uint8Array(0);
        return { ...asked, streaming: false, window: this.#random.below(5), blockNumberAck, blockData };
      }
      case "rlrq":
        return { kind: "rlre", reason: 0, userInformation: undefined };
      default:
        return shortNameAnswer(asked, this.#random) ?? this.#strange();
    }
  }

  /** Blocks for ever, unless the dice end them. */
  #block(invoke: number, blockNumber: number): Apdu {
    const last = this.#random.chance({ times: 1, of: 4 });
    const rawData = last
      ? Uint8Array.of(9, 0)
      : this.#random.chance({ times: 1, of: 3 })
        ? Uint8Array.of(9, 0)
        : new Uint8Array(0);
    return { kind: "get-response-with-datablock", invoke, last, blockNumber, result: { kind: "raw-data", rawData } };
  }

  #accept(high: boolean): Apdu {
    const named = this.#referencing === "short-name";
    const response = encodeApdu({
      kind: "initiate-response",
      qualityOfService: undefined,
      dlmsVersion: 6,
      conformance: named ? SN_CONFORMANCE : LN_CONFORMANCE,
      maxReceivePduSize: this.#random.pick([0, 12, 60, 128, 0xffff]) ?? 0,
      vaaName: named ? VAA_SHORT_NAMES : VAA_LOGICAL_NAMES,
    });
    const protection = { authenticated: true, encrypted: true };
    const facts = {
      key: "global",
      protection,
      systemTitle: TITLE,
      counter: this.#counter++,
      material: MATERIAL,
    } as const;
    const sealed = encodeApdu(sealApdu(BELIEVING, { ...facts, form: "service-specific" }, response));
    return {
      kind: "aare",
      protocolVersion: undefined,
      applicationContextName: applicationContextName({ referencing: this.#referencing, ciphered: this.#secure }),
      result: 0,
      diagnosticSource: "service-user",
      diagnostic: high ? 14 : 0,
      respondingApTitle: TITLE,
      respondingAeQualifier: undefined,
      respondingApInvocationId: undefined,
      respondingAeInvocationId: undefined,
      authenticationRequired: high,
      mechanismName: high ? mechanismName("high-sha256") : undefined,
      respondingAuthenticationValue: high ? new Uint8Array(16) : undefined,
      implementationInformation: undefined,
      userInformation: this.#secure ? sealed : response,
    };
  }
}
