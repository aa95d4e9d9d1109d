import { bitsText, type MmsData } from "../../adapters/iec61850/mms/data.ts";
import { decodeMms } from "../../adapters/iec61850/mms/decode.ts";
import { encodeMms } from "../../adapters/iec61850/mms/encode.ts";
import type { InformationReport, Initiate, MmsPdu, MmsRequest, MmsResponse } from "../../adapters/iec61850/mms/pdu.ts";
import { CLIENT_PARAMETERS, CLIENT_SERVICES } from "../../adapters/iec61850/mms/services.ts";
import { readScl } from "../../adapters/iec61850/scl/read.ts";
import { APPLICATION_CONTEXT_MMS, decodeAcse, encodeAcse } from "../../adapters/iec61850/stack/acse.ts";
import { decodeCotp, encodeCotp, segmentTsdu, TsduAssembler } from "../../adapters/iec61850/stack/cotp.ts";
import { CONTEXT, decodePpdu, encodePpdu, SYNTAX } from "../../adapters/iec61850/stack/presentation.ts";
import { decodeSpdu, encodeSpdu } from "../../adapters/iec61850/stack/session.ts";
import { decodeTpkt, encodeTpkt, tpktFramer } from "../../adapters/iec61850/stack/tpkt.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { utf8 } from "../../adapters/kit/bytes.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import type { Step } from "../../adapters/kit/step.ts";
import { type Instant, toInstant, toWall } from "../../adapters/kit/time.ts";
import type { IedAssociation } from "./association/association.ts";
import type { Behaviour } from "./behaviour.ts";
import { type IedSettings, SimulatedIed } from "./ied.ts";
import type { LogLine } from "./log.ts";
import { buildModel } from "./model/build.ts";
import { bayIcd } from "./models/bay.ts";

/** 2026-11-21 00:00 UTC. */
export const WALL_START = 1_795_219_200_000;
const SELECTOR = Uint8Array.of(0, 1);
const PRESENTATION_SELECTOR = Uint8Array.of(0, 0, 0, 1);

export interface BenchOptions extends Partial<Omit<IedSettings, "model" | "wall" | "rouse">> {
  readonly icd?: string;
}

/** A simulated IED under virtual time, with raw clients that know the codecs and nothing else. */
export class Bench {
  readonly ied: SimulatedIed;
  readonly log: LogLine[] = [];
  #now: Instant = toInstant(0);
  readonly #clients = new Map<IedAssociation, RawClient>();

