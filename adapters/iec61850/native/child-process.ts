import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { toTransportFault } from "../../io/node/socket-fault.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import type { Transport } from "../../kit/ports.ts";
import { decodeFrame, encodeFrame, nativeFramer } from "./frames.ts";
import type { FromLibrary } from "./notices.ts";

/** Of what the process wrote on standard error, so much is told. */
const LAST_WORDS_BYTES = 400;
const CHECK_TIMEOUT_MS = 5_000;

export interface LibraryPlace {
  /** Where the library lies; absent: where the system finds it. */
  readonly library: string | undefined;
}

/** Beside this file where it is built; from the sources, in what is built of them. */
function childFile(): string {
  const beside = fileURLToPath(new URL("./child.js", import.meta.url));
  if (existsSync(beside)) return beside;
  return fileURLToPath(new URL("../../../dist/adapters/iec61850/native/child.js", import.meta.url));
}

/**
 * Starts the process of the library for one IED. What kills it, a crash of the library included, is the last notice of this
 * transport, and costs no other IED anything.
 */
export function startLibrary({ library }: LibraryPlace, peer: string): Transport {
  const child = spawn(process.execPath, [childFile(), library ?? ""], {
    stdio: ["pipe", "pipe", "pipe"],
    env: searchPaths(),
  });
  return new ChildTransport(child, peer);
}

/** Whether the library can be used on this host: its version, or why not. */
export async function checkLibrary({
  library,
}: LibraryPlace): Promise<
  { readonly usable: true; readonly version: string } | { readonly usable: false; readonly why: string }
> {
  const child = spawn(process.execPath, [childFile(), "--check", library ?? ""], {
    stdio: ["ignore", "pipe", "ignore"],
    env: searchPaths(),
    timeout: CHECK_TIMEOUT_MS,
  });
  const framer = nativeFramer();
  const chunks: Uint8Array[] = [];
  child.stdout.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const how = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(`its process ended with ${signal ?? code}`));
  });
  for (const frame of chunks.flatMap((chunk) => framer.push(chunk))) {
    const told = decodeFrame(frame);
    const notice = told.kind === "notice" ? (told.notice as { say?: string; version?: string; why?: string }) : {};
    if (notice.say === "usable") return { usable: true, version: notice.version ?? "" };
    if (notice.say === "missing") return { usable: false, why: notice.why ?? "" };
  }
  return { usable: false, why: how };
}

/** Of our environment only what the loader looks for libraries with: no secrets go to a process that is not all ours. */
function searchPaths(): NodeJS.ProcessEnv {
  const names = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SystemRoot"];
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

class ChildTransport implements Transport {
  readonly peer: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<FromLibrary | undefined>;
  #isEnded = false;
  #lastWords = "";

  constructor(child: ChildProcess, peer: string) {
    this.peer = peer;
    this.#child = child;
    // A pipe that breaks says no more than the end of the process does.
    child.stdin?.on("error", () => {});
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString("utf8")).slice(-LAST_WORDS_BYTES);
    });
    this.#exited = new Promise((resolve) => {
      child.once("error", (error) => resolve(this.#crashed(error.message)));
      child.once("close", (code, signal) => {
        // 3: it has said what is missing.
        resolve(code === 0 || code === 3 || this.#isEnded ? undefined : this.#crashed(signal ?? code ?? 0));
      });
    });
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const { stdout } = this.#child;
    if (stdout !== null)
      for await (const chunk of stdout.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
    const crash = await this.#exited;
    // Told in its own words, because it never can: then whoever waits for an answer knows why there is none.
    if (crash !== undefined) yield encodeFrame({ kind: "notice", notice: crash });
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const { stdin } = this.#child;
      if (stdin === null || !stdin.writable) return void this.#exited.then(() => reject(gone(this.peer)));
      stdin.write(bytes, (error) => {
        if (error === null || error === undefined) resolve();
        // Why it ended is known in a moment.
        else void this.#exited.then(() => reject(toTransportFault(error, this.peer)));
      });
    });
  }

  async close(): Promise<void> {
    this.#isEnded = true;
    this.#child.stdin?.end();
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), 1_000);
    await this.#exited;
    clearTimeout(patience);
  }

  destroy(): void {
    this.#isEnded = true;
    this.#child.kill("SIGKILL");
  }

  #crashed(how: string | number): FromLibrary {
    return { say: "crashed", how, words: this.#lastWords.trim().split("\n").at(0) ?? "" };
  }
}

function gone(peer: string): EdgeError {
  const message = `${peer}: the process of libiec61850 has ended`;
  return new EdgeError({ code: "transport.closed", blame: "us", retry: "backoff", message });
}
