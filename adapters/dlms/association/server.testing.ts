import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { ByteReader } from "../../kit/byte-reader.ts";
import { ByteWriter } from "../../kit/byte-writer.ts";
import { concat } from "../../kit/bytes.ts";
import { SeededRandom } from "../../kit/random.ts";
import { type Instant, toInstant } from "../../kit/time.ts";
import type { Step } from "../../kit/step.ts";
import { type ActionOutcome, writeActionOutcome } from "../apdu/action.ts";
import type { Aarq } from "../apdu/acse.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { type Conformance, type ConformanceBit, conformance, conforms, LN_CONFORMANCE } from "../apdu/conformance.ts";
import { decodeApdu } from "../apdu/decode-apdu.ts";
import { type AttributeReference, type DataResult, APDU_LIMITS, readDataList } from "../apdu/descriptor.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { writeDataResults } from "../apdu/get.ts";
import type { CipheringKey } from "../apdu/tags.ts";
import { type DlmsData, octetString } from "../data/data.ts";
import { decodeData } from "../data/decode-data.ts";
import { encodeData } from "../data/encode-data.ts";
import type { Protection } from "../security/control.ts";
import { openApdu, type ProtectionForm, sealApdu, type SecurityMaterial } from "../security/envelope.ts";
import { type HighMechanism, type HlsSecrets, isHigh, proof, proves } from "../security/hls.ts";
import { CounterReserve } from "../security/invocation-counter.ts";
import { decodeWrapperPdu, encodeWrapperPdu, WrapperLink, wrapperFramer } from "../transport/wrapper.ts";
import { ClientAssociation } from "./client-association.ts";
import { mechanismName, mechanismOfName } from "./names.ts";
import { GENERAL_BLOCK_OVERHEAD, GeneralBlocks } from "./general-blocks.ts";
import type { AssociationOutcome } from "./outcome.ts";
import type { CosemDialogue } from "./services.ts";
import { type AssociationSettings, associationSettings } from "./settings.ts";

/** A little server for the tests of the client: as strict as the standard, with as few objects as it takes. */
export interface TestServerFacts {
  readonly conformance?: Conformance;
  readonly pduMax?: number;
  /** Octets of a block of its answers. */
  readonly blockOctets?: number;
  /** Answers longer than a block in general block transfer. */
  readonly general?: boolean;
  readonly material?: SecurityMaterial;
  readonly hls?: HlsSecrets;
  readonly password?: Uint8Array;
  readonly answers?: (apdu: Apdu) => Apdu | undefined;
}

export const CLIENT_TITLE: Uint8Array = Uint8Array.from([0x42, 0x55, 0x53, 0, 0, 0, 0, 1]);
export const SERVER_TITLE: Uint8Array = Uint8Array.from([0x4d, 0x45, 0x54, 0, 0, 0, 0, 9]);
const LIMITS = { transferOctets: 1_000_000, blocks: 10_000, emptyBlocks: 3 };

export class TestServer {
  readonly attributes = new Map<string, DlmsData>();
  readonly calls: DlmsData[] = [];
  /** Every protected APDU that came: no counter may come twice. */
  readonly counters: number[] = [];
  readonly plainTags: number[] = [];
  readonly #facts: TestServerFacts;
  readonly #ciphers: CipherKeys;
  readonly #framer = wrapperFramer();
  #material: SecurityMaterial | undefined;
  #counter = 1;
  #form: { form: ProtectionForm; key: CipheringKey; protection: Protection } | undefined;
  #challenges: { own: Uint8Array; peer: Uint8Array; mechanism: HighMechanism } | undefined;
  #long: Uint8Array = new Uint8Array(0);
  #longKind: "get" | "action" = "get";
  #incoming: { octets: Uint8Array[]; finish: (whole: Uint8Array) => Apdu } | undefined;
  #blocks: GeneralBlocks | undefined;

  constructor(facts: TestServerFacts, ciphers: CipherKeys) {
    this.#facts = facts;
    this.#ciphers = ciphers;
    this.#material = facts.material;
  }

