import type { BerElement } from "../../kit/ber-reader.ts";
import { toBoolean } from "../../kit/ber-values.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { decodeBinaryTime, decodeData, decodeList, writeBinaryTime, writeData } from "./data-codec.ts";
import { decodeFileRequest, writeFileRequest } from "./file-services-codec.ts";
import { toCount, writeWhole } from "./integers.ts";
import { decodeStart, decodeStop, writeStart, writeStop } from "./journal-codec.ts";
import {
  decodeName,
  decodeScope,
  decodeSpecification,
  decodeVariable,
  IDENTIFIER,
  writeName,
  writeScope,
  writeSpecification,
  writeVariables,
} from "./names-codec.ts";
import type { MmsRequest } from "./pdu.ts";
import { SERVICE } from "./services.ts";
import { fromLatin1, toIdentifier, toLatin1 } from "./text.ts";

export function decodeRequest(element: BerElement): MmsRequest {
  const { tag } = element;
  if (tag.class !== "context") throw element.refuse("a service without a context tag");
  switch (tag.number) {
    case SERVICE.status:
      return { service: "status", extendedDerivation: toBoolean(element) };
    case SERVICE.identify:
      return { service: "identify" };
    case SERVICE.getNameList:
      return decodeGetNameList(element);
    case SERVICE.read:
      return decodeRead(element);
    case SERVICE.write: {
      const inside = element.children();
      return {
        service: "write",
        specification: decodeSpecification(inside.next()),
        data: decodeList(inside.expect(constructed(0)).children(), decodeData),
      };
    }
    case SERVICE.getVariableAccessAttributes:
      return {
        service: "get-variable-access-attributes",
        name: decodeName(element.children().expect(constructed(0)).children().next()),
      };
    case SERVICE.defineNamedVariableList: {
      const inside = element.children();
      return {
        service: "define-named-variable-list",
        name: decodeName(inside.next()),
        variables: decodeList(inside.expect(constructed(0)).children(), decodeVariable),
      };
    }
    case SERVICE.getNamedVariableListAttributes:
      return { service: "get-named-variable-list-attributes", name: decodeName(element.children().next()) };
    case SERVICE.deleteNamedVariableList: {
      const inside = element.children();
      const scope = inside.optional(primitive(0));
      const names = inside.optional(constructed(1));
      return {
        service: "delete-named-variable-list",
        ...(scope !== undefined && { scope: toCount(scope) }),
        names: names === undefined ? [] : decodeList(names.children(), decodeName),
      };
    }
    case SERVICE.readJournal:
      return decodeReadJournal(element);
    case SERVICE.initializeJournal: {
      const inside = element.children();
      const name = decodeName(inside.expect(constructed(0)).children().next());
      const limit = inside.optional(constructed(1))?.children();
      if (limit === undefined) return { service: "initialize-journal", name };
      const time = decodeBinaryTime(limit.expect(primitive(0)));
      const entry = limit.optional(primitive(1))?.content.slice();
      return { service: "initialize-journal", name, limit: entry === undefined ? { time } : { time, entry } };
    }
    default:
      return decodeFileRequest(element);
  }
}

