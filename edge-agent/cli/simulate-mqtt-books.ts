import type { FleetMember } from "../../firmware-sim/mqtt/fleet-plan.ts";
import type { DeviceLog, LogFact } from "../../firmware-sim/mqtt/log.ts";
import { addTo, type LogLine } from "./simulate-books.ts";

/** The books of a simulation of MQTT devices: what they saw, counted by them alone. */
export interface MqttBooks {
  readonly devices: number;
  /** Devices that were connected at least once. */
  readonly everConnected: number;
  readonly connections: number;
  readonly disconnections: number;
  /** CONNACK said no, by the code it said. */
  readonly refused: Counts;
  /** Attempts that reached nobody, by errno. */
  readonly unreachable: Counts;
  /** Messages of well-behaved kind and the others, by the behaviour that said them. */
  readonly published: Counts;
  /** Acknowledged by PUBACK or PUBCOMP, by the behaviour that said them. */
  readonly acknowledged: Counts;
  readonly givenUp: number;
  readonly unsent: number;
  readonly outstanding: number;
  /** Of measurements, from PUBLISH to PUBACK or PUBCOMP, ms; of the last 100,000. */
  readonly acknowledgedWithin: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Commands carried out, by their action. */
  readonly executed: Counts;
  readonly answered: number;
  readonly subscriptionsRefused: number;
  /** Messages that were for nobody. */
  readonly heard: number;
  readonly births: number;
  readonly misbehaved: Counts;
  readonly seconds: number;
}

type Counts = Readonly<Record<string, number>>;

const SAMPLES_MAX = 100_000;

export class MqttSimulationBooks {
  readonly #devices: number;
  readonly #write: ((line: LogLine) => void) | undefined;
  readonly #startedAt: number = performance.now();
  readonly #connected = new Set<string>();
  readonly #counts = new Map<string, number>();
  readonly #named = new Map<string, Map<string, number>>();
  readonly #samples: number[] = [];
  #sampled = 0;

  constructor(devices: number, write: ((line: LogLine) => void) | undefined) {
    this.#devices = devices;
    this.#write = write;
  }

  logOf({ uid }: Pick<FleetMember, "uid">): DeviceLog {
    return (fact) => {
      this.#take(uid, fact);
      this.#write?.({ device: uid, ...fact });
    };
  }

  booksWith(outstanding: number): MqttBooks {
    const of = (kind: LogFact["kind"]): number => this.#counts.get(kind) ?? 0;
    const named = (kind: LogFact["kind"]): Counts => Object.fromEntries(this.#named.get(kind) ?? []);
    const sorted = this.#samples.slice().sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      ...{ devices: this.#devices, everConnected: this.#connected.size },
      ...{ connections: of("connected"), disconnections: of("disconnected") },
      ...{ refused: named("refused"), unreachable: named("unreachable") },
      ...{ published: named("published"), acknowledged: named("acknowledged") },
      ...{ givenUp: of("given-up"), unsent: of("unsent"), outstanding },
      acknowledgedWithin: { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 },
      ...{ executed: named("executed"), answered: of("answered") },
      ...{ subscriptionsRefused: of("subscription-refused"), heard: of("heard"), births: of("born") },
      misbehaved: named("misbehaved"),
      seconds: Math.round((performance.now() - this.#startedAt) / 100) / 10,
    };
  }

  #take(uid: string, fact: LogFact): void {
    addTo(this.#counts, fact.kind);
    if (fact.kind === "connected") this.#connected.add(uid);
    const name = nameOf(fact);
    if (name !== undefined) {
      const counts = this.#named.get(fact.kind) ?? new Map<string, number>();
      this.#named.set(fact.kind, counts);
      addTo(counts, name);
    }
    if (fact.kind === "acknowledged" && fact.by === "measures") {
      this.#samples[this.#sampled % SAMPLES_MAX] = fact.ms;
      this.#sampled += 1;
    }
  }
}

function nameOf(fact: LogFact): string | undefined {
  switch (fact.kind) {
    case "refused":
    case "unreachable":
      return fact.code;
    case "published":
    case "acknowledged":
    case "misbehaved":
      return fact.by;
    case "executed":
      return fact.action;
    default:
      return undefined;
  }
}
