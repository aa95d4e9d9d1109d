import { toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import type { CommitEntry } from "../model/commit.ts";
import { gatewayEventId } from "../model/ids.ts";
import type { Message } from "../model/message.ts";
import type { Reign } from "../model/reign.ts";
import { stamp } from "../model/stamp.ts";
import type { Gap } from "../spool/gap.ts";

/** Sequence numbers of announcements start here, so that they never meet those of other gateway events of the reign. */
const ANNOUNCED_FROM = 1_000_000_000;
/** The next number, by reign: two announcements never share one, whatever the clock says, or a core takes the second for a repeat. */
const NEXT = new WeakMap<Reign, number>();
/** More gaps than a batch takes are added up in the last message. */
const MESSAGES = 50;

/** The messages that tell the cores what they will not get: one gateway event per gap. */
export function announceGaps(
  gaps: readonly Gap[],
  by: { readonly gateway: string; readonly reign: Reign; readonly at: WallMs },
): CommitEntry {
  const subject = `gateway-${by.reign.group}`;
  const recordedtime = toRfc3339(by.at);
  const folded = fold(gaps);
  const first = NEXT.get(by.reign) ?? ANNOUNCED_FROM;
  NEXT.set(by.reign, first + folded.length);
  const messages = folded.map((gap, index): Message => {
    const whose = gap.device === "" ? "several devices" : `device ${gap.device}`;
    const material = [
      gap.device,
      gap.reason,
      gap.from.epoch,
      gap.from.sequence,
      gap.to.epoch,
      gap.to.sequence,
      gap.since,
    ];
    return stamp(
      {
        id: gatewayEventId(subject, "dropped", material),
        type: "busbar.gateway-event.v1",
        subject,
        time: undefined,
        timesource: "ingest",
        protocol: "gateway",
        data: {
          code: "dropped",
          severity: "alarm",
          text: `${gap.messages} messages of ${whose} were dropped by the spool: ${gap.reason}`,
          facts: {
            device: gap.device,
            reason: gap.reason,
            messages: gap.messages,
            records: gap.records,
            fromEpoch: gap.from.epoch,
            fromSequence: gap.from.sequence,
            toEpoch: gap.to.epoch,
            toSequence: gap.to.sequence,
          },
        },
      },
      {
        source: by.gateway,
        agent: by.reign.holder,
        epoch: by.reign.epoch,
        sequence: first + index,
        recordedtime,
      },
    );
  });
  return { device: subject, messages, memory: undefined };
}

function fold(gaps: readonly Gap[]): readonly Gap[] {
  const [first] = gaps;
  if (first === undefined || gaps.length <= MESSAGES) return gaps;
  const rest = gaps.slice(MESSAGES - 1);
  const added: Gap = {
    ...first,
    device: "",
    records: rest.reduce((sum, gap) => sum + gap.records, 0),
    messages: rest.reduce((sum, gap) => sum + gap.messages, 0),
    since: toWall(Math.min(...rest.map((gap) => gap.since))),
    until: toWall(Math.max(...rest.map((gap) => gap.until))),
  };
  return [...gaps.slice(0, MESSAGES - 1), added];
}
