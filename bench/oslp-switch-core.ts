import { CommandClient } from "../core-client/command-client.ts";
import { consume } from "../core-client/consume.ts";
import type { LedgerEntry, SentCommand } from "../firmware-sim/bed/accountant.ts";
import { lightDeed } from "../firmware-sim/bed/device-books.ts";
import { planFleet } from "../firmware-sim/oslp/fleet/fleet.ts";
import { answerAs, ownCpu, partSettings } from "./part-process.ts";
import type { SwitchCoreSettings, SwitchCoreWords } from "./oslp-switch-words.ts";

/** A core that switches every light at once, and waits for what became of it in the queue of messages. */
const { redis, group, seed, devices: count, deadlineMs, resume } = partSettings<SwitchCoreSettings>();
const devices = planFleet({ seed, count, addressing: "range", basePort: 0 }).map((member) => member.uid);
const VALUE = { index: 2, on: true, dimValue: 40 } as const;
const AT_ONCE = 500;

const client = new CommandClient({ redis });
const commands: SentCommand[] = [];
const sentAt = new Map<string, number>();
const told: [uid: string, state: string][] = [];
const resultMs: number[] = [];
const ended = new Set<string>();
let [startedAt, allSentAt, lastAt] = [0, 0, 0];

const consumer = consume({
  redis,
  groups: [group],
  mode: "batch",
  handler: (messages) => {
    const now = performance.now();
    for (const message of messages) {
      if (message.type !== "busbar.command-result.v1") continue;
      const { uid, state } = message.data;
      told.push([uid, state]);
      const at = sentAt.get(uid);
      if (ended.has(uid) || at === undefined) continue;
      ended.add(uid);
      resultMs.push(now - at);
      lastAt = now;
    }
  },
});

async function sendAll(): Promise<void> {
  startedAt = performance.now();
  let next = 0;
  const sendOn = async (): Promise<void> => {
    for (let number = next++; number < devices.length; number = next++) await send(number, devices[number] ?? "");
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
  allSentAt = performance.now();
}

async function send(number: number, device: string): Promise<void> {
  const uid = `switch-${number}`;
  const deadline = Date.now() + deadlineMs;
  sentAt.set(uid, performance.now());
  await client.send(
    {
      uid,
      device,
      action: "light.set",
      value: { values: [VALUE], resumeSchedule: resume },
      deadline: new Date(deadline).toISOString(),
      idempotent: true,
      maxAttempts: 3,
      issuedBy: "bench",
    },
    { group },
  );
  commands.push({ uid, device, deed: lightDeed([VALUE]), repeatable: true, deadline });
}

async function ledgerOf(): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (let at = 0; at < commands.length; at += AT_ONCE) {
    const some = commands.slice(at, at + AT_ONCE).map(async ({ uid }) => client.look(uid, { group }));
    for (const record of await Promise.all(some)) {
      if (record === undefined) continue;
      const { uid, state, attempt } = record;
      entries.push({ uid, state, attempt, reason: "reason" in record ? record.reason : undefined });
    }
  }
  return entries;
}

answerAs<SwitchCoreWords>(
  {
    ready: async () => {
      await consumer.ready();
      return {};
    },
    send: async () => {
      await sendAll();
      return {};
    },
    progress: async () => ({ ended: ended.size, cpu: ownCpu() }),
    report: async () => ({
      commands,
      told,
      resultMs,
      allMs: lastAt - startedAt,
      sendMs: allSentAt - startedAt,
      ledger: await ledgerOf(),
    }),
  },
  async () => {
    await Promise.all([consumer.close(), client.close()]);
  },
);
