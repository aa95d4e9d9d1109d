import type { ServiceError } from "../../../adapters/iec61850/mms/pdu.ts";
import type { Reply } from "../behaviour.ts";

/** Errors of confirmed services (ISO 9506-2 `ServiceError`), those this server gives. */
export function refused(errorClass: ServiceError["errorClass"], code: number): Reply {
  return { kind: "error", error: { errorClass, code } };
}

export const NON_EXISTENT: Reply = refused("access", 2);
export const ACCESS_DENIED: Reply = refused("access", 3);
export const OBJECT_UNDEFINED: Reply = refused("definition", 1);
export const OBJECT_EXISTS: Reply = refused("definition", 5);
export const NO_ROOM: Reply = refused("resource", 1);
/** What is asked for does not fit one PDU. */
export const SERVICE_OTHER: Reply = refused("service", 0);
/** The service is not known: a reject. */
export const UNRECOGNIZED: Reply = { kind: "reject", reason: 1 };
export const FILE_NON_EXISTENT: Reply = refused("file", 7);
export const FILE_DUPLICATE: Reply = refused("file", 8);
export const FILE_NO_SPACE: Reply = refused("file", 9);
export const FILE_BUSY: Reply = refused("file", 2);
export const FILE_POSITION: Reply = refused("file", 5);
