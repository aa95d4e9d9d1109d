import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { fromUtf8 } from "../../../adapters/kit/bytes.ts";
import { nameText } from "../../../adapters/iec61850/mms/names.ts";
import { decodeMms } from "../../../adapters/iec61850/mms/decode.ts";
import { encodeMms } from "../../../adapters/iec61850/mms/encode.ts";
import type {
  InformationReport,
  MmsPdu,
  MmsRequest,
  MmsResponse,
  RequestOf,
} from "../../../adapters/iec61850/mms/pdu.ts";
import { idle, type Machine, type Step, StepBuilder } from "../../../adapters/kit/step.ts";
import { ended } from "../../../adapters/kit/step.ts";
import { type Instant, later } from "../../../adapters/kit/time.ts";
import type { Cargo, Reply } from "../behaviour.ts";
import type { SimulatedIed } from "../ied.ts";
import type { LogLine } from "../log.ts";
import type { DataSet } from "../model/ied-model.ts";
import { answer } from "../services/answer.ts";
import { FileServices } from "../services/file-services.ts";
import { SERVICE_OTHER } from "../services/refusals.ts";
import type { Client } from "../surroundings.ts";
import { negotiate, OUTSTANDING, PDU_BYTES } from "./negotiate.ts";
import { obtainFile } from "./obtaining.ts";
import { type Aarq, ServerStack, type StackInput } from "./server-stack.ts";

/** Diagnostics of the ACSE service user. */
const DIAGNOSTIC = { noReason: 1, authenticationFailure: 13, authenticationRequired: 14 } as const;
const MAX_OUTSTANDING_EXCEEDED = 6;
/** Information reports that wait until a peer is roused; a peer that takes none of so many is cut off. */
const OUTBOX_MAX = 20_000;

/** What changes something and is not written down where it happens. */
const LOGGED: readonly MmsRequest["service"][] = [
  "define-named-variable-list",
  "delete-named-variable-list",
  "initialize-journal",
  "file-open",
];

interface Late {
  readonly at: Instant;
  readonly invokeId: number;
  readonly reply: Reply;
}

/** One association with a simulated IED, from the TCP connection to its end: a machine like all others, on the server's side. */
export class IedAssociation implements Machine<never>, Client {
  readonly id: number;
  readonly #ied: SimulatedIed;
  readonly #peer: string;
  readonly #stack = new ServerStack();
  readonly #own = new Map<string, DataSet>();
  readonly #files: FileServices;
  readonly #outbox: InformationReport[] = [];
  #late: Late[] = [];
  #obtaining: { readonly invokeId: number; readonly steps: ReturnType<typeof obtainFile>; asked: number } | undefined;
  #asked = 0;
  #state: "connecting" | "open" | "ended" = "connecting";
  #name: string;
  #pduBytes = PDU_BYTES;
  #step: StepBuilder<never> | undefined;
  #isRoused = false;
  #cut: "abort" | "hang-up" | undefined;

  constructor(ied: SimulatedIed, id: number, peer: string) {
    this.#ied = ied;
    this.id = id;
    this.#peer = peer;
    this.#name = peer;
    this.#files = new FileServices(ied.files, ied.log);
  }

  get name(): string {
    return this.#name;
  }

  get pduBytes(): number {
    return this.#pduBytes;
  }

  get dataSets(): ReadonlyMap<string, DataSet> {
    return this.#own;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  report(report: InformationReport, order: "before-answer" | "after-answer"): void {
    if (this.#state !== "open") return;
    if (order === "before-answer" && this.#step !== undefined) {
      this.#sendMms({ kind: "information-report", report }, "report");
      return;
    }
    this.#outbox.push(report);
    if (this.#outbox.length > OUTBOX_MAX) this.cut("hang-up");
    this.#rouse();
  }

  /** Ends it from our side at the next step, with an abort or without a word. */
  cut(how: "abort" | "hang-up"): void {
    this.#cut ??= how;
    this.#rouse();
  }

  open(now: Instant): Step<never> {
    return this.#during(now, () => {});
  }

  receive(chunk: Uint8Array, now: Instant): Step<never> {
    return this.#during(now, (step) => {
      const { inputs, fault } = this.#stack.take(chunk, step.send);
      for (const input of inputs) if (step.ended === undefined) this.#take(input, step);
      if (fault !== undefined && step.ended === undefined) this.#end("fault", fault);
    });
  }

  wake(now: Instant): Step<never> {
    return this.#during(now, () => {});
  }

  close(now: Instant): Step<never> {
    return this.#during(now, () => this.#end("closed", "done"));
  }

