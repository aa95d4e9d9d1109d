import type { AccessRequest, AccessResponse } from "./access.ts";
import type { Aare, Aarq } from "./acse.ts";
import type { ActionRequest, ActionResponse } from "./action.ts";
import type { ConfirmedServiceError, ExceptionResponse } from "./errors.ts";
import type { GeneralBlockTransfer } from "./general-block-transfer.ts";
import type { GetRequest, GetResponse } from "./get.ts";
import type { InitiateRequest, InitiateResponse } from "./initiate.ts";
import type { DataNotification, DataNotificationConfirm, EventNotification } from "./notification.ts";
import type { GeneralCiphered, GeneralCiphering, GeneralSigning, ServiceCiphered } from "./protection.ts";
import type { Release } from "./release.ts";
import type { SetRequest, SetResponse } from "./set.ts";
import type { InformationReport, ReadRequest, ReadResponse, WriteRequest, WriteResponse } from "./short-name.ts";

/** The APDUs that carry another one protected or in parts. */
export type CarrierApdu = ServiceCiphered | GeneralCiphered | GeneralCiphering | GeneralSigning | GeneralBlockTransfer;

/** Every APDU of IEC 62056-5-3 that this room knows, both directions. */
export type Apdu =
  | Aarq
  | Aare
  | Release
  | InitiateRequest
  | InitiateResponse
  | GetRequest
  | GetResponse
  | SetRequest
  | SetResponse
  | ActionRequest
  | ActionResponse
  | AccessRequest
  | AccessResponse
  | DataNotification
  | DataNotificationConfirm
  | EventNotification
  | ExceptionResponse
  | ConfirmedServiceError
  | ReadRequest
  | ReadResponse
  | WriteRequest
  | WriteResponse
  | InformationReport
  | CarrierApdu;

export type ApduKind = Apdu["kind"];
