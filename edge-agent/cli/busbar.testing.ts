import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { initialFiles } from "../config/init.ts";

const MAIN = join(import.meta.dirname, "../../dist/edge-agent/cli/main.js");

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The program as an operator starts it, compiled, in a process of its own. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Standard output so far. */
  out(): string;
  stop(signal: NodeJS.Signals): void;
}

export function startBusbar(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), ...env },
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => resolve({ code, out, err }));
  });
  return { ended, out: () => out, stop: (signal) => void child.kill(signal) };
}

export function busbar(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return startBusbar(args, env).ended;
}

/** A folder with what `init` writes, its configuration changed for two agents on this host. */
export class Gateway {
  readonly folder: string = mkdtempSync(join(tmpdir(), "busbar-cli-"));
  readonly file: string = join(this.folder, "busbar.yaml");
  readonly #text: string;

  constructor() {
    let text = "";
    for (const file of initialFiles("minimal")) {
      const path = join(this.folder, file.name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file.text, { mode: file.mode });
      if (file.name === "busbar.yaml") text = file.text;
    }
    this.#text = text;
  }

  /** Writes the configuration; ports are those of ops, `more` is appended. */
  configure({ a, b, redis = 1, more = "" }: { a: number; b: number; redis?: number; more?: string }): void {
    const text = this.#text
      .replace(/^ {2}a: .*$/m, `  a: { host: 127.0.0.1, link: 1, ops: ${a}, state: state-a }`)
      .replace(/^ {2}b: .*$/m, `  b: { host: 127.0.0.1, link: 2, ops: ${b}, state: state-b, oslp: { listen: [] } }`)
      .replace("redis://10.0.0.10:6379", `redis://127.0.0.1:${redis}`);
    writeFileSync(this.file, text + more);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
