import { describe, expect, it } from "vitest";
import { concat, toHex } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import type { Step } from "../../kit/step.ts";
import { later, toInstant } from "../../kit/time.ts";
import { mmsVisible } from "../mms/data.ts";
import { encodeMms } from "../mms/encode.ts";
import { domainName } from "../mms/names.ts";
import type { MmsPdu, MmsRequest } from "../mms/pdu.ts";
import { segmentTsdu } from "../stack/cotp.ts";
import { encodePpdu } from "../stack/presentation.ts";
import { encodeSpdu } from "../stack/session.ts";
import { frame, recording } from "../vectors.testing.ts";
import { Association } from "./association.ts";
import type { AssociationOutcome } from "./exchange.ts";
import { presetParameters } from "./parameters.ts";

const START = toInstant(1_000);
const TIMEOUTS = { associateMs: 10_000, requestMs: 5_000, releaseMs: 2_000 };
const STATUS: MmsRequest = { service: "status", extendedDerivation: false };

function fresh(parameters = presetParameters("libiec61850")): Association {
  return new Association(parameters, TIMEOUTS);
}

/** An association that stands, as libiec61850 answers it. */
function open(association = fresh()): Association {
  association.open(START);
  association.receive(frame("basic/01-associate-rsp"), START);
  association.receive(frame("basic/03-associate-rsp"), START);
  expect(association.isOpen).toBe(true);
  return association;
}

function fromServer(pdu: MmsPdu): Uint8Array {
  const ppdu = encodePpdu({ kind: "data", pdvs: [{ context: 3, data: encodeMms(pdu) }] });
  return concat(segmentTsdu(encodeSpdu({ kind: "data", userData: ppdu }), 8192));
}

const sent = (step: Step<AssociationOutcome>): string => toHex(concat(step.send));
const kinds = (step: Step<AssociationOutcome>): string[] => step.outcomes.map((one) => one.kind);
const codeOf = (step: Step<unknown>): string =>
  step.ended instanceof EdgeError ? step.ended.code : String(step.ended);