  #during(now: Instant, act: (step: StepBuilder<never>) => void): Step<never> {
    if (this.#state === "ended") return ended("done");
    const step = new StepBuilder<never>();
    this.#step = step;
    this.#isRoused = false;
    this.#ied.enter(now);
    try {
      act(step);
      if (this.#state === "open") this.#flush(now);
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#end("fault", thrown);
    }
    if (this.#cut !== undefined && step.ended === undefined) this.#cutNow(this.#cut);
    this.#step = undefined;
    step.wakeAt = this.#late.reduce<Instant | undefined>(
      (first, { at }) => (first === undefined || at < first ? at : first),
      undefined,
    );
    return step.send.length === 0 && step.ended === undefined ? idle(step.wakeAt) : step.build();
  }

  #take(input: StackInput, step: StepBuilder<never>): void {
    switch (input.kind) {
      case "associate":
        this.#associate(input.aarq, decodeMms(input.mms));
        return;
      case "mms":
        if (this.#state === "open") this.#mms(input.bytes);
        return;
      case "release":
        step.send.push(...this.#stack.released());
        this.#end("concluded", "done");
        return;
      case "abort":
        this.#end("aborted", "done");
        return;
      case "disconnect":
        this.#end("closed", "done");
    }
  }

  #associate(aarq: Aarq, pdu: MmsPdu): void {
    const host = this.#peer.replace(/:\d+$/, "");
    this.#name = `${aarq.calling.apTitle ?? ""}@${host}`;
    const agreed = pdu.kind === "initiate-request" ? negotiate(pdu.initiate) : undefined;
    const { password } = this.#ied;
    const given = aarq.authentication?.form === "charstring" ? fromUtf8(aarq.authentication.password) : undefined;
    const says = this.#ied.admits(this);
    if (says === "hang-up") this.#refuse(undefined, "hangs up");
    else if (says === "refuse") this.#refuse(DIAGNOSTIC.noReason, "refuses associations");
    else if (password !== undefined && given === undefined)
      this.#refuse(DIAGNOSTIC.authenticationRequired, "no password");
    else if (password !== undefined && given !== password)
      this.#refuse(DIAGNOSTIC.authenticationFailure, "a wrong password");
    else if (agreed === undefined) this.#refuse(DIAGNOSTIC.noReason, "no initiate request that could be met");
    else {
      this.#pduBytes = agreed.localDetail ?? PDU_BYTES;
      this.#state = "open";
      this.#send(this.#stack.accept(encodeMms({ kind: "initiate-response", initiate: agreed })), "association");
      this.#ied.log({ kind: "associated", association: this.id, client: this.#name, pduBytes: this.#pduBytes });
    }
  }

  #refuse(diagnostic: number | undefined, why: string): void {
    this.#ied.log({ kind: "refused", association: this.id, why });
    if (diagnostic !== undefined) this.#send(this.#stack.refuse(diagnostic), "association");
    this.#end("cut", "done");
  }

