import { complain, type Place } from "./complaints.ts";
import { absolute, type Machine, reasonOf } from "./files.ts";
import type { ConfigIssue } from "./issue.ts";
import type { Key, Located } from "./located.ts";

const OTHERS_MAY_READ = 0o044;
const OTHERS_MAY_WRITE = 0o022;

/**
 * Looks whether every file the configuration names is there and, where it is a secret, whether only its owner can read it.
 * Of devices only what is read when they are spoken to: their public files are read when they are checked.
 */
export function checkFileRefs(place: Place, machine: Machine, base: string): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const visit = (node: Located, path: readonly Key[]): void => {
    for (const [key, entry] of node.entries) {
      const here = [...path, key];
      if (path[0] === "devices" && path.length === 2 && !SPOKEN_TO.has(key)) continue;
      const use = useOf(path, key, entry.node.value);
      if (use !== undefined && typeof entry.node.value === "string") {
        const found = checkFile(place, here, absolute(base, entry.node.value), { machine, use });
        if (found !== undefined) issues.push(found);
      } else if (key === "env" && typeof entry.node.value === "string" && node.entries.size === 1) {
        if ((machine.env(entry.node.value) ?? "") === "") issues.push(unset(place, here, entry.node.value));
      } else visit(entry.node, here);
    }
  };
  visit(place.root, []);
  return issues;
}

const SPOKEN_TO: ReadonlySet<Key> = new Set(["tls", "password"]);

type Use = "secret" | "public" | "program";

function useOf(path: readonly Key[], key: Key, value: unknown): Use | undefined {
  if (path.length === 1 && path[0] === "devices" && key === "file") return "public";
  if (key === "file") return "secret";
  if (path.at(-1) === "tls" && (key === "cert" || key === "ca")) return "public";
  if (path.at(-1) === "tls" && key === "key") return "secret";
  if (
    path[0] === "hooks" &&
    path.at(-1) === "command" &&
    key === 0 &&
    typeof value === "string" &&
    value.startsWith("/")
  )
    return "program";
  return undefined;
}

function checkFile(
  place: Place,
  path: readonly Key[],
  file: string,
  { machine, use }: { machine: Machine; use: Use },
): ConfigIssue | undefined {
  const errno = machine.unreadable(file);
  if (errno !== undefined) {
    const fix = errno === "EACCES" ? "let the user busbar runs as read it" : "create it, or correct the path";
    return complain(place, path, {
      code: "config.file.missing",
      message: `${file} cannot be read: ${reasonOf(errno)}`,
      fix,
    });
  }
  const mode = machine.mode(file) ?? 0;
  if (use === "secret" && (mode & OTHERS_MAY_READ) !== 0) {
    const message = `${file} holds a secret and others may read it (mode ${octal(mode)})`;
    return complain(place, path, { severity: "warning", code: "config.advice", message, fix: `chmod 600 ${file}` });
  }
  if (use === "program" && (mode & OTHERS_MAY_WRITE) !== 0) {
    const message = `${file} is run by busbar and others may change it (mode ${octal(mode)})`;
    return complain(place, path, { severity: "warning", code: "config.advice", message, fix: `chmod 755 ${file}` });
  }
  return undefined;
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, "0");
}

function unset(place: Place, path: readonly Key[], name: string): ConfigIssue {
  const message = `the environment variable ${name} is not set here`;
  return complain(place, path, {
    severity: "warning",
    code: "config.advice",
    message,
    fix: "set it where the agent runs",
  });
}
