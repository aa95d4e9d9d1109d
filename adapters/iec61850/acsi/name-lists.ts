import { EdgeError } from "../../kit/edge-error.ts";
import { iec61850Fault } from "../codes.ts";
import { NAMES_PER_DOMAIN_LIMIT } from "../limits.ts";
import { OBJECT_CLASS, type ObjectScope } from "../mms/names.ts";
import type { MmsRequest } from "../mms/pdu.ts";
import { type Procedure, services } from "../procedure.ts";

export interface NameList {
  readonly objectClass: keyof typeof OBJECT_CLASS;
  readonly scope: ObjectScope;
}

/**
 * Several lists of names at once, every page of each. The pages of one list come one after the other, those of different
 * lists together. A list the device refuses is its fault in the answer: some have no journals and say so by an error.
 */
export function* nameLists(lists: readonly NameList[]): Procedure<readonly (readonly string[] | EdgeError)[]> {
  const found: (string[] | EdgeError)[] = lists.map(() => []);
  let open = lists.map((list, at) => ({ list, at, after: undefined as string | undefined }));
  while (open.length > 0) {
    const answers = yield* services(open.map(({ list, after }) => requestOf(list, after)));
    const next: typeof open = [];
    for (const [n, one] of open.entries()) {
      const answer = answers[n];
      const names = found[one.at];
      if (names === undefined || names instanceof EdgeError) continue;
      if (answer instanceof EdgeError || answer?.service !== "get-name-list") {
        // A page that is refused after others came is no end of the list.
        found[one.at] = answer instanceof EdgeError ? answer : unexpected();
        continue;
      }
      names.push(...answer.names);
      const after = answer.names.at(-1);
      if (names.length > NAMES_PER_DOMAIN_LIMIT) found[one.at] = tooMany();
      // An empty page that promises more would be asked for for ever, and one that ends where it began too.
      else if (answer.moreFollows && after !== undefined && after !== one.after) next.push({ ...one, after });
    }
    open = next;
  }
  return found;
}

export function* nameList(list: NameList): Procedure<readonly string[]> {
  const [names] = yield* nameLists([list]);
  if (names === undefined || names instanceof EdgeError) throw names ?? unexpected();
  return names;
}

function requestOf({ objectClass, scope }: NameList, after: string | undefined): MmsRequest {
  return {
    service: "get-name-list",
    objectClass: OBJECT_CLASS[objectClass],
    scope,
    ...(after !== undefined && { continueAfter: after }),
  };
}

function unexpected(): EdgeError {
  return iec61850Fault("mms.service.unexpected", "a list of names was not answered as one");
}

function tooMany(): EdgeError {
  return iec61850Fault("iec61850.model.overfull", `more than ${NAMES_PER_DOMAIN_LIMIT} names in one list`);
}
