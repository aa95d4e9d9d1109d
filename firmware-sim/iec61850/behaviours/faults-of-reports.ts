import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { SimulatedIed } from "../ied.ts";
import { periodically } from "./periodically.ts";

/** Breaks the connection in the middle of every so many reports. */
export function abortsMidReport(every: number): Behaviour {
  let count = 0;
  return {
    name: "aborts-mid-report",
    leaves: (ied, frames, cargo) => {
      if (cargo !== "report") return undefined;
      count += 1;
      const [first] = frames;
      if (count % every !== 0 || first === undefined) return undefined;
      misbehaved(ied, "aborts-mid-report", "half a report");
      return { send: [first.subarray(0, first.length >> 1)], thenHangUp: true };
    },
  };
}

/** Leaves the second part of every report out that has parts. */
export function losesSegments(): Behaviour {
  return {
    name: "loses-segments",
    reports: (ied, reports) => {
      if (reports.length < 2) return reports;
      misbehaved(ied, "loses-segments", "the second segment");
      return reports.filter((_, index) => index !== 1);
    },
  };
}

/** Sends octets that are no TPKT before every so many reports. */
export function sendsGarbage(every: number): Behaviour {
  let count = 0;
  return {
    name: "sends-garbage",
    leaves: (ied, frames, cargo) => {
      if (cargo !== "report") return undefined;
      count += 1;
      if (count % every !== 0) return undefined;
      misbehaved(ied, "sends-garbage", "before a report");
      return { send: [ied.random.bytes(16).map((octet, index) => (index === 0 ? 0x47 : octet)), ...frames] };
    },
  };
}

/** Enabled, and says nothing: a task of it has died. */
export function stopsReporting(): Behaviour {
  return {
    name: "stops-reporting",
    reports: (ied, reports) => {
      misbehaved(ied, "stops-reporting", `${reports.length} information reports`);
      return [];
    },
  };
}

/** Sends everything it has to whoever enables a buffered block, whatever the EntryID says. */
export function replaysStorm(): Behaviour {
  return { name: "replays-storm", replaysAlways: true };
}

/** The first instance of every report control block belongs to a gateway nobody sees. */
export function blocksTaken(): Behaviour {
  return {
    name: "blocks-taken",
    starts: (ied) => {
      for (const report of ied.reports)
        if (!/0[2-9]$|[1-9]\d$/.test(report.reference)) report.reservation.takenBy("somebody else");
    },
  };
}

/** Loses power every so often: associations, buffers and EntryIDs are gone. */
export function restarts(everyMs: DurationMs): Behaviour {
  return {
    name: "restarts",
    ticks: periodically(everyMs, (ied) => {
      misbehaved(ied, "restarts", "power was lost");
      ied.restart();
    }),
  };
}

/** Aborts every association after so long. */
export function abortsAssociations(everyMs: DurationMs): Behaviour {
  return {
    name: "aborts-associations",
    ticks: periodically(everyMs, (ied) => {
      for (const association of ied.associations) {
        if (!association.isOpen) continue;
        misbehaved(ied, "aborts-associations", `association ${association.id}`);
        association.cut("abort");
      }
    }),
  };
}

function misbehaved(ied: SimulatedIed, behaviour: string, what: string): void {
  ied.log({ kind: "misbehaved", behaviour, what });
}
