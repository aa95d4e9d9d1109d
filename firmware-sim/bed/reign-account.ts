import type { BookedMessage, Books, OwnerEntry, Violation } from "./accountant.ts";

/** What was committed, against who held the lease at that moment. */
export function reignViolations(books: Books): Violation[] {
  return [...ownersInOrder(books.owners), ...effectsInReign(books), ...sequencesInOrder(books)];
}

function ownersInOrder(owners: readonly OwnerEntry[]): Violation[] {
  const found: Violation[] = [];
  let highest = 0;
  for (const { event, holder, epoch } of owners) {
    if (event !== "acquired") continue;
    if (epoch <= highest) {
      found.push({ kind: "epoch.not-greater", of: String(epoch), detail: `granted to ${holder} after ${highest}` });
    }
    highest = Math.max(highest, epoch);
  }
  return found;
}

function effectsInReign({ batches, owners }: Books): Violation[] {
  const found: Violation[] = [];
  const acquired = owners.filter((entry) => entry.event === "acquired");
  const writers = new Map<number, string>(acquired.map((entry) => [entry.epoch, entry.holder]));
  let next = 0;
  let current = 0;
  for (const batch of batches) {
    // Both streams are stamped by one clock. Within one millisecond nobody can tell which came first.
    for (let entry = acquired[next]; entry !== undefined && before(entry.streamId, batch.streamId); ) {
      current = Math.max(current, entry.epoch);
      next += 1;
      entry = acquired[next];
    }
    for (const message of batch.messages) {
      const epoch = Number(message.epoch);
      if (epoch < current && message.late !== true) {
        found.push({
          kind: "epoch.stale",
          of: String(epoch),
          detail: `${message.id} by ${message.agent} in job ${batch.job} during epoch ${current}`,
        });
      }
      const writer = writers.get(epoch);
      if (writer === undefined) found.push({ kind: "epoch.ungranted", of: String(epoch), detail: message.id });
      else if (writer !== message.agent) {
        found.push({
          kind: "epoch.shared",
          of: String(epoch),
          detail: `${writer} and ${message.agent}: ${message.id}`,
        });
      }
    }
  }
  return found;
}

/** (epoch, sequence) of a subject never goes back, except in what is marked late or was there before. */
function sequencesInOrder({ batches }: Books): Violation[] {
  const found: Violation[] = [];
  const last = new Map<string, BookedMessage>();
  const seen = new Set<string>();
  for (const { messages } of batches) {
    for (const message of messages) {
      const { id, subject } = message;
      if (seen.has(id) || message.late === true) continue;
      seen.add(id);
      const before = last.get(subject);
      if (before !== undefined && position(message) < position(before)) {
        found.push({
          kind: "message.went-back",
          of: subject,
          detail: `${position(message)} (${id}) after ${position(before)} (${before.id})`,
        });
      } else last.set(subject, message);
    }
  }
  return found;
}

function position({ epoch, sequence }: BookedMessage): string {
  return `${epoch}/${sequence}`;
}

/** By milliseconds alone. */
function before(a: string, b: string): boolean {
  return Number(a.split("-")[0]) < Number(b.split("-")[0]);
}
