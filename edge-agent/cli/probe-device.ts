import { createPublicKey } from "node:crypto";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { listen } from "../../adapters/io/node/listen.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { Registry, Seams } from "../../adapters/kit/adapter.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion, DeviceMemory } from "../../adapters/kit/session.ts";
import { toRfc3339, toWall } from "../../adapters/kit/time.ts";
import { oslpAdapter } from "../../adapters/oslp/adapter.ts";
import type { OslpDevice } from "../../adapters/oslp/device.ts";
import { deviceIdBytes, deviceIdText } from "../../adapters/oslp/device-id.ts";
import { readMemory, writeMemory } from "../../adapters/oslp/memory.ts";
import { dialTarget, OSLP_DEFAULTS, type OslpSettings, oslpSettings } from "../../adapters/oslp/settings.ts";
import { decodeCommand } from "../model/command.ts";
import { carryOut, converse, type Southbound } from "../runtime/southbound.ts";
import { clean, complainLine, say, sayJson, table } from "./output.ts";
import type { ProbeFlags } from "./probe-oslp.ts";
import type { ProbeRequest } from "./probe-verbs.ts";
import { readPrivateKey, readPublicKey } from "./simulate-keys.ts";
import { EXIT } from "./verb.ts";

const UID = "probed";

/** Be the platform of one device for one request. */
export async function probeDevice(request: ProbeRequest, flags: ProbeFlags): Promise<number> {
  const bench = benchOf(flags);
  if (typeof bench === "string") {
    complainLine(bench);
    return EXIT.usage;
  }
  if (flags.listen !== undefined && !(await bench.awaitRegistration(flags.listen))) return EXIT.unreachable;
  const conclusion = await bench.ask(request);
  return tell(conclusion, bench, flags);
}

function benchOf(flags: ProbeFlags): ProbeBench | string {
  const { platformKey, deviceKey, deviceId, sequence } = flags;
  if (platformKey === undefined)
    return "the request is signed by the platform: give its private key with --platform-key";
  if (deviceKey === undefined) return "the answer is signed by the device: give its public key with --device-key";
  const id = deviceId === undefined ? undefined : deviceIdOf(deviceId);
  if (deviceId !== undefined && id === undefined)
    return "--device-id is 24 hex digits or 16 characters of Base64: 12 bytes";
  if (flags.listen === undefined && (id === undefined || sequence === undefined || flags.host === undefined))
    return "give --host, --device-id and --sequence, or --listen PORT to take them from its next registration";
  return new ProbeBench(flags, { platformKey, deviceKey, deviceId: id });
}

/** The product's own sessions around one device, with a memory that lives as long as the probe. */
class ProbeBench implements Registry<OslpDevice> {
  readonly #flags: ProbeFlags;
  readonly #device: OslpDevice;
  readonly #settings: OslpSettings;
  readonly #timers = new NodeTimers();
  readonly #seams: Seams<OslpDevice>;
  #memory: DeviceMemory | undefined;
  #registered: (() => void) | undefined;
  readonly refusals: EdgeError[] = [];

