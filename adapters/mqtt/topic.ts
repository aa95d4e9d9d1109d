import { TOPIC_BYTES, TOPIC_LEVELS } from "./limits.ts";

/**
 * Topic names and topic filters (MQTT 3.1.1 and 5, section 4.7): what is valid, what matches, what overlaps.
 */

const encoder = new TextEncoder();

/** Why a text is no topic name, or `undefined` where it is one. A name has no wildcards [MQTT-3.3.2-2]. */
export function nameFlaw(name: string): string | undefined {
  if (/[+#]/.test(name)) return "a topic name has no + and no #";
  return commonFlaw(name);
}

/** Why a text is no topic filter: `#` stands alone at the end, `+` alone in its level [MQTT-4.7.1-2, 4.7.1-3]. */
export function filterFlaw(filter: string): string | undefined {
  const levels = filter.split("/");
  for (const [index, level] of levels.entries()) {
    if (level.includes("#") && (level !== "#" || index !== levels.length - 1))
      return "# stands alone, as the last level";
    if (level.includes("+") && level !== "+") return "+ stands alone in its level";
  }
  return commonFlaw(filter);
}

function commonFlaw(text: string): string | undefined {
  if (text === "") return "it is empty";
  if (text.includes("\0")) return "it has a null character";
  // A UTF-16 unit is at most three bytes of UTF-8: most topics need no counting.
  if (text.length * 3 > TOPIC_BYTES && encoder.encode(text).length > TOPIC_BYTES)
    return `it has more than ${TOPIC_BYTES} bytes`;
  if (text.length >= TOPIC_LEVELS && text.split("/").length > TOPIC_LEVELS)
    return `it has more than ${TOPIC_LEVELS} levels`;
  return undefined;
}

/** Whether a name is one the filter asks for. Wildcards in the first level leave names with `$` alone [MQTT-4.7.2-1]. */
export function matches(filter: string, name: string): boolean {
  return matchesLevels(filter.split("/"), name.split("/"));
}

export function matchesLevels(filter: readonly string[], name: readonly string[]): boolean {
  if (name[0]?.startsWith("$") === true && (filter[0] === "+" || filter[0] === "#")) return false;
  for (const [index, level] of filter.entries()) {
    if (level === "#") return true;
    if (index >= name.length) return false;
    if (level !== "+" && level !== name[index]) return false;
  }
  return filter.length === name.length;
}

/** Whether some name matches both filters. */
export function overlaps(a: string, b: string): boolean {
  const left = a.split("/");
  const right = b.split("/");
  if (startsDollar(left) !== startsDollar(right) && (isWild(left[0]) || isWild(right[0]))) return false;
  for (let index = 0; ; index++) {
    const one = left[index];
    const other = right[index];
    if (one === "#" || other === "#") return true;
    if (one === undefined || other === undefined) return one === other;
    if (one !== "+" && other !== "+" && one !== other) return false;
  }
}

/** Whether every name that matches `inner` matches `outer` too. */
export function covers(outer: string, inner: string): boolean {
  const left = outer.split("/");
  const right = inner.split("/");
  if (startsDollar(right) && isWild(left[0])) return false;
  for (let index = 0; ; index++) {
    const one = left[index];
    const other = right[index];
    if (one === "#") return true;
    if (one === undefined || other === undefined) return one === other;
    if (other === "#") return false;
    if (one !== "+" && one !== other) return false;
  }
}

/** The filter behind `$share/<name>/` (MQTT 5, 4.8.2), and whether it was shared. */
export function unshared(filter: string): { readonly filter: string; readonly group: string | undefined } {
  const match = /^\$share\/([^/+#]+)\/(.+)$/s.exec(filter);
  return match === null ? { filter, group: undefined } : { filter: match[2] ?? "", group: match[1] };
}

function startsDollar(levels: readonly string[]): boolean {
  return levels[0]?.startsWith("$") === true;
}

function isWild(level: string | undefined): boolean {
  return level === "+" || level === "#";
}
