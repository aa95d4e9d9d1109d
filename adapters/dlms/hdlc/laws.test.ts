import { describe, expect, it } from "vitest";
import { checkLaws } from "../../kit/laws.ts";
import type { LawSubject } from "../../kit/laws-play.ts";
import type { Machine, Step } from "../../kit/step.ts";
import { type Instant, toInstant } from "../../kit/time.ts";
import type { LinkStep } from "../transport/link.ts";
import { clientAddress, serverAddress } from "./address.ts";
import { HdlcClientLink } from "./client-link.ts";
import type { Control } from "./control.ts";
import { encodeFrame } from "./frame.ts";
import { withLlc } from "./llc.ts";
import { DEFAULT_PARAMETERS, encodeParameters } from "./negotiation.ts";

/** The client's link under the laws every machine is under: what it carries up is what comes out of it. */
class Linked implements Machine<Uint8Array> {
  readonly link = new HdlcClientLink({
    client: clientAddress(1),
    server: serverAddress(1, 17),
    proposal: { ...DEFAULT_PARAMETERS, informationReceiveMax: 500, windowReceive: 3 },
  });
  #asked = false;

  open(now: Instant): Step<Uint8Array> {
    return stepOf([this.link.open(now)]);
  }

  /** As soon as it may, it asks for something once. */
  receive(chunk: Uint8Array, now: Instant): Step<Uint8Array> {
    const steps = [this.link.receive(chunk, now)];
    if (steps[0]?.state === "open" && !this.#asked) {
      this.#asked = true;
      steps.push(this.link.send(new Uint8Array(200), now));
    }
    return stepOf(steps);
  }

  wake(now: Instant): Step<Uint8Array> {
    return stepOf([this.link.wake(now)]);
  }

  close(now: Instant): Step<Uint8Array> {
    return stepOf([this.link.close(now)]);
  }
}

function stepOf(steps: readonly LinkStep[]): Step<Uint8Array> {
  const last = steps.at(-1);
  return {
    send: steps.flatMap(({ send }) => send),
    outcomes: steps.flatMap(({ apdus }) => apdus),
    wakeAt: last?.state === "closed" ? undefined : last?.wakeAt,
    ended: last?.state === "closed" ? (last.fault ?? "done") : undefined,
  };
}

const fromServer = (control: Control, information: Uint8Array = new Uint8Array(0), segmented = false): Uint8Array =>
  encodeFrame({ destination: clientAddress(1), source: serverAddress(1, 17), control, segmented, information });
const answer = withLlc("response", new Uint8Array(300).fill(7));
const SCRIPT = [
  fromServer({ kind: "UA", poll: true }, encodeParameters({ ...DEFAULT_PARAMETERS, windowTransmit: 3 })),
  fromServer({ kind: "RR", receiveNumber: 1, poll: true }),
  fromServer({ kind: "I", sendNumber: 0, receiveNumber: 2, poll: false }, answer.subarray(0, 128), true),
  fromServer({ kind: "I", sendNumber: 1, receiveNumber: 2, poll: true }, answer.subarray(128, 256), true),
  fromServer({ kind: "I", sendNumber: 2, receiveNumber: 2, poll: true }, answer.subarray(256)),
  fromServer({ kind: "UI", poll: false }, withLlc("response", Uint8Array.of(0x0f))),
];

describe("the client's link", () => {
  it("keeps the laws", () => {
    const subject: LawSubject<Uint8Array> = {
      make: () => new Linked(),
      script: SCRIPT.flatMap((bytes) => [{ kind: "receive", bytes } as const, { kind: "pass", ms: 10 } as const]),
      start: toInstant(0),
      // Segments of an APDU that never ends are cut off at their limit; noise at its own.
      bound: { ceiling: 20_000, flood: () => new Uint8Array(1_000).fill(0x55) },
    };
    expect(checkLaws(subject)).toEqual([]);
  });
});
