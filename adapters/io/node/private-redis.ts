import { randomInt } from "node:crypto";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createConnection, createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EdgeError } from "../../kit/edge-error.ts";
import { ensureRedisServer } from "./redis-server.ts";

export interface PrivateRedisOptions {
  /** Kept after `stop()`; a temporary directory is made, and removed by `stop()`, where none is given. */
  readonly dir?: string | undefined;
  readonly appendonly?: boolean | undefined;
  readonly appendfsync?: "always" | "everysec" | "no" | undefined;
  readonly port?: number | undefined;
  /** More of `redis-server`'s own arguments, e.g. `["--maxmemory", "64mb"]`. */
  readonly extraArgs?: readonly string[] | undefined;
  /** All of the server's arguments instead, for one that keeps no data (a Sentinel). */
  readonly args?: ((port: number, dir: string) => readonly string[]) | undefined;
}

/** A redis-server of our own on 127.0.0.1, which dies with this process however this process dies. */
export interface PrivateRedis {
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  /** Of the running server; changes with `restart()`. */
  readonly pid: number;
  /** Ends it and removes the directory if it was ours. May be called twice. */
  stop(): Promise<void>;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data; a running one is shut down in order first. */
  restart(): Promise<void>;
}

const START_TIMEOUT_MS = 10_000;
const START_ATTEMPTS = 5;
const PING_EVERY_MS = 15;
const STOP_TIMEOUT_MS = 5_000;

/** The path of the server program the tests are to run with, instead of the one on the PATH: another version, or Valkey. */
export const TEST_SERVER_ENV = "BUSBAR_TEST_REDIS_SERVER";

/** Resolves when the server answers PING. */
export async function startPrivateRedis(options: PrivateRedisOptions = {}): Promise<PrivateRedis> {
  const program = process.env[TEST_SERVER_ENV] ?? (await ensureRedisServer());
  const ours = options.dir === undefined;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), "busbar-redis-"));
  mkdirSync(dir, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    // Between finding a free port and binding it anyone may take it: then another one is tried.
    const port = options.port ?? (await freePort());
    const server = new OwnServer({ program, dir, port, args: argumentsOf(options, port, dir), ours });
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.kill();
      if (options.port === undefined && attempt < START_ATTEMPTS) continue;
      if (ours) rmSync(dir, { recursive: true, force: true });
      throw error;
    }
  }
}

/** Below where systems take the ports of outgoing connections from (Linux 32768, others 49152). */
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;

/**
 * A TCP port nobody listens on at the moment. Not one of those that outgoing connections get: while its server is down,
 * a client that tries again and again would sooner or later be given the very port it calls, and be connected to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host: "127.0.0.1", port }, () => probe.close(() => resolve(true)));
  });
}

function argumentsOf(options: PrivateRedisOptions, port: number, dir: string): readonly string[] {
  if (options.args !== undefined) return options.args(port, dir);
  return [
    ...["--port", `${port}`, "--bind", "127.0.0.1", "--dir", dir, "--daemonize", "no"],
    ...["--save", "", "--appendonly", options.appendonly === true ? "yes" : "no"],
    ...["--appendfsync", options.appendfsync ?? "everysec"],
    ...["--maxmemory-policy", "noeviction", "--loglevel", "notice", "--logfile", join(dir, "redis.log")],
    ...(options.extraArgs ?? []),
  ];
}

interface OwnServerSettings {
  readonly program: string;
  readonly dir: string;
  readonly port: number;
  readonly args: readonly string[];
  /** The directory is ours to remove. */
  readonly ours: boolean;
}

