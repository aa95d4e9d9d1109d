import { type Logger, pino } from "pino";
import type { LogSettings } from "../config/config.ts";

/** A log of one process: JSON lines, or short lines for people on a terminal. */
export function makeLog(settings: LogSettings, agent: string): Logger {
  const pretty = settings.format === "pretty" || (settings.format === "auto" && process.stdout.isTTY === true);
  if (!pretty) return pino({ level: settings.level, base: { agent }, timestamp: pino.stdTimeFunctions.isoTime });
  return pino(
    { level: settings.level, base: { agent } },
    { write: (line) => void process.stdout.write(forPeople(line)) },
  );
}

function forPeople(line: string): string {
  const { time, level, msg, agent } = JSON.parse(line) as { time: number; level: number; msg?: string; agent?: string };
  const clock = new Date(time).toISOString().slice(11, 23);
  const name = level >= 50 ? "ERROR" : level >= 40 ? "WARN " : level >= 30 ? "info " : "debug";
  return `${clock} ${agent ?? ""} ${name} ${msg ?? ""}\n`;
}
