import type { Books, Violation } from "./accountant.ts";

const EVENT = "busbar.event.v1";

/** What devices were promised, against what the cores applied. */
export function eventViolations(books: Books): Violation[] {
  const found: Violation[] = [];
  const applied = new Map<string, AppliedEvent[]>();
  const names = new Set<string>();
  for (const line of books.journal) {
    const name = `${line.source} ${line.id}`;
    if (names.has(name)) found.push({ kind: "message.duplicated", of: line.subject, detail: line.id });
    names.add(name);
    const text = line.data?.text;
    // A registration is an event too; only numbered ones are the devices' own.
    if (line.type !== EVENT || text === undefined || !text.includes("#")) continue;
    const event = { text, id: line.id, late: line.late === true, timesource: line.timesource };
    const list = applied.get(line.subject);
    if (list === undefined) applied.set(line.subject, [event]);
    else list.push(event);
  }
  for (const device of books.devices) {
    found.push(...ofDevice(device, applied.get(device.uid) ?? []));
    applied.delete(device.uid);
  }
  for (const [subject, [first]] of applied) {
    found.push({ kind: "event.invented", of: subject, detail: `${first?.text ?? ""}: there is no such device` });
  }
  return found;
}

interface AppliedEvent {
  readonly text: string;
  readonly id: string;
  readonly late: boolean;
  readonly timesource: string;
}

function ofDevice(device: Books["devices"][number], applied: readonly AppliedEvent[]): Violation[] {
  const found: Violation[] = [];
  const of = device.uid;
  const place = new Map(device.raised.map((text, index) => [text, index]));
  const ids = new Map<string, string>();
  let furthest = -1;
  for (const { text, id, late, timesource } of applied) {
    const at = place.get(text);
    const before = ids.get(text);
    if (at === undefined) found.push({ kind: "event.invented", of, detail: text });
    else if (before !== undefined && before !== id && !(timesource !== "device" && device.retold.has(text))) {
      found.push({ kind: "event.duplicated", of, detail: `${text} as ${before} and as ${id}` });
    } else if (before === undefined) {
      if (at < furthest && !late) {
        found.push({ kind: "event.out-of-order", of, detail: `${text} after ${device.raised[furthest] ?? ""}` });
      }
      furthest = Math.max(furthest, at);
    }
    ids.set(text, id);
  }
  for (const text of device.acknowledged) {
    if (!ids.has(text)) found.push({ kind: "event.lost", of, detail: text });
  }
  return found;
}
