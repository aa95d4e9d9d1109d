import { EdgeError } from "../../kit/edge-error.ts";
import type { Instant } from "../../kit/time.ts";
import type { CancelTimer, Timers } from "../timers.ts";
import type { SerialLine, SerialTransport } from "./serial.ts";

/** What one input of a hand-over caused: IEC 62056-21 mode E is one. */
export interface HandoverStep<Result> {
  /** The line is set so before anything of `send` is written. */
  readonly lineBefore: SerialLine | undefined;
  readonly send: readonly Uint8Array[];
  /** The line is set anew once everything of `send` has left. */
  readonly line: SerialLine | undefined;
  readonly wakeAt: Instant | undefined;
  readonly done: Result | undefined;
  readonly fault: EdgeError | undefined;
}

/** Talks on a serial line before its proper protocol begins, and may change the line while it does. */
export interface LineHandover<Result> {
  open(now: Instant): HandoverStep<Result>;
  receive(chunk: Uint8Array, now: Instant): HandoverStep<Result>;
  wake(now: Instant): HandoverStep<Result>;
}

/** Runs a hand-over to its end. Rejects with its fault, or with that of the port; the port stays open in either case. */
export async function handOver<Result>(
  machine: LineHandover<Result>,
  transport: SerialTransport,
  timers: Timers,
): Promise<Result> {
  const chunks = transport[Symbol.asyncIterator]();
  let reading: Promise<IteratorResult<Uint8Array>> | undefined;
  let step = machine.open(timers.now());
  for (;;) {
    if (step.lineBefore !== undefined) await change(transport, step.lineBefore);
    for (const bytes of step.send) await transport.write(bytes);
    if (step.line !== undefined) await change(transport, step.line);
    if (step.fault !== undefined) throw step.fault;
    if (step.done !== undefined) return step.done;
    reading ??= chunks.next();
    const next = await firstOf(reading, step.wakeAt, timers);
    if (next === "time") step = machine.wake(timers.now());
    else {
      reading = undefined;
      if (next.done === true) throw ended(transport.peer);
      step = machine.receive(next.value, timers.now());
    }
  }
}

function ended(peer: string): EdgeError {
  const message = `${peer} was closed before the hand-over was done`;
  return new EdgeError({ code: "transport.closed", blame: "us", retry: "backoff", message });
}

async function change(transport: SerialTransport, line: SerialLine): Promise<void> {
  const { line: present } = transport;
  const isSame =
    line.baudRate === present?.baudRate && line.dataBits === present.dataBits && line.parity === present.parity;
  if (!isSame) await transport.set(line);
}

function firstOf<T>(reading: Promise<T>, at: Instant | undefined, timers: Timers): Promise<T | "time"> {
  if (at === undefined) return reading;
  let cancel: CancelTimer = () => {};
  const time = new Promise<"time">((resolve) => {
    cancel = timers.at(at, () => resolve("time"));
  });
  return Promise.race([reading, time]).finally(() => cancel());
}
