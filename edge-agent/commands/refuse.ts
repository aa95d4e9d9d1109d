import type { WallMs } from "../../adapters/kit/time.ts";
import { type EndedRecord, type Ending, isEnded, type LedgerRecord } from "../model/ledger.ts";
import { interrupted } from "./endings.ts";
import { basisOf, type Hold, type Ledger } from "./ledger.ts";

/**
 * Ends a command without carrying it: it is no command, or there is no room for it. One that had been begun before is not
 * refused but `unknown`, and one that had ended keeps its end. `fenced`: it is the next holder's.
 */
export async function refuse(
  ledger: Ledger,
  refusal: { readonly hold: Hold; readonly uid: string; readonly wall: () => WallMs; readonly ending: Ending },
): Promise<EndedRecord | "fenced"> {
  const { hold, uid, wall } = refusal;
  for (let record: LedgerRecord | undefined = await ledger.read(uid); ; ) {
    if (record !== undefined && isEnded(record)) return record;
    const begun: LedgerRecord | undefined = record?.state === "sent" || record?.doubt === true ? record : undefined;
    const ending = begun === undefined ? refusal.ending : interrupted(begun);
    const basis = record === undefined ? undefined : basisOf(record);
    const reply = await ledger.finish(hold, uid, { basis, now: wall(), ending });
    if (reply.kind === "ended") return reply.record;
    if (reply.kind === "fenced") return "fenced";
    record = reply.kind === "changed" ? reply.record : undefined;
  }
}
