import { concat } from "../../../adapters/kit/bytes.ts";
import type { MmsRequest, MmsResponse, RequestOf } from "../../../adapters/iec61850/mms/pdu.ts";
import type { Reply } from "../behaviour.ts";
import { FILE_NO_SPACE, FILE_NON_EXISTENT } from "../services/refusals.ts";

const FILE_BYTES_MAX = 4 * 1_024 * 1_024;

/**
 * ObtainFile turns the roles around: the server opens, reads and closes the file at the client before it answers. Yields what it
 * asks the client for, is resumed with the response, or `undefined` where it was refused; returns the answer.
 */
export function* obtainFile(
  request: RequestOf<"obtain-file">,
  store: (name: string, bytes: Uint8Array) => boolean,
): Generator<MmsRequest, Reply, MmsResponse | undefined> {
  const opened = yield { service: "file-open", name: request.source, position: 0 };
  if (opened?.service !== "file-open") return FILE_NON_EXISTENT;
  const parts: Uint8Array[] = [];
  let length = 0;
  let moreFollows = true;
  while (moreFollows && length <= FILE_BYTES_MAX) {
    const part = yield { service: "file-read", file: opened.file };
    if (part?.service !== "file-read") return FILE_NON_EXISTENT;
    parts.push(part.data);
    length += part.data.length;
    moreFollows = part.moreFollows && part.data.length > 0;
  }
  yield { service: "file-close", file: opened.file };
  if (moreFollows || !store(request.destination.join("/"), concat(parts))) return FILE_NO_SPACE;
  return { kind: "answer", response: { service: "obtain-file" } };
}