class OwnServer implements PrivateRedis {
  readonly #settings: OwnServerSettings;
  #child: ChildProcess | undefined;
  #warden: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: OwnServerSettings) {
    this.#settings = settings;
  }

  get port(): number {
    return this.#settings.port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#settings.port}`;
  }

  get dir(): string {
    return this.#settings.dir;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  async stop(): Promise<void> {
    await this.#inTurn(() => this.#end("SIGTERM"));
    if (this.#settings.ours)
      rmSync(this.#settings.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }

  kill(): Promise<void> {
    return this.#inTurn(() => this.#end("SIGKILL"));
  }

  restart(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#end("SIGTERM");
      await this.#start();
    });
  }

  /** One after the other: who shuts down a server that somebody else is starting makes it look unable to start. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #start(): Promise<void> {
    const { program, args } = this.#settings;
    // A group of its own: Ctrl+C in a terminal reaches us first, and the server is there until we have finished.
    const child = spawn(program, [...args], { stdio: "ignore", detached: true });
    let spawnFault: Error | undefined;
    child.once("error", (error) => {
      spawnFault = error;
    });
    this.#child = child;
    if (child.pid !== undefined) {
      const warden = watchOver(child.pid, this.#settings);
      this.#warden = warden;
      // A pid that is free again may be somebody else's: the warden of an ended server must not outlive it.
      child.once("exit", () => dismiss(warden));
    }
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await answersPing(this.#settings.port, child.pid))) {
      const exited = spawnFault !== undefined || child.exitCode !== null || child.signalCode !== null;
      if (exited || performance.now() > deadline) throw this.#startFault(spawnFault);
      await new Promise((resolve) => setTimeout(resolve, PING_EVERY_MS));
    }
    child.unref();
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.ref();
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      // A stopped (SIGSTOP) process takes no SIGTERM, and a server that is loading may take long: the last word is KILL.
      const lastWord = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
      child.kill(signal);
      if (signal === "SIGTERM") child.kill("SIGCONT");
      await gone;
      clearTimeout(lastWord);
      killGroup(child.pid);
    }
    this.#child = undefined;
    if (this.#warden !== undefined) dismiss(this.#warden);
    this.#warden = undefined;
  }

  #startFault(cause: Error | undefined): EdgeError {
    const log = join(this.#settings.dir, "redis.log");
    const lastWords = existsSync(log) ? (readFileSync(log, "utf8").trim().split("\n").at(-1) ?? "") : "";
    return new EdgeError({
      code: "queue.redis-server.not-started",
      blame: "operator",
      retry: "never",
      message: `${this.#settings.program} on port ${this.#settings.port} did not come up: ${lastWords}`,
      cause,
    });
  }
}

/**
 * A process that reads from us until we are gone, kill -9 included, and then ends the server and its temporary directory.
 * It holds nothing else of ours open, and it is killed itself when the server ended in order.
 */
function watchOver(pid: number, settings: OwnServerSettings): ChildProcess {
  const kill = 'kill -s KILL -- "-$1"';
  const last = settings.ours ? `${kill}; sleep 0.2; rm -rf "$2"` : kill;
  const warden = spawn("sh", ["-c", `read -r _; ${last}`, "busbar-redis-warden", `${pid}`, settings.dir], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  warden.on("error", () => {});
  warden.stdin?.on("error", () => {});
  warden.unref();
  if (warden.stdin instanceof Socket) warden.stdin.unref();
  return warden;
}

/** A child that was writing a snapshot outlives its server, and would still write into the directory. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch (_nobodyLeft) {
    // The usual case.
  }
}

function dismiss(warden: ChildProcess): void {
  warden.kill("SIGKILL");
  warden.stdin?.destroy();
}

/** Whether it is our server, and not another one that was quicker to take the port, that answers. */
function answersPing(port: number, pid: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    let replies = "";
    const socket = createConnection({ host: "127.0.0.1", port });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, () => end(false));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
    socket.once("connect", () => socket.write("PING\r\nINFO server\r\n"));
    socket.on("data", (chunk) => {
      replies += chunk.toString("latin1");
      // Protected by a password it answers -NOAUTH, which is an answer too; -LOADING is not one yet.
      if (replies.startsWith("-NOAUTH")) return end(true);
      if (replies.startsWith("-")) return end(false);
      const serving = /\r\nprocess_id:(\d+)\r\n/.exec(replies);
      if (serving !== null) end(Number(serving[1]) === pid);
    });
  });
}
