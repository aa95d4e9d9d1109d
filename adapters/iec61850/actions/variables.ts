import type { Json, JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { commandReadingId } from "../../../edge-agent/model/ids.ts";
import { createDataSet, dataSetDirectory, dataSetName, dataSetValues, deleteDataSet } from "../acsi/data-sets.ts";
import { readAll, typeOfReference, typesOfReferences, write } from "../acsi/variables.ts";
import { refusedData } from "../association/refusal.ts";
import { identityOf, portions } from "../mapping.ts";
import { encodeValue } from "../model/encode-value.ts";
import { type Reference, referenceText, toReference } from "../model/reference.ts";
import { toJson } from "../model/value.ts";
import { toPoints, type Told } from "../points.ts";
import { dataSetView, unitsOf } from "../report/data-set-view.ts";
import { type Action, type ActionContext, constrainedTarget, field, invalid, needed, textField } from "./action.ts";

/** Points whose values go into the command's own result besides the reading. */
const RESULT_POINTS = 200;
const READ_LIMIT = 500;

export const READ: Action = {
  idempotent: true,
  *run(context) {
    const { command } = context;
    const references = wantedReferences(context);
    const values = yield* readAll(references);
    const types = yield* typesOfReferences(references);
    const units = yield* unitsOf(references, types);
    const told = references.map(
      (reference, at): Told => ({
        reference,
        value: values[at] ?? { type: "failure", error: 0 },
        type: types[at],
        units,
      }),
    );
    const [only] = told;
    if (told.length === 1 && only?.value.type === "failure")
      throw refusedData(only.value.error, referenceText(only.reference));
    const result: JsonRecord = Object.fromEntries(
      told
        .slice(0, RESULT_POINTS)
        .map((one) => [referenceText(one.reference), toJson(one.value, one.type, one.reference.path.at(-1))]),
    );
    return { result: { values: result }, drafts: readingOf(context, told, command.uid) };
  },
};

export const WRITE: Action = {
  idempotent: true,
  *run({ command }) {
    const reference = constrainedTarget(command);
    if (reference.fc === "CO") throw invalid("a control is operated, not written");
    const type = yield* typeOfReference(reference);
    const { value } = command;
    if (value === undefined) throw invalid("a value is needed");
    const given = field(value, "value") ?? value;
    yield* write(reference, encodeValue(given, type, referenceText(reference)));
    return { result: { written: referenceText(reference) } };
  },
};

export const DATASET_GET: Action = {
  idempotent: true,
  *run({ command }) {
    const { deletable, members } = yield* dataSetDirectory(
      dataSetName(dataSetText(command.target?.value, command.value)),
    );
    return { result: { deletable, members: members.map(referenceText) } };
  },
};

export const DATASET_READ: Action = {
  idempotent: true,
  *run(context) {
    const text = dataSetText(context.command.target?.value, context.command.value);
    const members = yield* dataSetView(text);
    const values = yield* dataSetValues(dataSetName(text));
    const told = members.map((one, at): Told => ({ ...one, value: values[at] ?? { type: "failure", error: 0 } }));
    return { result: { members: members.length }, drafts: readingOf(context, told, context.command.uid) };
  },
};

export const DATASET_CREATE: Action = {
  idempotent: false,
  *run({ command }) {
    const members = field(command.value, "members");
    if (!Array.isArray(members) || members.length === 0) throw invalid("value.members is a list of references");
    const references = members.map((one: Json) => toReference(typeof one === "string" ? one : ""));
    yield* createDataSet(dataSetName(dataSetText(command.target?.value, command.value)), references);
    return { result: { members: references.length } };
  },
};

export const DATASET_DELETE: Action = {
  idempotent: true,
  *run({ command }) {
    yield* deleteDataSet(dataSetName(dataSetText(command.target?.value, command.value)));
    return { result: {} };
  },
};

/** Messages of what a command read. */
export function readingOf(context: ActionContext, told: readonly Told[], uid: string): readonly MessageDraft[] {
  const at = Math.floor(context.wall());
  return portions(toPoints(told)).map(
    (points, part): MessageDraft => ({
      // A later attempt is another acquisition, and the session is not told which attempt it is.
      id: commandReadingId({ uid, attempt: at, part }),
      type: "busbar.reading.v1",
      subject: context.device.uid,
      protocol: "iec61850",
      devicetype: context.device.deviceType,
      time: undefined,
      timesource: "ingest",
      correlationid: uid,
      data: { cause: "request", historical: false, device: identityOf(context.device), points },
    }),
  );
}

function wantedReferences({ command }: ActionContext): readonly Reference[] {
  const list = field(command.value, "refs");
  if (list === undefined) return [constrainedTarget(command)];
  if (!Array.isArray(list) || list.length === 0 || list.length > READ_LIMIT)
    throw invalid(`value.refs is a list of 1 to ${READ_LIMIT} references`);
  return list.map((one: Json) => {
    const reference = toReference(typeof one === "string" ? one : "");
    if (reference.fc === undefined) throw invalid(`${referenceText(reference)} needs its functional constraint`);
    if (reference.fc === "CO") throw invalid("reading a control may select it: read its status instead");
    return reference;
  });
}

function dataSetText(target: string | undefined, value: Json | undefined): string {
  return needed(target ?? textField(value, "dataSet"), "dataSet");
}