describe("an association", () => {
  it("says what libiec61850's own client says, byte for byte", () => {
    const association = fresh();
    expect(sent(association.open(START))).toBe(toHex(frame("basic/00-associate-req")));
    const step = association.receive(frame("basic/01-associate-rsp"), START);
    expect(sent(step)).toBe(toHex(frame("basic/02-associate-req")));
    const accepted = association.receive(frame("basic/03-associate-rsp"), START);
    expect(accepted.outcomes).toMatchObject([{ kind: "associated", settled: { pduBytes: 65_000, outstanding: 5 } }]);
  });

  it("asks and is answered, by invoke id", () => {
    const association = open();
    const identify = association.request({ service: "identify" }, START);
    expect(sent(identify.step)).toBe(toHex(frame("basic/04-identify-req")));
    const answer = association.receive(frame("basic/05-identify-rsp"), START);
    expect(answer.outcomes).toEqual([
      {
        kind: "answered",
        ticket: identify.ticket,
        response: { service: "identify", vendor: "MZ", model: "basic io", revision: "1.4.2" },
      },
    ]);
  });

  it("is refused what the device refuses, and goes on", () => {
    const association = open();
    for (let n = 1; n <= 5; n++) association.request(STATUS, START);
    const { ticket } = association.request(STATUS, START);
    const refusal = association.receive(
      fromServer({ kind: "confirmed-error", invokeId: 5, error: { errorClass: "access", code: 2 } }),
      START,
    );
    expect(refusal.outcomes).toMatchObject([
      { kind: "failed", fault: { code: "mms.service.refused", native: "access/object-non-existent" } },
    ]);
    const rejected = association.receive(
      fromServer({ kind: "reject", invokeId: 6, rejected: "confirmed-request", reason: 1 }),
      START,
    );
    expect(rejected.outcomes).toMatchObject([{ kind: "failed", ticket, fault: { code: "mms.service.unsupported" } }]);
    expect(rejected.ended).toBeUndefined();
  });

  it("never has more under way than was negotiated", () => {
    const association = open();
    const tickets = Array.from({ length: 8 }, () => association.request(STATUS, START));
    expect(tickets.map(({ step }) => step.send.length)).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
    const response = { service: "status", logical: 0, physical: 0 } as const;
    const step = association.receive(fromServer({ kind: "confirmed-response", invokeId: 3, response }), START);
    expect(kinds(step)).toEqual(["answered"]);
    expect(step.send.length).toBe(1);
    expect(association.pending).toBe(7);
  });

  it("survives requests that are never answered, and does not take a late answer for another's", () => {
    const association = open();
    const { ticket, step } = association.request({ service: "identify" }, START);
    expect(step.wakeAt).toBe(later(START, 5_000));
    const late = association.wake(later(START, 5_000));
    expect(late.outcomes).toMatchObject([{ kind: "failed", ticket, fault: { code: "mms.service.unanswered" } }]);
    expect(late.ended).toBeUndefined();
    association.request(STATUS, later(START, 5_000));
    const answer = association.receive(frame("basic/05-identify-rsp"), later(START, 6_000));
    expect(answer.outcomes).toEqual([]);
    expect(association.pending).toBe(1);
  });

  it("is over when three requests in a row meet silence", () => {
    const association = open();
    for (let n = 0; n < 3; n++) association.request(STATUS, START);
    const step = association.wake(later(START, 5_000));
    expect(kinds(step)).toEqual(["failed", "failed", "failed"]);
    expect(codeOf(step)).toBe("mms.service.unanswered");
    expect(step.send.length).toBe(1);
  });

  it("is released by conclude and finish", () => {
    const association = open();
    expect(sent(association.release(START))).toBe(toHex(frame("basic/78-conclude-req")));
    expect(sent(association.receive(frame("basic/79-conclude-rsp"), START))).toBe(
      toHex(frame("basic/80-conclude-req")),
    );
    expect(association.receive(frame("basic/81-conclude-rsp"), START).ended).toBe("done");
  });

  it("takes the DR of iec61850bean, a closed connection and silence for the end of a release", () => {
    const ends: ((association: Association) => Step<AssociationOutcome>)[] = [
      (one) => one.receive(frame("probe/dr-from-client-req0"), START),
      (one) => one.close(START),
      (one) => one.wake(later(START, 2_000)),
    ];
    for (const end of ends) {
      const association = open();
      association.release(START);
      expect(end(association).ended).toBe("done");
    }
  });

  it("tells a refused association from a broken one", () => {
    const association = fresh();
    association.open(START);
    association.receive(frame("basic/01-associate-rsp"), START);
    expect(codeOf(association.close(START))).toBe("iec61850.association.refused");
    expect(codeOf(open().close(START))).toBe("iec61850.association.closed");
    const silent = fresh();
    silent.open(START);
    expect(codeOf(silent.wake(later(START, 10_000)))).toBe("iec61850.association.unanswered");
  });

  it("puts a password into the ACSE, in less than the 255 octets libiec61850 takes", () => {
    const password = new TextEncoder().encode("user2@testpw");
    const association = fresh({ ...presetParameters("libiec61850"), password: () => password });
    association.open(START);
    const step = association.receive(frame("basic/01-associate-rsp"), START);
    expect(sent(step)).toContain(`8b03520301ac0e800c${toHex(password)}`);
    expect(step.send[0]?.length).toBeLessThan(255);
  });

  it("ends by an abort on bytes that make no sense, and says who waited for nothing", () => {
    const association = open();
    association.request(STATUS, START);
    const step = association.receive(frame("probe/garbage-mms-req0"), START);
    expect(step.ended).toMatchObject({ code: "mms.pdu.truncated", blame: "device" });
    expect(kinds(step)).toEqual(["failed"]);
    expect(sent(step)).toMatch(/^0300....02f08019/);
    expect(association.receive(frame("basic/05-identify-rsp"), START).send).toEqual([]);
  });

  it("answers a server that asks for a file, and refuses what it does not offer", () => {
    const association = open();
    const asked = association.receive(frame("files/13-obtainFile-upload-up.txt-rsp"), START);
    expect(asked.outcomes).toMatchObject([
      { kind: "asked", invokeId: 1, request: { service: "file-open", name: ["up.txt"] } },
    ]);
    const attributes = { size: 10, lastModified: "20261121000740.000Z" };
    expect(sent(association.answer(1, { service: "file-open", file: 0, attributes }))).toBe(
      toHex(frame("files/14-obtainFile-upload-up.txt-req")),
    );
    expect(sent(association.answer(42, "unsupported"))).toBe(toHex(frame("probe/unknown-service-80-rsp")));
  });

  it("does not send what is larger than negotiated", () => {
    const association = open();
    const { step, ticket } = association.request(
      {
        service: "write",
        specification: { kind: "variables", variables: [{ name: domainName("LD", "LLN0$DC$NamPlt$d") }] },
        data: [mmsVisible("x".repeat(66_000))],
      },
      START,
    );
    expect(step.send).toEqual([]);
    expect(step.outcomes).toMatchObject([{ kind: "failed", ticket, fault: { code: "mms.pdu.overlong" } }]);
    expect(association.pending).toBe(0);
  });

  it("reads every recorded conversation through, cut anywhere", () => {
    for (const name of ["basic", "urcb", "brcb", "control", "files", "gxf"]) {
      const frames = recording(name).filter(
        (one) => one.direction === "server->client" && !/associate|conclude/.test(one.name),
      );
      const bytes = concat(frames.map((one) => frame(one.name)));
      const association = open();
      for (let at = 0; at < bytes.length; at += 97) {
        const step = association.receive(bytes.subarray(at, at + 97), START);
        expect(step.ended, name).toBeUndefined();
      }
      expect(association.held).toBe(0);
    }
  });
});
