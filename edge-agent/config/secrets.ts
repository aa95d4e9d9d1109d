import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { SecretRef } from "./config.ts";
import { errnoOf, type Machine, reasonOf, thisMachine } from "./files.ts";

const MAX_SECRET_BYTES = 64 * 1024;

/** The bytes of a secret or a PEM file, exactly as they are. Throws `config.secret.missing` or `config.secret.too-large`, never with a value. */
export function readBytes(ref: SecretRef, machine: Machine = thisMachine): Uint8Array {
  if (ref.kind === "env") {
    const value = machine.env(ref.name) ?? "";
    if (value === "") throw missing(`the environment variable ${ref.name} is not set`, undefined);
    return new TextEncoder().encode(value);
  }
  let bytes: Uint8Array;
  try {
    bytes = machine.read(ref.path, MAX_SECRET_BYTES);
  } catch (thrown) {
    throw missing(`${ref.path} cannot be read: ${reasonOf(errnoOf(thrown))}`, thrown);
  }
  if (bytes.length === 0) throw missing(`${ref.path} is empty`, undefined);
  if (bytes.length <= MAX_SECRET_BYTES) return bytes;
  throw new EdgeError({
    code: "config.secret.too-large",
    blame: "operator",
    retry: "never",
    message: `${ref.path} has more than ${MAX_SECRET_BYTES} bytes; it should hold one secret`,
  });
}

/** A secret as text (a password, a token), without the line end an editor left behind. */
export function readSecret(ref: SecretRef, machine: Machine = thisMachine): string {
  return Buffer.from(readBytes(ref, machine))
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

function missing(message: string, cause: unknown): EdgeError {
  return new EdgeError({ code: "config.secret.missing", blame: "operator", retry: "never", message, cause });
}
