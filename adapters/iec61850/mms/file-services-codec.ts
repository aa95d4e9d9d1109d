import type { BerElement } from "../../kit/ber-reader.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { booleanOctet, decodeMoreFollows } from "./data-codec.ts";
import {
  decodeAttributes,
  decodeDirectory,
  decodeFileName,
  writeAttributes,
  writeDirectory,
  writeFileName,
} from "./file-codec.ts";
import { toNumber, toCount, writeWhole } from "./integers.ts";
import type { MmsRequest, MmsResponse, UnknownService } from "./pdu.ts";
import { SERVICE } from "./services.ts";

type FileService = Extract<MmsRequest["service"], "obtain-file" | `file-${string}`> | "unknown";

/** File services, and whatever is none of ours. */
export function decodeFileRequest(element: BerElement): MmsRequest {
  switch (element.tag.number) {
    case SERVICE.fileOpen: {
      const inside = element.children();
      return {
        service: "file-open",
        name: decodeFileName(inside.expect(constructed(0))),
        position: toCount(inside.expect(primitive(1))),
      };
    }
    case SERVICE.fileRead:
      return { service: "file-read", file: toNumber(element) };
    case SERVICE.fileClose:
      return { service: "file-close", file: toNumber(element) };
    case SERVICE.fileRename: {
      const inside = element.children();
      return {
        service: "file-rename",
        from: decodeFileName(inside.expect(constructed(0))),
        to: decodeFileName(inside.expect(constructed(1))),
      };
    }
    case SERVICE.fileDelete:
      return { service: "file-delete", name: decodeFileName(element) };
    case SERVICE.fileDirectory: {
      const inside = element.children();
      const name = inside.optional(constructed(0));
      const after = inside.optional(constructed(1));
      return {
        service: "file-directory",
        ...(name !== undefined && { name: decodeFileName(name) }),
        ...(after !== undefined && { continueAfter: decodeFileName(after) }),
      };
    }
    case SERVICE.obtainFile: {
      const inside = element.children();
      // `[0] sourceFileServer` is a third party, which nobody has.
      inside.optional(constructed(0));
      return {
        service: "obtain-file",
        source: decodeFileName(inside.expect(constructed(1))),
        destination: decodeFileName(inside.expect(constructed(2))),
      };
    }
    default:
      return unknownService(element);
  }
}

export function writeFileRequest(writer: BerWriter, request: Extract<MmsRequest, { service: FileService }>): void {
  switch (request.service) {
    case "file-open":
      writer.constructed(constructed(SERVICE.fileOpen), (inside) => {
        writeFileName(inside, constructed(0), request.name);
        writeWhole(inside, primitive(1), request.position);
      });
      return;
    case "file-read":
      writeWhole(writer, primitive(SERVICE.fileRead), request.file);
      return;
    case "file-close":
      writeWhole(writer, primitive(SERVICE.fileClose), request.file);
      return;
    case "file-rename":
      writer.constructed(constructed(SERVICE.fileRename), (inside) => {
        writeFileName(inside, constructed(0), request.from);
        writeFileName(inside, constructed(1), request.to);
      });
      return;
    case "file-delete":
      writeFileName(writer, constructed(SERVICE.fileDelete), request.name);
      return;
    case "file-directory":
      writer.constructed(constructed(SERVICE.fileDirectory), (inside) => {
        if (request.name !== undefined) writeFileName(inside, constructed(0), request.name);
        if (request.continueAfter !== undefined) writeFileName(inside, constructed(1), request.continueAfter);
      });
      return;
    case "obtain-file":
      writer.constructed(constructed(SERVICE.obtainFile), (inside) => {
        writeFileName(inside, constructed(1), request.source);
        writeFileName(inside, constructed(2), request.destination);
      });
      return;
    case "unknown":
      writeUnknown(writer, request);
  }
}

export function decodeFileResponse(element: BerElement): MmsResponse {
  switch (element.tag.number) {
    case SERVICE.obtainFile:
      return { service: "obtain-file" };
    case SERVICE.fileOpen: {
      const inside = element.children();
      return {
        service: "file-open",
        file: toNumber(inside.expect(primitive(0))),
        attributes: decodeAttributes(inside.expect(constructed(1))),
      };
    }
    case SERVICE.fileRead: {
      const inside = element.children();
      const data = inside.expect(primitive(0)).content.slice();
      return { service: "file-read", data, moreFollows: decodeMoreFollows(inside.optional(primitive(1)), true) };
    }
    case SERVICE.fileClose:
      return { service: "file-close" };
    case SERVICE.fileRename:
      return { service: "file-rename" };
    case SERVICE.fileDelete:
      return { service: "file-delete" };
    case SERVICE.fileDirectory: {
      const inside = element.children();
      const entries = decodeDirectory(inside.expect(constructed(0)));
      return {
        service: "file-directory",
        entries,
        moreFollows: decodeMoreFollows(inside.optional(primitive(1)), false),
      };
    }
    default:
      return unknownService(element);
  }
}

export function writeFileResponse(writer: BerWriter, response: Extract<MmsResponse, { service: FileService }>): void {
  switch (response.service) {
    case "obtain-file":
      writer.null(primitive(SERVICE.obtainFile));
      return;
    case "file-open":
      writer.constructed(constructed(SERVICE.fileOpen), (inside) => {
        writeWhole(inside, primitive(0), response.file);
        writeAttributes(inside, constructed(1), response.attributes);
      });
      return;
    case "file-read":
      writer.constructed(constructed(SERVICE.fileRead), (inside) => {
        inside.element(primitive(0), response.data);
        if (!response.moreFollows) inside.element(primitive(1), booleanOctet(false));
      });
      return;
    case "file-close":
      writer.null(primitive(SERVICE.fileClose));
      return;
    case "file-rename":
      writer.null(primitive(SERVICE.fileRename));
      return;
    case "file-delete":
      writer.null(primitive(SERVICE.fileDelete));
      return;
    case "file-directory":
      writer.constructed(constructed(SERVICE.fileDirectory), (inside) => {
        writeDirectory(inside, constructed(0), response.entries);
        if (response.moreFollows) inside.element(primitive(1), booleanOctet(true));
      });
      return;
    case "unknown":
      writeUnknown(writer, response);
  }
}

function unknownService(element: BerElement): UnknownService {
  const { tag, content } = element;
  return { service: "unknown", tag: tag.number, constructed: tag.constructed, content: content.slice() };
}

function writeUnknown(writer: BerWriter, { tag, constructed: inside, content }: UnknownService): void {
  writer.element(inside ? constructed(tag) : primitive(tag), content);
}
