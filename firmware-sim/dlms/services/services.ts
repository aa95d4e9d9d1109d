import type { Apdu } from "../../../adapters/dlms/apdu/apdu.ts";
import type { ConformanceBit } from "../../../adapters/dlms/apdu/conformance.ts";
import { readInvokeId } from "../../../adapters/dlms/apdu/invoke-id.ts";
import { SERVICE_UNKNOWN } from "../association/answers.ts";
import { serveAccess } from "./access-service.ts";
import { ActionService } from "./action-service.ts";
import { GetService, type ResponseRoom } from "./get-service.ts";
import type { Bearings } from "./object-access.ts";
import { SetService } from "./set-service.ts";
import { isShortNameRequest, ShortNameService } from "./short-name-service.ts";

const UNKNOWN: Apdu = { kind: "exception-response", ...SERVICE_UNKNOWN, expectedCounter: undefined };

/** Every service of one association, by logical names or by short ones, with the long transfers under way in them. */
export class Services {
  readonly #get = new GetService();
  readonly #set = new SetService();
  readonly #action = new ActionService();
  readonly #named = new ShortNameService();

  /** @param room of an answer whose blocks are agreed with that bit. `undefined` where nothing is answered. */
  serve(apdu: Apdu, bearings: Bearings, room: (block: ConformanceBit) => ResponseRoom): Apdu | undefined {
    if (apdu.kind === "data-notification-confirm") return undefined;
    if (bearings.meter.referencing === "short-name") {
      if (!isShortNameRequest(apdu)) return UNKNOWN;
      return this.#named.serve(apdu, bearings, room("block-transfer-with-get-or-read"));
    }
    switch (apdu.kind) {
      case "get-request-normal":
      case "get-request-next":
      case "get-request-with-list":
        return this.#get.serve(apdu, bearings, room("block-transfer-with-get-or-read"));
      case "set-request-normal":
      case "set-request-with-first-datablock":
      case "set-request-with-datablock":
      case "set-request-with-list":
      case "set-request-with-list-and-first-datablock": {
        const response = this.#set.serve(apdu, bearings);
        return readInvokeId(apdu.invoke).confirmed ? response : undefined;
      }
      case "action-request-normal":
      case "action-request-next-pblock":
      case "action-request-with-list":
      case "action-request-with-first-pblock":
      case "action-request-with-list-and-first-pblock":
      case "action-request-with-pblock": {
        const response = this.#action.serve(apdu, bearings, room("block-transfer-with-action"));
        return readInvokeId(apdu.invoke).confirmed ? response : undefined;
      }
      case "access-request":
        return serveAccess(apdu, bearings);
      default:
        return UNKNOWN;
    }
  }

  abort(): void {
    this.#get.abort();
    this.#set.abort();
    this.#action.abort();
    this.#named.abort();
  }
}
