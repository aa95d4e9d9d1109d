import { covers } from "./topic.ts";
import type { TopicTemplate } from "./topic-template.ts";

/** What a device may do at our listener. Nobody may do anything else: devices do not hear each other. */
export interface AccessRules {
  /** Topics a device may publish to; each has `{device}`. */
  readonly publish: readonly TopicTemplate[];
  /** Where its commands are: it may subscribe to this and to nothing else. */
  readonly command: TopicTemplate;
  /** Where it answers commands. */
  readonly reply: TopicTemplate | undefined;
}

/** Whether the device with that identification may publish to the topic. */
export function mayPublish(rules: AccessRules, identification: string, topic: string): boolean {
  const levels = topic.split("/");
  // What stands under its command topic is said to it, not by it.
  if (rules.command.match(levels) !== undefined) return false;
  const templates = rules.reply === undefined ? rules.publish : [...rules.publish, rules.reply];
  return templates.some((template) => template.match(levels)?.["device"] === identification);
}

/** Whether everything the filter asks for is the device's own commands. */
export function maySubscribe(rules: AccessRules, identification: string, filter: string): boolean {
  return covers(rules.command.filter({ device: identification }), filter);
}

/** Whether the topic is one on which the device answers commands. */
export function isReply(rules: AccessRules, identification: string, topic: string): boolean {
  return rules.reply?.match(topic.split("/"))?.["device"] === identification;
}
