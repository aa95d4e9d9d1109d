import { stamp } from "../edge-agent/model/stamp.ts";
import type { Message } from "../edge-agent/model/message.ts";

/** A message of a device at a place in its order; the id says both. */
export function message(
  device: string,
  sequence: number,
  more: { epoch?: number; late?: boolean; id?: string } = {},
): Message {
  const epoch = more.epoch ?? 1;
  return stamp(
    {
      id: more.id ?? `m-${device}-${epoch}-${sequence}`,
      type: "busbar.state.v1",
      subject: device,
      time: undefined,
      timesource: "ingest",
      protocol: "gateway",
      data: { state: "online", since: "2026-11-21T00:00:00.000Z" },
    },
    {
      source: "/site/gw",
      agent: "a",
      epoch,
      sequence,
      recordedtime: "2026-11-21T00:00:00.000Z",
      late: more.late ?? false,
    },
  );
}

/** `device:epoch:sequence`, for histories in tests. */
export function nameOf(one: Message): string {
  return `${one.subject}:${Number(one.epoch)}:${Number(one.sequence)}`;
}

/** Waits for a condition, at most `withinMs`. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs: number = 10_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
