import { spawn } from "node:child_process";
import type { SupervisorNews } from "./supervisor.ts";

export interface SdNotifyParts {
  /** `NOTIFY_SOCKET` and `WATCHDOG_USEC` as systemd gave them. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly note: (text: string) => void;
  /** Sends one message; the program `systemd-notify` in the field. */
  readonly send?: ((assignments: readonly string[]) => Promise<void>) | undefined;
}

/** Twice within systemd's own deadline, with room: `sd_watchdog_enabled(3)` asks for half. */
const FEEDS_PER_DEADLINE = 3;
const STATUS_CHARS = 200;
const SEND_TIMEOUT_MS = 2_000;

/**
 * Tells systemd how the service is (`sd_notify(3)`): READY, STATUS, WATCHDOG and STOPPING. Node cannot send datagrams to a
 * Unix socket, so `systemd-notify` does it, a short process every few seconds; the unit needs `NotifyAccess=all` for that.
 * Without systemd it says nothing.
 */
export class SdNotify implements SupervisorNews {
  readonly #parts: SdNotifyParts;
  readonly #on: boolean;
  /** `undefined`: no watchdog is asked for. */
  readonly #feedEveryMs: number | undefined;
  #fedAt = Number.NEGATIVE_INFINITY;
  #status = "";
  /** Messages go out one after another: what is newer must not arrive first. */
  #line: Promise<void> = Promise.resolve();
  #complained = false;

  constructor(parts: SdNotifyParts) {
    this.#parts = parts;
    this.#on = (parts.env["NOTIFY_SOCKET"] ?? "") !== "";
    const usec = Number(parts.env["WATCHDOG_USEC"]);
    this.#feedEveryMs = Number.isFinite(usec) && usec > 0 ? usec / 1_000 / FEEDS_PER_DEADLINE : undefined;
  }

  ready(): void {
    this.#send("READY=1");
  }

  alive(): void {
    if (this.#feedEveryMs === undefined) return;
    const now = performance.now();
    if (now - this.#fedAt < this.#feedEveryMs) return;
    this.#fedAt = now;
    this.#send("WATCHDOG=1");
  }

  status(text: string): void {
    const line = text.replace(/\s+/g, " ").slice(0, STATUS_CHARS);
    if (line === this.#status) return;
    this.#status = line;
    this.#send(`STATUS=${line}`);
  }

  stopping(): void {
    this.#send("STOPPING=1");
  }

  /** Resolves when everything said so far is sent. */
  idle(): Promise<void> {
    return this.#line;
  }

  #send(assignment: string): void {
    if (!this.#on) return;
    const { send = systemdNotify, note } = this.#parts;
    this.#line = this.#line
      .then(() => send([assignment]))
      .catch((thrown: unknown) => {
        if (this.#complained) return;
        this.#complained = true;
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        note(
          `systemd cannot be told how the service is: ${why}; install systemd-notify, or set Type=simple and no WatchdogSec`,
        );
      });
  }
}

function systemdNotify(assignments: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // It waits until systemd has read the message, which drops what comes from a process it no longer finds.
    const child = spawn("systemd-notify", [...assignments], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: SEND_TIMEOUT_MS,
    });
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-STATUS_CHARS);
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`systemd-notify ended with ${code ?? signal}: ${words.trim()}`));
    });
  });
}
