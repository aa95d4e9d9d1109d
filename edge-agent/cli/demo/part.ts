import type { Json } from "../../model/bounded-json.ts";

/** Where the demo runs: one directory, the two agents' own files. */
export interface DemoSite {
  readonly dir: string;
  readonly seed: string;
}

/** Lines of the configuration file, each with its own indentation, without line ends. */
export interface PartLines {
  /** Below `agents: a:` and `agents: b:`, indented by four. */
  readonly agents?: Readonly<Record<"a" | "b", readonly string[]>>;
  /** Top-level sections. */
  readonly sections: readonly string[];
  /** Items of `devices:`, indented by two. */
  readonly devices: readonly string[];
}

/** What a part asks the core to send to one of its devices. */
export interface PartCommand {
  readonly device: string;
  readonly action: string;
  readonly value?: Json;
  readonly target?: { readonly scheme: "obis" | "iec61850" | "oslp" | "mqtt"; readonly value: string };
}

/** A message in the core's journal, as far as a part may want it. */
export interface JournalMessage {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly protocol?: string;
  readonly correlationid?: string;
  readonly data?: Readonly<Record<string, unknown>> & { readonly text?: string };
}

export interface PartBooks {
  /** For the table at the end: `["meter readings", "312"]`. */
  readonly lines: readonly (readonly [label: string, value: string])[];
  /** Whether everything that was promised is there; the demo waits for it a while, then says that a promise broke. */
  readonly kept: boolean;
}

/** What the operator of the demo asks of its parts. */
export interface PartOptions {
  /** When the broker of the control centre is stopped, and for how long; absent: now and then for a moment. */
  readonly stopBrokerAfterMs: number | undefined;
  readonly brokerAwayMs: number;
}

/**
 * The devices of one protocol in the demo, besides the street lights which every run has: a file `part-<protocol>.ts` and
 * a line in `parts.ts`.
 */
export interface DemoPart {
  /** For the first line: `10 meters`. */
  readonly title: string;
  /** Free TCP ports it wants. */
  readonly portCount: number;
  /** Writes keys and the like into the site's directory, and says its lines of the configuration. Called once. */
  prepare(site: DemoSite, ports: readonly number[]): Promise<PartLines>;
  /** The agents have been started. Resolves when the devices can be reached. */
  start(): Promise<void>;
  /** The nth command of this part, from 0; `undefined`: this part has none. */
  command(n: number): PartCommand | undefined;
  /** A few words for the line that is shown every second; empty: nothing to say. */
  summary(): string;
  books(journal: readonly JournalMessage[]): PartBooks;
  /** The run is over: nothing more is measured, and what is away for a while comes back. Not called where it failed. */
  settle?(): Promise<void>;
  /** Also called when `start` never was, and twice. */
  stop(): Promise<void>;
}
