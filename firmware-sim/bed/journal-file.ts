import { existsSync, readFileSync } from "node:fs";
import type { JournalLine } from "./accountant.ts";

/** The lines of a core's journal. A last line without an end is one a core was killed in; it is not there yet. */
export function readJournal(file: string): JournalLine[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line): JournalLine => JSON.parse(line));
}
