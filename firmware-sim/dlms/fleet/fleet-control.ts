import { EVENT_LOGS, type EventLog } from "../../../adapters/dlms/config/events.ts";
import { BEHAVIOURS } from "../behaviours/roster.ts";
import type { Fleet } from "./fleet.ts";
import type { FleetMember } from "./fleet-plan.ts";

/** What came of one line: how many meters did it, or why none. */
export type Carried = { readonly ok: true; readonly meters: number } | { readonly ok: false; readonly why: string };

export const CONTROL_WORDS: readonly string[] = [
  "event LOG CODE [METER]      something happens: standard, fraud, m-bus, power-quality …",
  "push [alarm|sms|udp] [METER]",
  "reboot SECONDS [METER]",
  "fault BEHAVIOUR [METER]     from now on, until it is healed",
  "heal BEHAVIOUR [METER]",
  "METER is its uid, its number, or all",
];

const SETUPS: Readonly<Record<string, string>> = {
  alarm: "0.1.25.9.0.255",
  sms: "0.2.25.9.0.255",
  udp: "0.3.25.9.0.255",
};
const AWAY_SECONDS_MAX = 86_400;

/** One line a person or a test gave to a running fleet. */
export function carryOut(fleet: Fleet, line: string): Carried {
  const [word = "", ...rest] = line.trim().split(/\s+/);
  switch (word) {
    case "event": {
      const [log = "", code = "", meter] = rest;
      if (!isLog(log) || !/^\d+$/.test(code)) return failed(`an event is one of ${EVENT_LOGS.join(", ")} and a code`);
      return each(fleet, meter, (member) => fleet.raise(member, log, Number(code)));
    }
    case "push": {
      const [which = "alarm", meter] = rest;
      const setup = SETUPS[which];
      if (setup === undefined) return failed(`a push setup is ${Object.keys(SETUPS).join(", ")}`);
      return each(fleet, meter, (member) => fleet.push(member, setup));
    }
    case "reboot": {
      const [seconds = "", meter] = rest;
      const away = Number(seconds);
      if (!(away >= 0 && away <= AWAY_SECONDS_MAX)) return failed("reboot is followed by the seconds it is away");
      return each(fleet, meter, (member) => fleet.reboot(member, away * 1_000));
    }
    case "fault":
    case "heal": {
      const [name = "", meter] = rest;
      const entry = Object.hasOwn(BEHAVIOURS, name) ? BEHAVIOURS[name] : undefined;
      if (entry === undefined || entry.kind === "good") return failed(`${JSON.stringify(name)} is no fault`);
      return each(fleet, meter, (member) => {
        if (word === "fault") fleet.meter(member).adopt(entry.make({ eventEveryMs: 0 }));
        else fleet.meter(member).shed(name);
      });
    }
    default:
      return failed(`${JSON.stringify(word)} is nothing a fleet can do`);
  }
}

function each(fleet: Fleet, which: string | undefined, deed: (member: FleetMember) => unknown): Carried {
  const meant =
    which === undefined || which === "all"
      ? fleet.members
      : fleet.members.filter(({ uid, index }) => uid === which || String(index + 1) === which);
  if (meant.length === 0) return failed(`there is no meter ${which ?? ""}`);
  for (const member of meant) deed(member);
  return { ok: true, meters: meant.length };
}

function isLog(text: string): text is EventLog {
  return EVENT_LOGS.some((log) => log === text);
}

function failed(why: string): Carried {
  return { ok: false, why };
}
