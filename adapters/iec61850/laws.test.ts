import { describe, expect, it } from "vitest";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { checkLaws } from "../kit/laws.ts";
import type { ScriptInput } from "../kit/laws-play.ts";
import type { SessionOutcome } from "../kit/session.ts";
import type { Machine } from "../kit/step.ts";
import { toInstant } from "../kit/time.ts";
import { TSDU_LIMIT_BYTES } from "./limits.ts";
import { command, ied, Pair, plan, TestRegistry, testSeams, WALL_START } from "./pair.testing.ts";
import { REGISTRATION_LIMIT_BYTES, RegistrationSession } from "./street-light/registration.ts";
import { IedSession } from "./session.ts";
import { iec61850Settings } from "./settings.ts";
import { frame } from "./vectors.testing.ts";

type Outcome = SessionOutcome<MessageDraft>;

const device = ied({ reports: [plan("BAY1LD0/LLN0.brcbPositions"), plan("BAY1LD0/LLN0.urcbMeasurements")] });
const START = toInstant(0);

function session(): IedSession {
  const seams = testSeams(new TestRegistry([device]), () => WALL_START);
  return new IedSession(iec61850Settings({}), device, seams, "standing");
}

/** What a simulated IED says to our session, as a script. */
function recorded(): readonly ScriptInput<Outcome>[] {
  const script: ScriptInput<Outcome>[] = [];
  const pair = new Pair({ device, heard: (bytes) => script.push({ kind: "receive", bytes }) });
  pair.open();
  const operate = command("operate", { target: { scheme: "iec61850", value: "BAY1CTRL/GGIO1.SPCSO4" }, value: true });
  script.push({ kind: "give", give: (machine, now) => (machine as IedSession).submit(operate, now) });
  pair.run(operate);
  script.push({ kind: "pass", ms: 100 }, { kind: "close" });
  return script;
}

const stored = (machine: Machine<Outcome>, token: Parameters<IedSession["stored"]>[0], now: typeof START) =>
  (machine as IedSession).stored(token, now);
const tokenOf = (outcome: Outcome) => (outcome.kind === "store" ? outcome.token : undefined);

describe("the laws", () => {
  it("hold for an association with reports and a control", () => {
    const violations = checkLaws<Outcome>({
      make: session,
      script: recorded(),
      start: START,
      mutations: 300,
      bound: {
        ceiling: 2 * TSDU_LIMIT_BYTES,
        // Fragments without an end.
        flood: () => Uint8Array.of(3, 0, 0, 107, 2, 0xf0, 0, ...new Uint8Array(100).fill(1)),
        held: (machine) => (machine as IedSession).held,
        before: [
          { kind: "receive", bytes: frame("basic/01-associate-rsp") },
          { kind: "receive", bytes: frame("basic/03-associate-rsp") },
        ],
      },
      // A report has no acknowledgement on the wire: what follows from storing it is where we resume.
      store: { tokenOf, stored, acknowledgements: () => 0, expected: 0 },
    });
    expect(violations).toEqual([]);
  });

  it("hold for a registration", () => {
    const light = ied({ protocolId: "KAI-0000000053", profile: "swdevice-010805" });
    const violations = checkLaws<Outcome>({
      make: () => new RegistrationSession(testSeams(new TestRegistry([light]), () => WALL_START)),
      script: [{ kind: "receive", bytes: frame("gxf-register/00-with-crlf") }, { kind: "close" }],
      start: START,
      bound: { ceiling: 2 * REGISTRATION_LIMIT_BYTES, flood: () => new Uint8Array(10).fill(0x30) },
      store: {
        tokenOf,
        stored: (machine, token, now) => (machine as RegistrationSession).stored(token, now),
        acknowledgements: () => 0,
        expected: 0,
      },
    });
    expect(violations).toEqual([]);
  });
});
