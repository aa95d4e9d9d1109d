import { type ModeESettings, ModeEHandover } from "../../adapters/dlms/hdlc/mode-e.ts";
import { dial } from "../../adapters/io/node/dial.ts";
import { handOver } from "../../adapters/io/node/line-handover.ts";
import { openSerial, type SerialSettings } from "../../adapters/io/node/serial.ts";
import { dialUdp } from "../../adapters/io/node/udp.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";

/** Where a meter is reached, and what is said on the line before its protocol begins. */
export type MeterPlace =
  | { readonly kind: "tcp" | "udp"; readonly host: string; readonly port: number }
  | {
      readonly kind: "serial";
      readonly path: string;
      readonly baudRate: number;
      /** IEC 62056-21 before HDLC; without it the line is binary at once. */
      readonly modeE: ModeESettings | undefined;
    };

export interface ConnectSettings {
  readonly timeoutMs: DurationMs;
  readonly timers: Timers;
  /** Another package than `serialport`, for tests. */
  readonly from?: SerialSettings["from"];
}

/** A way to the meter, ready for its protocol. Rejects with `transport.*` and `hdlc.mode-e.*`, nothing left open. */
export async function connectMeter(place: MeterPlace, settings: ConnectSettings): Promise<Transport> {
  const { timeoutMs, timers, from } = settings;
  if (place.kind !== "serial") {
    const { host, port } = place;
    return place.kind === "udp" ? dialUdp({ host, port }) : dial({ host, port, timeoutMs });
  }
  const { path, baudRate, modeE } = place;
  const line = { baudRate, dataBits: 8, parity: "none", stopBits: 1 } as const;
  const port = await openSerial({ path, line, ...(from === undefined ? {} : { from }) });
  if (modeE === undefined) return port;
  try {
    await handOver(new ModeEHandover(modeE), port, timers);
    return port;
  } catch (thrown) {
    await port.close();
    throw thrown;
  }
}

/** For people: `10.20.0.7:4059`, `udp 10.20.0.7:4059`, `/dev/ttyUSB0`. */
export function placeText(place: MeterPlace): string {
  if (place.kind === "serial") return place.path;
  return `${place.kind === "udp" ? "udp " : ""}${place.host}:${place.port}`;
}

/** One conversation at a time: meters on a line share it as if it were a cell. */
export function lineOf(place: MeterPlace): string | undefined {
  return place.kind === "serial" ? `line ${place.path}` : undefined;
}