  receive(chunk: Uint8Array): Uint8Array[] {
    return this.#framer.push(chunk).flatMap((pdu) => {
      const { source, destination, apdu } = decodeWrapperPdu(pdu);
      const back = { source: destination, destination: source };
      return this.#carried(apdu).map((one) => encodeWrapperPdu({ ...back, apdu: one }));
    });
  }

  /** Blocks outside, protection inside. */
  #carried(octets: Uint8Array): Uint8Array[] {
    const apdu = decodeApdu(octets);
    if (apdu.kind !== "general-block-transfer") return this.#withBlocks(this.#protected(apdu));
    this.#blocks ??= new GeneralBlocks(4, LIMITS);
    const { send, whole } = this.#blocks.take(apdu);
    if (whole !== undefined && whole.length > 0) {
      const answer = this.#protected(decodeApdu(whole));
      this.#blocks = undefined;
      return this.#withBlocks(answer);
    }
    return whole === undefined ? send.map(encodeApdu) : [];
  }

  #withBlocks(answer: Uint8Array): Uint8Array[] {
    const { general, blockOctets = 100 } = this.#facts;
    if (general !== true || answer.length <= blockOctets + GENERAL_BLOCK_OVERHEAD) return [answer];
    this.#blocks = new GeneralBlocks(4, LIMITS);
    return this.#blocks.begin(answer, blockOctets).map(encodeApdu);
  }

  #protected(apdu: Apdu): Uint8Array {
    if (apdu.kind === "rlrq") {
      return encodeApdu({ kind: "rlre", reason: 0, userInformation: undefined });
    }
    const ciphered =
      apdu.kind === "service-ciphered" ||
      apdu.kind === "general-glo-ciphering" ||
      apdu.kind === "general-ded-ciphering";
    if (!ciphered) return encodeApdu(this.#answer(apdu));
    if (this.#material === undefined) throw new Error("ciphered, and no keys");
    const { plain, control, counter, form, key } = openApdu(
      this.#ciphers,
      { material: this.#material, peerTitle: CLIENT_TITLE },
      apdu,
    );
    this.counters.push(counter);
    this.plainTags.push(plain[0] ?? 0);
    this.#form = { form, key, protection: control };
    return this.#seal(encodeApdu(this.#answer(decodeApdu(plain))));
  }

  #seal(plain: Uint8Array): Uint8Array {
    if (this.#form === undefined || this.#material === undefined) return plain;
    const sealing = { ...this.#form, systemTitle: SERVER_TITLE, counter: this.#counter++, material: this.#material };
    return encodeApdu(sealApdu(this.#ciphers, sealing, plain));
  }

  #answer(apdu: Apdu): Apdu {
    const special = this.#facts.answers?.(apdu);
    if (special !== undefined) return special;
    switch (apdu.kind) {
      case "aarq":
        return this.#associate(apdu);
      case "get-request-normal":
        return this.#longAnswer(apdu.invoke, [this.#read(apdu.reference)], false);
      case "get-request-with-list":
        return this.#longAnswer(
          apdu.invoke,
          apdu.references.map((one) => this.#read(one)),
          true,
        );
      case "get-request-next":
        return this.#nextBlock(apdu.invoke, apdu.blockNumber + 1);
      case "action-request-next-pblock":
        return this.#nextBlock(apdu.invoke, apdu.blockNumber + 1);
      case "set-request-normal":
        return { kind: "set-response-normal", invoke: apdu.invoke, result: this.#write(apdu.reference, apdu.data) };
      case "set-request-with-list":
        return {
          kind: "set-response-with-list",
          invoke: apdu.invoke,
          results: apdu.references.map((one, i) => this.#write(one, apdu.values[i] as DlmsData)),
        };
      case "action-request-normal":
        return this.#act(apdu.invoke, apdu.method.classId === 15, apdu.parameters);
      case "access-request":
        return this.#access(apdu);
      default:
        return this.#blocksIn(apdu);
    }
  }

  #blocksIn(apdu: Apdu): Apdu {
    switch (apdu.kind) {
      case "set-request-with-first-datablock":
        this.#incoming = {
          octets: [],
          finish: (whole) => ({
            kind: "set-response-last-datablock",
            invoke: apdu.invoke,
            result: this.#write(apdu.reference, decodeData(whole)),
            blockNumber: 0,
          }),
        };
        break;
      case "set-request-with-list-and-first-datablock":
        this.#incoming = {
          octets: [],
          finish: (whole) => ({
            kind: "set-response-last-datablock-with-list",
            invoke: apdu.invoke,
            results: readDataList(new ByteReader(whole, "dlms.data.truncated"), APDU_LIMITS).map((data, i) =>
              this.#write(apdu.references[i] as AttributeReference, data),
            ),
            blockNumber: 0,
          }),
        };
        break;
      case "action-request-with-first-pblock":
        this.#incoming = { octets: [], finish: (whole) => this.#act(apdu.invoke, false, decodeData(whole)) };
        break;
    }
    if (!("block" in apdu) || this.#incoming === undefined) {
      return { kind: "exception-response", stateError: 1, serviceError: 2, expectedCounter: undefined };
    }
    this.#incoming.octets.push(apdu.block.rawData.slice());
    if (!apdu.block.last) {
      const blockNumber = apdu.block.number;
      return apdu.kind.startsWith("set")
        ? { kind: "set-response-datablock", invoke: apdu.invoke, blockNumber }
        : { kind: "action-response-next-pblock", invoke: apdu.invoke, blockNumber };
    }
    return this.#incoming.finish(concat(this.#incoming.octets));
  }

  #access(apdu: Extract<Apdu, { kind: "access-request" }>): Apdu {
    const results = apdu.specifications.map((one): DataResult & { of: "get" | "set" | "action" } => {
      if (one.kind === "action") return { of: "action", kind: "error", result: 9 };
      const reference = { ...one.attribute, selection: undefined };
      return { of: one.kind.startsWith("get") ? "get" : "set", ...this.#read(reference) };
    });
    return {
      kind: "access-response",
      invoke: apdu.invoke,
      dateTime: new Uint8Array(0),
      specifications: undefined,
      data: results.map((one) => (one.kind === "data" ? one.data : { kind: "null-data" })),
      results: results.map((one) => ({ kind: one.of, result: one.kind === "data" ? 0 : one.result })),
    };
  }

  #read({ instance, attribute }: AttributeReference): DataResult {
    const data = this.attributes.get(`${instance}:${attribute}`);
    return data === undefined ? { kind: "error", result: 4 } : { kind: "data", data };
  }

  #write({ instance, attribute }: AttributeReference, data: DlmsData): number {
    this.attributes.set(`${instance}:${attribute}`, data);
    return 0;
  }

  #longAnswer(invoke: number, results: readonly DataResult[], list: boolean): Apdu {
    const [first] = results;
    if (first === undefined) throw new Error("no results");
    const whole: Apdu = list
      ? { kind: "get-response-with-list", invoke, results }
      : { kind: "get-response-normal", invoke, result: first };
    if (this.#facts.blockOctets === undefined || this.#facts.general === true) return whole;
    if (encodeApdu(whole).length <= this.#facts.blockOctets || (first.kind === "error" && !list)) return whole;
    const writer = new ByteWriter();
    if (list) writeDataResults(writer, results);
    else if (first.kind === "data") writer.bytes(encodeData(first.data));
    this.#long = writer.finish();
    this.#longKind = "get";
    return this.#nextBlock(invoke, 1);
  }

  #nextBlock(invoke: number, number: number): Apdu {
    const size = this.#facts.blockOctets ?? 100;
    const rawData = this.#long.subarray((number - 1) * size, number * size);
    const last = number * size >= this.#long.length;
    return this.#longKind === "get"
      ? {
          kind: "get-response-with-datablock",
          invoke,
          last,
          blockNumber: number,
          result: { kind: "raw-data", rawData },
        }
      : { kind: "action-response-with-pblock", invoke, block: { last, number, rawData } };
  }

  #act(invoke: number, reply: boolean, parameters: DlmsData | undefined): Apdu {
    if (reply) return { kind: "action-response-normal", invoke, ...this.#replyToHls(parameters) };
    if (parameters !== undefined) this.calls.push(parameters);
    const data: DlmsData = parameters ?? { kind: "null-data" };
    const outcome: ActionOutcome = { result: 0, returned: { kind: "data", data } };
    const whole: Apdu = { kind: "action-response-normal", invoke, ...outcome };
    if (this.#facts.blockOctets === undefined || encodeApdu(whole).length <= this.#facts.blockOctets) return whole;
    const writer = new ByteWriter();
    writeActionOutcome(writer, outcome);
    this.#long = writer.finish();
    this.#longKind = "action";
    return this.#nextBlock(invoke, 1);
  }

  #replyToHls(parameters: DlmsData | undefined): ActionOutcome {
    const exchange = this.#exchange();
    if (exchange === undefined || parameters?.kind !== "octet-string") return { result: 3, returned: undefined };
    if (!proves(this.#ciphers, exchange, parameters.octets)) return { result: 3, returned: undefined };
    const answer = proof(this.#ciphers, exchange, () => this.#counter++);
    return { result: 0, returned: { kind: "data", data: octetString(answer) } };
  }

  #exchange(): Parameters<typeof proof>[1] | undefined {
    if (this.#challenges === undefined || this.#facts.hls === undefined) return undefined;
    const { own: ownChallenge, peer: peerChallenge, mechanism } = this.#challenges;
    const titles = { ownTitle: SERVER_TITLE, peerTitle: CLIENT_TITLE };
    return { mechanism, secrets: this.#facts.hls, ...titles, ownChallenge, peerChallenge };
  }

  #associate(aarq: Aarq): Apdu {
    const mechanism = aarq.mechanismName === undefined ? "lowest" : mechanismOfName(aarq.mechanismName);
    const high = mechanism !== undefined && isHigh(mechanism);
    const value = aarq.callingAuthenticationValue ?? new Uint8Array(0);
    const good = mechanism !== "low" || value.join() === this.#facts.password?.join();
    const own = new Uint8Array(32).fill(0x2a);
    if (high) this.#challenges = { own, peer: value.slice(), mechanism };
    const userInformation = this.#initiate(aarq.userInformation ?? new Uint8Array(0), good);
    return {
      kind: "aare",
      protocolVersion: undefined,
      applicationContextName: aarq.applicationContextName,
      result: good ? 0 : 1,
      diagnosticSource: "service-user",
      diagnostic: good ? (high ? 14 : 0) : 13,
      respondingApTitle: SERVER_TITLE,
      respondingAeQualifier: undefined,
      respondingApInvocationId: undefined,
      respondingAeInvocationId: undefined,
      authenticationRequired: high,
      mechanismName: high ? mechanismName(mechanism) : undefined,
      respondingAuthenticationValue: high ? own : undefined,
      implementationInformation: undefined,
      userInformation: good ? userInformation : undefined,
    };
  }

  #initiate(octets: Uint8Array, good: boolean): Uint8Array {
    let apdu = decodeApdu(octets);
    this.#form = undefined;
    if (apdu.kind === "service-ciphered" && this.#material !== undefined) {
      const opened = openApdu(this.#ciphers, { material: this.#material, peerTitle: CLIENT_TITLE }, apdu);
      this.counters.push(opened.counter);
      this.#form = { form: opened.form, key: opened.key, protection: opened.control };
      apdu = decodeApdu(opened.plain);
    }
    if (apdu.kind !== "initiate-request") throw new Error(`${apdu.kind} in an AARQ`);
    if (!good) return new Uint8Array(0);
    const block = apdu.conformance & (this.#facts.conformance ?? LN_CONFORMANCE);
    const response = this.#seal(
      encodeApdu({
        kind: "initiate-response",
        qualityOfService: undefined,
        dlmsVersion: 6,
        conformance: block,
        maxReceivePduSize: this.#facts.pduMax ?? 0xffff,
        vaaName: 7,
      }),
    );
    if (apdu.dedicatedKey !== undefined && this.#material !== undefined) {
      this.#material = { ...this.#material, dedicatedKey: apdu.dedicatedKey.slice() };
    }
    this.#form = undefined;
    return response;
  }
}

/** Client and server on one wire, without sockets. */
export class Pair {
  readonly server: TestServer;
  readonly client: ClientAssociation;
  readonly reserve: CounterReserve = new CounterReserve(1);
  readonly outcomes: AssociationOutcome[] = [];
  ended: "done" | Error | undefined;
  now: Instant = toInstant(0);
  wakeAt: Instant | undefined;
  /** Octets from the client, as they went. */
  readonly sent: Uint8Array[] = [];

  constructor(
    settings: Partial<AssociationSettings>,
    server: TestServerFacts = {},
    options: { readonly ciphers?: CipherKeys; readonly chunk?: number } = {},
  ) {
    const ciphers = options.ciphers ?? new CipherKeys();
    this.server = new TestServer(server, ciphers);
    this.client = new ClientAssociation({
      settings: associationSettings(settings),
      link: new WrapperLink({ clientWport: 1, serverWport: 1, carrier: "stream" }),
      ciphers,
      random: new SeededRandom(7),
      counters: this.reserve,
    });
    this.#chunk = options.chunk ?? 65_535;
  }

  readonly #chunk: number;

  open(): this {
    this.take(this.client.open(this.now));
    return this;
  }

  run(dialogue: CosemDialogue<unknown>): AssociationOutcome | undefined {
    this.take(this.client.run(dialogue, this.now));
    return this.outcomes.filter(({ kind }) => kind === "completed" || kind === "failed").at(-1);
  }

  /** Reserves at once what is wanted, and lets the server answer until nobody says anything. */
  take(step: Step<AssociationOutcome>): void {
    this.outcomes.push(...step.outcomes);
    this.ended = step.ended ?? this.ended;
    this.wakeAt = step.wakeAt;
    for (const bytes of step.send) {
      this.sent.push(bytes);
      for (const answer of this.server.receive(bytes)) {
        for (let at = 0; at < answer.length && this.ended === undefined; at += this.#chunk) {
          this.take(this.client.receive(answer.subarray(at, at + this.#chunk), this.now));
        }
      }
    }
    if (step.outcomes.some(({ kind }) => kind === "counters-wanted")) {
      this.reserve.wanted(3);
      this.reserve.reserved();
      this.take(this.client.countersReserved(this.now));
    }
  }
}

export function lnWithout(...bits: readonly ConformanceBit[]): Conformance {
  let block = LN_CONFORMANCE;
  for (const bit of bits) if (conforms(block, bit)) block &= ~conformance(bit);
  return block;
}
