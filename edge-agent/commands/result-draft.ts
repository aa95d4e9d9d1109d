import { toRfc3339, toWall } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import type { MessageDraft } from "../model/draft.ts";
import { commandResultId } from "../model/ids.ts";
import type { EndedRecord } from "../model/ledger.ts";

/**
 * The message that tells how a command ended, made of the record alone where it can be: whoever publishes it again after
 * a crash makes the same one, with the same id. `undefined` where not even the device is known.
 */
export function resultDraft(
  record: EndedRecord,
  command: Command | undefined,
): MessageDraft<"busbar.command-result.v1"> | undefined {
  const device = record.device ?? command?.device;
  if (device === undefined) return undefined;
  return {
    id: commandResultId({ uid: record.uid, state: record.state, attempt: record.attempt }),
    type: "busbar.command-result.v1",
    subject: device,
    time: toRfc3339(toWall(record.endedAt)),
    timesource: "ingest",
    protocol: "gateway",
    correlationid: record.uid,
    data: {
      uid: record.uid,
      state: record.state,
      action: record.action ?? command?.action ?? "unknown",
      target: command?.target,
      attempt: record.attempt,
      reason: record.reason,
      nativeCode: record.nativeCode,
      text: record.text,
      result: record.result,
      issuedBy: command?.issuedBy,
    },
  };
}
