import type { Command } from "../../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { bufferedReportId } from "../../../edge-agent/model/ids.ts";
import type { Seams } from "../../kit/adapter.ts";
import { concat, utf8 } from "../../kit/bytes.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import { type Session, type SessionOutcome, type StoreToken, toStoreToken } from "../../kit/session.ts";
import { ended, type Step, StepBuilder } from "../../kit/step.ts";
import { type DurationMs, type Instant, later, SECOND_MS, toRfc3339 } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import type { IedDevice } from "../device.ts";
import { fromLatin1 } from "../mms/text.ts";
import { withAddress } from "../memory.ts";

type Outcome = SessionOutcome<MessageDraft>;

/** `0000000053,84.30.69.148`, and what a line end needs: nothing longer is a registration. */
export const REGISTRATION_LIMIT_BYTES = 64;
/** The documented device keeps its socket for a minute after it has said everything. */
export const REGISTRATION_TIMEOUT_MS: DurationMs = 90 * SECOND_MS;

/** Devices are known by `KAI-` and their serial number; a configuration may leave the prefix away. */
const PREFIX = "KAI-";
const LINE = /^([A-Za-z0-9-]{1,40}),(\d{1,3}(?:\.\d{1,3}){3})$/;
const LINE_END = /[\r\n]/;

/**
 * A street-light device says who and where it is: one line of plain text on a port of its own, and no answer. It counts at
 * the end of the line or of the connection, whichever comes first. Serial numbers nobody knows are refused; the address is
 * remembered for those we know, and whoever dials it decides whether it may be dialled.
 */
export class RegistrationSession implements Session<Command, MessageDraft> {
  readonly #seams: Seams<IedDevice>;
  #held: Uint8Array[] = [];
  #length = 0;
  #deadline: Instant | undefined;
  #storing: StoreToken | undefined;
  #ended: "done" | EdgeError | undefined;

  constructor(seams: Seams<IedDevice>) {
    this.#seams = seams;
  }

  open(now: Instant): Step<Outcome> {
    this.#deadline = later(now, REGISTRATION_TIMEOUT_MS);
    return this.#step(() => {});
  }

  receive(chunk: Uint8Array, _now: Instant): Step<Outcome> {
    return this.#step((step) => {
      // Whatever follows the line is not looked at.
      if (this.#storing !== undefined) return;
      const end = chunk.findIndex((octet) => octet === 0x0a || octet === 0x0d);
      const line = end < 0 ? chunk : chunk.subarray(0, end + 1);
      this.#length += line.length;
      if (this.#length > REGISTRATION_LIMIT_BYTES)
        this.#refuse(step, malformed(`a registration of more than ${REGISTRATION_LIMIT_BYTES} octets`));
      else {
        this.#held.push(line.slice());
        if (end >= 0) this.#take(step);
      }
    });
  }

  wake(now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#deadline !== undefined && this.#deadline <= now)
        this.#refuse(step, malformed("a registration that was not finished in time"));
    });
  }

  close(_now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (this.#storing !== undefined) return;
      if (this.#length === 0) this.#end(step, "done");
      else this.#take(step);
    });
  }

  submit(command: Command, _now: Instant): Step<Outcome> {
    const fault = iec61850Fault("iec61850.command.misdirected", "a registration carries no commands", {
      blame: "us",
      retry: "now",
    });
    const conclusion = { uid: command.uid, end: "unsent", fault, result: {} } as const;
    return this.#step((step) => step.outcomes.push({ kind: "concluded", device: command.device, conclusion }));
  }

  stored(token: StoreToken, _now: Instant): Step<Outcome> {
    return this.#step((step) => {
      if (token === this.#storing) this.#end(step, "done");
    });
  }

  #take(step: StepBuilder<Outcome>): void {
    const text = fromLatin1(concat(this.#held)).split(LINE_END)[0]?.trim() ?? "";
    const [, serial, address] = LINE.exec(text) ?? [];
    if (serial === undefined || address === undefined || !isAddress(address)) {
      this.#refuse(step, malformed("a registration is a serial number, a comma and an IPv4 address"));
      return;
    }
    const { registry } = this.#seams;
    const device = registry.byProtocolId(serial) ?? registry.byProtocolId(`${PREFIX}${serial}`);
    if (device === undefined || device.profile !== "swdevice-010805") {
      const message = `no street-light device has serial number ${serial}`;
      this.#refuse(step, iec61850Fault("iec61850.device.unknown", message, { native: serial }));
      return;
    }
    this.#storing = toStoreToken(1);
    step.outcomes.push({ kind: "heard", device: device.uid });
    step.outcomes.push({
      kind: "store",
      token: this.#storing,
      device: device.uid,
      drafts: [this.#draft(device, serial, address)],
      memory: withAddress(registry.memory(device.uid), address),
    });
  }

  /** The line has no time and no number: only when it came tells two of them apart. */
  #draft(device: IedDevice, serial: string, address: string): MessageDraft<"busbar.event.v1"> {
    const at = toRfc3339(this.#seams.wall());
    const entryId = utf8(`${serial},${address}`);
    return {
      id: bufferedReportId({ device: device.uid, rptId: "registration", entryId, timeOfEntry: at, segment: 0 }),
      type: "busbar.event.v1",
      subject: device.uid,
      protocol: "iec61850",
      devicetype: device.deviceType,
      time: undefined,
      timesource: "ingest",
      data: {
        cause: "spontaneous",
        historical: false,
        device: { protocolId: device.protocolId, serial, address },
        code: "device.registered",
        category: "comms",
        severity: "info",
        nativeCode: "REGISTRATION",
        text: `registered from ${address}`,
      },
    };
  }

  #refuse(step: StepBuilder<Outcome>, fault: EdgeError): void {
    step.outcomes.push({ kind: "refused", device: undefined, fault });
    this.#end(step, fault);
  }

  #end(step: StepBuilder<Outcome>, reason: "done" | EdgeError): void {
    this.#ended = reason;
    step.ended = reason;
  }

  #step(act: (step: StepBuilder<Outcome>) => void): Step<Outcome> {
    if (this.#ended !== undefined) return ended(this.#ended);
    const step = new StepBuilder<Outcome>();
    act(step);
    // While it is being stored the silence is ours.
    step.wakeAt = this.#storing === undefined ? this.#deadline : undefined;
    return step.build();
  }
}

function isAddress(text: string): boolean {
  return text.split(".").every((part) => Number(part) <= 255);
}

function malformed(message: string): EdgeError {
  return iec61850Fault("iec61850.registration.malformed", message);
}
