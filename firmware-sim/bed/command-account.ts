import type { Books, LedgerEntry, SentCommand, Violation } from "./accountant.ts";
import type { Execution } from "./device-books.ts";

const RESULT = "busbar.command-result.v1";
const TERMINAL: ReadonlySet<string> = new Set(["succeeded", "failed", "rejected", "expired", "cancelled", "unknown"]);
/** Ends that say that the device did nothing. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(["rejected", "expired", "cancelled"]);
/** A command is begun before its deadline; its bytes may take this long to the device. */
const ON_THE_WAY_MS = 3_000;

/** What became of every command, by the ledger, by the messages about it, and by what the devices did. */
export function commandViolations(books: Books): Violation[] {
  const found: Violation[] = [];
  const ledger = new Map(books.ledger.map((entry) => [entry.uid, entry]));
  const told = toldEnds(books);
  const deeds = new Map<string, Execution[]>();
  for (const device of books.devices) {
    for (const execution of device.executed) {
      const key = `${device.uid}: ${execution.deed}`;
      const list = deeds.get(key);
      if (list === undefined) deeds.set(key, [execution]);
      else list.push(execution);
    }
  }
  for (const command of books.commands) {
    const key = `${command.device}: ${command.deed}`;
    const ends = new Set(told.get(command.uid));
    const honestUntil = command.deadline + ON_THE_WAY_MS + (books.clocksBehindMs ?? 0);
    const done = deeds.get(key) ?? [];
    found.push(...ofCommand(command, ledger.get(command.uid), ends, done));
    const late = done.find((execution) => execution.at > honestUntil);
    if (late !== undefined) {
      const detail = `${Math.round(late.at - command.deadline)} ms after its deadline`;
      found.push({ kind: "command.late", of: command.uid, detail });
    }
    deeds.delete(key);
  }
  for (const key of deeds.keys()) found.push({ kind: "command.invented", of: key.split(":")[0] ?? "", detail: key });
  return found;
}

/** The terminal states the cores were told, by command. */
function toldEnds({ journal }: Books): Map<string, string[]> {
  const told = new Map<string, string[]>();
  for (const { type, data } of journal) {
    if (type !== RESULT || data?.uid === undefined || data.state === undefined || !TERMINAL.has(data.state)) continue;
    const list = told.get(data.uid);
    if (list === undefined) told.set(data.uid, [data.state]);
    else list.push(data.state);
  }
  return told;
}

function ofCommand(
  command: SentCommand,
  entry: LedgerEntry | undefined,
  ends: Set<string>,
  done: readonly Execution[],
): Violation[] {
  const found: Violation[] = [];
  const of = command.uid;
  const state = entry?.state ?? "missing";
  const times = `${done.length} times, the ledger says ${state} after ${entry?.attempt ?? 0} attempts`;
  if (!TERMINAL.has(state)) found.push({ kind: "command.unsettled", of, detail: `it is ${state}` });
  else ends.add(state);
  if (ends.size > 1) found.push({ kind: "command.two-ends", of, detail: [...ends].join(" and ") });
  if (state === "succeeded" && done.length === 0) found.push({ kind: "command.not-done", of, detail: command.deed });
  if (WITHOUT_EFFECT.has(state) && done.length > 0) {
    found.push({ kind: "command.done-secretly", of, detail: `${command.deed} ${times}` });
  }
  const allowed = command.repeatable ? Math.max(1, entry?.attempt ?? 1) : 1;
  if (done.length > allowed) found.push({ kind: "command.done-again", of, detail: `${command.deed} ${times}` });
  return found;
}
