import type { DirectoryEntry, FileAttributes, RequestOf } from "../../../adapters/iec61850/mms/pdu.ts";
import type { Reply } from "../behaviour.ts";
import { type FileStore, generalizedTime, type StoredFile } from "../files.ts";
import type { IedLog } from "../log.ts";
import { FILE_BUSY, FILE_DUPLICATE, FILE_NON_EXISTENT, FILE_POSITION } from "./refusals.ts";

/** Files one association may have open. */
const OPEN_MAX = 16;
/** Octets of a file-read response besides the file's own. */
const READ_OVERHEAD = 32;
/** Octets of one directory entry besides its name. */
const ENTRY_OVERHEAD = 44;

/** The file services of one association: ISO 9506-2, annex D. */
export class FileServices {
  readonly #files: FileStore;
  readonly #log: IedLog;
  readonly #open = new Map<number, { readonly name: string; readonly file: StoredFile; at: number }>();
  #next = 0;

  constructor(files: FileStore, log: IedLog) {
    this.#files = files;
    this.#log = log;
  }

  open(request: RequestOf<"file-open">): Reply {
    const name = nameOf(request.name);
    const file = this.#files.get(name);
    if (file === undefined) return FILE_NON_EXISTENT;
    if (this.#open.size >= OPEN_MAX) return FILE_BUSY;
    if (request.position > file.bytes.length) return FILE_POSITION;
    const id = this.#next++;
    this.#open.set(id, { name, file, at: request.position });
    return { kind: "answer", response: { service: "file-open", file: id, attributes: attributesOf(file) } };
  }

  read(request: RequestOf<"file-read">, pduBytes: number): Reply {
    const open = this.#open.get(request.file);
    if (open === undefined) return FILE_NON_EXISTENT;
    const end = Math.min(open.file.bytes.length, open.at + Math.max(1, pduBytes - READ_OVERHEAD));
    const data = open.file.bytes.slice(open.at, end);
    open.at = end;
    const moreFollows = end < open.file.bytes.length;
    if (!moreFollows) this.#log({ kind: "file", action: "read", name: open.name, bytes: end });
    return { kind: "answer", response: { service: "file-read", data, moreFollows } };
  }

  close(request: RequestOf<"file-close">): Reply {
    if (!this.#open.delete(request.file)) return FILE_NON_EXISTENT;
    return { kind: "answer", response: { service: "file-close" } };
  }

  delete(request: RequestOf<"file-delete">): Reply {
    const name = nameOf(request.name);
    if ([...this.#open.values()].some((open) => open.file === this.#files.get(name))) return FILE_BUSY;
    if (!this.#files.delete(name)) return FILE_NON_EXISTENT;
    this.#log({ kind: "file", action: "deleted", name, bytes: 0 });
    return { kind: "answer", response: { service: "file-delete" } };
  }

  rename(request: RequestOf<"file-rename">): Reply {
    const [from, to] = [nameOf(request.from), nameOf(request.to)];
    const done = this.#files.rename(from, to);
    if (done === "missing") return FILE_NON_EXISTENT;
    if (done === "taken") return FILE_DUPLICATE;
    this.#log({ kind: "file", action: "renamed", name: `${from} to ${to}`, bytes: 0 });
    return { kind: "answer", response: { service: "file-rename" } };
  }

  directory(request: RequestOf<"file-directory">, pduBytes: number): Reply {
    const under = nameOf(request.name ?? []);
    const all = this.#files.list(under);
    if (all.length === 0 && under !== "") return FILE_NON_EXISTENT;
    const after = nameOf(request.continueAfter ?? []);
    const entries: DirectoryEntry[] = [];
    let room = pduBytes - READ_OVERHEAD;
    let moreFollows = false;
    for (const [name, file] of all) {
      if (after !== "" && name <= after) continue;
      room -= name.length + ENTRY_OVERHEAD;
      moreFollows = room < 0;
      if (moreFollows) break;
      entries.push({ name: [name], attributes: attributesOf(file) });
    }
    return { kind: "answer", response: { service: "file-directory", entries, moreFollows } };
  }
}

function attributesOf(file: StoredFile): FileAttributes {
  return { size: file.bytes.length, lastModified: generalizedTime(file.modified) };
}

function nameOf(parts: readonly string[]): string {
  return parts.join("/");
}
