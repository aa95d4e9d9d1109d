import { isEnded, type LedgerRecord } from "../../../edge-agent/model/ledger.ts";
import type { Judge, Order } from "../court.ts";
import type { World } from "../world.ts";

/**
 * P4. Every command ends once and in one state; what is not idempotent is carried out at most once; nothing is started
 * after its deadline; success was done, refusal and expiry were not, and `unknown` had been begun. Where Redis forgot
 * what it knew of a command, it is not judged.
 */
export function once(world: World): Judge {
  const name = "P4 once, or say so";
  const { court } = world;
  const orders = new Map<string, Order>();
  const done = new Map<string, number>();
  const ends = new Map<string, LedgerRecord>();
  const begun = new Set<string>();
  const written = new Set<string>();
  const results = new Map<string, string>();
  const excused = new Set<string>();
  const blame = (uid: string, text: string): void => {
    if (!excused.has(uid)) court.blame(name, `${uid}: ${text}`);
  };
  return {
    name,
    see: (event) => {
      switch (event.kind) {
        case "ordered":
          orders.set(event.order.uid, event.order);
          return;
        case "forgot":
          for (const uid of event.commands) excused.add(uid);
          return;
        case "wrote": {
          const order = event.uid === undefined ? undefined : orders.get(event.uid);
          if (order === undefined) return;
          if (!begun.has(order.uid))
            blame(order.uid, `${event.agent} wrote to ${event.device} before the ledger let it`);
          // What has begun is brought to its end: only the first request of a longer procedure has a deadline.
          if (event.wall > order.deadline && (!order.idempotent || !written.has(order.uid))) {
            blame(
              order.uid,
              `${event.agent} began it ${Math.round(event.wall - order.deadline)} ms after its deadline`,
            );
          }
          written.add(order.uid);
          return;
        }
        case "executed":
          if (event.uid === undefined) return;
          done.set(event.uid, (done.get(event.uid) ?? 0) + 1);
          if ((done.get(event.uid) ?? 0) > 1 && orders.get(event.uid)?.idempotent === false) {
            // A beginning counts only once a replica has it: a failover excuses nothing here.
            if (world.redis.mode === "lossy") blame(event.uid, `${event.device} carried it out twice`);
            else court.blame(name, `${event.uid}: ${event.device} carried it out twice`);
          }
          return;
        case "recorded": {
          const { record } = event;
          const before = ends.get(record.uid);
          if (record.state === "sent") begun.add(record.uid);
          if (before !== undefined && before.state !== record.state) {
            blame(record.uid, `it had ended as ${before.state} and is ${record.state} now`);
          }
          if (isEnded(record)) ends.set(record.uid, record);
          return;
        }
        case "applied": {
          const { message } = event;
          if (message.type !== "busbar.command-result.v1") return;
          const { uid, state } = message.data;
          const before = results.get(uid);
          if (before !== undefined) blame(uid, `the core was told ${before}, and ${state}`);
          results.set(uid, state);
          return;
        }
        default:
          return;
      }
    },
    conclude: () => {
      for (const [uid, order] of orders) {
        const state = ends.get(uid)?.state;
        const times = done.get(uid) ?? 0;
        if (state === undefined) blame(uid, "it has never ended");
        else if (state === "unknown" && !begun.has(uid)) blame(uid, "it ended as unknown and was never begun");
        else if (!order.idempotent && state === "succeeded" && times !== 1)
          blame(uid, `it succeeded and was done ${times} times`);
        else if (!order.idempotent && times > 0 && state !== "succeeded" && state !== "unknown") {
          blame(uid, `it was carried out and ended as ${state}`);
        }
      }
    },
  };
}
