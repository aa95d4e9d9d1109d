import { readFileSync } from "node:fs";
import { Bed } from "../firmware-sim/bed/bed.ts";
import { type CpuReading, cpuPercent, ownCpu } from "./part-process.ts";
import { pause } from "./throughput.ts";

export interface FleetThroughput {
  readonly devices: number;
  /** Events acknowledged to the devices, a second. */
  readonly perSecond: number;
  /** Percent of one processor. */
  readonly cpu: { readonly active: number; readonly standby: number; readonly core: number; readonly devices: number };
}

/** Every device has always something to say: far more often than one can on two processors. */
const EVERY_MS = 20;
/** Of the kernel's clock that counts processor time, USER_HZ: the same on every Linux. */
const TICK_MS = 10;

/**
 * A whole pair with a core, and OSLP devices that sign every envelope and open a connection for each, as in the field. The
 * devices are on the same machine, and what they do costs about as much as what the agent does.
 */
export async function measureFleet(settings: {
  readonly devices: number;
  readonly warmUpMs: number;
  readonly forMs: number;
}): Promise<FleetThroughput> {
  const bed = await Bed.start({ devices: settings.devices, everyMs: EVERY_MS, answerTimeoutMs: 10_000 });
  try {
    const [active, standby] = await Promise.all([bed.active(), bed.standby()]);
    const read = () => ({
      active: cpuOf(active.pid),
      standby: cpuOf(standby.pid),
      core: cpuOf(bed.cores[0]?.pid),
      devices: ownCpu(),
      acknowledged: bed.books.acknowledged,
    });
    await pause(settings.warmUpMs);
    const from = read();
    await pause(settings.forMs);
    const to = read();
    return {
      devices: settings.devices,
      perSecond: ((to.acknowledged - from.acknowledged) * 1_000) / (to.devices.atMs - from.devices.atMs),
      cpu: {
        active: cpuPercent(from.active, to.active),
        standby: cpuPercent(from.standby, to.standby),
        core: cpuPercent(from.core, to.core),
        devices: cpuPercent(from.devices, to.devices),
      },
    };
  } finally {
    await bed.stop();
  }
}

/** Processor time of another process; 0 where the kernel does not say. */
export function cpuOf(pid: number | undefined): CpuReading {
  const atMs = performance.timeOrigin + performance.now();
  try {
    // Behind the name in parentheses: state, …, utime and stime as fields 14 and 15 of the whole line (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return { atMs, usedMs: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS };
  } catch (_notLinux) {
    return { atMs, usedMs: 0 };
  }
}
