import { matches } from "./topic.ts";

/** The words are mosquitto's; the defaults are ours and are said in docs/protocols/mqtt.md. */
export interface BridgeRule {
  /** `out`: from here to the remote broker. */
  readonly direction: "out" | "in" | "both";
  /** A topic filter, without the prefixes; empty where both prefixes name one topic each. */
  readonly filter: string;
  readonly localPrefix: string;
  readonly remotePrefix: string;
  /** The highest QoS a message is passed on with; QoS 2 ends at a bridge. */
  readonly qos: 0 | 1;
  readonly retain: "keep" | "clear";
  /** Filters of what the rule leaves out, without the prefixes like `filter`. */
  readonly exclude: readonly string[];
}

export interface BridgeRules {
  readonly name: string;
  readonly protocolVersion: 4 | 5;
  /** Whether the bridge may fall back to 3.1.1, where no hop count travels. */
  readonly fallback: boolean;
  /** Bridges a message may pass before it is dropped; travels as an MQTT 5 user property. */
  readonly maxHops: number;
  readonly rules: readonly BridgeRule[];
}

/** The user property that counts bridges. */
export const HOPS_PROPERTY = "busbar-hops";

export interface Passed {
  /** Index of the rule. */
  readonly rule: number;
  readonly topic: string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface Passing {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** What becomes of a message that goes in a direction: the first rule that takes it decides; `undefined`: it does not pass. */
export function pass(bridge: BridgeRules, direction: "out" | "in", message: Passing): Passed | undefined {
  for (const [index, rule] of bridge.rules.entries()) {
    if (rule.direction !== "both" && rule.direction !== direction) continue;
    const from = direction === "out" ? rule.localPrefix : rule.remotePrefix;
    const to = direction === "out" ? rule.remotePrefix : rule.localPrefix;
    if (!message.topic.startsWith(from)) continue;
    const rest = message.topic.slice(from.length);
    if (rule.filter === "" ? rest !== "" : !matches(rule.filter, rest)) continue;
    if (rule.exclude.some((filter) => matches(filter, rest))) continue;
    const qos = Math.min(rule.qos, message.qos) as 0 | 1;
    return { rule: index, topic: `${to}${rest}`, qos, retain: rule.retain === "keep" && message.retain };
  }
  return undefined;
}

/** The filter a rule stands for on one side. */
export function sideFilter(rule: BridgeRule, side: "local" | "remote"): string {
  return `${side === "local" ? rule.localPrefix : rule.remotePrefix}${rule.filter}`;
}

/** What we subscribe to at the remote broker. */
export function remoteSubscriptions(bridge: BridgeRules): readonly { readonly filter: string; readonly qos: 0 | 1 }[] {
  const best = new Map<string, 0 | 1>();
  for (const rule of bridge.rules) {
    if (rule.direction === "out") continue;
    const filter = sideFilter(rule, "remote");
    best.set(filter, Math.max(best.get(filter) ?? 0, rule.qos) as 0 | 1);
  }
  return [...best].map(([filter, qos]) => ({ filter, qos }));
}
