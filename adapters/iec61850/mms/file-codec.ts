import type { BerElement } from "../../kit/ber-reader.ts";
import { type BerTag, sameTag, universal, UNIVERSAL } from "../../kit/ber-tag.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { decodeList } from "./data-codec.ts";
import { toCount, writeWhole } from "./integers.ts";
import type { DirectoryEntry, FileAttributes } from "./pdu.ts";
import { fromLatin1, toLatin1 } from "./text.ts";

const GRAPHIC = universal(UNIVERSAL.graphicString);
const SEQUENCE = universal(UNIVERSAL.sequence);

/** `FileName ::= SEQUENCE OF GraphicString`, in whatever it is in. */
export function decodeFileName(element: BerElement): readonly string[] {
  return decodeList(element.children(), (part) => {
    if (!sameTag(part.tag, GRAPHIC)) throw part.refuse("a file name that is no GraphicString");
    return fromLatin1(part.content);
  });
}

export function writeFileName(writer: BerWriter, tag: BerTag, name: readonly string[]): void {
  writer.constructed(tag, (inside) => {
    for (const part of name) inside.element(GRAPHIC, toLatin1(part));
  });
}

export function decodeAttributes(element: BerElement): FileAttributes {
  const inside = element.children();
  const size = toCount(inside.expect(primitive(0)));
  const modified = inside.optional(primitive(1));
  return { size, ...(modified !== undefined && { lastModified: fromLatin1(modified.content) }) };
}

export function writeAttributes(writer: BerWriter, tag: BerTag, attributes: FileAttributes): void {
  writer.constructed(tag, (inside) => {
    writeWhole(inside, primitive(0), attributes.size);
    if (attributes.lastModified !== undefined) inside.element(primitive(1), toLatin1(attributes.lastModified));
  });
}

/** The list has one SEQUENCE more around it than its type says: everybody sends it so. */
export function decodeDirectory(element: BerElement): readonly DirectoryEntry[] {
  const list = element.children();
  if (list.done) return [];
  const inside = list.expect(SEQUENCE);
  return decodeList(inside.children(), (entry) => {
    const parts = entry.children();
    return {
      name: decodeFileName(parts.expect(constructed(0))),
      attributes: decodeAttributes(parts.expect(constructed(1))),
    };
  });
}

export function writeDirectory(writer: BerWriter, tag: BerTag, entries: readonly DirectoryEntry[]): void {
  writer.constructed(tag, (list) =>
    list.constructed(SEQUENCE, (inside) => {
      for (const { name, attributes } of entries) {
        inside.constructed(SEQUENCE, (entry) => {
          writeFileName(entry, constructed(0), name);
          writeAttributes(entry, constructed(1), attributes);
        });
      }
    }),
  );
}
