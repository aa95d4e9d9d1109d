import { concat } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { iec61850Fault } from "../codes.ts";
import { FILE_LIMIT_BYTES, LIST_LIMIT } from "../limits.ts";
import type { DirectoryEntry, FileAttributes } from "../mms/pdu.ts";
import { type Procedure, service } from "../procedure.ts";

/** A file as a directory lists it. */
export interface FileEntry {
  /** As the device wrote it: `sub/a.txt`, or `\COMTRADE\rec1.cfg`. It goes back to the device unchanged. */
  readonly name: string;
  readonly size: number;
  readonly lastModified: string | undefined;
}

/** GetServerDirectory(FILE), every page. */
export function* fileDirectory(name: string | undefined): Procedure<readonly FileEntry[]> {
  const entries: DirectoryEntry[] = [];
  let after: readonly string[] | undefined;
  for (;;) {
    const page = yield* service({
      service: "file-directory",
      ...(name !== undefined && name !== "" && { name: [name] }),
      ...(after !== undefined && { continueAfter: after }),
    });
    entries.push(...page.entries);
    const last = page.entries.at(-1);
    if (!page.moreFollows || last === undefined) break;
    if (entries.length > LIST_LIMIT || last.name.join("") === after?.join(""))
      throw iec61850Fault("iec61850.model.overfull", `a directory of more than ${LIST_LIMIT} files, or without an end`);
    after = last.name;
  }
  return entries.map(({ name: parts, attributes }) => ({
    // Quirk `split-file-names`: some send the directory and the name as two parts.
    name: parts.join(""),
    size: attributes.size,
    lastModified: attributes.lastModified,
  }));
}

/** GetFile: open, read to the end, close, also where the reading fails. */
export function* readFile(
  name: string,
  limit: number = FILE_LIMIT_BYTES,
): Procedure<{ readonly content: Uint8Array; readonly attributes: FileAttributes }> {
  const { file, attributes } = yield* service({ service: "file-open", name: [name], position: 0 });
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    if (attributes.size > limit) throw overlong(attributes.size, limit);
    for (;;) {
      const { data, moreFollows } = yield* service({ service: "file-read", file });
      parts.push(data);
      length += data.length;
      if (length > limit) throw overlong(length, limit);
      // An empty part that promises more would be asked for for ever.
      if (!moreFollows || data.length === 0) break;
    }
  } catch (thrown) {
    yield* closeQuietly(file);
    throw thrown;
  }
  yield* service({ service: "file-close", file });
  return { content: concat(parts), attributes };
}

/** SetFile: the device fetches it from us while it thinks about the answer. */
export function* writeFile(name: string, content: Uint8Array): Procedure<void> {
  yield { kind: "offer-file", name, content };
  yield* service({ service: "obtain-file", source: [name], destination: [name] });
}

export function* deleteFile(name: string): Procedure<void> {
  yield* service({ service: "file-delete", name: [name] });
}

export function* renameFile(from: string, to: string): Procedure<void> {
  yield* service({ service: "file-rename", from: [from], to: [to] });
}

/** The fault that made us close is the one to tell. */
function* closeQuietly(file: number): Procedure<void> {
  try {
    yield* service({ service: "file-close", file });
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
  }
}

function overlong(size: number, limit: number): EdgeError {
  return iec61850Fault("mms.file.overlong", `a file of ${size} bytes; ${limit} are taken`, { blame: "operator" });
}
