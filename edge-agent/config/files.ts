import { accessSync, closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";

/** What checking a configuration may ask of the machine it is checked on. */
export interface Machine {
  /** The bytes of a plain file, at most `maxBytes` + 1 of them; throws an error with an errno `code` where it cannot be read. */
  read(path: string, maxBytes: number): Uint8Array;
  /** Why the file cannot be read: `ENOENT`, `EACCES`, `EISDIR`; `undefined` where it can. */
  unreadable(path: string): string | undefined;
  /** Permission bits; `undefined` where there is no such file. */
  mode(path: string): number | undefined;
  env(name: string): string | undefined;
}

export const thisMachine: Machine = {
  read: (path, maxBytes) => {
    const opened = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(opened);
      if (stat.isDirectory()) throw Object.assign(new Error(path), { code: "EISDIR" });
      if (!stat.isFile()) throw Object.assign(new Error(path), { code: "not a plain file" });
      const bytes = new Uint8Array(Math.min(stat.size, maxBytes + 1));
      return bytes.subarray(0, readSync(opened, bytes));
    } finally {
      closeSync(opened);
    }
  },
  unreadable: (path) => {
    try {
      if (statSync(path).isDirectory()) return "EISDIR";
      accessSync(path, constants.R_OK);
      return undefined;
    } catch (thrown) {
      return errnoOf(thrown);
    }
  },
  mode: (path) => statSync(path, { throwIfNoEntry: false })?.mode,
  env: (name) => process.env[name],
};

export function errnoOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "EIO";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a directory",
};

export function reasonOf(errno: string): string {
  return REASONS[errno] ?? errno;
}

export function absolute(base: string, path: string): string {
  return resolve(base, path);
}

/** Makes the path of every reference to a file absolute; the value is otherwise unchanged, and itself where it names none. */
export function withAbsoluteRefs<T>(value: T, base: string): T {
  return resolved(value, base) as T;
}

function resolved(value: unknown, base: string): unknown {
  if (Array.isArray(value)) {
    const all = value.map((one) => resolved(one, base));
    return all.some((one, at) => one !== value[at]) ? all : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if ("kind" in value && value.kind === "file" && "path" in value && typeof value.path === "string") {
    return { kind: "file", path: resolve(base, value.path) };
  }
  const entries = Object.entries(value);
  const all = entries.map(([key, one]): [string, unknown] => [key, resolved(one, base)]);
  // Tens of thousands of devices name no file, and none of them is copied for that.
  return all.some(([, one], at) => one !== entries[at]?.[1]) ? Object.fromEntries(all) : value;
}
