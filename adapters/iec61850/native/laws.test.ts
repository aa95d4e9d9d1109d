import { describe, expect, it } from "vitest";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { checkLaws } from "../../kit/laws.ts";
import type { ScriptInput } from "../../kit/laws-play.ts";
import type { SessionOutcome } from "../../kit/session.ts";
import { toInstant } from "../../kit/time.ts";
import { TSDU_LIMIT_BYTES } from "../limits.ts";
import { command, ied, Pair, plan, TestRegistry, testSeams, WALL_START } from "../pair.testing.ts";
import { IedSession } from "../session.ts";
import { iec61850Settings } from "../settings.ts";
import { decodeCotp, TsduAssembler } from "../stack/cotp.ts";
import { CONTEXT, decodePpdu } from "../stack/presentation.ts";
import { decodeSpdu } from "../stack/session.ts";
import { decodeTpkt } from "../stack/tpkt.ts";
import { decodeFrame, encodeFrame, NATIVE_FRAME_LIMIT_BYTES, nativeFramer } from "./frames.ts";
import { NativeAssociation } from "./native-association.ts";

type Outcome = SessionOutcome<MessageDraft>;

const device = ied({ reports: [plan("BAY1LD0/LLN0.brcbPositions")] });
const START = toInstant(0);
/** The same requests at once as the process of the library is given. */
const CALLS = 4;

function session(): IedSession {
  const settings = iec61850Settings({});
  const target = () => ({ host: "192.0.2.10", port: 102 });
  const association = new NativeAssociation(target, device.association, settings.timeouts);
  const seams = testSeams(new TestRegistry([device]), () => WALL_START);
  return new IedSession(settings, device, seams, "standing", association);
}

/** What a simulated IED says, as the process of the library would hand it on: the PDUs alone. */
function recorded(): readonly ScriptInput<Outcome>[] {
  const script: ScriptInput<Outcome>[] = [
    { kind: "receive", bytes: encodeFrame({ kind: "notice", notice: { say: "associated" } }) },
  ];
  const assembler = new TsduAssembler(TSDU_LIMIT_BYTES);
  const heard = (bytes: Uint8Array): void => {
    const tpdu = decodeCotp(decodeTpkt(bytes));
    const tsdu = tpdu.kind === "data" ? assembler.take(tpdu) : undefined;
    const spdu = tsdu === undefined ? undefined : decodeSpdu(tsdu);
    if (spdu?.kind !== "data") return;
    const ppdu = decodePpdu(spdu.userData, "data");
    if (ppdu.kind !== "data") return;
    for (const { context, data } of ppdu.pdvs)
      if (context === CONTEXT.mms)
        script.push({ kind: "receive", bytes: encodeFrame({ kind: "pdu", pdu: data.slice() }) });
  };
  const association = { ...device.association, outstanding: CALLS };
  const pair = new Pair({ device: { ...device, association }, heard });
  pair.open();
  const operate = command("operate", { target: { scheme: "iec61850", value: "BAY1CTRL/GGIO1.SPCSO4" }, value: true });
  script.push({ kind: "give", give: (machine, now) => (machine as IedSession).submit(operate, now) });
  pair.run(operate);
  script.push({ kind: "pass", ms: 100 }, { kind: "close" });
  return script;
}

describe("a session over another stack", () => {
  it("keeps the laws, whatever the process of the library says", () => {
    const violations = checkLaws<Outcome>({
      make: session,
      script: recorded(),
      start: START,
      mutations: 200,
      bound: {
        ceiling: 2 * NATIVE_FRAME_LIMIT_BYTES,
        flood: () => Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x4d, 0, 0),
        held: (machine) => (machine as IedSession).held,
      },
      store: {
        tokenOf: (outcome) => (outcome.kind === "store" ? outcome.token : undefined),
        stored: (machine, token, now) => (machine as IedSession).stored(token, now),
        acknowledgements: () => 0,
        expected: 0,
      },
    });
    expect(violations).toEqual([]);
  });

  it("is given what its process would be given", () => {
    const { send } = session().open(START);
    const told = nativeFramer()
      .push(send[0] ?? new Uint8Array(0))
      .map(decodeFrame);
    expect(told).toMatchObject([
      { kind: "notice", notice: { say: "associate", host: "192.0.2.10", outstanding: CALLS } },
    ]);
  });
});

describe("a frame between the two processes", () => {
  it("is refused where it is too long, without a kind, of no kind, or no JSON", () => {
    const fault = (...octets: readonly number[]): string | undefined =>
      nativeFramer().cut(Uint8Array.from(octets)).fault?.code;
    expect(fault(0, 0x20, 0, 0, 0x4d)).toBe("iec61850.native.malformed");
    expect(fault(0, 0, 0, 0, 0x4d)).toBe("iec61850.native.malformed");
    const malformed = expect.objectContaining({ code: "iec61850.native.malformed" });
    expect(() => decodeFrame(Uint8Array.of(0, 0, 0, 1, 0x21))).toThrow(malformed);
    expect(() => decodeFrame(Uint8Array.of(0, 0, 0, 2, 0x4a, 0x7b))).toThrow(malformed);
  });
});
