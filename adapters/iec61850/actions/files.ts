import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { concat } from "../../kit/bytes.ts";
import { deleteFile, fileDirectory, readFile, renameFile, writeFile } from "../acsi/files.ts";
import { fromBase64, toBase64 } from "../base64.ts";
import { type Action, field, invalid, needed, textField, wholeField } from "./action.ts";

/** Bytes of a file in one result: as Base64 a text of the model's greatest length. */
export const FILE_PART_BYTES = 12_288;
/** Files of one answer. */
const FILES_LIMIT = 400;

export const FILE_LIST: Action = {
  idempotent: true,
  *run({ command }) {
    const files = yield* fileDirectory(textField(command.value, "directory"));
    return {
      result: {
        files: files.slice(0, FILES_LIMIT).map(({ name, size, lastModified }) => ({
          name,
          size,
          ...(lastModified !== undefined && { lastModified }),
        })),
        more: files.length > FILES_LIMIT,
      },
    };
  },
};

/** A part of a file, from `value.position`: a long one takes several commands. */
export const FILE_READ: Action = {
  idempotent: true,
  *run({ command }) {
    const name = needed(textField(command.value, "name"), "name");
    const position = wholeField(command.value, "position") ?? 0;
    const { content, attributes } = yield* readFile(name);
    const part = content.subarray(position, position + FILE_PART_BYTES);
    return {
      result: {
        name,
        size: content.length,
        position,
        content: toBase64(part),
        more: position + part.length < content.length,
        ...(attributes.lastModified !== undefined && { lastModified: attributes.lastModified }),
      },
    };
  },
};

export const FILE_WRITE: Action = {
  idempotent: true,
  *run({ command }) {
    const name = needed(textField(command.value, "name"), "name");
    const content = contentOf(field(command.value, "content"));
    yield* writeFile(name, content);
    return { result: { name, size: content.length } };
  },
};

export const FILE_DELETE: Action = {
  idempotent: true,
  *run({ command }) {
    const name = needed(textField(command.value, "name"), "name");
    yield* deleteFile(name);
    return { result: { name } };
  },
};

export const FILE_RENAME: Action = {
  idempotent: false,
  *run({ command }) {
    const from = needed(textField(command.value, "from"), "from");
    const to = needed(textField(command.value, "to"), "to");
    yield* renameFile(from, to);
    return { result: { from, to } };
  },
};

/** A text alone, or several that are one file together: a text has at most the model's length. */
function contentOf(given: Json | undefined): Uint8Array {
  const parts: readonly (Json | undefined)[] = Array.isArray(given) ? given : [given];
  return concat(
    parts.map((part) => {
      const content = typeof part === "string" ? fromBase64(part) : undefined;
      if (content === undefined) throw invalid("value.content is the file in Base64, one text or a list of texts");
      return content;
    }),
  );
}
