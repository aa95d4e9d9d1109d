import { presetParameters } from "../../adapters/iec61850/association/parameters.ts";
import { reportReadings } from "../../adapters/iec61850/mapping.ts";
import type { InformationReport } from "../../adapters/iec61850/mms/pdu.ts";
import { toJson } from "../../adapters/iec61850/model/value.ts";
import { candidates, controlText } from "../../adapters/iec61850/report/candidates.ts";
import { disableReport, readBlock } from "../../adapters/iec61850/report/enable.ts";
import { PLAN_DEFAULTS, reportPattern } from "../../adapters/iec61850/report/plan.ts";
import { ReportReceiver } from "../../adapters/iec61850/report/receiver.ts";
import { isReport } from "../../adapters/iec61850/report/report.ts";
import { setUpReports } from "../../adapters/iec61850/report/setup.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { toWall } from "../../adapters/kit/time.ts";
import { clean, complainLine, say, sayJson, table } from "./output.ts";
import { type ClientTarget, OpenClient } from "./probe-iec61850-client.ts";
import type { ProbeIedFlags } from "./probe-iec61850.ts";

/** What report control blocks there are; with `--watch` what they say, until the association ends or somebody stops it. */
export async function probeReports(target: ClientTarget, flags: ProbeIedFlags): Promise<void> {
  const pattern = reportPattern(flags.rcb ?? "*/LLN0.*");
  const receiver = new ReportReceiver({
    uid: "probe",
    protocolId: target.host,
    profile: "generic",
    association: presetParameters("libiec61850"),
    reports: [],
    originator: { category: 3, identification: "busbar probe" },
  });
  const client = await OpenClient.open(target, (report) => show(receiver, report, flags));
  try {
    if (flags.watch !== true) {
      await list(client, pattern, flags);
      return;
    }
    const { enabled, faults } = await client.run(
      setUpReports({
        plan: { ...PLAN_DEFAULTS, pattern },
        mayGiveUp: true,
        entryIdOf: () => undefined,
        ours: () => receiver.enabled(),
        onReady: (report) => receiver.add(report),
        onFailed: (report) => receiver.remove(report),
      }),
    );
    for (const fault of faults) complainLine(clean(fault.message));
    for (const one of enabled) complainLine(clean(`${controlText(one.control)}: ${one.members.length} members`));
    process.once("SIGINT", () => {
      const ends = enabled.map((one) => client.run(disableReport(one.control)).catch(() => {}));
      void Promise.all(ends).then(() => client.release());
    });
    const end = await client.over;
    if (end !== "done") throw end;
  } finally {
    await client.release();
  }
}

async function list(
  client: OpenClient,
  pattern: ReturnType<typeof reportPattern>,
  flags: ProbeIedFlags,
): Promise<void> {
  const rows: string[][] = [];
  for (const control of (await client.run(candidates(pattern))).flat()) {
    const block = await client.run(readBlock(control));
    const part = (name: string): string => String(toJson(block.get(name) ?? { type: "visible-string", value: "" }));
    rows.push([controlText(control), part("RptEna"), part("DatSet"), part("TrgOps"), part("OptFlds"), part("IntgPd")]);
  }
  const head = ["block", "enabled", "data set", "TrgOps", "OptFlds", "IntgPd"];
  if (flags.json === true) sayJson(rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]]))));
  else say(table(head, rows));
}

function show(receiver: ReportReceiver, report: InformationReport, flags: ProbeIedFlags): void {
  if (!isReport(report)) return;
  try {
    const { received, faults } = receiver.take(report, toWall(Date.now()));
    for (const fault of faults) complainLine(clean(fault.message));
    if (received === undefined) return;
    const readings = reportReadings(received);
    if (flags.json === true) {
      for (const reading of readings) sayJson(reading);
      return;
    }
    const { sqNum, entryId } = received.report;
    const number = sqNum === undefined ? "" : ` #${sqNum}`;
    const entry = entryId === undefined ? "" : ` entry ${Buffer.from(entryId).toString("hex")}`;
    say(clean(`${readings[0]?.time ?? ""} ${controlText(received.enabled.control)}${number}${entry}`));
    for (const { data } of readings)
      for (const point of "points" in data ? (data.points ?? []) : [])
        say(
          clean(
            `  ${point.ref.value} = ${String(point.value)}${point.unit === undefined ? "" : ` ${point.unit}`}  ${point.q?.validity ?? ""}`,
          ),
        );
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    complainLine(clean(thrown.message));
  }
}
