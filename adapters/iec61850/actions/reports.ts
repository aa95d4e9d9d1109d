import type { Command } from "../../../edge-agent/model/command.ts";
import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { controlText } from "../report/candidates.ts";
import { type EnabledReport, interrogateReport, purgeReport, readBlock } from "../report/enable.ts";
import { matches } from "../report/plan.ts";
import { toJson } from "../model/value.ts";
import { type Action, invalid, textField } from "./action.ts";

/** The report control blocks that are ours, with what each says of itself. */
export const REPORT_STATUS: Action = {
  idempotent: true,
  *run({ reports }) {
    const told: Record<string, Json> = {};
    for (const { control, members } of reports()) {
      const block = yield* readBlock(control);
      const attributes = [...block].map(([name, data]) => [name, toJson(data, undefined, name)] as const);
      told[controlText(control)] = { ...Object.fromEntries(attributes), members: members.length };
    }
    return { result: { reports: told } };
  },
};

/** GI for one block, or for all that are ours. */
export const REPORT_INTERROGATE: Action = {
  idempotent: true,
  *run({ command, reports }) {
    const meant = chosen(command, reports());
    for (const { control } of meant) yield* interrogateReport(control);
    return { result: { interrogated: meant.map((one) => controlText(one.control)) } };
  },
};

/** Empties the buffer of a block: what was not reported yet is gone, which is what the operator asked for. */
export const REPORT_PURGE: Action = {
  idempotent: true,
  *run({ command, reports }) {
    const meant = chosen(command, reports()).filter((one) => one.control.fc === "BR");
    for (const { control } of meant) yield* purgeReport(control);
    return { result: { purged: meant.map((one) => controlText(one.control)) } };
  },
};

function chosen(command: Command, reports: readonly EnabledReport[]): readonly EnabledReport[] {
  const name = textField(command.value, "name");
  const meant = name === undefined ? reports : reports.filter(({ control }) => matches(name, control.name));
  if (meant.length === 0) throw invalid(name === undefined ? "no reports are enabled" : `no report ${name} is enabled`);
  return meant;
}
