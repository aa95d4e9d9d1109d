import type { Config } from "../../config/config.ts";

/** One thing the doctor looked at. */
export interface Finding {
  readonly level: "ok" | "warning" | "error" | "skipped";
  readonly message: string;
  readonly fix?: string | undefined;
}

/** What a check may look at. */
export interface Patient {
  readonly file: string;
  readonly config: Config;
  /** Which agent of the configuration this host is. */
  readonly agent: string;
}

export interface Check {
  readonly name: string;
  run(patient: Patient): Promise<readonly Finding[]> | readonly Finding[];
}

export const ok = (message: string): Finding => ({ level: "ok", message });
export const warning = (message: string, fix: string): Finding => ({ level: "warning", message, fix });
export const error = (message: string, fix: string): Finding => ({ level: "error", message, fix });
export const skipped = (message: string): Finding => ({ level: "skipped", message });

export function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