  constructor(
    flags: ProbeFlags,
    given: { readonly platformKey: string; readonly deviceKey: string; readonly deviceId: Uint8Array | undefined },
  ) {
    const keys = new KeyStore();
    const platform = readPrivateKey(given.platformKey);
    this.#flags = flags;
    this.#settings = oslpSettings({
      signingKey: keys.addKeyObject("platform", platform),
      timeouts: { ...OSLP_DEFAULTS.timeouts, responseMs: flags.within },
    });
    const port = flags.port ?? flags.host?.port;
    this.#device = {
      uid: UID,
      deviceIdentification: flags.identification,
      version: flags.version,
      publicKey: keys.addKeyObject("device", readPublicKey(given.deviceKey)),
      ...(flags.host === undefined ? {} : { address: flags.host.host }),
      ...(port === undefined ? {} : { port }),
    };
    // Fails here and not in the middle where somebody gave the key of the other side.
    createPublicKey(platform);
    this.#seams = { random: new NodeRandom(), crypto: keys, wall: () => this.#timers.wall(), registry: this };
    if (given.deviceId !== undefined) this.#memory = this.#assumed(given.deviceId, flags.sequence ?? 0);
  }

  byUid(uid: string): OslpDevice | undefined {
    return uid === UID ? this.#device : undefined;
  }

  byProtocolId(id: string): OslpDevice | undefined {
    return id === this.#device.deviceIdentification ? this.#device : undefined;
  }

  memory(): DeviceMemory | undefined {
    return this.#memory;
  }

  byMemory(index: string, value: string): OslpDevice | undefined {
    return this.#memory?.[index] === value ? this.#device : undefined;
  }

  /** The number after the conversation: what the next request is made with. */
  get sequence(): number | undefined {
    return readMemory(this.#memory).active?.sequenceNumber;
  }

  get deviceId(): string | undefined {
    return readMemory(this.#memory).active?.deviceId;
  }

  get target(): string {
    const target = dialTarget(this.#settings, this.#device, readMemory(this.#memory));
    return target === undefined ? "nowhere" : `${target.host}:${target.port}`;
  }

  /** Serves as the device's platform until it has confirmed a registration. */
  async awaitRegistration(port: number): Promise<boolean> {
    const { within } = this.#flags;
    process.stderr.write(`waiting on port ${port} for ${this.#device.deviceIdentification} to register\n`);
    const registered = new Promise<void>((resolve) => {
      this.#registered = resolve;
    });
    const listener = await listen({
      host: "0.0.0.0",
      port,
      maxConnections: 100,
      onTransport: (transport) => {
        const session = oslpAdapter.accept(this.#settings, this.#seams);
        void converse({ session, timers: this.#timers, southbound: this.#southbound() }, transport);
      },
    });
    const patience = new AbortController();
    const over = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, within);
      patience.signal.addEventListener("abort", () => clearTimeout(timer));
    });
    await Promise.race([registered, over]);
    patience.abort();
    // The confirmation is answered before the listener cuts what is open.
    await new Promise((resolve) => setTimeout(resolve, ANSWER_GRACE_MS));
    await listener.close();
    if (this.sequence !== undefined) return true;
    complainLine(`${this.#device.deviceIdentification} did not register within ${within / 1_000} s`);
    for (const { code, message } of this.refusals) complainLine(clean(`refused: ${message} (${code})`));
    return false;
  }

  ask({ action, value }: ProbeRequest): Promise<CommandConclusion> {
    // What others were refused for while we waited says nothing about this answer.
    this.refusals.length = 0;
    const { within } = this.#flags;
    const command = decodeCommand({
      uid: "probe",
      device: UID,
      action,
      value,
      deadline: toRfc3339(toWall(this.#timers.wall() + 10 * within)),
      issuedBy: "busbar-probe",
    });
    const session = oslpAdapter.dial(this.#settings, this.#device, this.#seams);
    return carryOut({ session, timers: this.#timers, southbound: this.#southbound() }, command, () => {
      const target = dialTarget(this.#settings, this.#device, readMemory(this.#memory));
      return dial({ ...(target ?? { host: "", port: 0 }), timeoutMs: within });
    });
  }

  #southbound(): Southbound {
    return {
      store: async (_device, _drafts, memory) => {
        if (memory === undefined) return;
        this.#memory = memory;
        if (readMemory(memory).active !== undefined) this.#registered?.();
      },
      heard: () => {},
      refused: (_device, _peer, fault) => void this.refusals.push(fault),
      permit: () => true,
    };
  }

  /** A registration as somebody knows it from elsewhere. */
  #assumed(deviceId: Uint8Array, sequenceNumber: number): DeviceMemory {
    const active = {
      deviceId: deviceIdText(deviceId),
      sequenceNumber,
      randomDevice: 0,
      randomPlatform: 0,
      address: this.#flags.host?.host ?? "",
      hasSchedule: false,
      deviceType: 1,
      registeredAt: 0,
    };
    return writeMemory({ active, pending: undefined, requestUid: undefined });
  }
}

const ANSWER_GRACE_MS = 200;

function deviceIdOf(text: string): Uint8Array | undefined {
  const bytes = /^[0-9a-fA-F]{24}$/.test(text) ? fromHex(text) : deviceIdBytes(text);
  return bytes?.length === 12 ? bytes : undefined;
}

/** 0: the device did it; 5: it could not be reached or said nothing; 1: it, or the request, was refused. */
function tell(conclusion: CommandConclusion, bench: ProbeBench, flags: ProbeFlags): number {
  const { end, fault, result } = conclusion;
  const hint = fault === undefined ? undefined : hintFor(fault, bench.refusals);
  if (flags.json === true) {
    const state = { target: bench.target, deviceId: bench.deviceId, sequence: bench.sequence };
    sayJson({ end, ...state, fault: fault?.toJSON(), hint, result });
  } else {
    const facts = [
      ["device", bench.target],
      ["device id", bench.deviceId ?? "-"],
      ["next --sequence", String(bench.sequence ?? "-")],
      ...Object.entries(result).map(([name, value]) => [
        name,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ];
    say(table(["answer", end], facts));
    if (fault !== undefined) complainLine(clean(`${fault.message} (${fault.code})`));
    if (hint !== undefined) complainLine(hint);
  }
  if (end === "succeeded") return EXIT.ok;
  const silent = end === "unsent" || fault?.code === "oslp.response.timeout" || fault?.layer === "transport";
  return silent && fault?.retry !== "never" ? EXIT.unreachable : EXIT.failed;
}

/** What to look at, for the faults people meet first. */
function hintFor(fault: EdgeError, refusals: readonly EdgeError[]): string | undefined {
  switch (refusals.at(-1)?.code ?? fault.code) {
    case "oslp.response.timeout":
    case "oslp.response.closed":
      return "it read the request and did not answer: its platform key is another one, or --sequence is too far from its own number";
    case "oslp.signature.invalid":
      return "it answered, and not with this --device-key";
    case "oslp.response.foreign":
      return "it answered with another device id: it has registered anew since";
    case "oslp.sequence.out-of-window":
      return "its number is another one than --sequence says";
    case "transport.refused":
      return "nothing listens there: devices of 0.5.1 listen on 12121, of 0.6.1 on 12122, on a loopback address on 12123 and 12124";
    default:
      return undefined;
  }
}
