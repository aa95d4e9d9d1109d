import type { BerElement } from "../../kit/ber-reader.ts";
import type { BerTag } from "../../kit/ber-tag.ts";
import { toBitString } from "../../kit/ber-values.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { toCount, writeWhole } from "./integers.ts";
import type { Initiate } from "./pdu.ts";

/** ISO 9506-2: request and response have the same shape. */
export function decodeInitiate(element: BerElement): Initiate {
  const inside = element.children();
  const localDetail = inside.optional(primitive(0));
  const outstandingCalling = toCount(inside.expect(primitive(1)));
  const outstandingCalled = toCount(inside.expect(primitive(2)));
  const nesting = inside.optional(primitive(3));
  const detail = inside.expect(constructed(4)).children();
  return {
    localDetail: localDetail === undefined ? undefined : toCount(localDetail),
    outstandingCalling,
    outstandingCalled,
    nesting: nesting === undefined ? undefined : toCount(nesting),
    version: toCount(detail.expect(primitive(0))),
    parameters: toBitString(detail.expect(primitive(1))),
    services: toBitString(detail.expect(primitive(2))),
  };
}

export function writeInitiate(writer: BerWriter, tag: BerTag, initiate: Initiate): void {
  writer.constructed(tag, (inside) => {
    if (initiate.localDetail !== undefined) writeWhole(inside, primitive(0), initiate.localDetail);
    writeWhole(inside, primitive(1), initiate.outstandingCalling);
    writeWhole(inside, primitive(2), initiate.outstandingCalled);
    if (initiate.nesting !== undefined) writeWhole(inside, primitive(3), initiate.nesting);
    inside.constructed(constructed(4), (detail) => {
      writeWhole(detail, primitive(0), initiate.version);
      detail.bitString(primitive(1), initiate.parameters);
      detail.bitString(primitive(2), initiate.services);
    });
  });
}
