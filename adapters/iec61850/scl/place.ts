import { EdgeError } from "../../kit/edge-error.ts";

/** Where an element of an SCL file begins. */
export interface SclPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly element: string;
}

export type SclFaultCode =
  /** Not well-formed XML, or XML we do not take: a document type, an encoding nobody knows. */
  | "iec61850.scl.not-xml"
  | "iec61850.scl.too-large"
  | "iec61850.scl.too-deep"
  /** An attribute that is missing, or that cannot mean what it should. */
  | "iec61850.scl.attribute"
  /** An element that should be there, once. */
  | "iec61850.scl.element"
  /** A type, data set or logical device that is referred to and is not there; a type inside itself. */
  | "iec61850.scl.reference"
  /** A value its type cannot have. */
  | "iec61850.scl.value";

/** A file is the operator's: nobody else can put it right, and reading it again does not help. */
export function sclFault(code: SclFaultCode, place: SclPlace, sentence: string): EdgeError {
  return new EdgeError({
    code,
    blame: "operator",
    retry: "never",
    message: `${place.file}:${place.line}:${place.column}: <${place.element}> ${sentence}`,
    native: place.line,
  });
}
