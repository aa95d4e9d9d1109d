import { readFileSync } from "node:fs";
import type { SclDocument } from "../../adapters/iec61850/scl/document.ts";
import { readScl } from "../../adapters/iec61850/scl/read.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";

/** An SCL file (SCD, CID, ICD). Throws `config.file.missing`, and `iec61850.scl.*` with the place of what is wrong in it. */
export function readSclFile(file: string): SclDocument {
  let content: Uint8Array;
  try {
    content = readFileSync(file);
  } catch (cause) {
    const message = `${file} cannot be read`;
    throw new EdgeError({ code: "config.file.missing", blame: "operator", retry: "never", message, cause });
  }
  return readScl(content, file);
}
