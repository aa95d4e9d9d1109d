import type { SimClock } from "../../adapters/io/sim/clock.ts";
import type { SimCrypto } from "../../adapters/io/sim/crypto.ts";
import { SimHost } from "../../adapters/io/sim/host.ts";
import type { SimNetwork } from "../../adapters/io/sim/network.ts";
import { toKeyRef } from "../../adapters/kit/adapter.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { SeededRandom } from "../../adapters/kit/random.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { Behaviour } from "../oslp/behaviour.ts";
import { SimulatedDevice } from "../oslp/device.ts";
import type { DeviceLog } from "../oslp/device-state.ts";
import { reportsStatus } from "../oslp/behaviours/reports-status.ts";
import { resumesSchedule } from "../oslp/behaviours/resumes-schedule.ts";
import { switchesLights } from "../oslp/behaviours/switches-lights.ts";
import { FleetDevice } from "../oslp/fleet/fleet-device.ts";
import { type Mood, moody, type Speech, startsOver, tells, uidOf } from "./device-habits.ts";
import type { Court } from "./court.ts";
import { OSLP_PORT, PATIENCE } from "./rules.ts";

/** One device of the town, as the other parts of the world need to know it. */
export interface Citizen {
  readonly uid: string;
  readonly identification: string;
  /** Name of its host: the address it registers. */
  readonly address: string;
  readonly host: SimHost;
  readonly device: SimulatedDevice;
  readonly mood: Mood;
  /** Events raised and not acknowledged, oldest first, with the time they were raised. */
  readonly open: Map<string, number>;
}

export interface TownSettings {
  readonly clock: SimClock;
  readonly random: SeededRandom;
  readonly network: SimNetwork;
  readonly crypto: SimCrypto;
  readonly court: Court;
  readonly count: number;
  /** The platform's addresses. */
  readonly platforms: readonly string[];
  readonly wallMs: number;
}

/** A few street-light controllers that say something every now and then until they have been heard. */
export class DeviceTown {
  readonly citizens: readonly Citizen[];
  readonly #settings: TownSettings;
  readonly #speech: Speech = { silent: false };
  readonly #running: FleetDevice[] = [];

  constructor(settings: TownSettings) {
    this.#settings = settings;
    this.citizens = Array.from({ length: settings.count }, (_, index) => this.#settle(index));
  }

  /** Nobody raises anything new from now on; what was raised is still told. */
  hush(): void {
    this.#speech.silent = true;
  }

  get isHeard(): boolean {
    return this.citizens.every((one) => one.open.size === 0);
  }

  /** Off for a while: it forgets its registration, not its events. */
  reboot(citizen: Citizen, forMs: DurationMs): void {
    const { clock } = this.#settings;
    citizen.device.powerCycle(citizen.host.timers.now(), forMs);
    clock.after(forMs, () => citizen.device.powerOn());
  }

  stop(): void {
    for (const one of this.#running) one.stop();
  }

  #settle(index: number): Citizen {
    const { clock, network, crypto, court, platforms, wallMs } = this.#settings;
    const identification = `SSLD-${index + 1}`;
    const uid = identification.toLowerCase();
    const address = `10.0.0.${index + 1}`;
    const random = this.#settings.random.of(identification);
    const host = new SimHost({
      clock,
      name: address,
      monotonicOffsetMs: random.between(1, 100_000),
      wallStartMs: wallMs + random.between(-5_000, 5_000),
    });
    const open = new Map<string, number>();
    const mood: Mood = { random: random.of("mood"), oddTimes: 0, deaf: false, mute: false, forging: false };
    const log: DeviceLog = {
      acknowledged: ({ description }) => {
        open.delete(description);
        court.tell({ kind: "acknowledged", device: uid, text: description });
      },
      executed: ({ member, body }) => court.tell({ kind: "executed", device: uid, uid: uidOf(member, body) }),
      note: (what) => {
        if (what.startsWith("the event was refused")) court.tell({ kind: "turned-away", device: uid, why: what });
        else court.note(`${uid}: ${what}`);
      },
    };
    const raised = (text: string): void => {
      open.set(text, clock.now);
      court.tell({ kind: "raised", device: uid, text });
    };
    const device = new SimulatedDevice({
      identity: {
        identification,
        deviceId: deviceIdOf(index),
        version: "0.6.1",
        kind: "SSLD",
        signKey: crypto.addPrivate(`device.${uid}`, identification),
        platformKey: toKeyRef("platform.public"),
        ipAddress: [10, 0, 0, index + 1],
      },
      behaviours: behaviours(mood, this.#speech, raised, random.between(250, 900)),
      random: random.of("device"),
      crypto,
      wall: () => host.timers.wall(),
      log,
      answerTimeoutMs: PATIENCE.answerMs,
    });
    const fleet = new FleetDevice({
      device,
      platforms: platforms.map((name) => ({ host: name, port: OSLP_PORT })),
      dial: (to) => network.dial(host, { ...to, timeoutMs: PATIENCE.connectMs }),
      timers: host.timers,
      random: random.of("fleet"),
    });
    const onTransport = (transport: Transport): void => void fleet.answer(transport);
    void network.listen(host, { port: OSLP_PORT, onTransport });
    clock.after(random.below(300), () => void fleet.run());
    this.#running.push(fleet);
    return { uid, identification, address, host, device, mood, open };
  }
}

function behaviours(mood: Mood, speech: Speech, raised: (text: string) => void, everyMs: number): Behaviour[] {
  return [
    startsOver(),
    moody(mood),
    tells({ speech, raised, everyMs }),
    switchesLights(),
    reportsStatus(),
    resumesSchedule(),
  ];
}

/** Manufacturer 00 01, then ten bytes that count. */
function deviceIdOf(index: number): Uint8Array {
  const id = new Uint8Array(12);
  id[1] = 1;
  id[11] = index + 1;
  return id;
}
