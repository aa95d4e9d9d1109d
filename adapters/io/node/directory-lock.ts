import { createHash } from "node:crypto";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { EdgeError } from "../../kit/edge-error.ts";

/** Held by this process until `release` or its end, however it ends. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Makes sure that no second process of this machine works in a directory. A socket of a name that follows from the
 * directory is the lock: unlike a file it goes with the process, kill -9 included, and unlike a process id it is never
 * somebody else's. Rejects with `disk.locked` where another process has it.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  mkdirSync(directory, { recursive: true });
  const real = realpathSync(directory);
  const name = `busbar-${createHash("sha256").update(real).digest("hex").slice(0, 32)}`;
  // Linux has names without a file; elsewhere the file of a dead process is found by knocking.
  const path = process.platform === "linux" ? `\0${name}` : join(tmpdir(), `${name}.sock`);
  const server = (await listenAt(path)) ?? ((await isAnswered(path)) ? undefined : await listenAgain(path));
  if (server === undefined) throw locked(real);
  server.unref();
  return { release: () => server.close() };
}

function listenAt(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(new EdgeError({ code: "disk.io", blame: "operator", retry: "backoff", message: error.message }));
    });
    server.listen({ path }, () => resolve(server));
  });
}

function isAnswered(path: string): Promise<boolean> {
  if (path.startsWith("\0")) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function listenAgain(path: string): Promise<Server | undefined> {
  rmSync(path, { force: true });
  return listenAt(path);
}

function locked(directory: string): EdgeError {
  return new EdgeError({
    code: "disk.locked",
    blame: "operator",
    retry: "backoff",
    message: `another process works with the state directory ${directory}: is this agent running already? Stop it, or give one of them another \`state\``,
  });
}
