import { BerWriter } from "../../kit/ber-writer.ts";
import { constructed, primitive } from "../tags.ts";
import { writeAccessResult } from "./data-codec.ts";
import { writeServiceError } from "./error-codec.ts";
import { writeInitiate } from "./initiate-codec.ts";
import { writeWhole } from "./integers.ts";
import { writeSpecification } from "./names-codec.ts";
import { type MmsPdu, REJECTED } from "./pdu.ts";
import { INFORMATION_REPORT, INVOKE_ID, INVOKE_ID_IN_ERROR, PDU } from "./pdu-tags.ts";
import { writeRequest } from "./request-codec.ts";
import { writeResponse } from "./response-codec.ts";

/** The shortest encoding of everything; a default is left out where libiec61850 leaves it out. */
export function encodeMms(pdu: MmsPdu): Uint8Array {
  const writer = new BerWriter();
  switch (pdu.kind) {
    case "confirmed-request":
      writer.constructed(constructed(PDU.confirmedRequest), (inside) => {
        writeWhole(inside, INVOKE_ID, pdu.invokeId);
        writeRequest(inside, pdu.request);
      });
      break;
    case "confirmed-response":
      writer.constructed(constructed(PDU.confirmedResponse), (inside) => {
        writeWhole(inside, INVOKE_ID, pdu.invokeId);
        writeResponse(inside, pdu.response);
      });
      break;
    case "confirmed-error":
      writer.constructed(constructed(PDU.confirmedError), (inside) => {
        writeWhole(inside, INVOKE_ID_IN_ERROR, pdu.invokeId);
        if (pdu.modifierPosition !== undefined) writeWhole(inside, primitive(1), pdu.modifierPosition);
        inside.constructed(constructed(2), (error) => writeServiceError(error, pdu.error));
      });
      break;
    case "information-report":
      writer.constructed(constructed(PDU.unconfirmed), (inside) =>
        inside.constructed(INFORMATION_REPORT, (report) => {
          writeSpecification(report, pdu.report.specification);
          report.constructed(constructed(0), (list) => {
            for (const result of pdu.report.results) writeAccessResult(list, result);
          });
        }),
      );
      break;
    case "reject":
      writer.constructed(constructed(PDU.reject), (inside) => {
        if (pdu.invokeId !== undefined) writeWhole(inside, INVOKE_ID_IN_ERROR, pdu.invokeId);
        writeWhole(inside, primitive(REJECTED.indexOf(pdu.rejected) + 1), pdu.reason);
      });
      break;
    case "cancel-request":
      writeWhole(writer, primitive(PDU.cancelRequest), pdu.invokeId);
      break;
    case "cancel-response":
      writeWhole(writer, primitive(PDU.cancelResponse), pdu.invokeId);
      break;
    case "cancel-error":
      writer.constructed(constructed(PDU.cancelError), (inside) => {
        writeWhole(inside, INVOKE_ID_IN_ERROR, pdu.invokeId);
        inside.constructed(constructed(1), (error) => writeServiceError(error, pdu.error));
      });
      break;
    case "initiate-request":
      writeInitiate(writer, constructed(PDU.initiateRequest), pdu.initiate);
      break;
    case "initiate-response":
      writeInitiate(writer, constructed(PDU.initiateResponse), pdu.initiate);
      break;
    case "initiate-error":
      writer.constructed(constructed(PDU.initiateError), (inside) => writeServiceError(inside, pdu.error));
      break;
    case "conclude-request":
      writer.null(primitive(PDU.concludeRequest));
      break;
    case "conclude-response":
      writer.null(primitive(PDU.concludeResponse));
      break;
    case "conclude-error":
      writer.constructed(constructed(PDU.concludeError), (inside) => writeServiceError(inside, pdu.error));
      break;
  }
  return writer.finish();
}
