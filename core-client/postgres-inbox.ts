import type { Message } from "../edge-agent/model/message.ts";
import type { Inbox } from "./inbox.ts";

/** A client inside a transaction, as `pg` has it: `BEGIN` was said, `COMMIT` or `ROLLBACK` will be. */
export interface SqlTransaction {
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rowCount: number | null }>;
}

/**
 * The table of names. Partition or prune it by `recorded_at` when it grows: a name older than the longest possible
 * redelivery (a spool's retention plus a dead letter's wait for its replay) will not come again.
 */
export const POSTGRES_INBOX_DDL = `
CREATE TABLE IF NOT EXISTS busbar_inbox (
  source      text        NOT NULL,
  id          text        NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (source, id)
);
CREATE INDEX IF NOT EXISTS busbar_inbox_recorded_at ON busbar_inbox (recorded_at);
`;

const INSERT = "INSERT INTO busbar_inbox (source, id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

/**
 * The name and the effect in one PostgreSQL transaction. A second instance with the same message waits at the primary key
 * until the first one commits (then it is a repeat) or rolls back (then it is its turn). The client is the caller's.
 */
export class PostgresInbox implements Inbox<SqlTransaction> {
  async once(tx: SqlTransaction, message: Message, effect: () => Promise<void> | void): Promise<"applied" | "repeat"> {
    const { rowCount } = await tx.query(INSERT, [message.source, message.id]);
    if (rowCount === 0) return "repeat";
    await effect();
    return "applied";
  }
}
