import { toRfc3339, toWall } from "../../adapters/kit/time.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { type Command, decodeCommand } from "../model/command.ts";

/** 2026-11-21T00:00:00Z: the beginning of time in tests that have their own clock. */
export const START = toWall(Date.UTC(2026, 10, 21));

export interface CommandFacts {
  readonly uid?: string;
  readonly device?: string;
  /** Milliseconds since 1970. */
  readonly deadline?: number;
  readonly notBefore?: number;
  readonly idempotent?: boolean;
  readonly maxAttempts?: number;
  readonly priority?: Command["priority"];
  readonly value?: number;
}

export function command(facts: CommandFacts = {}): Command {
  return decodeCommand({
    uid: facts.uid ?? "c1",
    device: facts.device ?? "dev_1",
    action: "set-light",
    value: facts.value ?? 1,
    deadline: toRfc3339(toWall(facts.deadline ?? START + 60_000)),
    ...(facts.notBefore === undefined ? {} : { notBefore: toRfc3339(toWall(facts.notBefore)) }),
    idempotent: facts.idempotent ?? false,
    maxAttempts: facts.maxAttempts ?? 1,
    priority: facts.priority ?? "normal",
    issuedBy: "test",
  });
}

export function concluded(
  uid: string,
  end: CommandConclusion["end"],
  retry: "now" | "backoff" | "never" = "backoff",
): CommandConclusion {
  const fault =
    end === "succeeded"
      ? undefined
      : new EdgeError({ code: "transport.test", blame: "device", retry, native: 7, message: `it was ${end}` });
  return { uid, end, fault, result: end === "succeeded" ? { on: true } : {} };
}
