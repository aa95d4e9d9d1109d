import { execFile } from "node:child_process";
import process from "node:process";
import { busbarProgram } from "../bed/program.ts";

const PATIENCE_MS = 20_000;

/** Runs the compiled command line to its end: its exit code, and everything it said on both of its outputs. */
export function busbar(args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [busbarProgram(), ...args],
      { timeout: PATIENCE_MS },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? -1, said: `${stdout}${stderr}` });
      },
    );
  });
}
