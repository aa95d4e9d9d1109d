import {
  type MmsData,
  mmsInteger,
  mmsOctets,
  mmsStructure,
  mmsUnsigned,
  mmsVisible,
} from "../../../adapters/iec61850/mms/data.ts";
import type { VariableAccess } from "../../../adapters/iec61850/mms/names.ts";
import type { InformationReport } from "../../../adapters/iec61850/mms/pdu.ts";
import type { AddCause } from "./add-cause.ts";
import type { ControlCommand } from "./command.ts";

const LAST_APPL_ERROR: VariableAccess = { name: { scope: "vmd", item: "LastApplError" } };
/** Error: 1 is "unknown"; what went wrong is in AddCause. */
const ERROR_UNKNOWN = 1;

/** Why a command was refused: it goes before the negative answer (IEC 61850-8-1, 20.5). */
export function refusal(controlled: string, command: ControlCommand, addCause: AddCause): InformationReport {
  return {
    specification: { kind: "variables", variables: [LAST_APPL_ERROR] },
    results: [lastApplError(controlled, command, addCause)],
  };
}

/** How a command with enhanced security ended. */
export function termination(
  domain: string,
  item: string,
  command: ControlCommand,
  addCause: AddCause,
): InformationReport {
  const oper: VariableAccess = { name: { scope: "domain", domain, item } };
  if (addCause === 0) return { specification: { kind: "variables", variables: [oper] }, results: [command.written] };
  return {
    specification: { kind: "variables", variables: [LAST_APPL_ERROR, oper] },
    results: [lastApplError(`${domain}/${item}`, command, addCause), command.written],
  };
}

function lastApplError(controlled: string, command: ControlCommand, addCause: AddCause): MmsData {
  return mmsStructure(
    mmsVisible(controlled),
    mmsInteger(ERROR_UNKNOWN),
    mmsStructure(mmsInteger(command.orCat), mmsOctets(command.orIdent)),
    mmsUnsigned(command.ctlNum),
    mmsInteger(addCause),
  );
}
