import { z } from "zod";
import type { FileRef, TlsFiles } from "./config.ts";
import { path } from "./scalars.ts";

const MAPPING = "{ cert, key, ca }, each the path of a PEM file";

export function pemFile(what: string): z.ZodType<FileRef, string> {
  return path(`the path of ${what} (PEM)`).transform((value): FileRef => ({ kind: "file", path: value }));
}

/** Our own certificate and key, and whom we trust. */
export function tlsFiles(): z.ZodType<TlsFiles> {
  return z
    .strictObject(
      {
        cert: pemFile("a certificate"),
        key: pemFile("a private key"),
        ca: pemFile("the authorities to trust").optional(),
      },
      { error: (issue) => (issue.code === "invalid_type" ? MAPPING : undefined) },
    )
    .transform((value) => ({ cert: value.cert, key: value.key, ca: value.ca }));
}
