import type { BerElement } from "../../kit/ber-reader.ts";
import { tagText } from "../../kit/ber-tag.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { toNumber, writeWhole } from "./integers.ts";
import { ERROR_CLASSES, type ServiceError } from "./pdu.ts";
import { fromLatin1, toLatin1 } from "./text.ts";

/** @param element whatever the ServiceError is the content of: `[2]` of a confirmed error, the initiate error itself. */
export function decodeServiceError(element: BerElement): ServiceError {
  const inside = element.children();
  const chosen = inside.expect(constructed(0)).children().next();
  const errorClass = ERROR_CLASSES[chosen.tag.number];
  if (errorClass === undefined || chosen.tag.class !== "context")
    throw chosen.refuse(`${tagText(chosen.tag)} is no class of errors`);
  const code = toNumber(chosen);
  const additional = inside.optional(primitive(1));
  const description = inside.optional(primitive(2));
  // `[3] serviceSpecificInfo` says nothing anybody uses.
  return {
    errorClass,
    code,
    ...(additional !== undefined && { additionalCode: toNumber(additional) }),
    ...(description !== undefined && { description: fromLatin1(description.content) }),
  };
}

export function writeServiceError(writer: BerWriter, error: ServiceError): void {
  writer.constructed(constructed(0), (inside) =>
    writeWhole(inside, primitive(ERROR_CLASSES.indexOf(error.errorClass)), error.code),
  );
  if (error.additionalCode !== undefined) writeWhole(writer, primitive(1), error.additionalCode);
  if (error.description !== undefined) writer.element(primitive(2), toLatin1(error.description));
}

/** Codes by class, those that have a name (ISO 9506-2 `ServiceError`). */
const NAMES: Readonly<Partial<Record<ServiceError["errorClass"], readonly string[]>>> = {
  definition: [
    "other",
    "object-undefined",
    "invalid-address",
    "type-unsupported",
    "type-inconsistent",
    "object-exists",
    "object-attribute-inconsistent",
  ],
  resource: [
    "other",
    "memory-unavailable",
    "processor-resource-unavailable",
    "mass-storage-unavailable",
    "capability-unavailable",
    "capability-unknown",
  ],
  service: [
    "other",
    "primitives-out-of-sequence",
    "object-state-conflict",
    "reserved",
    "continuation-invalid",
    "object-constraint-conflict",
  ],
  access: ["other", "object-access-unsupported", "object-non-existent", "object-access-denied", "object-invalidated"],
  initiate: [
    "other",
    "reserved",
    "max-services-outstanding-calling-insufficient",
    "max-services-outstanding-called-insufficient",
    "service-CBB-insufficient",
    "parameter-CBB-insufficient",
    "nesting-level-insufficient",
  ],
  file: [
    "other",
    "filename-ambiguous",
    "file-busy",
    "filename-syntax-error",
    "content-type-invalid",
    "position-invalid",
    "file-access-denied",
    "file-non-existent",
    "duplicate-filename",
    "insufficient-space-in-filestore",
  ],
};

/** `access/object-non-existent`. */
export function serviceErrorText(error: ServiceError): string {
  const name = NAMES[error.errorClass]?.[error.code] ?? `${error.code}`;
  return error.description === undefined || error.description === ""
    ? `${error.errorClass}/${name}`
    : `${error.errorClass}/${name} (${error.description})`;
}
