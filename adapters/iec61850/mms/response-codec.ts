import type { BerElement } from "../../kit/ber-reader.ts";
import { sameTag } from "../../kit/ber-tag.ts";
import { toBitString, toBoolean } from "../../kit/ber-values.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { booleanOctet, decodeAccessResult, decodeList, decodeMoreFollows, writeAccessResult } from "./data-codec.ts";
import { decodeFileResponse, writeFileResponse } from "./file-services-codec.ts";
import { toCount, writeWhole } from "./integers.ts";
import { decodeJournalEntry, writeJournalEntry } from "./journal-codec.ts";
import { decodeSpecification, decodeVariable, IDENTIFIER, writeSpecification, writeVariables } from "./names-codec.ts";
import type { MmsResponse } from "./pdu.ts";
import { SERVICE } from "./services.ts";
import { fromLatin1, toIdentifier, toLatin1 } from "./text.ts";
import { decodeType, writeType } from "./types-codec.ts";

export function decodeResponse(element: BerElement): MmsResponse {
  const { tag } = element;
  if (tag.class !== "context") throw element.refuse("a service without a context tag");
  switch (tag.number) {
    case SERVICE.status: {
      const inside = element.children();
      const logical = toCount(inside.expect(primitive(0)));
      const physical = toCount(inside.expect(primitive(1)));
      const detail = inside.optional(primitive(2));
      return { service: "status", logical, physical, ...(detail !== undefined && { detail: toBitString(detail) }) };
    }
    case SERVICE.identify: {
      const inside = element.children();
      const [vendor, model, revision] = [0, 1, 2].map((n) => fromLatin1(inside.expect(primitive(n)).content));
      return { service: "identify", vendor: vendor ?? "", model: model ?? "", revision: revision ?? "" };
    }
    case SERVICE.getNameList: {
      const inside = element.children();
      const names = decodeList(inside.expect(constructed(0)).children(), toIdentifier);
      // DEFAULT TRUE: libiec61850 leaves it out where more names follow.
      return { service: "get-name-list", names, moreFollows: decodeMoreFollows(inside.optional(primitive(1)), true) };
    }
    case SERVICE.read: {
      const inside = element.children();
      const specification = inside.optional(constructed(0));
      const results = decodeList(inside.expect(constructed(1)).children(), decodeAccessResult);
      return {
        service: "read",
        ...(specification !== undefined && { specification: decodeSpecification(specification.children().next()) }),
        results,
      };
    }
    case SERVICE.write:
      return { service: "write", results: decodeList(element.children(), decodeWriteResult) };
    case SERVICE.getVariableAccessAttributes: {
      const inside = element.children();
      const deletable = toBoolean(inside.expect(primitive(0)));
      inside.optional(constructed(1));
      return {
        service: "get-variable-access-attributes",
        deletable,
        type: decodeType(inside.expect(constructed(2)).children().next()),
      };
    }
    case SERVICE.defineNamedVariableList:
      return { service: "define-named-variable-list" };
    case SERVICE.getNamedVariableListAttributes: {
      const inside = element.children();
      return {
        service: "get-named-variable-list-attributes",
        deletable: toBoolean(inside.expect(primitive(0))),
        variables: decodeList(inside.expect(constructed(1)).children(), decodeVariable),
      };
    }
    case SERVICE.deleteNamedVariableList: {
      const inside = element.children();
      return {
        service: "delete-named-variable-list",
        matched: toCount(inside.expect(primitive(0))),
        deleted: toCount(inside.expect(primitive(1))),
      };
    }
    case SERVICE.readJournal: {
      const inside = element.children();
      const entries = decodeList(inside.expect(constructed(0)).children(), decodeJournalEntry);
      return { service: "read-journal", entries, moreFollows: decodeMoreFollows(inside.optional(primitive(1)), false) };
    }
    case SERVICE.initializeJournal:
      return { service: "initialize-journal", deleted: toCount(element) };
    default:
      return decodeFileResponse(element);
  }
}

export function writeResponse(writer: BerWriter, response: MmsResponse): void {
  switch (response.service) {
    case "status":
      writer.constructed(constructed(SERVICE.status), (inside) => {
        writeWhole(inside, primitive(0), response.logical);
        writeWhole(inside, primitive(1), response.physical);
        if (response.detail !== undefined) inside.bitString(primitive(2), response.detail);
      });
      return;
    case "identify":
      writer.constructed(constructed(SERVICE.identify), (inside) =>
        inside
          .element(primitive(0), toLatin1(response.vendor))
          .element(primitive(1), toLatin1(response.model))
          .element(primitive(2), toLatin1(response.revision)),
      );
      return;
    case "get-name-list":
      writer.constructed(constructed(SERVICE.getNameList), (inside) => {
        inside.constructed(constructed(0), (list) => {
          for (const name of response.names) list.element(IDENTIFIER, toLatin1(name));
        });
        if (!response.moreFollows) inside.element(primitive(1), booleanOctet(false));
      });
      return;
    case "read":
      writer.constructed(constructed(SERVICE.read), (inside) => {
        const { specification } = response;
        if (specification !== undefined)
          inside.constructed(constructed(0), (one) => writeSpecification(one, specification));
        inside.constructed(constructed(1), (list) => {
          for (const result of response.results) writeAccessResult(list, result);
        });
      });
      return;
    case "write":
      writer.constructed(constructed(SERVICE.write), (list) => {
        for (const result of response.results) {
          if (result.ok) list.null(primitive(1));
          else writeWhole(list, primitive(0), result.error);
        }
      });
      return;
    case "get-variable-access-attributes":
      writer.constructed(constructed(SERVICE.getVariableAccessAttributes), (inside) => {
        inside.element(primitive(0), booleanOctet(response.deletable));
        inside.constructed(constructed(2), (type) => writeType(type, response.type));
      });
      return;
    case "define-named-variable-list":
      writer.null(primitive(SERVICE.defineNamedVariableList));
      return;
    case "get-named-variable-list-attributes":
      writer.constructed(constructed(SERVICE.getNamedVariableListAttributes), (inside) => {
        inside.element(primitive(0), booleanOctet(response.deletable));
        inside.constructed(constructed(1), (list) => writeVariables(list, response.variables));
      });
      return;
    case "delete-named-variable-list":
      writer.constructed(constructed(SERVICE.deleteNamedVariableList), (inside) => {
        writeWhole(inside, primitive(0), response.matched);
        writeWhole(inside, primitive(1), response.deleted);
      });
      return;
    case "read-journal":
      writer.constructed(constructed(SERVICE.readJournal), (inside) => {
        inside.constructed(constructed(0), (list) => {
          for (const entry of response.entries) writeJournalEntry(list, entry);
        });
        if (response.moreFollows) inside.element(primitive(1), booleanOctet(true));
      });
      return;
    case "initialize-journal":
      writeWhole(writer, primitive(SERVICE.initializeJournal), response.deleted);
      return;
    default:
      writeFileResponse(writer, response);
  }
}

function decodeWriteResult(
  element: BerElement,
): { readonly ok: true } | { readonly ok: false; readonly error: number } {
  if (sameTag(element.tag, primitive(1))) return { ok: true };
  if (sameTag(element.tag, primitive(0))) return { ok: false, error: toCount(element) };
  throw element.refuse("neither success nor failure of a write");
}