  #mms(bytes: Uint8Array): void {
    let pdu: MmsPdu;
    try {
      pdu = decodeMms(bytes);
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#sendMms({ kind: "reject", invokeId: undefined, rejected: "pdu-error", reason: 1 }, "answer");
      return;
    }
    switch (pdu.kind) {
      case "confirmed-request":
        this.#request(pdu.invokeId, pdu.request);
        return;
      case "confirmed-response":
        this.#answered(pdu.invokeId, pdu.response);
        return;
      case "confirmed-error":
        this.#answered(pdu.invokeId, undefined);
        return;
      case "conclude-request":
        this.#sendMms({ kind: "conclude-response" }, "release");
        return;
      case "cancel-request":
        this.#cancel(pdu.invokeId);
        return;
      default:
        this.#sendMms({ kind: "reject", invokeId: undefined, rejected: "pdu-error", reason: 0 }, "answer");
    }
  }

  #request(invokeId: number, request: MmsRequest): void {
    if (this.#late.length >= OUTSTANDING) {
      const rejected = "confirmed-request";
      this.#sendMms({ kind: "reject", invokeId, rejected, reason: MAX_OUTSTANDING_EXCEEDED }, "answer");
      return;
    }
    if (request.service === "obtain-file") {
      this.#obtain(invokeId, request);
      return;
    }
    const asking = { ied: this.#ied, client: this, own: this.#own, files: this.#files };
    const reply = this.#ied.replyTo(request, invokeId, this, () => answer(asking, request));
    if (reply.kind === "answer" && LOGGED.includes(request.service))
      this.#ied.log({ kind: "executed", association: this.id, service: request.service, about: aboutOf(request) });
    const afterMs = "afterMs" in reply ? (reply.afterMs ?? 0) : 0;
    if (afterMs > 0) this.#late.push({ at: later(this.#ied.now, afterMs), invokeId, reply });
    else this.#reply(invokeId, reply);
  }

  #reply(invokeId: number, reply: Reply): void {
    switch (reply.kind) {
      case "answer": {
        const bytes = encodeMms({ kind: "confirmed-response", invokeId, response: reply.response });
        if (bytes.length > this.#pduBytes) this.#reply(invokeId, SERVICE_OTHER);
        else this.#send(this.#stack.mms(bytes), "answer");
        return;
      }
      case "error":
        this.#sendMms({ kind: "confirmed-error", invokeId, error: reply.error }, "answer");
        return;
      case "reject":
        this.#sendMms({ kind: "reject", invokeId, rejected: "confirmed-request", reason: reply.reason }, "answer");
        return;
      case "pdu":
        this.#sendMms(reply.pdu, "answer");
        return;
      case "hang-up":
        this.#end("cut", "done");
        return;
      case "silence":
        return;
    }
  }

  #cancel(invokeId: number): void {
    const late = this.#late.find((one) => one.invokeId === invokeId);
    if (late === undefined) {
      this.#sendMms({ kind: "cancel-error", invokeId, error: { errorClass: "cancel", code: 1 } }, "answer");
      return;
    }
    this.#late = this.#late.filter((one) => one !== late);
    this.#sendMms({ kind: "cancel-response", invokeId }, "answer");
    this.#reply(invokeId, { kind: "error", error: { errorClass: "service-preempt", code: 3 } });
  }

  #obtain(invokeId: number, request: RequestOf<"obtain-file">): void {
    if (this.#obtaining !== undefined) {
      this.#reply(invokeId, SERVICE_OTHER);
      return;
    }
    const store = (name: string, bytes: Uint8Array): boolean => {
      const isKept = this.#ied.files.put(name, bytes, this.#ied.wall);
      if (isKept) this.#ied.log({ kind: "file", action: "stored", name, bytes: bytes.length });
      return isKept;
    };
    this.#obtaining = { invokeId, steps: obtainFile(request, store), asked: 0 };
    this.#goOn(undefined);
  }

  #answered(invokeId: number, response: MmsResponse | undefined): void {
    if (this.#obtaining?.asked === invokeId) this.#goOn(response);
  }

  #goOn(response: MmsResponse | undefined): void {
    const obtaining = this.#obtaining;
    if (obtaining === undefined) return;
    const step = obtaining.asked === 0 ? obtaining.steps.next() : obtaining.steps.next(response);
    if (step.done === true) {
      this.#obtaining = undefined;
      this.#reply(obtaining.invokeId, step.value);
      return;
    }
    this.#asked += 1;
    obtaining.asked = this.#asked;
    this.#sendMms({ kind: "confirmed-request", invokeId: this.#asked, request: step.value }, "answer");
  }

  /** What became due, and the reports that wait. */
  #flush(now: Instant): void {
    const due = this.#late.filter((one) => one.at <= now);
    if (due.length > 0) this.#late = this.#late.filter((one) => one.at > now);
    for (const { invokeId, reply } of due) this.#reply(invokeId, reply);
    for (const report of this.#outbox.splice(0)) {
      if (this.#state !== "open") return;
      this.#sendMms({ kind: "information-report", report }, "report");
    }
  }

  #sendMms(pdu: MmsPdu, cargo: Cargo): void {
    this.#send(this.#stack.mms(encodeMms(pdu)), cargo);
  }

  #send(frames: readonly Uint8Array[], cargo: Cargo): void {
    const step = this.#step;
    if (step === undefined || step.ended !== undefined) return;
    const { send, thenHangUp } = this.#ied.leaving(frames, cargo);
    step.send.push(...send);
    if (thenHangUp === true) this.#end("cut", "done");
  }

  #cutNow(how: "abort" | "hang-up"): void {
    if (how === "abort") this.#step?.send.push(...this.#stack.abort());
    this.#end("cut", "done");
  }

  #end(how: (LogLine & { kind: "ended" })["how"], reason: "done" | EdgeError): void {
    if (this.#state === "ended") return;
    const wasOpen = this.#state === "open";
    this.#state = "ended";
    this.#late = [];
    this.#outbox.length = 0;
    if (this.#step !== undefined) this.#step.ended = reason;
    this.#ied.dissociated(this);
    if (wasOpen) this.#ied.log({ kind: "ended", association: this.id, how });
  }

  #rouse(): void {
    if (this.#step !== undefined || this.#isRoused || this.#state === "ended") return;
    this.#isRoused = true;
    this.#ied.rouse(this);
  }
}

function aboutOf(request: MmsRequest): string {
  switch (request.service) {
    case "define-named-variable-list":
    case "initialize-journal":
      return nameText(request.name);
    case "delete-named-variable-list":
      return request.names.map(nameText).join(" ");
    case "file-open":
      return request.name.join("/");
    default:
      return "";
  }
}