export function writeRequest(writer: BerWriter, request: MmsRequest): void {
  switch (request.service) {
    case "status":
      writer.element(primitive(SERVICE.status), Uint8Array.of(request.extendedDerivation ? 1 : 0));
      return;
    case "identify":
      writer.null(primitive(SERVICE.identify));
      return;
    case "get-name-list":
      writer.constructed(constructed(SERVICE.getNameList), (inside) => {
        inside.constructed(constructed(0), (one) => writeWhole(one, primitive(0), request.objectClass));
        inside.constructed(constructed(1), (one) => writeScope(one, request.scope));
        if (request.continueAfter !== undefined) inside.element(primitive(2), toLatin1(request.continueAfter));
      });
      return;
    case "read":
      writer.constructed(constructed(SERVICE.read), (inside) => {
        if (request.specificationWithResult !== undefined)
          inside.element(primitive(0), Uint8Array.of(request.specificationWithResult ? 1 : 0));
        inside.constructed(constructed(1), (one) => writeSpecification(one, request.specification));
      });
      return;
    case "write":
      writer.constructed(constructed(SERVICE.write), (inside) => {
        writeSpecification(inside, request.specification);
        inside.constructed(constructed(0), (list) => {
          for (const data of request.data) writeData(list, data);
        });
      });
      return;
    case "get-variable-access-attributes":
      writer.constructed(constructed(SERVICE.getVariableAccessAttributes), (inside) =>
        inside.constructed(constructed(0), (one) => writeName(one, request.name)),
      );
      return;
    case "define-named-variable-list":
      writer.constructed(constructed(SERVICE.defineNamedVariableList), (inside) => {
        writeName(inside, request.name);
        inside.constructed(constructed(0), (list) => writeVariables(list, request.variables));
      });
      return;
    case "get-named-variable-list-attributes":
      writer.constructed(constructed(SERVICE.getNamedVariableListAttributes), (inside) =>
        writeName(inside, request.name),
      );
      return;
    case "delete-named-variable-list":
      writer.constructed(constructed(SERVICE.deleteNamedVariableList), (inside) => {
        if (request.scope !== undefined) writeWhole(inside, primitive(0), request.scope);
        if (request.names.length === 0) return;
        inside.constructed(constructed(1), (list) => {
          for (const name of request.names) writeName(list, name);
        });
      });
      return;
    case "read-journal":
      writeReadJournal(writer, request);
      return;
    case "initialize-journal":
      writer.constructed(constructed(SERVICE.initializeJournal), (inside) => {
        const { limit } = request;
        inside.constructed(constructed(0), (one) => writeName(one, request.name));
        if (limit === undefined) return;
        inside.constructed(constructed(1), (one) => {
          writeBinaryTime(one, primitive(0), limit.time);
          if (limit.entry !== undefined) one.element(primitive(1), limit.entry);
        });
      });
      return;
    default:
      writeFileRequest(writer, request);
  }
}

function decodeGetNameList(element: BerElement): MmsRequest {
  const inside = element.children();
  const objectClass = toCount(inside.expect(constructed(0)).children().expect(primitive(0)));
  const scope = decodeScope(inside.expect(constructed(1)).children().next());
  const after = inside.optional(primitive(2));
  return {
    service: "get-name-list",
    objectClass,
    scope,
    ...(after !== undefined && { continueAfter: fromLatin1(after.content) }),
  };
}

function decodeRead(element: BerElement): MmsRequest {
  const inside = element.children();
  const withResult = inside.optional(primitive(0));
  const specification = decodeSpecification(inside.expect(constructed(1)).children().next());
  return {
    service: "read",
    ...(withResult !== undefined && { specificationWithResult: toBoolean(withResult) }),
    specification,
  };
}

function decodeReadJournal(element: BerElement): MmsRequest {
  const inside = element.children();
  const name = decodeName(inside.expect(constructed(0)).children().next());
  const start = inside.optional(constructed(1));
  const stop = inside.optional(constructed(2));
  const variables = inside.optional(constructed(4));
  const after = inside.optional(constructed(5))?.children();
  return {
    service: "read-journal",
    name,
    ...(start !== undefined && { start: decodeStart(start) }),
    ...(stop !== undefined && { stop: decodeStop(stop) }),
    ...(variables !== undefined && { variables: decodeList(variables.children(), toIdentifier) }),
    ...(after !== undefined && {
      after: { time: decodeBinaryTime(after.expect(primitive(0))), entry: after.expect(primitive(1)).content.slice() },
    }),
  };
}

function writeReadJournal(writer: BerWriter, request: Extract<MmsRequest, { service: "read-journal" }>): void {
  const { name, start, stop, variables, after } = request;
  writer.constructed(constructed(SERVICE.readJournal), (inside) => {
    inside.constructed(constructed(0), (one) => writeName(one, name));
    if (start !== undefined) inside.constructed(constructed(1), (one) => writeStart(one, start));
    if (stop !== undefined) inside.constructed(constructed(2), (one) => writeStop(one, stop));
    if (variables !== undefined)
      inside.constructed(constructed(4), (list) => {
        for (const variable of variables) list.element(IDENTIFIER, toLatin1(variable));
      });
    if (after !== undefined)
      inside.constructed(constructed(5), (one) => {
        writeBinaryTime(one, primitive(0), after.time);
        one.element(primitive(1), after.entry);
      });
  });
}
