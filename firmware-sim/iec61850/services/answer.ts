import type { MmsRequest } from "../../../adapters/iec61850/mms/pdu.ts";
import type { Reply } from "../behaviour.ts";
import { defineDataSet, deleteDataSets, describeDataSet, type DataSetsInView } from "./data-set-services.ts";
import type { FileServices } from "./file-services.ts";
import { nameList } from "./names.ts";
import { NON_EXISTENT, UNRECOGNIZED } from "./refusals.ts";
import { type Asking, describeVariable, readVariables, writeVariables } from "./variables.ts";

/** The device's own answer to a confirmed request, as the standard has it. */
export function answer(asking: Asking & { readonly files: FileServices }, request: MmsRequest): Reply {
  const { ied, client, own, files } = asking;
  const { model } = ied;
  const sets: DataSetsInView = { model, own, isUsed: (dataSet) => ied.isUsed(dataSet) };
  switch (request.service) {
    case "status":
      return { kind: "answer", response: { service: "status", logical: 0, physical: 0 } };
    case "identify":
      return {
        kind: "answer",
        response: { service: "identify", vendor: model.vendor, model: model.type, revision: model.revision },
      };
    case "get-name-list":
      return nameList(model, own, request, client.pduBytes);
    case "read":
      return readVariables(asking, request);
    case "write":
      return writeVariables(asking, request);
    case "get-variable-access-attributes":
      return describeVariable(asking, request.name);
    case "define-named-variable-list":
      return defineDataSet(sets, request);
    case "get-named-variable-list-attributes":
      return describeDataSet(sets, request.name);
    case "delete-named-variable-list":
      return deleteDataSets(sets, request);
    case "read-journal":
    case "initialize-journal": {
      const { name } = request;
      const journal = name.scope === "domain" ? ied.journalOf(`${name.domain}/${name.item}`) : undefined;
      if (journal === undefined) return NON_EXISTENT;
      if (request.service === "read-journal") return { kind: "answer", response: journal.read(request) };
      return { kind: "answer", response: { service: "initialize-journal", deleted: journal.clear(request) } };
    }
    case "file-open":
      return files.open(request);
    case "file-read":
      return files.read(request, client.pduBytes);
    case "file-close":
      return files.close(request);
    case "file-rename":
      return files.rename(request);
    case "file-delete":
      return files.delete(request);
    case "file-directory":
      return files.directory(request, client.pduBytes);
    default:
      return UNRECOGNIZED;
  }
}
