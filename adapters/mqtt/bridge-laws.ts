import { type BridgeRule, type BridgeRules, sideFilter } from "./bridge-rule.ts";
import { covers, filterFlaw, overlaps } from "./topic.ts";

/** Something about the rules of a bridge that is wrong or will surprise. */
export interface BridgeComplaint {
  readonly severity: "error" | "warning";
  readonly rule: number;
  readonly message: string;
  readonly fix: string;
}

/**
 * What can be said of rules before the first message: filters that are none, rules that never get a message, and loops. A
 * message that comes in under a topic some rule sends out goes round for ever where nothing counts its hops, and over
 * MQTT 3.1.1 nothing does: there the two sides must be disjoint.
 */
export function bridgeComplaints(bridge: BridgeRules): readonly BridgeComplaint[] {
  return [...shapes(bridge), ...unreached(bridge), ...loops(bridge)];
}

function shapes({ rules }: BridgeRules): BridgeComplaint[] {
  const found: BridgeComplaint[] = [];
  const say = (rule: number, message: string, fix: string): void => {
    found.push({ severity: "error", rule, message, fix });
  };
  for (const [index, rule] of rules.entries()) {
    if (rule.filter === "" && (rule.localPrefix === "" || rule.remotePrefix === "")) {
      say(index, "the filter is empty and so is a prefix", "an empty filter maps one topic to one: give both prefixes");
      continue;
    }
    for (const side of ["local", "remote"] as const) {
      const prefix = side === "local" ? rule.localPrefix : rule.remotePrefix;
      if (/[+#]/.test(prefix)) say(index, `the ${side} prefix has a wildcard`, "wildcards belong into the filter");
      else {
        const flaw = filterFlaw(sideFilter(rule, side));
        if (flaw !== undefined)
          say(
            index,
            `the ${side} side ${JSON.stringify(sideFilter(rule, side))} is no topic filter: ${flaw}`,
            "correct filter or prefix",
          );
      }
    }
    for (const exclude of rule.exclude) {
      const flaw = filterFlaw(exclude);
      if (flaw !== undefined)
        say(index, `${JSON.stringify(exclude)} is no topic filter: ${flaw}`, "correct the exclude");
    }
  }
  return found;
}

function unreached({ rules }: BridgeRules): BridgeComplaint[] {
  return rules.flatMap((rule, index) => {
    const before = rules.findIndex(
      (one, at) =>
        at < index &&
        one.exclude.length === 0 &&
        (one.direction === "both" || one.direction === rule.direction) &&
        covers(sideFilter(one, sourceSide(rule)), sideFilter(rule, sourceSide(rule))),
    );
    if (before < 0) return [];
    return [
      {
        severity: "warning",
        rule: index,
        message: `rule ${before + 1} takes everything this one asks for`,
        fix: "the first rule that matches decides: put the narrower one first",
      } as const,
    ];
  });
}

function sourceSide(rule: BridgeRule): "local" | "remote" {
  return rule.direction === "in" ? "remote" : "local";
}

function loops(bridge: BridgeRules): BridgeComplaint[] {
  const { rules, protocolVersion, fallback, maxHops } = bridge;
  const counted = protocolVersion === 5 && !fallback;
  const found: BridgeComplaint[] = [];
  for (const [index, into] of rules.entries()) {
    if (into.direction === "out") continue;
    for (const [other, out] of rules.entries()) {
      if (out.direction === "in") continue;
      const local = overlaps(sideFilter(into, "local"), sideFilter(out, "local"));
      const remote = overlaps(sideFilter(into, "remote"), sideFilter(out, "remote"));
      if (!local && !remote) continue;
      const where = index === other ? "itself" : `rule ${other + 1}`;
      if (!counted) {
        const what =
          local && remote ? "is a loop" : local ? "sends back what it brings in" : "gets back what it sends out";
        found.push({
          severity: "error",
          rule: index,
          message: `together with ${where} it ${what}, and over MQTT 3.1.1 nothing counts the hops`,
          fix: "give the two directions prefixes that do not overlap, or use protocolVersion 5 without fallback",
        });
      } else if (local && remote) {
        found.push({
          severity: "warning",
          rule: index,
          message: `together with ${where} it is a loop, which the hop count ends after ${maxHops}`,
          fix: "prefixes that do not overlap need no counting",
        });
      } else if (local) {
        found.push({
          severity: "warning",
          rule: index,
          message: `what it brings in, ${where} sends out again under another topic`,
          fix: "give the two directions local prefixes that do not overlap",
        });
      }
    }
  }
  return found;
}

/** Pairs of bridges that pass to each other what the other brought in: fine on the way through, a loop where they meet again. */
export function transitComplaints(
  bridges: readonly BridgeRules[],
): readonly { readonly from: string; readonly to: string }[] {
  const passes = (from: BridgeRules, to: BridgeRules): boolean =>
    from.rules.some(
      (into) =>
        into.direction !== "out" &&
        to.rules.some((out) => out.direction !== "in" && overlaps(sideFilter(into, "local"), sideFilter(out, "local"))),
    );
  return bridges.flatMap((from, index) =>
    bridges
      .slice(index + 1)
      .filter((to) => passes(from, to) && passes(to, from))
      .map((to) => ({ from: from.name, to: to.name })),
  );
}
