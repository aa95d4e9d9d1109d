import { type AccessRules, isReply, mayPublish } from "./access.ts";
import { type BridgeRules, pass, sideFilter } from "./bridge-rule.ts";
import { ANY_COMMAND } from "./command-request.ts";
import { matchRule } from "./mapping.ts";
import type { Mapping } from "./mapping-rule.ts";
import { addressOf, parseTopic } from "./sparkplug/topic.ts";
import { matches } from "./topic.ts";

/** What the rules of a configuration would do with a message. */
export interface Explanation {
  readonly topic: string;
  readonly devices: readonly DeviceExplanation[];
  readonly bridges: readonly BridgeExplanation[];
}

export interface DeviceExplanation {
  readonly device: string;
  /** `false`: its connection would be closed. */
  readonly mayPublish: boolean;
  readonly becomes:
    | {
        readonly kind: "reading" | "event";
        readonly mapping: string;
        readonly rule: number;
        readonly template: string;
        readonly points: readonly string[];
      }
    | { readonly kind: "answer" }
    /** A message of an edge node, or of a device of it; `type`: NBIRTH to DCMD. */
    | { readonly kind: "sparkplug"; readonly type: string }
    | { readonly kind: "dead-letter"; readonly mapping: string };
}

export type BridgeExplanation = { readonly bridge: string; readonly direction: "out" | "in" } & (
  | {
      readonly passes: true;
      readonly rule: number;
      readonly topic: string;
      readonly qos: number;
      readonly retain: boolean;
      /** What comes in is a command to this device. */
      readonly command?: { readonly device: string; readonly action: string | undefined };
    }
  /** `near`: a rule whose filter it matches and which leaves it out. */
  | { readonly passes: false; readonly near: { readonly rule: number; readonly exclude: string } | undefined }
);

export interface ExplainedDevice {
  readonly uid: string;
  readonly identification: string;
  readonly says: Mapping;
  /** Behind a broker of others: there our access rules do not hold. */
  readonly behind: boolean;
  /** Its Sparkplug address; absent: the mapping has its topics. */
  readonly sparkplug?: string | undefined;
}

/** As what a PUBLISH to `topic` with that QoS and retain flag would go on, seen as a local and as a remote topic. */
export function explain(
  message: { readonly topic: string; readonly qos: 0 | 1 | 2; readonly retain: boolean },
  rules: {
    readonly access: AccessRules;
    readonly devices: Iterable<ExplainedDevice>;
    readonly bridges: readonly BridgeRules[];
  },
): Explanation {
  const devices: DeviceExplanation[] = [];
  for (const device of rules.devices) {
    const found = explainDevice(message.topic, rules.access, device);
    if (found !== undefined) devices.push(found);
  }
  const commanded = (topic: string) => commandOf(topic, rules.access, rules.devices);
  const bridges = rules.bridges.flatMap((bridge) =>
    (["out", "in"] as const).map((direction) => explainBridge(message, bridge, direction, commanded)),
  );
  return { topic: message.topic, devices, bridges };
}

function explainDevice(topic: string, access: AccessRules, device: ExplainedDevice): DeviceExplanation | undefined {
  const { uid, identification, says, behind, sparkplug } = device;
  if (sparkplug !== undefined) {
    const named = parseTopic(topic);
    return named !== undefined && named.type !== "STATE" && addressOf(named) === sparkplug
      ? { device: uid, mayPublish: true, becomes: { kind: "sparkplug", type: named.type } }
      : undefined;
  }
  const allowed = behind || mayPublish(access, identification, topic);
  if (isReply(access, identification, topic)) return { device: uid, mayPublish: allowed, becomes: { kind: "answer" } };
  const match = matchRule(says, topic);
  if (match !== undefined && match.variables["device"] === identification) {
    const { rule } = match;
    const points = rule.points.map(
      (point) => point.name?.replace(/\{([A-Za-z0-9]+)\}/g, (_all, name: string) => match.variables[name] ?? "") ?? "?",
    );
    return {
      device: uid,
      mayPublish: allowed,
      becomes: {
        kind: rule.kind.type,
        mapping: says.name,
        rule: says.rules.indexOf(rule),
        template: rule.topic.text,
        points,
      },
    };
  }
  // Of the other devices only those are told of that could publish it all the same.
  return allowed && !behind
    ? { device: uid, mayPublish: true, becomes: { kind: "dead-letter", mapping: says.name } }
    : undefined;
}

interface Commanded {
  readonly device: string;
  readonly action: string | undefined;
}

/** The command a local topic is, where a bridge brought it. */
function commandOf(topic: string, access: AccessRules, devices: Iterable<ExplainedDevice>): Commanded | undefined {
  const levels = topic.split("/");
  const any = ANY_COMMAND.match(levels);
  if (any !== undefined) return { device: any["device"] ?? "", action: any["action"] };
  const own = access.command.match(levels);
  for (const { uid, identification } of devices)
    if (identification === own?.["device"]) return { device: uid, action: own["action"] };
  return undefined;
}

function explainBridge(
  message: { readonly topic: string; readonly qos: 0 | 1 | 2; readonly retain: boolean },
  bridge: BridgeRules,
  direction: "out" | "in",
  commanded: (topic: string) => Commanded | undefined,
): BridgeExplanation {
  const passed = pass(bridge, direction, message);
  if (passed !== undefined) {
    const command = direction === "in" ? commanded(passed.topic) : undefined;
    return { bridge: bridge.name, direction, passes: true, ...passed, ...(command && { command }) };
  }
  const side = direction === "out" ? "local" : "remote";
  for (const [rule, one] of bridge.rules.entries()) {
    if (one.direction !== "both" && one.direction !== direction) continue;
    if (one.filter === "" || !matches(sideFilter(one, side), message.topic)) continue;
    const rest = message.topic.slice((side === "local" ? one.localPrefix : one.remotePrefix).length);
    const exclude = one.exclude.find((filter) => matches(filter, rest));
    if (exclude !== undefined) return { bridge: bridge.name, direction, passes: false, near: { rule, exclude } };
  }
  return { bridge: bridge.name, direction, passes: false, near: undefined };
}
