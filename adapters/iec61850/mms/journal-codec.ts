import type { BerElement } from "../../kit/ber-reader.ts";
import { tagText, universal, UNIVERSAL } from "../../kit/ber-tag.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { decodeBinaryTime, decodeData, decodeList, writeBinaryTime, writeData } from "./data-codec.ts";
import { toCount, writeWhole } from "./integers.ts";
import type { JournalEntry, JournalStart, JournalStop } from "./pdu.ts";
import { toIdentifier, toLatin1 } from "./text.ts";

const SEQUENCE = universal(UNIVERSAL.sequence);

export function decodeStart(element: BerElement): JournalStart {
  const chosen = element.children().next();
  if (chosen.tag.number === 0) return { from: "time", time: decodeBinaryTime(chosen) };
  if (chosen.tag.number === 1) return { from: "entry", entry: chosen.content.slice() };
  throw chosen.refuse(`${tagText(chosen.tag)} is no start of a journal's range`);
}

export function writeStart(writer: BerWriter, start: JournalStart): void {
  if (start.from === "time") writeBinaryTime(writer, primitive(0), start.time);
  else writer.element(primitive(1), start.entry);
}

export function decodeStop(element: BerElement): JournalStop {
  const chosen = element.children().next();
  if (chosen.tag.number === 0) return { to: "time", time: decodeBinaryTime(chosen) };
  if (chosen.tag.number === 1) return { to: "count", count: toCount(chosen) };
  throw chosen.refuse(`${tagText(chosen.tag)} is no end of a journal's range`);
}

export function writeStop(writer: BerWriter, stop: JournalStop): void {
  if (stop.to === "time") writeBinaryTime(writer, primitive(0), stop.time);
  else writeWhole(writer, primitive(1), stop.count);
}

/** ISO 9506-2 `JournalEntry`; an annotation instead of data has no variables. */
export function decodeJournalEntry(element: BerElement): JournalEntry {
  const inside = element.children();
  const entry = inside.expect(primitive(0)).content.slice();
  const originator = inside.expect(constructed(1)).content.slice();
  const content = inside.expect(constructed(2)).children();
  const occurred = decodeBinaryTime(content.expect(primitive(0)));
  content.optional(constructed(1));
  const data = content.optional(constructed(2))?.children();
  data?.optional(constructed(0));
  const list = data?.optional(constructed(1));
  return {
    entry,
    originator,
    occurred,
    variables: list === undefined ? [] : decodeList(list.children(), decodeVariable),
  };
}

export function writeJournalEntry(writer: BerWriter, entry: JournalEntry): void {
  writer.constructed(SEQUENCE, (inside) => {
    inside.element(primitive(0), entry.entry).element(constructed(1), entry.originator);
    inside.constructed(constructed(2), (content) => {
      writeBinaryTime(content, primitive(0), entry.occurred);
      content.constructed(constructed(2), (data) =>
        data.constructed(constructed(1), (list) => {
          for (const { tag, value } of entry.variables) {
            list.constructed(SEQUENCE, (variable) => {
              variable.element(primitive(0), toLatin1(tag));
              variable.constructed(constructed(1), (one) => writeData(one, value));
            });
          }
        }),
      );
    });
  });
}

function decodeVariable(element: BerElement): JournalEntry["variables"][number] {
  const inside = element.children();
  const tag = toIdentifier(inside.expect(primitive(0)));
  return { tag, value: decodeData(inside.expect(constructed(1)).children().next()) };
}
