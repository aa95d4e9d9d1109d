import { EdgeError } from "../../kit/edge-error.ts";
import { nameList } from "../acsi/name-lists.ts";
import { domainName } from "../mms/names.ts";
import type { MmsRequest } from "../mms/pdu.ts";
import type { TypeDescription } from "../mms/types.ts";
import { type Procedure, services } from "../procedure.ts";
import { baseOf, isGlob, matches, type ReportPattern } from "./plan.ts";

/** One report control block of the device. */
export interface ReportControl {
  readonly ld: string;
  readonly ln: string;
  readonly fc: "BR" | "RP";
  readonly name: string;
  /** Names of its attributes in the device's own order. */
  readonly attributes: readonly string[];
}

/** `LD/LN$BR$name`, as a report names its block and as we remember it. */
export function controlText({ ld, ln, fc, name }: ReportControl): string {
  return `${ld}/${ln}$${fc}$${name}`;
}

/**
 * The blocks a pattern means, the instances of one block together: one of each group is wanted. Where the pattern leaves
 * the kind open, a buffered block goes before an unbuffered one of the same name.
 */
export function* candidates(pattern: ReportPattern): Procedure<readonly (readonly ReportControl[])[]> {
  const places = yield* placesOf(pattern);
  const constraints = pattern.fc === undefined ? (["BR", "RP"] as const) : [pattern.fc];
  const wanted = places.flatMap(({ ld, ln }) => constraints.map((fc) => ({ ld, ln, fc })));
  const answers = yield* services(
    wanted.map(
      ({ ld, ln, fc }): MmsRequest => ({
        service: "get-variable-access-attributes",
        name: domainName(ld, `${ln}$${fc}`),
      }),
    ),
  );
  const groups = new Map<string, ReportControl[]>();
  for (const [at, place] of wanted.entries()) {
    const answer = answers[at];
    // A logical node without blocks of this kind says that there is no such object.
    if (answer === undefined || answer instanceof EdgeError) continue;
    if (answer.service !== "get-variable-access-attributes" || answer.type.type !== "structure") continue;
    for (const { name, type } of answer.type.components) {
      if (name === undefined || !isMeant(pattern.name, name)) continue;
      const group = `${place.ld}/${place.ln}.${baseOf(name)}`;
      const others = groups.get(group) ?? [];
      if (others.some((one) => one.fc !== place.fc)) continue;
      groups.set(group, [...others, { ...place, name, attributes: attributesOf(type) }]);
    }
  }
  return [...groups.values()].map((group) => group.sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function* placesOf({ ld, ln }: ReportPattern): Procedure<readonly { readonly ld: string; readonly ln: string }[]> {
  if (!isGlob(ld) && !isGlob(ln)) return [{ ld, ln }];
  const domains = isGlob(ld) ? yield* nameList({ objectClass: "domain", scope: { scope: "vmd" } }) : [ld];
  const places: { ld: string; ln: string }[] = [];
  for (const domain of domains.filter((one) => matches(ld, one))) {
    if (!isGlob(ln)) {
      places.push({ ld: domain, ln });
      continue;
    }
    const names = yield* nameList({ objectClass: "namedVariable", scope: { scope: "domain", domain } });
    for (const name of names) if (!name.includes("$") && matches(ln, name)) places.push({ ld: domain, ln: name });
  }
  return places;
}

/** The name itself, or the name and an index: servers differ in whether they append one. */
function isMeant(pattern: string, name: string): boolean {
  return matches(pattern, name) || matches(pattern, baseOf(name));
}

function attributesOf(type: TypeDescription): readonly string[] {
  return type.type === "structure" ? type.components.flatMap((one) => one.name ?? []) : [];
}