  constructor(options: BenchOptions = {}) {
    const { icd = bayIcd("BAY1"), behaviours = [], random = new SeededRandom(1), ...rest } = options;
    this.ied = new SimulatedIed({
      ...rest,
      ...{ model: buildModel(readScl(utf8(icd), "test.icd")), behaviours, random },
      wall: () => toWall(WALL_START + this.#now),
      log: (line) => this.log.push(line),
      rouse: (association) => this.#clients.get(association)?.wake(),
    });
    this.ied.tick(this.#now);
  }

  get now(): Instant {
    return this.#now;
  }

  /** Lets time pass, deadline by deadline. */
  pass(ms: number): void {
    const until = this.#now + ms;
    for (let turns = 0; turns < 100_000; turns++) {
      const wakes = [...this.#clients.values()].flatMap(({ wakeAt }) => wakeAt ?? []);
      const next = Math.min(this.ied.tick(this.#now) ?? Number.POSITIVE_INFINITY, ...wakes);
      if (next > until) break;
      this.#now = toInstant(Math.max(next, this.#now));
      this.ied.tick(this.#now);
      for (const client of this.#clients.values())
        if ((client.wakeAt ?? Number.POSITIVE_INFINITY) <= this.#now) client.wake();
    }
    this.#now = toInstant(until);
    this.ied.tick(this.#now);
  }

  /** A TCP connection, not yet an association. */
  dial(peer: string = "192.0.2.1:4001"): RawClient {
    const association = this.ied.accept(peer);
    const client = new RawClient(association, () => this.#now);
    this.#clients.set(association, client);
    client.step(association.open(this.#now));
    return client;
  }

  /** An association. */
  client(options: ConnectOptions = {}, peer?: string): RawClient {
    const client = this.dial(peer);
    client.connect(options);
    return client;
  }

  lines<Kind extends LogLine["kind"]>(kind: Kind): Extract<LogLine, { kind: Kind }>[] {
    return this.log.filter((line): line is Extract<LogLine, { kind: Kind }> => line.kind === kind);
  }
}

export interface ConnectOptions {
  readonly localDetail?: number;
  readonly password?: string;
  readonly tpduSize?: number;
}

export class RawClient {
  readonly #association: IedAssociation;
  readonly #now: () => Instant;
  readonly #framer = tpktFramer();
  readonly #assembler = new TsduAssembler();
  #invokeId = 0;
  /** Every MMS PDU that came, in order; `take` empties it. */
  readonly #came: MmsPdu[] = [];
  /** Kinds of what came below MMS. */
  readonly below: string[] = [];
  wakeAt: Instant | undefined;
  ended: "done" | EdgeError | undefined;
  initiate: Initiate | undefined;
  /** What garbage the server sent, by its code. */
  readonly faults: string[] = [];

  constructor(association: IedAssociation, now: () => Instant) {
    this.#association = association;
    this.#now = now;
  }

  connect({ localDetail = 65_000, password, tpduSize = 13 }: ConnectOptions = {}): void {
    const selectors = { calledSelector: SELECTOR, callingSelector: SELECTOR };
    const request = { kind: "connect-request", destination: 0, source: 1, classAndOptions: 0, tpduSize } as const;
    this.send(encodeTpkt(encodeCotp({ ...request, ...selectors })));
    const initiate: Initiate = {
      ...{ localDetail, outstandingCalling: 5, outstandingCalled: 5, nesting: 10, version: 1 },
      ...{ parameters: CLIENT_PARAMETERS, services: CLIENT_SERVICES },
    };
    const aarq = encodeAcse({
      ...{
        kind: "aarq",
        applicationContext: APPLICATION_CONTEXT_MMS,
        called: { apTitle: "1.1.1.999.1", aeQualifier: 12 },
      },
      ...{ calling: { apTitle: "1.1.1.999", aeQualifier: 12 } },
      ...(password === undefined
        ? {}
        : { mechanism: "2.2.3.1", authentication: { form: "charstring", password: utf8(password) } }),
      userInformation: { context: CONTEXT.mms, data: encodeMms({ kind: "initiate-request", initiate }) },
    });
    const contextOf = (id: number, abstractSyntax: string) => ({ id, abstractSyntax, transferSyntaxes: [SYNTAX.ber] });
    const userData = encodePpdu({
      kind: "connect",
      ...{ callingSelector: PRESENTATION_SELECTOR, calledSelector: PRESENTATION_SELECTOR },
      contexts: [contextOf(CONTEXT.acse, SYNTAX.acse), contextOf(CONTEXT.mms, SYNTAX.mms)],
      pdvs: [{ context: CONTEXT.acse, data: aarq }],
    });
    this.#tsdu(
      encodeSpdu({ kind: "connect", protocolOptions: 0, version: 2, requirements: 2, ...selectors, userData }),
    );
  }

  /** The response; throws where there is none, or an error. */
  ask<Service extends MmsResponse["service"]>(
    request: MmsRequest & { service: Service },
  ): Extract<MmsResponse, { service: Service }> {
    const pdu = this.answerTo(request);
    if (pdu?.kind === "confirmed-response" && pdu.response.service === request.service)
      return pdu.response as Extract<MmsResponse, { service: Service }>;
    throw new Error(`no answer to ${request.service}: ${JSON.stringify(pdu)}`);
  }

  /** Whatever came with the invoke id of the request. */
  answerTo(request: MmsRequest): MmsPdu | undefined {
    const invokeId = this.request(request);
    const at = this.#came.findIndex((pdu) => "invokeId" in pdu && pdu.invokeId === invokeId);
    return at < 0 ? undefined : this.#came.splice(at, 1)[0];
  }

  request(request: MmsRequest): number {
    this.#invokeId += 1;
    this.mms(encodeMms({ kind: "confirmed-request", invokeId: this.#invokeId, request }));
    return this.#invokeId;
  }

  mms(bytes: Uint8Array): void {
    const userData = encodePpdu({ kind: "data", pdvs: [{ context: CONTEXT.mms, data: bytes }] });
    this.#tsdu(encodeSpdu({ kind: "data", userData }));
  }

  read(name: string): MmsData | number {
    const [result] = this.ask({
      service: "read",
      specification: { kind: "variables", variables: [{ name: nameOf(name) }] },
    }).results;
    if (result === undefined) throw new Error("no result");
    return result.type === "failure" ? result.error : result;
  }

  /** 0, or the DataAccessError. */
  write(name: string, data: MmsData): number {
    const response = this.ask({
      service: "write",
      specification: { kind: "variables", variables: [{ name: nameOf(name) }] },
      data: [data],
    });
    const [result] = response.results;
    if (result === undefined) throw new Error("no result");
    return result.ok ? 0 : result.error;
  }

  /** What came and was not asked for. */
  take(): readonly MmsPdu[] {
    return this.#came.splice(0);
  }

  reports(): readonly InformationReport[] {
    return this.take().flatMap((pdu) => (pdu.kind === "information-report" ? [pdu.report] : []));
  }

  release(): void {
    const pdvs = [{ context: CONTEXT.acse, data: encodeAcse({ kind: "rlrq", reason: 0 }) }];
    this.#tsdu(encodeSpdu({ kind: "finish", userData: encodePpdu({ kind: "data", pdvs }) }));
  }

  abort(): void {
    const pdvs = [{ context: CONTEXT.acse, data: encodeAcse({ kind: "abrt", source: 0 }) }];
    this.#tsdu(
      encodeSpdu({ kind: "abort", transportDisconnect: 11, userData: encodePpdu({ kind: "abort-user", pdvs }) }),
    );
  }

  send(bytes: Uint8Array): void {
    this.step(this.#association.receive(bytes, this.#now()));
  }

  close(): void {
    this.step(this.#association.close(this.#now()));
  }

  wake(): void {
    this.step(this.#association.wake(this.#now()));
  }

  step(step: Step<never>): void {
    this.wakeAt = step.wakeAt;
    this.ended ??= step.ended;
    for (const bytes of step.send) this.#take(bytes);
  }

  #tsdu(tsdu: Uint8Array): void {
    for (const frame of segmentTsdu(tsdu, 8_192)) this.send(frame);
  }

  #take(bytes: Uint8Array): void {
    const { frames, fault } = this.#framer.cut(bytes);
    if (fault !== undefined) this.faults.push(fault.code);
    for (const frame of frames) {
      const cotp = decodeCotp(decodeTpkt(frame));
      if (cotp.kind !== "data") this.below.push(cotp.kind);
      const tsdu = cotp.kind === "data" ? this.#assembler.take(cotp) : undefined;
      if (tsdu !== undefined) this.#session(tsdu);
    }
  }

  #session(tsdu: Uint8Array): void {
    const spdu = decodeSpdu(tsdu);
    if (spdu.kind !== "data") this.below.push(spdu.kind);
    if (spdu.kind === "data") {
      const ppdu = decodePpdu(spdu.userData, "data");
      if (ppdu.kind === "data") for (const pdv of ppdu.pdvs) this.#came.push(decodeMms(pdv.data));
    } else if (spdu.kind === "accept" || spdu.kind === "refuse") {
      const ppdu = decodePpdu(spdu.userData, spdu.kind);
      const [pdv] = "pdvs" in ppdu ? ppdu.pdvs : [];
      const acse = pdv === undefined ? undefined : decodeAcse(pdv.data);
      if (acse?.kind === "aare") this.below.push(`aare ${acse.result}/${acse.diagnostic.code}`);
      const data = acse?.kind === "aare" ? acse.userInformation?.data : undefined;
      const pdu = data === undefined ? undefined : decodeMms(data);
      if (pdu?.kind === "initiate-response") this.initiate = pdu.initiate;
    }
  }
}

/** `BAY1CTRL/CSWI1$ST$Pos` */
export function nameOf(name: string) {
  const [domain = "", item = ""] = name.split("/");
  return { scope: "domain", domain, item } as const;
}

/** Values as short text, for tests. */
export function textOf(data: MmsData | { readonly type: "failure"; readonly error: number }): string {
  switch (data.type) {
    case "structure":
    case "array":
      return `{${data.items.map(textOf).join(",")}}`;
    case "bit-string":
      return bitsText(data);
    case "failure":
      return `!${data.error}`;
    case "utc-time":
      return "t";
    case "binary-time":
      return "b";
    case "octet-string":
      return `x${[...data.value].map((octet) => octet.toString(16).padStart(2, "0")).join("")}`;
    default:
      return "value" in data ? String(data.value) : data.type;
  }
}

export function behaviourOf(name: string, rest: Omit<Behaviour, "name">): Behaviour {
  return { name, ...rest };
}
