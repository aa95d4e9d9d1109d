import type { DlmsDevice } from "../../adapters/dlms/device.ts";
import { DialSession } from "../../adapters/dlms/dial-session.ts";
import { DLMS_DEFAULTS, type DlmsSettings } from "../../adapters/dlms/settings.ts";
import { CipherKeys } from "../../adapters/io/node/cipher-keys.ts";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { KeyStore } from "../../adapters/io/node/keys.ts";
import { NodeRandom } from "../../adapters/io/node/random.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { fromHex } from "../../adapters/kit/bytes.ts";
import type { CommandConclusion, DeviceMemory } from "../../adapters/kit/session.ts";
import type { ModeESettings } from "../../adapters/dlms/hdlc/mode-e.ts";
import { parseObis, toObis } from "../../adapters/dlms/obis.ts";
import type { Json } from "../model/bounded-json.ts";
import { decodeCommand } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import { connectMeter, type MeterPlace } from "../runtime/dlms-connect.ts";
import { type MeterKeys, NO_KEYS, readMeterKeys } from "../runtime/dlms-keys.ts";
import { carryOut } from "../runtime/southbound.ts";
import type { DlmsProbeFlags } from "./probe-dlms.ts";

/** One meter that is talked to from the command line; what is remembered of it lasts as long as the process. */
export class ProbedMeter {
  readonly device: DlmsDevice;
  readonly #flags: DlmsProbeFlags;
  readonly #settings: DlmsSettings;
  readonly #timers = new NodeTimers();
  readonly #random = new NodeRandom();
  #memory: DeviceMemory | undefined;
  #count = 0;
  readonly refused: EdgeError[] = [];

  /** Throws `config.*` for keys that cannot be used. */
  constructor(flags: DlmsProbeFlags) {
    this.#flags = flags;
    const ciphers = new CipherKeys();
    const read =
      flags.keys === undefined
        ? NO_KEYS
        : readMeterKeys({ kind: "file", path: flags.keys }, "probe", flags.suite, ciphers);
    const secret = flags.password === undefined ? undefined : passwordOf(flags.password, ciphers);
    this.device = deviceOf(flags, secret === undefined ? read : { ...read, keys: { ...read.keys, secret } });
    this.#settings = {
      ...DLMS_DEFAULTS,
      ciphers,
      timeouts: { ...DLMS_DEFAULTS.timeouts, responseMs: flags.within },
    };
  }

  /** One action in one association, with everything it has to say. */
  async ask(
    action: string,
    value?: Json | undefined,
    over: Partial<DlmsDevice> = {},
    within: number = this.#flags.within,
  ): Promise<CommandConclusion & { readonly drafts: readonly MessageDraft[] }> {
    this.#count += 1;
    const device = { ...this.device, ...over };
    const command = decodeCommand({
      uid: `probe-${this.#count}`,
      device: device.uid,
      action,
      ...(value === undefined ? {} : { value }),
      deadline: new Date(Date.now() + 3_600_000).toISOString(),
      issuedBy: "probe",
    });
    const drafts: MessageDraft[] = [];
    const registry = {
      byUid: () => device,
      byProtocolId: () => undefined,
      memory: () => this.#memory,
      byMemory: () => undefined,
    };
    const settings = { ...this.#settings, timeouts: { ...this.#settings.timeouts, responseMs: within } };
    const session = new DialSession(settings, device, {
      random: this.#random,
      crypto: new KeyStore(),
      wall: () => this.#timers.wall(),
      registry,
    });
    const southbound = {
      store: (_device: string, stored: readonly MessageDraft[], memory: DeviceMemory | undefined) => {
        drafts.push(...stored);
        this.#memory = memory ?? this.#memory;
        return Promise.resolve();
      },
      heard: () => {},
      refused: (_device: string | undefined, _peer: string, fault: EdgeError) => void this.refused.push(fault),
      permit: () => true,
    };
    const place = placeOf(this.#flags);
    const connect = () => connectMeter(place, { timeoutMs: within, timers: this.#timers });
    const conclusion = await carryOut({ session, timers: this.#timers, southbound }, command, connect);
    return { ...conclusion, drafts };
  }
}

function passwordOf(text: string, ciphers: CipherKeys) {
  const octets = new TextEncoder().encode(text);
  ciphers.addSecret("probe.password", octets);
  return ciphers.addPassword("probe.password", octets);
}

function placeOf({ host, port, udp, serial, baud, modeE }: DlmsProbeFlags): MeterPlace {
  if (serial !== undefined) {
    return { kind: "serial", path: serial, baudRate: baud ?? 9_600, modeE: addressed(modeE) };
  }
  return { kind: udp === true ? "udp" : "tcp", host: host?.host ?? "", port: host?.port ?? port };
}

function addressed(modeE: string | true | undefined): ModeESettings | undefined {
  if (modeE === undefined) return undefined;
  return modeE === true ? {} : { deviceAddress: modeE };
}

function deviceOf(flags: DlmsProbeFlags, { keys, mbusKeys }: MeterKeys): DlmsDevice {
  const secured = keys.encryption !== undefined;
  return {
    uid: "probe",
    identification: "probe",
    profile: flags.profile,
    phases: flags.phases === 1 ? 1 : 3,
    zone: flags.zone,
    deviationTurned: false,
    transport:
      flags.hdlc || flags.serial !== undefined
        ? {
            kind: "hdlc",
            physical: flags.physical,
            addressOctets:
              flags.addressOctets ??
              (flags.physical === undefined ? 1 : flags.physical > 0x7f || flags.server > 0x7f ? 4 : 2),
            information: 128,
            window: 1,
          }
        : { kind: "wrapper", carrier: flags.udp === true ? "datagram" : "stream" },
    client: flags.client,
    publicClient: 16,
    server: flags.server,
    authentication: flags.auth,
    protection: flags.protection ?? (secured && flags.auth !== "none" ? "both" : "none"),
    suite: flags.suite,
    dedicated: false,
    form: flags.general === true ? "general" : "service-specific",
    generalCiphering: flags.generalCiphering,
    signs: flags.sign === true,
    keys,
    mbusKeys,
    clientTitle: fromHex(flags.title) ?? new Uint8Array(8),
    serverTitle: undefined,
    counterRestarts: true,
    counterDecrease: "refused",
    gmacCounter: "own",
    referencing: flags.sn === true ? "short-name" : "logical-name",
    counterObject: parseObis(flags.counterObject) ?? toObis("0-0:43.1.0*255"),
    listMax: flags.listMax,
    selectsRange: true,
    selectsColumns: false,
    accessTechnology: "gprs",
    maxPdu: 0xffff,
    deviceType: undefined,
  };
}
