import type { BerElement } from "../../kit/ber-reader.ts";
import { sameTag, universal, UNIVERSAL } from "../../kit/ber-tag.ts";
import { toBoolean } from "../../kit/ber-values.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { booleanOctet, decodeList } from "./data-codec.ts";
import { toCount, toNumber, writeWhole } from "./integers.ts";
import { toIdentifier, toLatin1 } from "./text.ts";
import type { TypeComponent, TypeDescription } from "./types.ts";

const SEQUENCE = universal(UNIVERSAL.sequence);
const INTEGER = universal(UNIVERSAL.integer);

/** One `TypeSpecification`: its description alternative, the only one IEC 61850 uses. */
export function decodeType(element: BerElement): TypeDescription {
  const { tag } = element;
  if (tag.class !== "context") throw element.refuse("no type description");
  switch (tag.number) {
    case 1:
      return decodeArray(element);
    case 2:
      return decodeStructure(element);
    case 3:
      return { type: "boolean" };
    case 4:
      return { type: "bit-string", size: toNumber(element) };
    case 5:
      return { type: "integer", size: toNumber(element) };
    case 6:
      return { type: "unsigned", size: toNumber(element) };
    case 7: {
      const inside = element.children();
      return { type: "float", width: toCount(inside.expect(INTEGER)), exponent: toCount(inside.expect(INTEGER)) };
    }
    case 9:
      return { type: "octet-string", size: toNumber(element) };
    case 10:
      return { type: "visible-string", size: toNumber(element) };
    case 12:
      return { type: "binary-time", days: toBoolean(element) };
    case 16:
      return { type: "mms-string", size: toNumber(element) };
    case 17:
      return { type: "utc-time" };
    default:
      return { type: "other", tag: tag.number, constructed: tag.constructed, content: element.content.slice() };
  }
}

export function writeType(writer: BerWriter, type: TypeDescription): void {
  switch (type.type) {
    case "array":
      writer.constructed(constructed(1), (inside) => {
        writePacked(inside, type.packed);
        writeWhole(inside, primitive(1), type.count);
        inside.constructed(constructed(2), (element) => writeType(element, type.element));
      });
      return;
    case "structure":
      writer.constructed(constructed(2), (inside) => {
        writePacked(inside, type.packed);
        inside.constructed(constructed(1), (list) => {
          for (const component of type.components) writeComponent(list, component);
        });
      });
      return;
    case "boolean":
      writer.null(primitive(3));
      return;
    case "bit-string":
      writeWhole(writer, primitive(4), type.size);
      return;
    case "integer":
      writeWhole(writer, primitive(5), type.size);
      return;
    case "unsigned":
      writeWhole(writer, primitive(6), type.size);
      return;
    case "float":
      writer.constructed(constructed(7), (inside) => {
        writeWhole(inside, INTEGER, type.width);
        writeWhole(inside, INTEGER, type.exponent);
      });
      return;
    case "octet-string":
      writeWhole(writer, primitive(9), type.size);
      return;
    case "visible-string":
      writeWhole(writer, primitive(10), type.size);
      return;
    case "binary-time":
      writer.element(primitive(12), booleanOctet(type.days));
      return;
    case "mms-string":
      writeWhole(writer, primitive(16), type.size);
      return;
    case "utc-time":
      writer.null(primitive(17));
      return;
    case "other":
      writer.element(type.constructed ? constructed(type.tag) : primitive(type.tag), type.content);
  }
}

function decodeArray(element: BerElement): TypeDescription {
  const inside = element.children();
  const packed = inside.optional(primitive(0));
  const count = toCount(inside.expect(primitive(1)));
  const type = decodeType(inside.expect(constructed(2)).children().next());
  return { type: "array", count, element: type, ...(packed !== undefined && { packed: toBoolean(packed) }) };
}

function decodeStructure(element: BerElement): TypeDescription {
  const inside = element.children();
  const packed = inside.optional(primitive(0));
  const components = decodeList(inside.expect(constructed(1)).children(), decodeComponent);
  return { type: "structure", components, ...(packed !== undefined && { packed: toBoolean(packed) }) };
}

function decodeComponent(element: BerElement): TypeComponent {
  if (!sameTag(element.tag, SEQUENCE)) throw element.refuse("a component that is no SEQUENCE");
  const inside = element.children();
  const name = inside.optional(primitive(0));
  return {
    name: name === undefined ? undefined : toIdentifier(name),
    type: decodeType(inside.expect(constructed(1)).children().next()),
  };
}

function writeComponent(writer: BerWriter, { name, type }: TypeComponent): void {
  writer.constructed(SEQUENCE, (inside) => {
    if (name !== undefined) inside.element(primitive(0), toLatin1(name));
    inside.constructed(constructed(1), (described) => writeType(described, type));
  });
}

function writePacked(writer: BerWriter, packed: boolean | undefined): void {
  if (packed !== undefined) writer.boolean(primitive(0), packed);
}
