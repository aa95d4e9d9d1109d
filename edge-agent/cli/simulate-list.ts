import { say, sayJson, table } from "./output.ts";
import { EXIT } from "./verb.ts";

/** `--list-behaviours`: what simulated devices of a protocol can be told to do. */
export function listBehaviours(
  behaviours: Readonly<Record<string, { readonly kind: string; readonly summary: string }>>,
  { json }: { readonly json?: boolean },
): number {
  const list = Object.entries(behaviours).map(([name, { kind, summary }]) => ({ name, kind, summary }));
  const rows = list.map((one) => [one.name, one.kind, one.summary]);
  if (json === true) sayJson(list);
  else say(table(["behaviour", "kind", "what it does"], rows));
  return EXIT.ok;
}
