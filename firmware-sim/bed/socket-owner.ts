import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";

/** Whether this system tells whose a socket is. Without it a fault cannot be given to one of several processes alone. */
export const SOCKET_OWNERS_KNOWN: boolean = process.platform === "linux";

/** Columns of /proc/net/tcp (proc(5)). */
const LOCAL_COLUMN = 1;
const INODE_COLUMN = 9;

/**
 * Which of the given processes has the socket with this local TCP port open. The accepting side knows the port as the
 * remote one of its peer; several sockets may share a port only when they are bound to different addresses.
 */
export function socketOwner(
  localPort: number,
  processes: Iterable<readonly [name: string, pid: number]>,
): string | undefined {
  if (!SOCKET_OWNERS_KNOWN) return undefined;
  const inodes = inodesOf(localPort);
  if (inodes.size === 0) return undefined;
  for (const [name, pid] of processes) if (hasOpen(pid, inodes)) return name;
  return undefined;
}

function inodesOf(localPort: number): Set<string> {
  const suffix = `:${localPort.toString(16).toUpperCase().padStart(4, "0")}`;
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    for (const line of readText(table).split("\n")) {
      const columns = line.trim().split(/\s+/);
      const inode = columns[INODE_COLUMN];
      if (columns[LOCAL_COLUMN]?.endsWith(suffix) === true && inode !== undefined && inode !== "0") inodes.add(inode);
    }
  }
  return inodes;
}

function hasOpen(pid: number, inodes: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch (_gone) {
    return false;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch (_closed) {
    return "";
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (_absent) {
    return "";
  }
}
