import type { IedLog, LogLine as IedLine } from "../../firmware-sim/iec61850/log.ts";
import type { LogLine } from "./simulate-books.ts";

/** The books of a simulation of IEDs: what they saw, counted by them alone. */
export interface IedBooks {
  readonly devices: number;
  /** Open now. */
  readonly associations: number;
  /** Ever. */
  readonly associated: number;
  readonly refused: number;
  readonly written: number;
  /** Controls carried out. */
  readonly controls: number;
  readonly controlsRefused: number;
  /** Entries that came to be in buffered report control blocks. */
  readonly entries: number;
  /** Reports of both kinds that left. */
  readonly reports: number;
  /** Entries that were lost unsent. */
  readonly lost: number;
  readonly unreachable: number;
  readonly seconds: number;
}

type Count = Exclude<keyof IedBooks, "devices" | "seconds">;

export class IedSimulationBooks {
  readonly #devices: number;
  readonly #write: ((line: LogLine) => void) | undefined;
  readonly #startedAt: number = performance.now();
  readonly #counts = new Map<Count, number>();

  constructor(devices: number, write: ((line: LogLine) => void) | undefined) {
    this.#devices = devices;
    this.#write = write;
  }

  logOf(device: string): IedLog {
    return (line) => {
      const count = countOf(line);
      if (count !== undefined) this.#add(count, 1);
      if (line.kind === "associated") this.#add("associations", 1);
      if (line.kind === "ended") this.#add("associations", -1);
      this.#write?.({ device, ...line });
    };
  }

  unreachable(device: string, address: string): void {
    this.#add("unreachable", 1);
    this.#write?.({ device, kind: "unreachable", address });
  }

  get books(): IedBooks {
    const of = (name: Count): number => this.#counts.get(name) ?? 0;
    return {
      ...{
        devices: this.#devices,
        associations: of("associations"),
        associated: of("associated"),
        refused: of("refused"),
      },
      ...{ written: of("written"), controls: of("controls"), controlsRefused: of("controlsRefused") },
      ...{ entries: of("entries"), reports: of("reports"), lost: of("lost"), unreachable: of("unreachable") },
      seconds: Math.round((performance.now() - this.#startedAt) / 100) / 10,
    };
  }

  #add(name: Count, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }
}

function countOf(line: IedLine): Count | undefined {
  switch (line.kind) {
    case "associated":
    case "refused":
    case "written":
      return line.kind;
    case "control":
      if (line.addCause !== 0) return "controlsRefused";
      return line.action === "operate" ? "controls" : undefined;
    case "entry":
      return "entries";
    case "entry-sent":
    case "report-sent":
      return "reports";
    case "overflowed":
      return line.wasSent ? undefined : "lost";
    default:
      return undefined;
  }
}
