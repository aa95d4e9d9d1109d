import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import { Driver } from "../../adapters/io/drive.ts";
import { type Crypto, toKeyRef } from "../../adapters/kit/adapter.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import { deviceIdBytes } from "../../adapters/oslp/device-id.ts";
import { SimulatedDevice } from "../../firmware-sim/oslp/device.ts";
import { raise } from "../../firmware-sim/oslp/device-state.ts";
import type { InitiativeOutcome } from "../../firmware-sim/oslp/initiative.ts";
import { Event } from "../../proto/oslp/gen/types.ts";
import { clean, complainLine, say, sayJson, table } from "./output.ts";
import type { ProbeFlags } from "./probe-oslp.ts";
import { readPrivateKey, readPublicKey } from "./simulate-keys.ts";
import type { HostPort } from "./simulate-options.ts";
import { EXIT } from "./verb.ts";

const STEPS = ["RegisterDevice", "ConfirmRegisterDevice", "EventNotification"] as const;
type StepName = (typeof STEPS)[number];

interface StepReport {
  readonly step: StepName;
  readonly how: "answered" | "unreachable" | "refused" | "not-answered";
  readonly ms: number;
  readonly why: string | undefined;
  readonly hint: string | undefined;
}

/** Be a device: register, confirm, notify once; say at which step it ends and what that usually means. */
export async function probeRegister(flags: ProbeFlags): Promise<number> {
  const at = flags.platform?.[flags.version][0];
  if (at === undefined || flags.deviceKey === undefined) {
    complainLine("register needs --platform HOST:PORT and the device's private key with --device-key <file>");
    return EXIT.usage;
  }
  const deviceId = deviceIdOf(flags.deviceId);
  if (deviceId === undefined) {
    complainLine("--device-id is 24 hex digits or 16 characters of Base64: 12 bytes");
    return EXIT.usage;
  }
  const notes: string[] = [];
  const device = makeDevice(flags, flags.deviceKey, deviceId, notes);
  const reports: StepReport[] = [];
  for (const step of STEPS) {
    const report = await take(step, device, at, flags, notes);
    reports.push(report);
    if (report.how !== "answered") break;
  }
  return tell(reports, at, flags);
}

function makeDevice(flags: ProbeFlags, deviceKey: string, deviceId: Uint8Array, notes: string[]): SimulatedDevice {
  const keys = new KeyStore();
  const [a = 127, b = 0, c = 0, d = 1] = flags.address.split(".").map(Number);
  const timers = new NodeTimers();
  const known = flags.platformKey !== undefined;
  if (flags.platformKey !== undefined) keys.addKeyObject("platform", readPublicKey(flags.platformKey));
  const device = new SimulatedDevice({
    identity: {
      identification: flags.identification,
      deviceId,
      version: flags.version,
      kind: "SSLD",
      signKey: keys.addKeyObject("device", readPrivateKey(deviceKey)),
      platformKey: toKeyRef("platform"),
      ipAddress: [a, b, c, d],
    },
    behaviours: [],
    random: new NodeRandom(),
    crypto: known ? keys : trusting(keys),
    wall: () => timers.wall(),
    log: { acknowledged: () => {}, executed: () => {}, note: (what) => void notes.push(what) },
    answerTimeoutMs: flags.within,
  });
  device.tick(timers.now());
  return device;
}

/** Without the platform's key its signatures cannot be looked at; the steps can. */
function trusting(keys: KeyStore): Crypto {
  return {
    sign: (key, bytes) => keys.sign(key, bytes),
    verify: () => true,
    sha256: (bytes) => keys.sha256(bytes),
  };
}

async function take(
  step: StepName,
  device: SimulatedDevice,
  at: HostPort,
  flags: ProbeFlags,
  notes: string[],
): Promise<StepReport> {
  const timers = new NodeTimers();
  const begun = performance.now();
  const report = (how: StepReport["how"], why?: string): StepReport => ({
    step,
    how,
    ms: Math.round(performance.now() - begun),
    why,
    hint: how === "answered" ? undefined : hintFor(step, how, why ?? ""),
  });
  if (step === "EventNotification") raise(device.state, probeEvent(device, flags));
  const machine = device.next(timers.now());
  if (machine === undefined) return report("not-answered", "the device had nothing to say");
  try {
    const transport = await dial({ ...at, timeoutMs: flags.within });
    let outcome: InitiativeOutcome | undefined;
    const driver = new Driver<InitiativeOutcome>({
      machine,
      transport,
      timers,
      permit: () => true,
      take: (one) => {
        outcome = one;
      },
    });
    await driver.run();
    if (outcome === undefined) return report("not-answered", notes.at(-1) ?? "the platform hung up");
    return outcome.kind === "answered" ? report("answered") : report(outcome.kind, outcome.why);
  } catch (thrown) {
    if (thrown instanceof EdgeError) return report("unreachable", `${thrown.message} (${thrown.code})`);
    throw thrown;
  }
}

function probeEvent(device: SimulatedDevice, flags: ProbeFlags) {
  return {
    event: Event.DIAG_EVENTS_GENERAL,
    description: "busbar probe",
    ...(flags.version === "0.6.1" ? { timestamp: device.timestamp() } : {}),
  };
}

function hintFor(step: StepName, how: StepReport["how"], why: string): string | undefined {
  if (how === "unreachable") return "nothing listens there: platforms listen on 12121 for 0.5.1 and on 12122 for 0.6.1";
  if (why.includes("not signed by the platform")) return "it answered, and not with this --platform-key";
  if (how === "refused") return "it answered with a refusal";
  switch (step) {
    case "RegisterDevice":
      return "platforms close without an answer when they do not know the identification, or have another public key for it; a standby agent refuses or forwards";
    case "ConfirmRegisterDevice":
      return "platforms close without an answer when the randoms are not theirs, or the sequence number is outside their window";
    case "EventNotification":
      return "the registration is good; the platform could not store the event, or did not like it";
  }
}

/** 0 all three were answered; 5 unreachable; 1 otherwise. */
function tell(reports: readonly StepReport[], at: HostPort, flags: ProbeFlags): number {
  const last = reports.at(-1);
  const good = reports.length === STEPS.length && last?.how === "answered";
  if (flags.json === true)
    sayJson({ platform: `${at.host}:${at.port}`, registered: reports.length > 2, good, steps: reports });
  else {
    const rows = reports.map((one) => [one.step, one.how, `${one.ms}ms`, one.why ?? ""]);
    say(table(["step", `${at.host}:${at.port}`, "", ""], rows));
    if (last?.hint !== undefined) complainLine(clean(last.hint));
    if (flags.platformKey === undefined && last?.how === "answered")
      complainLine("without --platform-key the platform's signatures were not looked at");
  }
  if (good) return EXIT.ok;
  return last?.how === "unreachable" ? EXIT.unreachable : EXIT.failed;
}

/** Manufacturer 00 01 and a name of our own where none is given. */
function deviceIdOf(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return Uint8Array.from([0, 1, ...new TextEncoder().encode("busbarprob")]);
  const bytes = /^[0-9a-fA-F]{24}$/.test(text) ? fromHex(text) : deviceIdBytes(text);
  return bytes?.length === 12 ? bytes : undefined;
}
